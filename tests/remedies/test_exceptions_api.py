"""Exceptions over REST: routed, decided together, taken back; bad input named."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from remedies.models import Budget, DecisionLevel, ExceptionRequest
from tests.builders import Desk, make_user
from tests.remedies.builders import draft_of, make_hurt, part
from tickets.models import Membership, Ticket, User

pytestmark = pytest.mark.django_db


def signed_in(person: User) -> APIClient:
    """A client that acts for a person."""
    client = APIClient()
    client.force_login(person)
    return client


def post(client: APIClient, url: str, data: dict[str, Any]) -> Any:
    """JSON in, the response out."""
    return client.post(f"/api/v1/{url}", data, format="json")


def ask(desk: Desk, ticket: Ticket, pounds: str = "200.00", **over: Any) -> Any:
    """Alice asks over the API."""
    offer = draft_of(ticket)
    wish = {"component": part(offer, "M-4").pk, "amount": {"amount": pounds, "currency": "GBP"}}
    data = {"amounts": [wish], "reason": "Her father", **over}
    return post(signed_in(desk.alice), f"offers/{offer.pk}/request-exception/", data)


def test_a_request_tells_why_it_is_one_and_who_decides(remedy_desk: Desk) -> None:
    answer = ask(remedy_desk, make_hurt(remedy_desk))
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert told["grounds"] == ["authority", "policy"]
    assert told["because"][1]["words"].startswith("This is £100 over your limit")
    assert [(one["name"], one["told"]) for one in told["levels"]] == [
        ("Supervisors of the team", True), ("Managers", False), ("Administrators", False)
    ]  # fmt: skip
    assert told["at_stake"]["minor"] == 20_000


def test_two_say_yes_over_the_api(remedy_desk: Desk) -> None:
    helen = make_user("Helen", "supervisor")
    Membership.objects.create(user=helen, team=remedy_desk.home, supervises=True)
    DecisionLevel.objects.create(
        name="Two", order=1, currency="GBP", up_to=90_000, needed=2, own_limits=False
    )
    key = ask(remedy_desk, make_hurt(remedy_desk), "600.00").json()["id"]
    sue = signed_in(remedy_desk.sue)
    half = post(sue, f"exceptions/{key}/approve/", {"reason": "Yes"}).json()
    assert (half["status"], [yes["user"]["name"] for yes in half["approvals"]]) == (
        "pending",
        ["Sue"],
    )
    again = post(sue, f"exceptions/{key}/approve/", {"reason": "Yes"})
    assert (again.status_code, again.json()["code"]) == (409, "approved_already")
    mine = sue.get("/api/v1/exceptions/", {"to_decide": "true"}).json()["results"]
    assert mine == []
    assert len(signed_in(helen).get("/api/v1/exceptions/?to_decide=true").json()["results"]) == 1
    full = post(signed_in(helen), f"exceptions/{key}/approve/", {"reason": "Yes"}).json()
    assert (full["status"], len(full["approvals"])) == ("approved", 2)


def test_several_at_once_and_one_of_them_not(remedy_desk: Desk) -> None:
    keys = [ask(remedy_desk, make_hurt(remedy_desk)).json()["id"] for _ in range(2)]
    keys.append(ask(remedy_desk, make_hurt(remedy_desk), "900.00").json()["id"])
    data = {"exceptions": [*keys, 999_999], "decision": "approve", "reason": "Storm week"}
    answer = post(signed_in(remedy_desk.sue), "exceptions/decide/", data)
    assert answer.status_code == 200, answer.content
    told = [(one["done"], one["status"], one["code"]) for one in answer.json()["results"]]
    assert told == [
        (True, "approved", ""),
        (True, "approved", ""),
        (False, "", "above_authority"),
        (False, "", "not_found"),
    ]
    others = post(signed_in(remedy_desk.bob), "exceptions/decide/", data).json()["results"]
    assert {one["code"] for one in others} == {"not_allowed", "not_found"}


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"exceptions": []}, "exceptions"),
        ({"exceptions": "all"}, "exceptions"),
        ({"decision": "maybe"}, "decision"),
        ({"reason": ""}, "reason"),
        ({"decision": "decline", "code": "mood"}, "code"),
        ({"decision": "decline"}, "code"),
        ({"exceptions": list(range(1, 102))}, "exceptions"),
    ],
)
def test_what_is_wrong_with_a_call_is_named(
    remedy_desk: Desk, over: dict[str, Any], field: str
) -> None:
    data = {"exceptions": [1], "decision": "approve", "reason": "Yes", **over}
    answer = post(signed_in(remedy_desk.sue), "exceptions/decide/", data)
    assert answer.status_code == 400
    assert field in answer.content.decode()


def test_a_decline_has_its_code_and_is_taken_back(remedy_desk: Desk) -> None:
    key = ask(remedy_desk, make_hurt(remedy_desk)).json()["id"]
    sue = signed_in(remedy_desk.sue)
    bare = post(sue, f"exceptions/{key}/decline/", {"reason": "No"})
    assert (bare.status_code, bare.json()["errors"][0]["field"]) == (400, "code")
    no = post(sue, f"exceptions/{key}/decline/", {"reason": "No", "code": "not_proven"}).json()
    assert (no["status"], no["decline_code"]) == ("declined", "not_proven")
    back = post(sue, f"exceptions/{key}/undo/", {}).json()
    assert (back["status"], back["decider"], back["decline_code"]) == ("pending", None, "")
    assert post(sue, f"exceptions/{key}/undo/", {}).status_code == 409


def test_one_asks_on_a_ticket_without_a_draft(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    draft_of(ticket).components.all().delete()
    draft_of(ticket).delete()
    data = {
        "additions": [
            {"kind": "credit", "title": "More", "amount": {"amount": "300", "currency": "GBP"}}
        ],
        "reason": "It broke again",
    }
    alice = signed_in(remedy_desk.alice)
    answer = post(alice, f"tickets/{ticket.number}/request-exception/", data)
    assert answer.status_code == 201, answer.content
    assert answer.json()["items"][0]["title"] == "More"
    assert (
        post(alice, f"tickets/{ticket.number}/request-exception/", {"reason": "x"}).status_code
        == 400
    )


def test_what_one_may_grant_is_told_before_one_asks(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    told = signed_in(remedy_desk.alice).get(f"/api/v1/tickets/{ticket.number}/authority/").json()
    credit = part(draft_of(ticket), "M-4").pk
    (one,) = told["components"]
    assert (one["component"], one["most"]["minor"]) == (credit, 10_000)
    kinds = {each["kind"]: each for each in told["kinds"]}
    assert kinds["credit"]["most"]["minor"] == 1000
    assert kinds["credit"]["words"] == "up to £10, of £100 for this ticket"
    euros = signed_in(remedy_desk.alice).get(
        f"/api/v1/tickets/{ticket.number}/authority/", {"currency": "EUR"}
    )
    assert "You have no limit in EUR" in euros.json()["kinds"][1]["words"]


def test_the_list_takes_as_many_queries_for_many_as_for_few(remedy_desk: Desk) -> None:
    sue = signed_in(remedy_desk.sue)

    def queries() -> int:
        sue.get("/api/v1/exceptions/?to_decide=true")
        with CaptureQueriesContext(connection) as caught:
            sue.get("/api/v1/exceptions/?to_decide=true")
        return len(caught)

    ask(remedy_desk, make_hurt(remedy_desk))
    few = queries()
    for _ in range(5):
        ask(remedy_desk, make_hurt(remedy_desk))
    assert (ExceptionRequest.objects.count(), queries()) == (6, few)


def test_what_was_decided_before_and_what_a_yes_costs_is_told(remedy_desk: Desk) -> None:
    Budget.objects.create(team=remedy_desk.home, every="month", currency="GBP", amount=50_000)
    sue = signed_in(remedy_desk.sue)
    first = ask(remedy_desk, make_hurt(remedy_desk), "150.00").json()["id"]
    post(sue, f"exceptions/{first}/approve/", {"reason": "Yes"})
    second = ask(remedy_desk, make_hurt(remedy_desk), "300.00").json()["id"]
    post(sue, f"exceptions/{second}/decline/", {"reason": "No", "code": "too_much"})
    key = ask(remedy_desk, make_hurt(remedy_desk)).json()["id"]
    address = f"/api/v1/exceptions/{key}/weighing/"
    told = sue.get(address).json()
    assert (told["similar"]["approved"], told["similar"]["decided"]) == (1, 2)
    newest = {one["exception"]: one for one in told["similar"]["newest"]}
    assert (newest[first]["more"]["minor"], newest[second]["more"]["minor"]) == (6000, 0)
    assert newest[second]["decline_code"] == "too_much"
    assert (told["cost"]["more"]["minor"], told["cost"]["month"]["minor"]) == (11_000, 6000)
    (budget,) = told["cost"]["budgets"]
    assert budget["amount"]["minor"] == 50_000
    assert budget["left"]["minor"] == 50_000 - budget["used"]["minor"] - 11_000
    assert told["proposal"] is None
    with CaptureQueriesContext(connection) as few:
        sue.get(address)
    for _ in range(3):
        more = ask(remedy_desk, make_hurt(remedy_desk), "160.00").json()["id"]
        post(sue, f"exceptions/{more}/approve/", {"reason": "Yes"})
    with CaptureQueriesContext(connection) as many:
        sue.get(address)
    assert len(many) == len(few)
    assert signed_in(remedy_desk.charlie).get(address).status_code == 404
