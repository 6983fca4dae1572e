"""The Django admin: who sets the desk up, and what is only looked at."""

import pytest
from django.test import Client

from escalation.services.defaults import ensure_defaults
from tests.builders import NOW, Desk, make_ticket, user
from tickets import services
from tickets.models import (
    AlertSettings,
    Category,
    Event,
    FactDefinition,
    Membership,
    Outbox,
    Team,
    Untold,
    User,
)

PAGES = [
    "category", "factdefinition", "rootcause", "team", "user", "event", "outbox", "alertsettings",
    "untold",
]  # fmt: skip


def _signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("page", PAGES)
def test_those_who_configure_come_in_and_nobody_else(desk: Desk, page: str) -> None:
    make_ticket(desk)
    url = f"/admin/tickets/{page}/"
    for name, status in {"ada": 200, "mona": 200, "sue": 302, "alice": 302, "audrey": 302}.items():
        assert _signed_in(getattr(desk, name)).get(url).status_code == status, name


def test_a_category_is_changed_with_history_and_seen_at_once(desk: Desk) -> None:
    mona = _signed_in(desk.mona)
    url = f"/admin/tickets/category/{desk.outage.pk}/change/"
    sent = {
        "name": "No service",
        "key": "outage",
        "parent": desk.broadband.pk,
        "order": 2,
        "public": "on",
        "active": "on",
        "fact_definitions-TOTAL_FORMS": 0,
        "fact_definitions-INITIAL_FORMS": 0,
    }
    response = mona.post(url, sent)
    assert response.status_code == 302, response.content.decode()
    stored = Category.objects.get(pk=desk.outage.pk)
    assert stored.name == "No service"
    assert stored.history.first().history_user == desk.mona
    history = mona.get(f"/admin/tickets/category/{desk.outage.pk}/history/")
    assert history.status_code == 200
    page = history.content.decode()
    assert "No service" in page
    assert "style" not in page.replace("stylesheet", ""), "our content security policy refuses it"
    assert "'unsafe-inline'" not in history["Content-Security-Policy"]


def test_a_category_never_lies_below_itself(desk: Desk) -> None:
    url = f"/admin/tickets/category/{desk.broadband.pk}/change/"
    sent = {
        "name": "Broadband",
        "key": "broadband",
        "parent": desk.outage.pk,
        "order": 1,
        "fact_definitions-TOTAL_FORMS": 0,
        "fact_definitions-INITIAL_FORMS": 0,
    }
    response = _signed_in(desk.ada).post(url, sent)
    assert b"below itself" in response.content


def test_a_choice_without_choices_is_refused(desk: Desk) -> None:
    sent = {"name": "x", "label": "X", "kind": "choice", "choices": "", "order": 1}
    response = _signed_in(desk.ada).post("/admin/tickets/factdefinition/add/", sent)
    assert response.status_code == 200
    assert not FactDefinition.objects.filter(name="x").exists()


def test_only_an_administrator_makes_people_and_says_who_sees_what(desk: Desk) -> None:
    sent = {
        "email": "nina@example.org",
        "name": "Nina",
        "role": "rep",
        "usable_password": "false",
        "memberships-TOTAL_FORMS": 1,
        "memberships-INITIAL_FORMS": 0,
        "memberships-0-team": desk.home.pk,
    }
    assert _signed_in(desk.mona).post("/admin/tickets/user/add/", sent).status_code == 403
    change = f"/admin/tickets/user/{desk.mona.pk}/change/"
    assert _signed_in(desk.mona).post(change, {"role": "admin"}).status_code == 403
    made = _signed_in(desk.ada).post("/admin/tickets/user/add/", sent)
    assert made.status_code == 302, made.content.decode()
    nina = User.objects.get(email="nina@example.org")
    assert not nina.has_usable_password()
    assert Membership.objects.filter(user=nina, team=desk.home).exists()


def test_a_manager_edits_a_team_but_not_its_members(desk: Desk) -> None:
    sent = {
        "key": "home",
        "name": "Home and garden",
        "language": "en",
        "time_zone": "Europe/London",
        "memberships-TOTAL_FORMS": 1,
        "memberships-INITIAL_FORMS": 0,
        "memberships-0-user": desk.mona.pk,
    }
    url = f"/admin/tickets/team/{desk.home.pk}/change/"
    assert _signed_in(desk.mona).post(url, sent).status_code == 302
    assert Team.objects.get(pk=desk.home.pk).name == "Home and garden"
    assert not Membership.objects.filter(user=desk.mona).exists()


def test_what_happened_is_only_looked_at_and_only_where_one_may_see_it(desk: Desk) -> None:
    ticket = make_ticket(desk)
    ada = _signed_in(desk.ada)
    event = Event.objects.order_by("pk").first()
    letter = Outbox.objects.create(
        kind="mail", key="k", ticket=ticket, created_at=NOW, next_attempt_at=NOW, state="dead"
    )
    assert event is not None
    urls = [
        f"/admin/tickets/event/{event.pk}/change/",
        f"/admin/tickets/outbox/{letter.pk}/change/",
    ]
    for url in urls:
        assert ada.get(url).status_code == 200
        assert ada.post(url, {"type": "never"}).status_code == 403
        assert ada.post(url.replace("change", "delete"), {"post": "yes"}).status_code == 403
    services.set_confidential(ticket, True, actor=user(desk.sue), now=NOW)
    for url in urls:
        assert ada.get(url).status_code == 302
    assert ticket.number not in ada.get("/admin/tickets/event/").content.decode()


@pytest.mark.parametrize(
    "page",
    [
        "tickets/outbox",
        "escalation/deadline",
        "escalation/escalation",
        "escalation/climb",
        "remedies/offer",
        "remedies/exceptionrequest",
        "remedies/remedy",
        "remedies/refusal",
        "feedback/survey",
        "feedback/answer",
        "feedback/followup",
        "feedback/idea",
        "integrations/receivedmail",
        "integrations/deadletter",
    ],
)
def test_what_services_write_is_looked_at_by_those_who_configure(desk: Desk, page: str) -> None:
    make_ticket(desk)
    for name, status in {"ada": 200, "mona": 200, "sue": 302}.items():
        client = _signed_in(getattr(desk, name))
        assert client.get(f"/admin/{page}/").status_code == status, name
        if status == 200:
            assert client.get(f"/admin/{page}/add/").status_code == 403


def test_a_confidential_ticket_shows_in_no_list_of_the_admin(desk: Desk) -> None:
    ensure_defaults(now=NOW)
    hidden, seen = make_ticket(desk, confidential=True), make_ticket(desk)
    assert hidden.deadlines.exists()
    page = _signed_in(desk.mona).get("/admin/escalation/deadline/").content.decode()
    assert hidden.number not in page
    assert seen.number in page


def test_an_administrator_sets_quiet_hours_that_make_sense(desk: Desk) -> None:
    url = "/admin/tickets/alertsettings/add/"
    sent = {
        "user": desk.sue.pk, "quiet_from": "22:00", "quiet_until": "22:00", "quiet_days": "5,6",
        "digest_after": 5, "digest_minutes": 15,
    }  # fmt: skip
    assert _signed_in(desk.mona).post(url, sent).status_code == 403
    ada = _signed_in(desk.ada)
    assert "That would be the whole day." in ada.post(url, sent).content.decode()
    assert ada.post(url, {**sent, "quiet_until": "07:00"}).status_code == 302
    assert AlertSettings.objects.get(user=desk.sue).quiet_days == [5, 6]


def test_who_could_not_be_told_is_tried_again_from_the_admin(desk: Desk) -> None:
    later = NOW.replace(year=2100)
    row = Untold.objects.create(user=desk.sue, since=NOW, next_attempt_at=later, last_error="No")
    sent = {"action": "again", "_selected_action": [row.pk]}
    assert _signed_in(desk.mona).post("/admin/tickets/untold/", sent).status_code == 302
    row.refresh_from_db()
    assert row.next_attempt_at < later
