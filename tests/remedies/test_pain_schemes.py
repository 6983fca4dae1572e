"""The assessment of pain as a desk sets it up: versions, permissions, and what tickets feel."""

import copy
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from rest_framework.test import APIClient

from remedies import services as remedies
from remedies.models import PainScheme
from remedies.pain import DEFAULT
from remedies.pain_schemes import SchemeInvalid, scheme_data
from tests.builders import NOW, Desk, make_ticket, user
from tests.remedies.builders import make_hurt, sent_offer
from tests.support.api import token_client
from tickets import services
from tickets.errors import Conflict
from tickets.models import Event, User
from tickets.rules import Channel

pytestmark = pytest.mark.django_db


def harsher() -> dict[str, Any]:
    """The shipped assessment in which some hours lost are worth a 3."""
    data = scheme_data(DEFAULT, "Hours weigh more")
    return copy.deepcopy(data) | {"factors": [_hours(f) for f in data["factors"]]}


def _hours(factor: dict[str, Any]) -> dict[str, Any]:
    if factor["key"] != "time_lost":
        return factor
    answers = [a | ({"level": 3} if a["key"] == "hours" else {}) for a in factor["answers"]]
    return {**factor, "answers": answers}


def in_force(data: dict[str, Any]) -> PainScheme:
    """Written and put in force."""
    return remedies.activate_pain_scheme(
        remedies.save_pain_scheme(data, by=None, now=NOW), by=None, now=NOW
    )


def test_what_is_shipped_is_what_was_before_there_were_versions(remedy_desk: Desk) -> None:
    ticket = make_ticket(remedy_desk, factors={"time_lost": "hours"})
    assert (ticket.pain, PainScheme.objects.count()) == (2, 0)
    in_force(scheme_data(DEFAULT, "The same"))
    assert make_ticket(remedy_desk, factors={"time_lost": "hours"}).pain == 2


def test_a_version_in_force_assesses_what_happens_from_then_on(remedy_desk: Desk) -> None:
    ticket = make_ticket(remedy_desk, factors={"time_lost": "hours"})
    in_force(harsher())
    alice = user(remedy_desk.alice)
    services.set_factors(ticket, {"distress": "annoyed"}, actor=alice, now=NOW)
    ticket.refresh_from_db()
    assert ticket.pain == 3
    told = Event.objects.filter(ticket=ticket, type="pain_assessed").latest("seq").data
    assert told["words"].startswith("Some hours lost")


def test_answers_that_are_none_any_more_count_for_nothing(remedy_desk: Desk) -> None:
    ticket = make_ticket(remedy_desk, factors={"time_lost": "weeks"})
    data = harsher()
    data["factors"] = [f for f in data["factors"] if f["key"] != "time_lost"]
    in_force(data)
    services.set_factors(ticket, {"distress": None}, actor=user(remedy_desk.alice), now=NOW)
    services.receive_message(
        ticket, body="Again", channel=Channel.PHONE, actor=user(remedy_desk.alice), now=NOW
    )
    ticket.refresh_from_db()
    assert ticket.pain == 1


def test_it_is_never_lowered_by_itself_once_an_offer_went_out(remedy_desk: Desk) -> None:
    ticket = make_hurt(remedy_desk)
    sent_offer(remedy_desk, ticket)
    services.set_factors(ticket, {"consequence": "none"}, actor=user(remedy_desk.alice), now=NOW)
    ticket.refresh_from_db()
    assert ticket.pain == 4
    services.set_factors(ticket, {"consequence": "harm"}, actor=user(remedy_desk.alice), now=NOW)
    ticket.refresh_from_db()
    assert ticket.pain == 5


def test_there_is_one_draft_and_one_in_force(remedy_desk: Desk) -> None:
    first = in_force(harsher())
    draft = remedies.save_pain_scheme(scheme_data(DEFAULT, "Back"), by=None, now=NOW)
    again = remedies.save_pain_scheme(scheme_data(DEFAULT, "Back again"), by=None, now=NOW)
    assert (draft.pk, again.version) == (again.pk, first.version + 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        PainScheme.objects.create(version=9, title="x", data={}, created_at=NOW)
    remedies.activate_pain_scheme(again, by=None, now=NOW)
    first.refresh_from_db()
    assert (first.status, first.retired_at) == ("retired", NOW)
    with pytest.raises(Conflict):
        remedies.activate_pain_scheme(first, by=None, now=NOW)
    with pytest.raises(Conflict):
        remedies.drop_pain_draft(again)


def test_what_was_in_force_is_kept_as_it_was(remedy_desk: Desk) -> None:
    row = in_force(harsher())
    with pytest.raises(DatabaseError, match="refused"), transaction.atomic():
        PainScheme.objects.filter(pk=row.pk).update(data={})
    with pytest.raises(DatabaseError, match="refused"), transaction.atomic():
        row.delete()


def test_worse_that_gives_less_is_not_even_saved(remedy_desk: Desk) -> None:
    data = harsher()
    data["factors"][0]["answers"][-1]["level"] = 1
    with pytest.raises(SchemeInvalid, match="pain falls from"):
        remedies.save_pain_scheme(data, by=None, now=NOW)
    assert not PainScheme.objects.exists()


# -- over REST --------------------------------------------------------------------------------


def client_of(person: User) -> APIClient:
    """A person who signed in."""
    client = APIClient()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_assessment_is_read_and_tried_by_everybody(remedy_desk: Desk) -> None:
    alice = client_of(remedy_desk.alice)
    shown = alice.get("/api/v1/pain-schemes/in-force/").json()
    assert (shown["version"], shown["status"]) == (0, "active")
    assert shown["data"] == scheme_data(DEFAULT, "As shipped")
    facts = {"answers": {"time_lost": "days"}, "contacts": 3, "promises_broken": 1}
    tried = alice.post("/api/v1/pain-schemes/try/", facts, format="json").json()
    assert tried["level"] == 4
    assert tried["words"] == "4: two days or more lost, third contact, promise broken once"
    wrong = alice.post(
        "/api/v1/pain-schemes/try/", {"answers": {"time_lost": "ages"}}, format="json"
    )
    assert wrong.status_code == 400
    assert wrong.json()["errors"][0]["field"] == "factors.time_lost"


def test_managers_write_it_and_nobody_else(remedy_desk: Desk) -> None:
    body = {"data": harsher()}
    for person in (remedy_desk.alice, remedy_desk.sue, remedy_desk.audrey):
        refused = client_of(person).post("/api/v1/pain-schemes/", body, format="json")
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    mona = client_of(remedy_desk.mona)
    made = mona.post("/api/v1/pain-schemes/", body, format="json")
    assert (made.status_code, made.json()["status"]) == (201, "draft")
    address = f"/api/v1/pain-schemes/{made.json()['version']}/"
    alice = client_of(remedy_desk.alice)
    assert alice.post(f"{address}activate/", {}, format="json").status_code == 403
    assert alice.delete(address).status_code == 403
    assert mona.post(f"{address}activate/", {}, format="json").json()["status"] == "active"
    assert [row["version"] for row in alice.get("/api/v1/pain-schemes/").json()] == [1]
    assert mona.delete(address).status_code == 409
    assert mona.get("/api/v1/pain-schemes/77/").status_code == 404


def test_a_mistake_is_told_with_its_place(remedy_desk: Desk) -> None:
    data = harsher()
    data["factors"][0]["answers"][1]["level"] = 9
    mona = client_of(remedy_desk.mona)
    refused = mona.post("/api/v1/pain-schemes/", {"data": data}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "scheme_invalid")
    assert refused.json()["errors"][0]["field"] == "factors.0.answers.1.level"
    tried = mona.post("/api/v1/pain-schemes/try/", {"data": data}, format="json")
    assert tried.status_code == 400


def test_a_client_reads_it_with_config_read_and_never_writes(remedy_desk: Desk) -> None:
    reader = token_client(scopes=["config:read"])
    assert reader.get("/api/v1/pain-schemes/in-force/").status_code == 200
    assert reader.post("/api/v1/pain-schemes/try/", {}, format="json").json()["level"] == 1
    other = token_client(scopes=["tickets:read", "tickets:write"])
    assert other.get("/api/v1/pain-schemes/in-force/").status_code == 403
    refused = other.post("/api/v1/pain-schemes/", {"data": harsher()}, format="json")
    assert refused.status_code == 403
