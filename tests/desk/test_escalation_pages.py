"""Escalation on pages: the customer's wish, answering a call, quiet hours, who is on duty."""

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client

from desk.views.shell import zone_of
from desk.words import long_moment_words
from escalation.models import Climb, DutySlot, Escalation, Rota
from escalation.services import manual, stepping
from remedies.models import Offer
from remedies.services import send_offer
from tests.builders import NOW, Desk, user
from tests.desk.pages import text_of
from tests.remedies.builders import make_hurt
from tickets import services
from tickets.models import AlertSettings, Ticket, User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User | None], Client]


@pytest.fixture
def ticket(whole_desk: Desk) -> Ticket:
    made = make_hurt(whole_desk)
    services.assign(made, whole_desk.alice, actor=user(whole_desk.sue), now=NOW)
    return made


def page_of(ticket: Ticket) -> str:
    return f"/desk/tickets/{ticket.number}/"


def test_a_customer_asks_for_somebody_above_on_his_page(ticket: Ticket) -> None:
    own = f"/c/{ticket.access_key}/"
    assert "Ask for somebody with more say" in text_of(Client().get(own))
    empty = Client().post(f"{own}escalate/", {"e-reason": " "})
    assert empty.status_code == 422
    sent = Client().post(f"{own}escalate/", {"e-reason": "Nobody calls me."}, follow=True)
    assert "Somebody with more say is told" in text_of(sent)
    row = Escalation.objects.get(ticket=ticket, level="customer")
    assert (row.reason, row.told) == ("Nobody calls me.", ["Sue"])


def test_the_wish_stands_in_the_timeline_until_somebody_takes_it_up(
    whole_desk: Desk, ticket: Ticket
) -> None:
    own = f"/c/{ticket.access_key}/"
    Client().post(f"{own}escalate/", {"e-reason": "Nobody calls me."})
    climb = Climb.objects.get()
    page = Client().get(own)
    now = [stage for stage in page.context["standing"].stages if stage.state == "now"]
    assert [stage.words for stage in now] == ["Somebody with more say looks at it"]
    assert climb.next_at is not None
    by = long_moment_words(climb.next_at, zone=zone_of(ticket.customer.time_zone))
    assert f"If nobody takes it up by {by}" in now[0].detail
    assert 'name="e-reason"' not in page.content.decode()
    manual.acknowledge_step(Escalation.objects.get(), actor=user(whole_desk.sue), now=NOW)
    page = Client().get(own)
    done = [stage.words for stage in page.context["standing"].stages if stage.state == "done"]
    assert "Sue, who has more say, took it up" in done
    assert 'name="e-reason"' in page.content.decode()


def test_while_a_wish_is_open_it_is_not_made_twice(ticket: Ticket) -> None:
    own = f"/c/{ticket.access_key}/"
    Client().post(f"{own}escalate/", {"e-reason": "Nobody calls me."})
    again = Client().post(f"{own}escalate/", {"e-reason": "Still nobody."}, follow=True)
    assert "You asked already, today" in text_of(again)
    events = ticket.events.filter(type="customer_escalated")
    assert [event.data["reason"] for event in events] == ["Nobody calls me."]


def test_an_offer_is_decided_first_though_somebody_above_was_asked_for(
    whole_desk: Desk, ticket: Ticket
) -> None:
    offer = Offer.objects.get(ticket=ticket, status="draft")
    send_offer(offer, body="Dear Ines", actor=user(whole_desk.alice), now=NOW)
    own = f"/c/{ticket.access_key}/"
    Client().post(f"{own}escalate/", {"e-reason": "Too little."})
    stages = Client().get(own).context["standing"].stages
    states = [(stage.state, stage.words) for stage in stages if stage.state != "done"]
    assert states[0] == ("now", "You decide")
    assert states[1] == ("later", "Somebody with more say looks at it")


def test_a_finished_complaint_offers_no_escalation(ticket: Ticket) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(status="resolved", resolved_at=NOW)
    own = f"/c/{ticket.access_key}/"
    assert "Ask for somebody with more say" not in text_of(Client().get(own))
    late = Client().post(f"{own}escalate/", {"e-reason": "Again."})
    assert late.status_code == 422 and not Climb.objects.exists()


def test_a_call_is_shown_answered_and_ended_on_the_ticket(
    whole_desk: Desk, ticket: Ticket, sign_in: SignIn
) -> None:
    manual.escalate_by_hand(
        ticket, reason="He threatens to sue.", actor=user(whole_desk.alice), now=NOW
    )
    alice, sue = sign_in(whole_desk.alice), sign_in(whole_desk.sue)
    with time_machine.travel(NOW + dt.timedelta(hours=2), tick=False):
        words = text_of(sue.get(page_of(ticket)))
        assert "Alice called: He threatens to sue. Nobody has answered." in words
        assert "In escalation since" in words and "2 h in all" in words
        own = alice.post(page_of(ticket) + "answer-call/", {})
        assert own.status_code == 409
        assert sue.post(page_of(ticket) + "answer-call/", {}).status_code == 302
        assert "Nobody has answered" not in text_of(sue.get(page_of(ticket)))
        down = {"reason": "She was called."}
        assert alice.post(page_of(ticket) + "de-escalate/", down).status_code == 403
        assert sue.post(page_of(ticket) + "de-escalate/", {}).status_code == 422
        assert sue.post(page_of(ticket) + "de-escalate/", down).status_code == 302
        assert "Was in escalation for 2 h." in text_of(sue.get(page_of(ticket)))


def test_what_runs_late_is_answered_and_ended_on_the_ticket(
    whole_desk: Desk, ticket: Ticket, sign_in: SignIn
) -> None:
    sue, alice = sign_in(whole_desk.sue), sign_in(whole_desk.alice)
    words = text_of(sue.get(page_of(ticket)))
    assert "I am on it" not in words and "De-escalate" not in words
    late = NOW + dt.timedelta(days=30)
    with time_machine.travel(late, tick=False):
        stepping.sweep(now=late)
        words = text_of(sue.get(page_of(ticket)))
        assert "It runs late, and nobody has said that they are on it." in words
        assert "I am on it" in words and "De-escalate" in words
        assert "De-escalate" not in text_of(alice.get(page_of(ticket)))
        assert sue.post(page_of(ticket) + "answer-call/", {}).status_code == 302
        assert "nobody has said" not in text_of(sue.get(page_of(ticket)))
        open_ones = ticket.deadlines.filter(status="running", breached_at__isnull=False)
        assert {row.acknowledged_by for row in open_ones} == {whole_desk.sue}


def test_quiet_hours_are_set_on_a_page(whole_desk: Desk, ticket: Ticket, sign_in: SignIn) -> None:
    alice = sign_in(whole_desk.alice)
    words = text_of(alice.get("/desk/alerts/"))
    assert ticket.number in words and "Quiet hours" in words
    form = {
        "quiet_from": "22:00", "quiet_until": "07:00", "quiet_days": ["6"],
        "digest_after": "3", "digest_minutes": "20",
    }  # fmt: skip
    wrong = alice.post("/desk/alerts/settings/", {**form, "quiet_until": ""})
    assert wrong.status_code == 422
    assert "Quiet hours have a beginning and an end" in text_of(wrong)
    assert alice.post("/desk/alerts/settings/", form).status_code == 302
    row = AlertSettings.objects.get(user=whole_desk.alice)
    assert (row.quiet_from, row.quiet_days, row.digest_after) == (dt.time(22), [6], 3)
    page = alice.get("/desk/alerts/").content.decode()
    assert 'value="22:00"' in page


def test_whoever_sets_quiet_hours_says_in_which_zone(whole_desk: Desk, sign_in: SignIn) -> None:
    alice = sign_in(whole_desk.alice)
    page = alice.get("/desk/").content.decode()
    assert 'href="/desk/alerts/#quiet-title"' in page  # in the menu of the account
    form = {"digest_after": "5", "digest_minutes": "15"}
    shown = alice.get("/desk/alerts/").content.decode()
    assert '<option value="Europe/London" selected>' in shown
    assert (
        alice.post("/desk/alerts/settings/", {**form, "time_zone": "The/Moon"}).status_code == 422
    )
    kept = {**form, "time_zone": "Asia/Kolkata", "quiet_from": "22:00", "quiet_until": "07:00"}
    assert alice.post("/desk/alerts/settings/", kept).status_code == 302
    whole_desk.alice.refresh_from_db()
    assert whole_desk.alice.time_zone == "Asia/Kolkata"
    page = text_of(alice.get("/desk/alerts/"))
    assert "Times are yours: Asia/Kolkata." in page


def test_a_zone_that_is_not_in_the_list_is_not_lost_by_saving(
    whole_desk: Desk, sign_in: SignIn
) -> None:
    User.objects.filter(pk=whole_desk.alice.pk).update(time_zone="GB")
    alice = sign_in(whole_desk.alice)
    assert '<option value="GB" selected>' in alice.get("/desk/alerts/").content.decode()
    form = {"digest_after": "5", "digest_minutes": "15", "time_zone": "GB"}
    assert alice.post("/desk/alerts/settings/", form).status_code == 302
    assert User.objects.get(pk=whole_desk.alice.pk).time_zone == "GB"


def test_what_quiet_hours_hold_back_does_not_ring(
    whole_desk: Desk, ticket: Ticket, sign_in: SignIn
) -> None:
    whole_desk.alice.alerts.update(held_until=NOW + dt.timedelta(days=4000))
    alice = sign_in(whole_desk.alice)
    assert "No new alerts" in alice.get("/desk/").content.decode()
    assert "held back until" in text_of(alice.get("/desk/alerts/"))


def test_a_supervisor_changes_the_rota_on_a_page(whole_desk: Desk, sign_in: SignIn) -> None:
    Rota.objects.create(key="day", name="Day", team=whole_desk.home, time_zone="UTC")
    sue, alice = sign_in(whole_desk.sue), sign_in(whole_desk.alice)
    form = {
        "day-person": whole_desk.bob.pk, "day-weekday": "1", "day-starts": "00:00",
        "day-ends": "00:00",
    }  # fmt: skip
    assert alice.post("/desk/rota/day/add/", form).status_code == 403
    both = sue.post("/desk/rota/day/add/", {**form, "day-on": "2026-12-01"})
    assert both.status_code == 422 and "one of them" in text_of(both)
    assert sue.post("/desk/rota/day/add/", form).status_code == 302
    with time_machine.travel(NOW, tick=False):
        words = text_of(alice.get("/desk/rota/"))
        assert "Now: Bob" in words and "Take off" not in words
    slot = DutySlot.objects.get()
    assert alice.post(f"/desk/rota/day/{slot.pk}/remove/").status_code == 403
    assert sue.post(f"/desk/rota/day/{slot.pk}/remove/").status_code == 302
    assert not DutySlot.objects.exists()
