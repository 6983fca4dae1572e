"""The story, from the public form to the survey, as its people live it: over HTTP.

Nobody calls a service here. Pages are asked for and forms are sent; what beat rings for happens
as the clock moves on; mail is read where the customer would read it.
"""

import re
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.builders import Desk
from tests.desk.pages import a_picture, hidden_of, text_of
from tests.flows.conftest import Clock
from tickets.models import Ticket, User

BrowserOf = Callable[[User | None], Client]

FORM = {
    "token": "one-visit-of-the-form",
    "category": "broadband",
    "part": "outage",
    "body": "We had no internet from the 9th to the 18th. My father's alarm needs it. Nobody came.",
    "wishes": ["apology", "money_back"],
    "wish": "Something for the worry.",
    "loss": "31.40",
    "currency": "GBP",
    "name": "Ines Calloway",
    "email": "ines@example.org",
    "factor_consequence": "serious",
    "factor_depends": "yes",
    "fact_days_without": "9",
}


def _ok(response: Any, status: int = 302) -> Any:
    assert response.status_code == status, text_of(response)[:2000]
    return response


def _page(ticket: Ticket) -> str:
    return f"/desk/tickets/{ticket.number}/"


def _act(client: Client, ticket: Ticket, verb: str, **data: Any) -> Any:
    """Send a form of the ticket's page, as somebody who has just read it."""
    seen = hidden_of(client, _page(ticket))
    return _ok(client.post(f"{_page(ticket)}{verb}/", {**seen, **data}))


def _clocks(client: Client, ticket: Ticket) -> dict[str, str]:
    """The ticket's deadlines by kind, as the API shows them."""
    rows = client.get(f"/api/v1/deadlines/?ticket={ticket.number}&page_size=200").json()["results"]
    return {row["kind"]: row["status"] for row in rows}


def _mail_with(mails: list[Any], words: str) -> Any:
    found = [mail for mail in mails if words in f"{mail.subject}\n{mail.body}"]
    assert found, [mail.subject for mail in mails]
    return found[-1]


def _complain(**over: Any) -> Ticket:
    """A customer fills in the public form."""
    page = _ok(Client().post("/complain/", {**FORM, **over}))
    return Ticket.objects.get(access_key=page["Location"].strip("/").rsplit("/", 1)[-1])


def test_a_complaint_travels_from_the_form_to_the_survey(
    house: Desk, clock: Clock, browser_of: BrowserOf, mailoutbox: list[Any]
) -> None:
    customer, alice, sue = browser_of(None), browser_of(house.alice), browser_of(house.sue)

    # 1. She complains, with a photo; page and mail tell number, next steps and a private link.
    photo = SimpleUploadedFile("modem.png", a_picture())
    ticket = _complain(attachments=photo)
    told = text_of(customer.get(f"/complain/received/{ticket.access_key}/"))
    assert ticket.number in told
    clock.ring()
    letter = _mail_with(mailoutbox, ticket.number)
    assert letter.to == ["ines@example.org"]
    own = f"/c/{ticket.access_key}/"
    assert own in letter.body

    # 2. It stands in the team's queue, its clocks run, pain is assessed, an offer is drafted.
    assert "Ines Calloway" in text_of(alice.get("/desk/"))
    assert "Ines Calloway" not in text_of(browser_of(house.charlie).get("/desk/"))
    clocks = _clocks(alice, ticket)
    running = {"acknowledge", "first_response", "next_update", "decide", "resolve"}
    assert {kind for kind, status in clocks.items() if status == "running"} >= running
    seen = alice.get(f"/api/v1/tickets/{ticket.number}/").json()
    assert seen["pain"] == 4
    draft = alice.get(f"/api/v1/offers/?ticket={ticket.number}").json()["results"][0]
    assert draft["status"] == "draft"
    assert any(part["clause"] and part["steps"] for part in draft["components"])

    # 3. Alice takes it, answers, asks for a fact: the clock pauses until the customer answers.
    clock.move(minutes=10)
    _act(alice, ticket, "take")
    _act(alice, ticket, "reply", body="We were wrong, Ines. I follow this through.")
    clock.move(minutes=10)
    _act(alice, ticket, "ask", facts=["account"], body="Which account is it?")
    clock.ring()
    assert "Which account is it?" in _mail_with(mailoutbox, "Which account").body
    assert _clocks(alice, ticket)["resolve"] == "paused"
    clock.move(hours=1)
    _ok(customer.post(f"{own}answer/", {"a-account": "LB-2093-6617", "a-body": ""}))
    assert _clocks(alice, ticket)["resolve"] == "running"
    assert "LB-2093-6617" in text_of(alice.get(_page(ticket)))

    # She asks for more than she may grant alone.
    credit = [p for p in draft["components"] if p["amount"] and p["kind"] == "credit"][-1]
    more = {f"amount_{credit['id']}": "300.00", "reason": "Her father's alarm hung on it."}
    _act(alice, ticket, "exception", **more)

    # 4. The request has a clock of its own; nobody decides his own; Sue amends it.
    assert _clocks(alice, ticket)["approve"] == "running"
    inbox = text_of(sue.get("/desk/exceptions/"))
    assert "Her father's alarm hung on it." in inbox.replace("’", "'")
    request = sue.get(f"/api/v1/exceptions/?ticket={ticket.number}").json()["results"][0]
    decide = f"/desk/exceptions/{request['id']}/decide/"
    assert alice.post(decide, {"do": "approve", "reason": "Yes"}).status_code == 403
    row = next(i for i, item in enumerate(request["items"]) if item["component"] == credit["id"])
    half = {"do": "amend", "reason": "Half of it is fair.", f"sum_{row}": "250.00"}
    _ok(sue.post(decide, half))
    assert _clocks(alice, ticket)["approve"] == "met"

    # 5. Alice sends the offer, the customer accepts it, the ledger holds it until she has it.
    _act(alice, ticket, "offer", body="Dear Ines, we were wrong. This is what we offer.")
    clock.ring()
    _mail_with(mailoutbox, "This is what we offer.")
    assert "£250.00" in text_of(customer.get(own))
    _ok(customer.post(f"{own}offer/{draft['id']}/", {"do": "accept"}))
    granted = alice.get(f"/api/v1/remedies/?ticket={ticket.number}").json()["results"]
    assert {r["status"] for r in granted if r["kind"] == "credit"} == {"granted"}
    assert sum(r["amount"]["minor"] for r in granted if r["kind"] == "credit") >= 25_000
    clock.move(hours=1)
    for remedy in granted:
        if remedy["status"] == "granted":
            _ok(alice.post(f"/desk/remedies/{remedy['id']}/fulfil/", {"reference": "credit 17"}))
    after = alice.get(f"/api/v1/remedies/?ticket={ticket.number}").json()["results"]
    assert {remedy["status"] for remedy in after} == {"fulfilled"}

    # 7. It is resolved; the survey comes by a link that reading does not answer; a poor score is
    # followed up by the team, with a clock.
    point = seen["points"][0]["id"]
    _act(alice, ticket, "decide", point=point, outcome="upheld", finding="We missed two visits.")
    _act(alice, ticket, "resolve", summary="£250 credit, engineer rebooked")
    clock.move(days=2)
    asked = _mail_with(mailoutbox, "/s/")
    link = re.search(r"/s/[\w-]+/", asked.body)
    assert link
    for _ in range(3):
        assert Client().get(link[0]).status_code == 200
        assert Client().head(link[0]).status_code == 200
    assert not alice.get(f"/api/v1/answers/?ticket={ticket.number}").json()["results"]
    _ok(customer.post(link[0], {"handling": "2", "result": "4", "words": "Nine days is too long."}))
    assert customer.post(link[0], {"handling": "5"}).status_code == 409
    followup = alice.get(f"/api/v1/follow-ups/?ticket={ticket.number}").json()["results"][0]
    assert (followup["team"], followup["closed_at"]) == ("home", None)
    assert _clocks(alice, ticket)["follow_up"] == "running"

    # 8. Everything is in the timeline, in order, with who and why.
    events = alice.get(f"/api/v1/tickets/{ticket.number}/events/?page_size=200").json()["results"]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert [event["at"] for event in events] == sorted(event["at"] for event in events)
    _in_order(
        [(event["type"], event["actor"]["name"]) for event in events],
        [
            ("ticket_created", "Ines Calloway"),
            ("assigned", "Alice"),
            ("reply_sent", "Alice"),
            ("information_requested", "Alice"),
            ("information_given", "Ines Calloway"),
            ("exception_requested", "Alice"),
            ("exception_decided", "Sue"),
            ("offer_sent", "Alice"),
            ("offer_accepted", "Ines Calloway"),
            ("remedy_fulfilled", "Alice"),
            ("resolved", "Alice"),
            ("survey_sent", "Amends"),
            ("answer_received", "Ines Calloway"),
            ("followup_opened", "Amends"),
        ],
    )
    timeline = text_of(alice.get(_page(ticket))).replace("’", "'")
    for words in ("Half of it is fair.", "Her father's alarm", "Nine days is too long."):
        assert words in timeline


def _in_order(found: list[Any], expected: list[Any]) -> None:
    """`expected` occurs in `found` in this order, other things between."""
    rest = iter(found)
    for one in expected:
        assert one in rest, f"{one} is missing, or too early, in {found}"


def test_a_ticket_nobody_reacts_to_warns_breaches_and_climbs_until_it_is_taken_over(
    house: Desk, clock: Clock, browser_of: BrowserOf, mailoutbox: list[Any]
) -> None:
    # Earlier tickets of the same customer are seen by whoever picks up.
    _complain()
    ticket = _complain(token="another-visit", factor_consequence="bother", factor_depends="no")
    sue = browser_of(house.sue)
    assert "Earlier complaints 1" in text_of(sue.get(_page(ticket)))

    # 6. Warning, breach, then each step of the path, once each, however often beat rings.
    for _ in range(8):
        clock.move(hours=1)
        clock.ring()
    steps = sue.get(f"/api/v1/escalations/?ticket={ticket.number}&page_size=200").json()["results"]
    levels = [step["level"] for step in steps]
    assert "warning" in levels and "breach" in levels and "path" in levels
    assert len({(s["deadline"], s["step"]) for s in steps}) == len(steps)
    board = text_of(sue.get("/desk/late/"))
    assert "Ines Calloway" in board
    clock_id = next(s["deadline"] for s in steps if s["level"] == "breach")
    _ok(sue.post(f"/desk/late/{clock_id}/take-over/", {"brief": "Nobody came; I ring her now."}))
    taken = sue.get(f"/api/v1/tickets/{ticket.number}/").json()
    assert taken["owner"]["name"] == "Sue"


def test_a_reasoned_no_is_reviewed_by_another_person_at_stage_two(
    house: Desk, clock: Clock, browser_of: BrowserOf, mailoutbox: list[Any]
) -> None:
    ticket = _complain(factor_consequence="none", factor_depends="no", loss="")
    customer, alice, bob = browser_of(None), browser_of(house.alice), browser_of(house.bob)
    own = f"/c/{ticket.access_key}/"
    _act(alice, ticket, "take")
    point = alice.get(f"/api/v1/tickets/{ticket.number}/").json()["points"][0]["id"]
    no = {
        "findings": [
            {"point": point, "outcome": "not_upheld", "finding": "The line was up all the time."}
        ],
        "reason": "Our measurements show no outage on these days.",
        "next_stage": "If you see it otherwise, ask for a review until 24 December.",
    }
    url = f"/api/v1/tickets/{ticket.number}/refuse/"
    _ok(alice.post(url, no, content_type="application/json"), 201)
    clock.ring()
    assert "ask for a review until 24 December" in _mail_with(mailoutbox, "no outage").body
    clock.move(hours=2)
    _ok(customer.post(f"{own}review/", {"r-reason": "I have photos of the red light."}))
    seen = bob.get(f"/api/v1/tickets/{ticket.number}/").json()
    assert (seen["stage"], seen["owner"]) == ("2", None)
    take = f"/api/v1/tickets/{ticket.number}/take/"
    again = alice.post(take, {}, content_type="application/json")
    assert again.status_code == 400
    assert "another person" in again.json()["detail"]
    _ok(bob.post(take, {}, content_type="application/json"), 200)
