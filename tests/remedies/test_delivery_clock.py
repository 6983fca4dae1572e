"""The clock of a remedy runs to the day that the customer was told, and its path tells people."""

import datetime as dt

import pytest

from escalation.models import Deadline, WorkCalendar
from escalation.services import rederiving, stepping
from escalation.services.setup import setup
from remedies import services as remedies
from remedies.models import Remedy
from tests.builders import NOW, Desk, make_desk, user
from tests.escalation.builders import TARGETS, at, make_clockwork
from tests.remedies.builders import make_hurt, put_in_force, sent_offer, set_limits
from tests.remedies.conftest import PACKS
from tests.support.reckoning import differences, reckon, unfolded
from tickets import services
from tickets.actors import Actor
from tickets.models import Alert, Event, Ticket

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
#: Losses are paid back within three days of Tuesday 24 November; for distress no day is said.
POLICY = (
    (PACKS / "general.yaml")
    .read_text()
    .replace("makes_good_loss: yes", "makes_good_loss: yes\n    pay_within_days: 3")
)


@pytest.fixture
def timed_desk() -> Desk:
    """A desk with office hours, a path for what is delivered late, and paid losses with a day."""
    desk = make_desk()
    policy = make_clockwork()
    targets = [one | ({"path": "ladder"} if one["kind"] == "deliver_remedy" else {})
               for one in TARGETS]  # fmt: skip
    policy.data = policy.data | {"targets": targets}
    policy.save()
    put_in_force(POLICY)
    set_limits("rep", per_remedy=10_000, per_ticket=10_000, per_customer=20_000)
    set_limits("supervisor", per_ticket=50_000)
    return desk


def granted(desk: Desk, *, owned: bool = True) -> tuple[Ticket, Remedy, Remedy]:
    """An accepted offer: the loss with its day, the credit without."""
    ticket = make_hurt(desk)
    if owned:
        services.take(ticket, actor=user(desk.alice), now=NOW + MINUTE)
    offer = sent_offer(desk, ticket, now=NOW + 2 * MINUTE)
    remedies.accept_offer(offer, actor=Actor.of_customer(ticket.customer), now=NOW + 3 * MINUTE)
    rows = {row.rule: row for row in Remedy.objects.filter(ticket=ticket)}
    return Ticket.objects.get(pk=ticket.pk), rows["L-1"], rows["M-4"]


def deliver_all_but(loss: Remedy, *, actor: Actor) -> None:
    """Everything else of the ticket is with the customer at once."""
    for other in Remedy.objects.filter(ticket=loss.ticket_id, status="granted").exclude(pk=loss.pk):
        remedies.fulfil_remedy(other, actor=actor, now=NOW + 4 * MINUTE)


def clock_of(remedy: Remedy) -> Deadline:
    """The clock that runs for a remedy."""
    return Deadline.objects.get(kind="deliver_remedy", subject=f"remedy:{remedy.pk}")


def test_it_is_due_when_the_promised_day_closes_else_by_the_policys_length(
    timed_desk: Desk,
) -> None:
    ticket, loss, credit = granted(timed_desk)
    assert (loss.due_on, credit.due_on) == (dt.date(2026, 11, 27), None)
    assert (clock_of(loss).due_at, clock_of(loss).until_on) == (at("27 17:00"), loss.due_on)
    assert clock_of(credit).due_at == at("26 17:00"), "two working days"
    event = Event.objects.get(ticket=ticket, type="remedy_granted", data__remedy=loss.pk)
    assert event.changes[f"remedies.{loss.pk}.due_on"] == "2026-11-27"
    remedies.fulfil_remedy(credit, actor=user(timed_desk.alice), now=NOW + 4 * MINUTE)
    ticket = Ticket.objects.get(pk=ticket.pk)
    rows = list(Deadline.objects.filter(ticket=ticket).order_by("id"))
    events = list(Event.objects.filter(ticket=ticket).order_by("seq"))
    assert not unfolded(rows, events)
    assert not differences(rows, reckon(events, setup()), setup(), now=NOW + 4 * MINUTE)


def test_other_hours_move_it_and_without_any_the_day_ends_where_the_team_is(
    timed_desk: Desk,
) -> None:
    _, loss, _ = granted(timed_desk)
    office = WorkCalendar.objects.get(key="office")
    office.hours = {day: [["08:00", "12:00"]] for day in office.hours}
    office.save()
    rederiving.rederive_all(now=NOW)
    assert clock_of(loss).due_at == at("27 12:00")
    WorkCalendar.objects.all().delete()
    timed_desk.home.time_zone = "America/New_York"
    timed_desk.home.save()
    _, other, _ = granted(timed_desk)
    assert clock_of(other).due_at == at("28 04:59:59")


def test_missed_it_climbs_its_path_and_everybody_is_told_once(timed_desk: Desk) -> None:
    ticket, loss, _ = granted(timed_desk)
    deliver_all_but(loss, actor=user(timed_desk.alice))
    assert loss.timed
    evening = at("27 23:00")
    stepping.sweep(now=evening)
    assert not remedies.note_late_next(now=evening)
    assert Remedy.objects.get(pk=loss.pk).late_at is None
    for _ in range(2):
        stepping.sweep(now=at("30 12:00"))
        assert not remedies.note_late_next(now=at("30 12:00"))
    late = Remedy.objects.get(pk=loss.pk)
    assert late.late_at == clock_of(loss).breached_at == at("28 00:00")
    assert Event.objects.filter(ticket=ticket, type="remedy_late").count() == 1
    climbed = Event.objects.filter(ticket=ticket, type="escalated")
    assert climbed.filter(data__deadlines__0__kind="deliver_remedy").count() == 3
    told = Alert.objects.filter(ticket=ticket, text__contains="deliver what was granted")
    assert told.filter(user=timed_desk.alice).count() == 1
    assert told.filter(user__in=[timed_desk.sue, timed_desk.mona]).count() == 2


def test_an_unowned_ticket_climbs_too(timed_desk: Desk) -> None:
    ticket, _, _ = granted(timed_desk, owned=False)
    Ticket.objects.filter(pk=ticket.pk).update(owner=None)
    stepping.sweep(now=at("30 12:00"))
    assert Alert.objects.filter(ticket=ticket, text__contains="nobody owns it").exists()


def test_what_came_after_its_day_before_anybody_looked_was_late(timed_desk: Desk) -> None:
    _, loss, _ = granted(timed_desk)
    remedies.fulfil_remedy(loss, actor=user(timed_desk.alice), now=at("28 08:00"))
    assert Remedy.objects.get(pk=loss.pk).late_at == at("28 00:00")
    _, other, _ = granted(timed_desk)
    remedies.fulfil_remedy(other, actor=user(timed_desk.alice), now=at("27 18:00"))
    assert Remedy.objects.get(pk=other.pk).late_at is None
