"""Calls, de-escalation, rotas and alerts over REST."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine

from escalation.models import DutySlot, Escalation, EscalationPath, Rota
from escalation.services import stepping
from tests.builders import NOW, Desk, make_ticket, user
from tests.escalation.builders import at
from tests.support.api import token_client
from tickets import services
from tickets.models import Alert, Ticket, User
from tickets.services.alerts import set_alert_settings

SignIn = Callable[[User], Any]


@pytest.fixture
def as_user(desk: Desk) -> SignIn:
    from rest_framework.test import APIClient

    def sign_in(person: User) -> Any:
        client = APIClient()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    made = make_ticket(desk)
    services.assign(made, desk.alice, actor=user(desk.sue), now=NOW)
    return made


@time_machine.travel(NOW, tick=False)
def test_calling_answering_and_de_escalating(desk: Desk, ticket: Ticket, as_user: SignIn) -> None:
    alice, sue = as_user(desk.alice), as_user(desk.sue)
    base = f"/api/v1/tickets/{ticket.number}"
    made = alice.post(f"{base}/escalate/", {"reason": "He threatens to sue."}, format="json")
    assert made.status_code == 201
    assert made.json()["told"] == ["Sue"]
    again = alice.post(f"{base}/escalate/", {"reason": "Really."}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "already_called")
    standing = alice.get(f"{base}/escalation/").json()
    assert standing["since"] and standing["handoffs"] == 0
    assert [row["reason"] for row in standing["calls"]] == ["He threatens to sue."]
    step = f"/api/v1/escalations/{made.json()['id']}/acknowledge/"
    assert alice.post(step).json()["code"] == "own_call"
    assert as_user(desk.charlie).post(step).status_code == 404
    assert as_user(desk.audrey).post(step).status_code == 403
    answered = sue.post(step)
    assert (answered.status_code, answered.json()["acknowledged_by"]["name"]) == (200, "Sue")
    assert alice.get(f"{base}/escalation/").json()["calls"] == []
    down = f"{base}/de-escalate/"
    assert alice.post(down, {"reason": "Fine now."}, format="json").status_code == 403
    assert sue.post(down, {}, format="json").json()["errors"][0]["field"] == "reason"
    ended = sue.post(down, {"reason": "She was called."}, format="json")
    assert (ended.status_code, ended.json()["since"]) == (200, None)
    assert sue.post(down, {"reason": "Twice."}, format="json").json()["code"] == "not_escalated"


def test_an_integration_calls_but_does_not_answer(desk: Desk, ticket: Ticket) -> None:
    client = token_client()
    made = client.post(
        f"/api/v1/tickets/{ticket.number}/escalate/", {"reason": "A call came."}, format="json"
    )
    assert made.status_code == 201
    step = f"/api/v1/escalations/{made.json()['id']}/acknowledge/"
    assert client.post(step).status_code == 422 or client.post(step).status_code == 400
    down = f"/api/v1/tickets/{ticket.number}/de-escalate/"
    assert client.post(down, {"reason": "No."}, format="json").status_code == 403


# -- rotas ----------------------------------------------------------------------------------------


@pytest.fixture
def rota(desk: Desk) -> Rota:
    return Rota.objects.create(key="night", name="Night", team=desk.home, time_zone="UTC")


def slot(person: User, **over: Any) -> dict[str, Any]:
    usual = {"person": person.pk, "weekday": "tue", "starts": "09:00", "ends": "17:00"}
    return {**usual, **over}


@time_machine.travel(NOW, tick=False)
def test_a_supervisor_says_who_is_on_duty_and_the_path_tells_them(
    desk: Desk, ticket: Ticket, rota: Rota, as_user: SignIn
) -> None:
    sue = as_user(desk.sue)
    put = sue.put(
        "/api/v1/rotas/night/slots/",
        {"slots": [slot(desk.bob), slot(desk.sue, weekday="wed"),
                   slot(desk.sue, weekday=None, on="2026-12-01")]},
        format="json",
    )  # fmt: skip
    assert put.status_code == 200, put.json()
    assert [row["person"]["name"] for row in put.json()["slots"]] == ["Sue", "Bob", "Sue"]
    assert [one["name"] for one in put.json()["on_duty"]] == ["Bob"]
    listed = sue.get("/api/v1/rotas/", {"at": "2026-11-25T10:00:00Z"}).json()
    assert [one["name"] for one in listed[0]["on_duty"]] == ["Sue"]
    path = EscalationPath.objects.get(key="ladder")
    path.steps = [{"to": ["rota:night"], "do": ["notify"]}]
    path.full_clean()
    path.save()
    set_alert_settings(desk.bob, quiet_from=None, quiet_until=None, quiet_days=range(6), now=NOW)
    stepping.sweep(now=at("24 13:20"))
    assert Escalation.objects.get(ticket=ticket, level="path").told == ["Bob"]
    # Quiet hours or not: he is on duty.
    assert Alert.objects.get(user=desk.bob, key__contains=":path:").held_until is None


def test_where_nobody_is_on_duty_the_next_above_hears(
    desk: Desk, ticket: Ticket, rota: Rota
) -> None:
    path = EscalationPath.objects.get(key="ladder")
    path.steps = [{"to": ["rota"]}]
    path.save()
    stepping.sweep(now=at("24 13:20"))
    assert Escalation.objects.get(ticket=ticket, level="path").told == ["Sue"]


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"person": 0}, "slots.0.person"),
        ({"person": 10**9}, "slots.0.person"),
        ({"weekday": "someday"}, "slots.0.weekday"),
        ({"weekday": None}, "slots.0.weekday"),
        ({"on": "2026-12-01"}, "slots.0.weekday"),
        ({"starts": "25:00"}, "slots.0.starts"),
        ({"mood": "good"}, "slots.0.mood"),
    ],
)
def test_a_bad_slot_is_named_with_its_place(
    desk: Desk, rota: Rota, as_user: SignIn, over: dict[str, Any], field: str
) -> None:
    answer = as_user(desk.sue).put(
        "/api/v1/rotas/night/slots/", {"slots": [{**slot(desk.bob), **over}]}, format="json"
    )
    assert answer.status_code in {400, 422}
    assert answer.json()["errors"][0]["field"] == field
    assert not DutySlot.objects.exists()


def test_rotas_are_changed_by_those_who_watch_over_the_team(
    desk: Desk, rota: Rota, as_user: SignIn
) -> None:
    body = {"slots": [slot(desk.bob), slot(desk.bob)]}
    for person in (desk.alice, desk.charlie, desk.audrey):
        answer = as_user(person).put("/api/v1/rotas/night/slots/", body, format="json")
        assert answer.status_code == 403
    twice = as_user(desk.mona).put("/api/v1/rotas/night/slots/", body, format="json")
    assert (twice.status_code, twice.json()["errors"][0]["field"]) == (409, "slots.1")
    assert token_client().put("/api/v1/rotas/night/slots/", body, format="json").status_code == 403
    assert token_client(scopes=["config:read"]).get("/api/v1/rotas/night/").status_code == 200
    assert as_user(desk.alice).get("/api/v1/rotas/none/").status_code == 404
    wrong = as_user(desk.alice).get("/api/v1/rotas/", {"at": "noon"})
    assert wrong.json()["errors"][0]["field"] == "at"


# -- alerts ---------------------------------------------------------------------------------------


@time_machine.travel(NOW, tick=False)
def test_alerts_are_ones_own(desk: Desk, ticket: Ticket, as_user: SignIn) -> None:
    alice = as_user(desk.alice)
    rows = alice.get("/api/v1/me/alerts/").json()["results"]
    assert [row["ticket"] for row in rows] == [ticket.number]
    assert rows[0]["read_at"] is None
    assert as_user(desk.bob).get("/api/v1/me/alerts/").json()["results"] == []
    read = alice.post("/api/v1/me/alerts/read/", {"up_to": rows[0]["id"]}, format="json")
    assert read.json() == {"read": 1}
    assert token_client().get("/api/v1/me/alerts/").status_code == 403


def test_quiet_hours_are_set_and_read(desk: Desk, as_user: SignIn) -> None:
    alice = as_user(desk.alice)
    address = "/api/v1/me/alert-settings/"
    assert alice.get(address).json()["quiet_from"] is None
    put = alice.put(
        address,
        {"quiet_from": "22:00", "quiet_until": "07:00", "quiet_days": ["sun"]},
        format="json",
    )
    assert put.status_code == 200
    body = alice.get(address).json()
    assert (body["quiet_from"], body["quiet_days"], body["digest_after"]) == (
        "22:00:00", ["sun"], 5
    )  # fmt: skip
    wrong = alice.put(address, {"quiet_from": "22:00"}, format="json")
    assert wrong.json()["errors"][0]["field"] == "quiet_until"


def test_quiet_hours_come_with_the_time_zone_that_they_are_of(desk: Desk, as_user: SignIn) -> None:
    alice, address = as_user(desk.alice), "/api/v1/me/alert-settings/"
    body = alice.put(address, {"time_zone": "Asia/Kolkata"}, format="json").json()
    assert body["time_zone"] == "Asia/Kolkata"
    assert alice.put(address, {}, format="json").json()["time_zone"] == "Asia/Kolkata"
    wrong = alice.put(address, {"time_zone": "The/Moon"}, format="json")
    assert wrong.status_code == 400
    assert wrong.json()["errors"][0]["field"] == "time_zone"
