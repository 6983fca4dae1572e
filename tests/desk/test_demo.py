"""The demo: filled once for all these tests, with a few cases of each kind."""

import datetime as dt
import io
import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum
from django.test import TestCase, override_settings
from simple_history.models import registered_models

from desk.demo.loading import fill, logins
from desk.demo.setting_up import PASSWORD
from escalation.models import Deadline
from feedback.models import Answer
from integrations.models import ApiClient
from remedies.models import Backtest, ExceptionRequest, Offer, OfferComponent, Remedy, RemedyEntry
from remedies.rules.checks.tallying import unpacked
from tests.builders import NOW
from tests.desk.every_word import leftovers, report
from tickets.cached import forget_all
from tickets.models import Alert, Event, FactDefinition, Membership, Outbox, Ticket, User
from tickets.rules import NEVER, Channel, Stage, Status
from tickets.state import COLUMNS, fold, state_now

MEDIA = tempfile.mkdtemp(prefix="amends-demo-")


@pytest.mark.xdist_group("demo")
@override_settings(MEDIA_ROOT=MEDIA, LOCAL=True)
class TestDemo(TestCase):
    """What somebody finds who starts Amends for the first time, on a Tuesday at 11:18."""

    @classmethod
    def setUpTestData(cls) -> None:
        forget_all()
        fill(now=NOW, small=True)

    @classmethod
    def tearDownClass(cls) -> None:
        super().tearDownClass()
        shutil.rmtree(MEDIA, ignore_errors=True)
        forget_all()

    def test_there_is_a_ticket_in_every_status_stage_and_channel(self) -> None:
        tickets = Ticket.objects.all()
        assert {t.status for t in tickets} == {s.value for s in Status}
        assert {t.stage for t in tickets} == {s.value for s in Stage}
        assert {t.channel for t in tickets} == {c.value for c in Channel}
        assert any(t.confidential for t in tickets)
        assert any(t.owner is None for t in tickets)

    def test_every_word_of_every_page_can_be_translated(self) -> None:
        found = leftovers()
        told = report(found)
        if place := os.environ.get("UNMARKED"):
            Path(place).write_text(told, encoding="utf-8")
        assert not found, f"said, and never given to a translator:\n{told}"

    def test_a_policy_was_tried_on_the_past_to_its_end(self) -> None:
        tried = Backtest.objects.get()
        tally = unpacked(tried.result)
        assert tried.state == "done"
        assert tried.asked_by == "Miriam Adler"
        assert tally.changed > 0
        assert tally.totals["GBP"].delta > 0

    def test_each_open_ticket_has_a_clock_and_nothing_is_left_undone(self) -> None:
        for ticket in Ticket.objects.still_open():
            clocks = [row for row in ticket.deadlines.all() if row.is_open]
            assert clocks, ticket.subject
            running = [row.due_at for row in clocks if row.status == "running"]
            assert ticket.attention_at == min(running, default=NEVER), ticket.subject
        assert not Deadline.objects.due(NOW).exists()
        assert not Deadline.objects.filter(failures__gt=0).exists()

    def test_few_clocks_are_late_and_some_are_due_within_hours(self) -> None:
        running = Deadline.objects.filter(status="running")
        late = running.filter(breached_at__isnull=False)
        assert 1 <= late.count() <= 6
        assert running.filter(due_at__gt=NOW, due_at__lt=NOW + dt.timedelta(hours=2)).exists()
        assert Deadline.objects.filter(status="paused").exists()

    def test_the_history_of_all_that_is_configured_begins_with_its_making(self) -> None:
        kept = [model for model in registered_models.values() if hasattr(model, "history")]
        assert FactDefinition in kept
        for model in kept:
            for row in model._default_manager.all():
                first = row.history.order_by("history_date", "history_id").first()
                assert first is not None, row
                assert first.history_type == "+", row

    def test_nothing_of_the_past_leaves_the_house(self) -> None:
        assert not Outbox.objects.filter(state="pending", next_attempt_at__lte=NOW).exists()
        assert not Alert.objects.filter(
            read_at=None, created_at__lt=NOW - dt.timedelta(days=1)
        ).exists()

    def test_no_event_lies_in_the_future_or_before_what_it_follows(self) -> None:
        assert not Event.objects.filter(recorded_at__gt=NOW).exists()
        assert not Event.objects.filter(at__gt=NOW).exists()

    def test_every_ticket_is_what_its_events_say(self) -> None:
        known = {field.name for field in COLUMNS} | {"facts", "factors", "points", "messages"}
        for ticket in Ticket.objects.all():
            told = fold(ticket.events.order_by("seq"))
            told = {path: value for path, value in told.items() if path.split(".")[0] in known}
            now = {
                path: value
                for path, value in state_now(ticket).items()
                if path.split(".")[0] in known
            }
            assert told == now, ticket.subject

    def test_every_owner_works_in_the_team_and_nobody_decides_his_own_wish(self) -> None:
        members = set(Membership.objects.values_list("user_id", "team_id"))
        for ticket in Ticket.objects.exclude(owner=None):
            assert (ticket.owner_id, ticket.team_id) in members, ticket.subject
        requests = ExceptionRequest.objects.all()
        assert {"pending", "asked_back", "approved"} <= {row.status for row in requests}
        assert all(row.decider_id != row.requester_id for row in requests)

    def test_the_ledger_has_what_was_accepted(self) -> None:
        accepted = OfferComponent.objects.filter(accepted=True)
        granted = RemedyEntry.objects.filter(kind="granted")
        # Somebody took the larger voucher in place of the cash.
        assert accepted.exclude(chosen="").exists()
        taken = sum(part.settled[0] or 0 for part in accepted)
        assert granted.aggregate(sum=Sum("amount")) == {"sum": taken}
        assert Counter(Remedy.objects.values_list("component_id", flat=True)) == Counter(
            accepted.values_list("pk", flat=True)
        )
        assert Answer.objects.exists()

    def test_the_sums_of_the_case_of_the_pictures_add_up(self) -> None:
        ticket = Ticket.objects.get(subject="Nine days offline, two visits not kept")
        assert (ticket.pain, ticket.status, ticket.owner) == (4, "open", person("nadia"))
        offer = Offer.objects.get(ticket=ticket, status="draft")
        sums = {part.rule: part.amount for part in offer.components.all() if part.amount}
        assert sums == {"O-1": 7238, "O-2": 6462, "B-4": 1140, "L-1": 2000, "M-4": 8000}
        assert offer.total == 24840
        next_reply = ticket.deadlines.get(kind="next_reply", status="running")
        assert next_reply.due_at - NOW == dt.timedelta(minutes=42)
        assert ticket.attachments.count() == 3
        assert [p.outcome for p in ticket.points.all()] == ["upheld", "upheld"]

    def test_a_wish_above_policy_stands_beside_what_the_policy_gives(self) -> None:
        wishes = ExceptionRequest.objects.filter(status="pending")
        differences = {
            row.ticket.customer.name: row.asked_total - row.offer.total for row in wishes
        }
        assert differences["Lukas Brandt"] == 9600
        assert differences["Tomasz Wiśniewski"] == 31242

    def test_the_logins_that_are_printed_open_the_door(self) -> None:
        rows = logins()
        assert len(rows) == 6
        roles = {User.objects.get(email=name).role for _, name, _ in rows[:5]}
        assert roles == {"rep", "supervisor", "admin", "manager", "auditor"}
        assert self.client.login(email=rows[0][1], password=PASSWORD)
        assert ApiClient.objects.get().application.client_id == rows[5][1]
        shown = io.StringIO()
        call_command("demo", "--logins", stdout=shown)
        assert all(name in shown.getvalue() for _, name, _ in rows)

    def test_one_is_put_aside_and_comes_back_on_the_next_working_day(self) -> None:
        ticket = Ticket.objects.get(snoozed_until__isnull=False)
        assert (ticket.customer.name, ticket.owner) == ("Brenda Castle", person("nadia"))
        assert ticket.is_snoozed(NOW)

    def test_one_is_away_and_another_stands_in(self) -> None:
        lena = person("lena")
        assert lena.is_away(NOW)
        assert lena.substitute == person("nadia")

    def test_a_filled_database_is_left_as_it_is(self) -> None:
        before = Ticket.objects.count()
        with pytest.raises(CommandError, match="filled already"):
            call_command("demo", "--small")
        call_command("demo", "--small", "--if-empty")
        assert Ticket.objects.count() == before


def person(name: str) -> User:
    """Somebody of the demo."""
    return User.objects.get(email=f"{name}@linden.example")


@pytest.mark.django_db
@override_settings(LOCAL=False)
def test_a_production_site_is_not_filled_by_accident() -> None:
    with pytest.raises(CommandError, match="--force"):
        call_command("demo")
    assert not User.objects.exists()
