"""Every verb over HTTP: what it does, what it refuses, and that it heeds the version."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tickets import services
from tickets.api.verbs import VERBS
from tickets.models import RootCause, Ticket, User

#: A promise lies ahead of the moment at which it is made, and at most two years.
LATER = f"{dt.datetime.now(dt.UTC).year + 1}-12-01T10:00:00Z"


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    """An outage, nobody's yet."""
    return make_ticket(desk)


@pytest.fixture
def alice(desk: Desk, as_user: Callable[[User], APIClient]) -> APIClient:
    """A rep of the ticket's team."""
    return as_user(desk.alice)


@pytest.fixture
def do(ticket: Ticket, alice: APIClient) -> Callable[..., Any]:
    """Call a verb of the ticket as alice."""

    def call(path: str, data: Any = None, **headers: Any) -> Any:
        return alice.post(f"/api/v1/tickets/{ticket.number}/{path}/", data or {}, **headers)

    return call


def _ok(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.content
    assert response["ETag"]
    return response.json()


def test_take_acknowledges_and_makes_the_one_who_asks_the_owner(
    do: Callable[..., Any], desk: Desk, api: APIClient, ticket: Ticket
) -> None:
    refused = api.post(f"/api/v1/tickets/{ticket.number}/take/")
    assert refused.json()["errors"][0]["field"] == "owner"
    body = _ok(do("take"))
    assert body["owner"] == {"id": desk.alice.pk, "name": "Alice"}
    assert body["status"] == "open"
    assert body["acknowledged_at"]
    assert do("take").status_code == 409


def test_assign_hand_over_and_move_need_a_brief_where_somebody_loses_it(
    do: Callable[..., Any], desk: Desk
) -> None:
    assert _ok(do("assign", {"owner": desk.alice.pk}))["owner"]["name"] == "Alice"
    assert do("assign", {"owner": desk.bob.pk}).json()["errors"][0]["field"] == "brief"
    assert do("assign", {"owner": desk.charlie.pk, "brief": "x"}).status_code == 400
    body = _ok(do("hand-over", {"to": desk.bob.pk, "brief": "Lives in Leeds"}))
    assert (body["owner"]["name"], body["handoffs"]) == ("Bob", 1)
    moved = _ok(do("move", {"team": "travel", "brief": "A flight"}))
    assert (moved["team"], moved["owner"]) == ("travel", None)


def test_a_conversation_has_replies_notes_and_what_the_customer_said(
    do: Callable[..., Any], desk: Desk, ticket: Ticket, alice: APIClient
) -> None:
    reply = _ok(do("reply", {"body": "We were wrong.", "promised_next": LATER}), 201)
    assert (reply["kind"], reply["author"]) == ("reply", "Alice")
    note = _ok(do("note", {"body": "Telecare!", "mentions": [desk.bob.pk]}), 201)
    assert note["kind"] == "note"
    assert desk.bob.alerts.count() == 1
    said = _ok(do("message", {"body": "Thank you.", "channel": "phone"}), 201)
    assert (said["kind"], said["author"]) == ("inbound", "Ines Calloway")
    # The complaint itself, then what was said a minute later.
    thread = alice.get(f"/api/v1/tickets/{ticket.number}/messages/").json()["results"]
    assert [one["kind"] for one in thread] == ["inbound", "reply", "note", "inbound"]


def test_what_is_asked_pauses_and_what_is_answered_resumes(do: Callable[..., Any]) -> None:
    asked = do("request-information", {"facts": ["account"], "body": "Your account?"})
    _ok(asked, 201)
    again = do("request-information", {"facts": ["nonsense"], "body": "?"})
    assert again.json()["errors"][0]["field"] == "facts.0"
    body = _ok(do("give-information", {"facts": {"account": "LB-1"}}))
    assert (body["status"], body["facts"]["account"]) == ("open", "LB-1")
    assert do("give-information", {}).json()["errors"][0]["code"] == "missing"


def test_the_course_of_a_ticket_from_waiting_to_an_outside_body(
    do: Callable[..., Any], ticket: Ticket
) -> None:
    _ok(do("acknowledge"))
    assert do("acknowledge").status_code == 409
    assert do("resume").json()["code"] == "wrong_status"
    waiting = _ok(do("wait", {"for_what": "The courier", "whom": "third_party"}))
    assert waiting["waiting_for"] == "The courier"
    _ok(do("resume"))
    undecided = do("resolve")
    assert undecided.json()["errors"] == [
        {"field": "points", "code": "missing", "message": undecided.json()["detail"]}
    ]
    point = ticket.points.get().pk
    _ok(do(f"points/{point}/decide", {"outcome": "upheld", "finding": "We were wrong."}))
    assert _ok(do("resolve", {"summary": "Credit"}))["status"] == "resolved"
    assert _ok(do("close"))["status"] == "closed"
    assert do("reopen").json()["errors"][0]["field"] == "reason"
    assert _ok(do("reopen", {"reason": "It broke again"}))["reopenings"] == 1
    assert _ok(do("escalate-for-customer", {"reason": "Nobody answers"}))
    assert _ok(do("review", {"reason": "Not enough"}))["stage"] == "2"
    assert _ok(do("external", {"body": "Ombudsman Services"}))["stage"] == "external"


def test_a_ticket_is_put_aside_found_and_brought_back(
    do: Callable[..., Any], desk: Desk, alice: APIClient, api: APIClient, ticket: Ticket
) -> None:
    other = make_ticket(desk, customer=make_customer("Rosa Ferrante"))
    until = "2026-12-01T09:00:00Z"
    assert do("snooze").json()["errors"][0]["field"] == "until"
    assert do("snooze", {"until": "2026-12-01T09:00"}).json()["errors"][0]["field"] == "until"
    past = do("snooze", {"until": "2026-11-01T09:00:00Z"})
    assert (past.status_code, past.json()["errors"][0]["code"]) == (400, "invalid")
    nobodys = api.post(f"/api/v1/tickets/{ticket.number}/snooze/", {"until": until})
    assert nobodys.json()["errors"][0]["field"] == "owner"
    body = _ok(do("snooze", {"until": until, "reason": "Spare part"}))
    assert (body["snoozed_until"], body["snooze_reason"]) == (until, "Spare part")
    assert body["snoozed_by"] == body["owner"] == {"id": desk.alice.pk, "name": "Alice"}
    assert do("snooze", {"until": until, "reason": "Spare part"}).status_code == 409

    def numbers(query: str) -> list[str]:
        found = alice.get(f"/api/v1/tickets/?{query}").json()["results"]
        return [one["number"] for one in found]

    assert numbers("snoozed=true") == [ticket.number]
    assert numbers("snoozed=false") == [other.number]
    assert len(numbers("order=queue")) == 2, "nothing is left out where nobody asked for it"
    assert alice.get("/api/v1/tickets/?snoozed=perhaps").status_code == 400
    assert _ok(do("end-snooze"))["snoozed_until"] is None
    assert do("end-snooze").json()["code"] == "conflict"


def test_what_a_ticket_is_about_can_be_put_right(do: Callable[..., Any], desk: Desk) -> None:
    facts = _ok(do("facts", {"facts": {"days_without": 9, "account": None}}))
    assert facts["facts"] == {"days_without": "9"}
    assert do("facts", {"facts": {"weather": "wet"}}).json()["code"] == "fact_unknown"
    loss = _ok(do("loss", {"loss": {"minor": 2000, "currency": "GBP"}}))
    assert loss["loss"]["amount"] == "20.00"
    assert _ok(do("loss", {"loss": None}))["loss"] is None
    assert _ok(do("pain", {"pain": 4, "reason": "Telecare"}))["pain"] == 4
    assert do("pain", {"pain": 9, "reason": "x"}).json()["errors"][0]["field"] == "pain"
    assert _ok(do("category", {"category": "broadband"}))["category"] == "broadband"
    assert _ok(do("subject", {"subject": "Offline"}))["subject"] == "Offline"
    assert _ok(do("tags", {"tags": ["Leeds", "leeds"]}))["tags"] == ["leeds"]


def test_points_are_added_and_decided_with_their_root_cause(
    do: Callable[..., Any], ticket: Ticket
) -> None:
    RootCause.objects.create(key="handover", name="Hand-over lost")
    point = _ok(do("points", {"text": "Two visits not kept"}), 201)
    body = {"outcome": "partly_upheld", "root_cause": "handover"}
    _ok(do(f"points/{point['id']}/decide", body))
    assert do("points/999999/decide", body).status_code == 404
    other = do(f"points/{point['id']}/decide", {"outcome": "maybe"})
    assert other.json()["errors"][0]["field"] == "outcome"
    assert ticket.points.get(pk=point["id"]).root_cause is not None


def test_corrective_actions_are_added_and_done(
    do: Callable[..., Any], desk: Desk, alice: APIClient, ticket: Ticket
) -> None:
    action = _ok(
        do("actions", {"text": "Tell them", "owner": desk.sue.pk, "due_on": "2126-01-01"}), 201
    )
    past = do("actions", {"text": "x", "owner": desk.sue.pk, "due_on": "2020-01-01"})
    assert past.json()["errors"][0]["field"] == "due_on"
    _ok(do(f"actions/{action['id']}/done"))
    assert do(f"actions/{action['id']}/done").status_code == 409
    shown = alice.get(f"/api/v1/tickets/{ticket.number}/").json()["actions"]
    assert shown[0]["done_at"]


def test_tickets_are_linked_and_unlinked(
    do: Callable[..., Any], desk: Desk, alice: APIClient, ticket: Ticket
) -> None:
    other = make_ticket(desk, customer=make_customer("Omar Bell"))
    _ok(do("links", {"other": other.number, "kind": "related"}))
    assert do("links", {"other": other.number, "kind": "related"}).status_code == 409
    hidden = make_ticket(desk, customer=ticket.customer, category=desk.flights)
    assert do("links", {"other": hidden.number, "kind": "related"}).status_code == 404
    there = alice.get(f"/api/v1/tickets/{other.number}/").json()["links"]
    assert there == [{"number": ticket.number, "kind": "related", "from_there": True}]
    url = f"/api/v1/tickets/{ticket.number}/links/related/{other.number}/"
    gone = alice.delete(url)
    assert gone.status_code == 200
    assert alice.delete(url).status_code == 404
    assert alice.post(f"/api/v1/bulk-actions/{gone['Amends-Undo']}/undo/").status_code == 200
    assert alice.get(f"/api/v1/tickets/{other.number}/").json()["links"] == there


def test_a_confidential_ticket_is_for_those_named(
    do: Callable[..., Any], desk: Desk, as_user: Callable[..., APIClient], ticket: Ticket
) -> None:
    bob = as_user(desk.bob)
    url = f"/api/v1/tickets/{ticket.number}/"
    _ok(do("confidential", {"confidential": True}))
    assert bob.get(url).status_code == 404
    _ok(do("people", {"user": desk.bob.pk}))
    assert bob.get(url).status_code == 200
    alice = as_user(desk.alice)
    assert alice.delete(f"{url}people/{desk.bob.pk}/").status_code == 200
    assert bob.get(url).status_code == 404
    _ok(do("people", {"user": desk.bob.pk, "relation": "complained_about"}))
    assert {"name": "Bob"} not in alice.get(url).json()["people"]


def test_a_promise_is_made_and_kept(do: Callable[..., Any], ticket: Ticket) -> None:
    past = do("promise", {"what": "A call", "due": "2020-01-01T00:00:00Z"})
    assert past.json()["errors"][0]["field"] == "due"
    _ok(do("promise", {"what": "A call", "due": LATER}))
    key = ticket.events.get(type="promise_made").data["promise"]
    _ok(do("promise", {"what": "A letter", "due": LATER[:10]}))
    assert do("promise", {"what": "A letter", "due": "2026-02-30"}).status_code == 400
    assert do("promise", {"what": "A letter", "due": "9999-12-31"}).status_code in {200, 400}
    _ok(do("keep-promise", {"promise": key}))
    assert do("keep-promise", {"promise": key + 99}).status_code == 400


def test_a_stale_version_changes_nothing(do: Callable[..., Any], ticket: Ticket) -> None:
    first = _ok(do("tags", {"tags": ["a"]}, HTTP_IF_MATCH=f'"{ticket.version}"'))
    stale = do("tags", {"tags": ["b"]}, HTTP_IF_MATCH=f'"{ticket.version}"')
    assert stale.status_code == 412
    assert stale.json()["params"] == {"seen": ticket.version, "current": first["version"]}
    note = do("note", {"body": "x"}, HTTP_IF_MATCH=f'"{ticket.version}"')
    assert note.status_code == 412
    assert not ticket.messages.filter(kind="note").exists()
    assert Ticket.objects.get(pk=ticket.pk).tags == ["a"]


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_no_verb_works_for_whom_it_should_not(
    desk: Desk, as_user: Callable[..., APIClient], as_client: Any, ticket: Ticket, verb: Any
) -> None:
    path = verb.address.replace("<int:point>", "1").replace("<int:action>", "1")
    url = f"/api/v1/tickets/{ticket.number}/{path}"
    assert as_user(desk.charlie).post(url, {}).status_code == 404
    refused = as_user(desk.audrey).post(url, {})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    reader = as_client("Reader", scopes=["tickets:read"]).post(url, {})
    assert reader.json()["code"] == "scope_missing"
    assert Ticket.objects.get(pk=ticket.pk).version == ticket.version


@pytest.mark.parametrize(
    "verb", [v for v in VERBS if v.takes.__name__ != "Nothing"], ids=lambda v: v.name
)
@pytest.mark.parametrize("sent", [{"unheard_of": 1}, [], "text"], ids=["unknown", "list", "text"])
def test_every_verb_says_what_it_does_not_understand(
    alice: APIClient, ticket: Ticket, verb: Any, sent: Any
) -> None:
    path = verb.address.replace("<int:point>", "1").replace("<int:action>", "1")
    response = alice.post(f"/api/v1/tickets/{ticket.number}/{path}", sent, format="json")
    assert response.status_code == 400
    assert response.json()["code"] == "invalid"
    assert Ticket.objects.get(pk=ticket.pk).version == ticket.version


def test_a_removed_owner_leaves_nobody_silently(
    desk: Desk, do: Callable[..., Any], ticket: Ticket
) -> None:
    services.take(ticket, actor=user(desk.alice), now=NOW)
    body = _ok(do("people", {"user": desk.alice.pk, "relation": "complained_about"}))
    assert body["owner"] is None
    assert do("tags", {"tags": []}).status_code == 404


def test_a_reply_promises_and_an_abusive_contact_goes_to_somebody_above(
    do: Callable[..., Any], desk: Desk, ticket: Ticket
) -> None:
    promise = {"what": "Call Ines", "due": LATER}
    _ok(do("reply", {"body": "I call you.", "promises": [promise]}), 201)
    assert ticket.events.get(type="promise_made").data["what"] == "Call Ines"
    wrong = do("reply", {"body": "x", "promises": [{"what": "Call", "due": "2020-01-01"}]})
    assert wrong.json()["errors"][0]["field"] == "promises.0.due"
    gap = do("reply", {"body": "Your ⟦Order⟧"})
    assert (gap.status_code, gap.json()["code"]) == (400, "gaps_left")
    assert _ok(do("report-abuse", {"what": "He shouted."}))["owner"]["name"] == "Sue"
