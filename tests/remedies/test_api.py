"""Offers, exceptions and remedies over REST: the story, and who may not."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine

from remedies.models import Offer, Remedy
from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tests.remedies.builders import draft_of, make_hurt, part, put_in_force, sent_offer
from tests.remedies.test_previews import VOUCHER
from tests.support.api import token_client
from tickets import services
from tickets.models import User

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Any]


@pytest.fixture
def as_user(remedy_desk: Desk) -> SignIn:
    """A client of the API for a person who signed in."""
    from rest_framework.test import APIClient

    def sign_in(person: User) -> Any:
        client = APIClient()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def test_the_story_of_an_offer_over_rest(remedy_desk: Desk, as_user: SignIn) -> None:
    ticket = make_hurt(remedy_desk)
    services.take(ticket, actor=user(remedy_desk.alice), now=NOW)
    alice, sue = as_user(remedy_desk.alice), as_user(remedy_desk.sue)
    found = alice.get("/api/v1/offers/", {"ticket": ticket.number, "status": "draft"}).json()
    offer = found["results"][0]
    assert offer["total"] == {"amount": "121.40", "minor": 12_140, "currency": "GBP"}
    credit = next(c for c in offer["components"] if c["rule"] == "M-4")
    assert credit["steps"] == ["£90 to £135"]
    assert {"name": "pain", "label": "pain", "value": "4"} in credit["facts"]
    address = f"/api/v1/offers/{offer['id']}/"

    refused = alice.post(
        f"{address}adjust/",
        {
            "component": credit["id"],
            "amount": {"minor": 20_000, "currency": "GBP"},
            "reason": "More",
        },
        format="json",
    )
    assert (refused.status_code, refused.json()["code"]) == (400, "outside_range")

    asked = alice.post(
        f"{address}request-exception/",
        {
            "amounts": [
                {"component": credit["id"], "amount": {"minor": 20_000, "currency": "GBP"}}
            ],
            "reason": "Slept on the sofa",
        },
        format="json",
    )
    assert asked.status_code == 201, asked.json()
    key = asked.json()["id"]
    waiting = sue.get("/api/v1/exceptions/", {"waiting": "true"}).json()["results"]
    assert [row["id"] for row in waiting] == [key]
    own = as_user(remedy_desk.bob).post(
        f"/api/v1/exceptions/{key}/approve/", {"reason": "Me"}, format="json"
    )
    assert own.status_code == 403
    yes = sue.post(f"/api/v1/exceptions/{key}/approve/", {"reason": "Fair"}, format="json")
    assert (yes.status_code, yes.json()["status"]) == (200, "approved")

    sent = alice.post(f"{address}send/", {"body": "We were wrong."}, format="json")
    assert (sent.status_code, sent.json()["status"]) == (200, "sent")
    taken = alice.post(f"{address}accept/", {}, format="json", HTTP_IDEMPOTENCY_KEY="k1")
    again = alice.post(f"{address}accept/", {}, format="json", HTTP_IDEMPOTENCY_KEY="k1")
    assert taken.status_code == again.status_code == 200
    assert taken.json() == again.json()
    assert taken.json()["status"] == "accepted"
    third = alice.post(f"{address}accept/", {}, format="json")
    assert (third.status_code, third.json()["code"]) == (409, "offer_not_open")

    ledger = alice.get("/api/v1/remedies/", {"ticket": ticket.number}).json()["results"]
    assert sum(row["amount"]["minor"] for row in ledger if row["amount"]) == 23_140
    remedy = next(row for row in ledger if row["kind"] == "credit")
    done = alice.post(
        f"/api/v1/remedies/{remedy['id']}/fulfil/", {"reference": "T4"}, format="json"
    )
    assert (done.json()["status"], done.json()["gateway_ref"]) == ("fulfilled", "T4")
    assert [entry["kind"] for entry in done.json()["entries"]] == ["granted", "fulfilled"]
    back = alice.post(f"/api/v1/remedies/{remedy['id']}/reverse/", {"reason": "No"}, format="json")
    assert back.status_code == 403
    back = sue.post(f"/api/v1/remedies/{remedy['id']}/reverse/", {"reason": "Twice"}, format="json")
    assert back.json()["status"] == "reversed"


@pytest.mark.parametrize("verb", ["adjust", "send", "withdraw", "accept", "decline", "remove"])
def test_what_one_may_not_see_is_not_there(remedy_desk: Desk, as_user: SignIn, verb: str) -> None:
    offer = draft_of(make_hurt(remedy_desk))
    charlie = as_user(remedy_desk.charlie)
    assert charlie.get("/api/v1/offers/").json()["results"] == []
    assert charlie.get(f"/api/v1/offers/{offer.pk}/").status_code == 404
    assert charlie.post(f"/api/v1/offers/{offer.pk}/{verb}/", {}, format="json").status_code == 404
    audrey = as_user(remedy_desk.audrey)
    assert audrey.get(f"/api/v1/offers/{offer.pk}/").status_code == 200
    assert audrey.post(f"/api/v1/offers/{offer.pk}/{verb}/", {}, format="json").status_code == 403


def test_a_stale_version_is_refused_and_nothing_done(remedy_desk: Desk, as_user: SignIn) -> None:
    offer = draft_of(make_hurt(remedy_desk))
    alice = as_user(remedy_desk.alice)
    answer = alice.post(
        f"/api/v1/offers/{offer.pk}/send/", {"body": "Sorry"}, format="json", HTTP_IF_MATCH='"99"'
    )
    assert answer.status_code == 412
    assert Offer.objects.get(pk=offer.pk).status == "draft"


def test_a_token_needs_the_scope_of_remedies(remedy_desk: Desk) -> None:
    offer = draft_of(make_hurt(remedy_desk))
    reader = token_client(scopes=["tickets:read", "tickets:write"])
    assert reader.get(f"/api/v1/offers/{offer.pk}/").status_code == 403
    full = token_client(scopes=["tickets:read", "tickets:write", "remedies:read", "remedies:write"])
    assert full.get(f"/api/v1/offers/{offer.pk}/").status_code == 200
    answer = full.post(f"/api/v1/offers/{offer.pk}/send/", {"body": "Sorry"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "above_authority")


def test_what_one_may_grant_is_visible_before_anything_is_typed(
    remedy_desk: Desk, as_user: SignIn
) -> None:
    ticket = make_hurt(remedy_desk)
    answer = as_user(remedy_desk.alice).get(f"/api/v1/tickets/{ticket.number}/authority/").json()
    ticket_meter = next(m for m in answer["meters"] if m["span"] == "ticket")
    assert ticket_meter["words"] == "£100 left of £100 for this ticket"


def test_a_component_is_added_and_a_refusal_sent(remedy_desk: Desk, as_user: SignIn) -> None:
    ticket = make_hurt(remedy_desk)
    alice = as_user(remedy_desk.alice)
    added = alice.post(
        f"/api/v1/tickets/{ticket.number}/components/",
        {
            "kind": "gift",
            "title": "Flowers",
            "amount": {"amount": "9.50", "currency": "GBP"},
            "reason": "Birthday",
        },
        format="json",
    )
    assert added.status_code == 201
    assert added.json()["total"]["minor"] == 12_140 + 950
    point = ticket.points.get()
    body = {
        "findings": [{"point": point.pk, "outcome": "not_upheld", "finding": "As agreed."}],
        "reason": "It is in the contract.",
        "next_stage": "Write until 24 December.",
    }
    no = alice.post(f"/api/v1/tickets/{ticket.number}/refuse/", body, format="json")
    assert no.status_code == 201, no.json()
    listed = alice.get("/api/v1/refusals/", {"ticket": ticket.number}).json()["results"]
    assert listed[0]["reason"] == "It is in the contract."
    lacking = alice.post(
        f"/api/v1/tickets/{ticket.number}/refuse/", {**body, "findings": []}, format="json"
    )
    assert lacking.status_code in (400, 422)


def test_another_currency_is_an_error_at_its_field(remedy_desk: Desk, as_user: SignIn) -> None:
    offer = draft_of(make_hurt(remedy_desk))
    answer = as_user(remedy_desk.alice).post(
        f"/api/v1/offers/{offer.pk}/adjust/",
        {
            "component": part(offer, "M-4").pk,
            "amount": {"minor": 9500, "currency": "EUR"},
            "reason": "x",
        },
        format="json",
    )
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "amount.currency"


def test_the_same_sum_sent_twice_changes_it_once(remedy_desk: Desk, as_user: SignIn) -> None:
    ticket = make_hurt(remedy_desk)
    offer = draft_of(ticket)
    sent = {
        "component": part(offer, "M-4").pk,
        "amount": {"minor": 9500, "currency": "GBP"},
        "reason": "A week lost",
    }
    alice = as_user(remedy_desk.alice)
    for _ in range(2):
        answer = alice.post(f"/api/v1/offers/{offer.pk}/adjust/", sent, format="json")
        assert answer.status_code == 200
    assert ticket.events.filter(type="offer_adjusted").count() == 1


@pytest.mark.parametrize(
    ("rule", "minor", "says"),
    [
        ("M-4", -500, "below nothing"),
        ("M-4", 20_000, "gives £90.00 to £135.00 here"),
        ("L-1", 4000, "gives £31.40 here"),
        ("G-2", 500, "no sum to change"),
    ],
)
def test_a_sum_that_cannot_be_is_told_as_what_it_is(
    remedy_desk: Desk, as_user: SignIn, rule: str, minor: int, says: str
) -> None:
    offer = draft_of(make_hurt(remedy_desk))
    amount = {"minor": minor, "currency": "GBP"}
    answer = as_user(remedy_desk.alice).post(
        f"/api/v1/offers/{offer.pk}/adjust/",
        {"component": part(offer, rule).pk, "amount": amount, "reason": "x"},
        format="json",
    )
    assert answer.status_code == 400
    assert says in answer.json()["detail"]


@pytest.mark.parametrize(
    ("line", "second", "field"),
    [
        ({"component": 0}, None, "amounts.1.component"),
        ({"amount": {"minor": -1, "currency": "GBP"}}, None, "amounts.1.amount"),
        ({"amount": {"minor": 1, "currency": "EUR"}}, None, "amounts.1.amount.currency"),
        ({}, "same", "amounts.1.component"),
    ],
)
def test_an_error_in_a_list_names_its_line(
    remedy_desk: Desk, as_user: SignIn, line: dict[str, Any], second: str | None, field: str
) -> None:
    ticket = make_hurt(remedy_desk)
    services.take(ticket, actor=user(remedy_desk.alice), now=NOW)
    offer = draft_of(ticket)
    parts = [row.pk for row in offer.components.all() if row.amount is not None]
    good = {"component": parts[0], "amount": {"minor": 15_000, "currency": "GBP"}}
    other = {**good, "component": parts[0] if second else parts[1], **line}
    answer = as_user(remedy_desk.alice).post(
        f"/api/v1/offers/{offer.pk}/request-exception/",
        {"amounts": [good, other], "reason": "Nine days"},
        format="json",
    )
    assert answer.status_code in {400, 404}, answer.content
    assert answer.json()["errors"][0]["field"] == field


def test_lists_cost_the_same_however_long(
    remedy_desk: Desk, as_user: SignIn, django_assert_max_num_queries: Any
) -> None:
    alice = as_user(remedy_desk.alice)
    for n in range(4):
        make_hurt(remedy_desk, customer=make_customer(f"Person {n}"))
    alice.get("/api/v1/offers/")
    with django_assert_max_num_queries(8):
        assert len(alice.get("/api/v1/offers/").json()["results"]) == 4


def test_factors_and_policies_are_read(remedy_desk: Desk, as_user: SignIn) -> None:
    alice = as_user(remedy_desk.alice)
    factors = alice.get("/api/v1/pain-factors/").json()
    assert {"key": "upset", "words": "Upset or let down"} in next(
        f for f in factors if f["key"] == "distress"
    )["answers"]
    assert alice.get("/api/v1/policies/").json()[0]["key"] == "general"
    assert not Remedy.objects.exists()
    assert make_ticket(remedy_desk).pk


def test_a_draft_is_previewed_word_for_word(remedy_desk: Desk, as_user: SignIn) -> None:
    offer = draft_of(make_hurt(remedy_desk))
    address = f"/api/v1/offers/{offer.pk}/preview/"
    alice = as_user(remedy_desk.alice)
    seen = alice.post(address, {}, format="json")
    assert seen.status_code == 200, seen.json()
    found = seen.json()
    assert found["text"].startswith(found["body"])
    assert offer.ticket.access_key in found["text"]
    assert found["total"]["minor"] == offer.total
    assert [part["key"] for part in found["apology"]["parts"]][-1] == "forgiveness"
    assert as_user(remedy_desk.charlie).post(address, {}, format="json").status_code == 404
    assert as_user(remedy_desk.audrey).post(address, {}, format="json").status_code == 403
    late = alice.post(address, {"expires_at": "2020-01-01T00:00:00Z"}, format="json")
    assert (late.status_code, late.json()["errors"][0]["field"]) == (400, "expires_at")


def test_a_text_is_looked_at_for_an_apology(remedy_desk: Desk, as_user: SignIn) -> None:
    alice = as_user(remedy_desk.alice)
    text = "We are sorry if this upset you."
    found = alice.post("/api/v1/apology-check/", {"text": text}, format="json").json()
    assert found["notes"] == ["“If” doubts that it happened."]
    assert "what changes" in found["missing"]
    assert alice.post("/api/v1/apology-check/", {}, format="json").status_code == 400


def test_a_no_says_what_would_be_fair_over_rest(remedy_desk: Desk, as_user: SignIn) -> None:
    ticket = make_hurt(remedy_desk)
    offer = sent_offer(remedy_desk, ticket)
    alice = as_user(remedy_desk.alice)
    address = f"/api/v1/offers/{offer.pk}/decline/"
    for wrong, field in [
        ({"amount": {"minor": 100, "currency": "EUR"}}, "amount.currency"),
        ({"amount": {"minor": 0, "currency": "GBP"}}, "amount"),
        ({"kind": "gold"}, "kind"),
    ]:
        refused = alice.post(address, wrong, format="json")
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["field"] == field
    wish = {"amount": {"minor": 25_000, "currency": "GBP"}, "kind": "refund", "wish": "My day."}
    said = alice.post(address, wish, format="json").json()
    assert (said["status"], said["wish_amount"]["minor"]) == ("declined", 25_000)
    assert (said["wish_kind"], said["wish"]) == ("refund", "My day.")


def test_the_customers_choice_of_form_comes_over_rest(remedy_desk: Desk, as_user: SignIn) -> None:
    put_in_force(VOUCHER)
    ticket = make_hurt(remedy_desk)
    offer = sent_offer(remedy_desk, ticket)
    credit = part(offer, "V-1")
    alice = as_user(remedy_desk.alice)
    shown = alice.get(f"/api/v1/offers/{offer.pk}/").json()["components"][0]
    assert [(c["form"], c["amount"]["minor"]) for c in shown["choices"]] == [("voucher", 6000)]
    address = f"/api/v1/offers/{offer.pk}/accept/"
    chosen = {"choices": [{"component": credit.pk, "form": "gold"}]}
    refused = alice.post(address, chosen, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "choices")
    chosen["choices"][0]["form"] = "voucher"
    taken = alice.post(address, chosen, format="json").json()
    assert taken["components"][0]["chosen"] == "voucher"
    assert Remedy.objects.get(rule="V-1").amount == 6000
