"""Somebody is called: by a rep, by the customer, by an event. The path that is set up for it is
climbed, step by step, until one of those who were told says "I am on it"."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

import structlog
from django.db import transaction
from django.db.models import F

from escalation.actions import Call, perform
from escalation.hours import Calendar
from escalation.models import Climb, Escalation, Spell
from escalation.people import Links, links_of, recipients
from escalation.policies.ladder import USUAL, Rung, rungs
from escalation.policies.paths import CALLED, Path
from escalation.rules import EscalationEvent, EscalationLevel
from escalation.services import spells
from escalation.services.setup import setup
from escalation.services.words import by_hand_words
from tickets.actors import SYSTEM
from tickets.change import Change, Changes, Unit, unit_of_work
from tickets.models import Ticket, User

log = structlog.get_logger(__name__)

BATCH = 100
#: Who asks again hurries the next step, but not more often than this.
HURRY = dt.timedelta(hours=1)
FIRST_DELAY = dt.timedelta(minutes=1)
LONGEST_DELAY = dt.timedelta(hours=6)

CALLERS = {
    EscalationLevel.BY_HAND: "rep",
    EscalationLevel.CUSTOMER: "customer",
}


@dataclass(frozen=True)
class _Way:
    """The path of a climb on its ticket, with the moments of its steps."""

    path: Path
    calendar: Calendar
    rungs: list[Rung]

    def next(self, climb: Climb) -> Rung | None:
        """The first step that was not taken."""
        return next((r for r in self.rungs if r.step.when.key not in climb.steps_taken), None)


def call_above(
    change: Change,
    level: EscalationLevel,
    *,
    reason: str,
    at: dt.datetime,
    caller: str = "",
) -> Escalation | None:
    """Climb the path that is set up for the `caller`; returns the first step that was taken.

    Who calls again while nobody has answered hurries the next step, at most once an hour: then, or
    where there is no further step, None.
    """
    climb = next((c for c in change.all(Climb) if c.level == level and c.ended_at is None), None)
    if climb is not None:
        return _hurry(change, climb)
    setting = setup()
    path = setting.called.get(caller or CALLERS.get(level, ""))
    climb = change.add(
        Climb(
            ticket=change.ticket,
            level=level.value,
            path=path.key if path is not None else "",
            reason=(reason or "No reason was given.")[:500],
            by=change.actor.user,
            started_at=min(at, change.now),
        )
    )
    prefix = f"climbs.{climb.pk}"
    begun: Changes = {
        f"{prefix}.level": (None, climb.level),
        f"{prefix}.started_at": (None, climb.started_at),
    }
    way = _way(change, climb)
    # The first step is taken whatever its time says: somebody called, and somebody hears.
    first = way.next(climb)
    made = _take(change, climb, way, first, also=begun) if first is not None else None
    _take_due(change, climb, way)
    return made


def _hurry(change: Change, climb: Climb) -> Escalation | None:
    if climb.last_step_at is not None and climb.last_step_at + HURRY > change.now:
        return None
    way = _way(change, climb)
    rung = way.next(climb)
    if rung is None:
        return None
    made = _take(change, climb, way, rung)
    _plan_next(change, climb, way)
    return made


def end_climbs(
    change: Change, *, at: dt.datetime, by: User | None = None, only: Climb | None = None
) -> Changes:
    """Nobody needs to be called any more, on any call of the ticket or on `only` one; with `by`,
    because this person is on it. Returns what to record."""
    over: dict[str, tuple[object, object]] = {}
    for climb in change.all(Climb):
        if climb.ended_at is not None or (only is not None and climb.pk != only.pk):
            continue
        climb.ended_at, climb.next_at, climb.next_step = max(at, climb.started_at), None, ""
        if by is not None:
            climb.acknowledged_at, climb.acknowledged_by = climb.ended_at, by
            over[f"climbs.{climb.pk}.acknowledged_at"] = (None, climb.ended_at)
        change.save(climb, "ended_at", "next_at", "next_step", "acknowledged_at", "acknowledged_by")
        over[f"climbs.{climb.pk}.ended_at"] = (None, climb.ended_at)
        if by is not None:
            Escalation.objects.filter(climb=climb, acknowledged_at=None).update(
                acknowledged_at=climb.ended_at, acknowledged_by=by
            )
    return over


# -- the sweep ------------------------------------------------------------------------------------


def sweep_climbs(*, now: dt.datetime, limit: int = 5000) -> int:
    """Take the steps of calls that nobody answered in time. Returns how many were taken."""
    seen = taken = 0
    while seen < limit:
        claimed, done = _sweep_batch(now=now)
        if claimed == 0:
            break
        seen, taken = seen + claimed, taken + done
    return taken


def _sweep_batch(*, now: dt.datetime) -> tuple[int, int]:
    """The next calls, all in one transaction; where that fails each in its own."""
    keys: list[int] = []
    try:
        with unit_of_work(now=now):
            rows = _claim(now=now, size=BATCH)
            keys = [row.pk for row in rows]
            return len(keys), _take_claimed(rows, now=now)
    except Exception:
        if not keys:
            raise
        log.exception("climb_batch_failed", climbs=len(keys))
    return len(keys), sum(_sweep_one(key, now=now) for key in keys)


def _sweep_one(key: int, *, now: dt.datetime) -> int:
    try:
        with unit_of_work(now=now):
            return _take_claimed(_claim(now=now, size=1, only=key), now=now)
    except Exception as error:
        log.exception("climb_step_failed", climb=key)
        with transaction.atomic():
            row = Climb.objects.filter(pk=key, next_at__isnull=False).first()
            if row is not None:
                delay = min(FIRST_DELAY * 2 ** min(row.failures, 12), LONGEST_DELAY)
                Climb.objects.filter(pk=key, next_at__isnull=False).update(
                    failures=F("failures") + 1,
                    last_error=f"{type(error).__name__}: {error}"[:2000],
                    next_at=now + delay,
                )
        return 0


def _claim(*, now: dt.datetime, size: int, only: int | None = None) -> list[Climb]:
    due = Climb.objects.due(now)
    if only is not None:
        due = due.filter(pk=only)
    return list(
        due.select_related("ticket__customer")
        .select_for_update(of=("ticket",), no_key=True, skip_locked=True)
        .order_by("next_at", "id")[:size]
    )


def _take_claimed(rows: list[Climb], *, now: dt.datetime) -> int:
    """Take what is due of claimed calls, as they are under the lock of their tickets."""
    if not rows:
        return 0
    taken = 0
    with unit_of_work(now=now) as unit:
        tickets = {row.ticket_id: row.ticket for row in rows}
        links = links_of(tickets)
        changes = _hold(unit, tickets)
        for row in rows:
            change = changes[row.ticket_id]
            climb = next((c for c in change.all(Climb) if c.pk == row.pk), None)
            if climb is not None and climb.next_at is not None and climb.next_at <= now:
                way = _way(change, climb)
                taken += _take_due(change, climb, way, links=links[row.ticket_id])
    return taken


def _hold(unit: Unit, tickets: dict[int, Ticket]) -> dict[int, Change]:
    """Open a change of each locked ticket, with its calls and spells read in two queries."""
    held = {
        key: unit.changes.setdefault(key, Change(unit, ticket, SYSTEM))
        for key, ticket in tickets.items()
    }
    climbs: defaultdict[int, list[Climb]] = defaultdict(list)
    for climb in Climb.objects.filter(ticket__in=tickets).select_related("by").order_by("pk"):
        climbs[climb.ticket_id].append(climb)
    lasting: defaultdict[int, list[Spell]] = defaultdict(list)
    for spell in Spell.objects.filter(ticket__in=tickets).order_by("pk"):
        lasting[spell.ticket_id].append(spell)
    for key, change in held.items():
        change.known(Climb, climbs[key])
        change.known(Spell, lasting[key])
    return held


# -- one call -------------------------------------------------------------------------------------


def _way(change: Change, climb: Climb) -> _Way:
    setting, ticket = setup(), change.ticket
    path = setting.paths.get(climb.path, USUAL)
    team = setting.team_keys.get(ticket.team_id, "")
    fitting = path.for_ticket(kind=CALLED, team=team, pain=ticket.pain or 0)
    # Where no step of it is for this ticket, somebody hears all the same.
    path = fitting if fitting.steps else USUAL
    version = setting.version_for(ticket)
    key = version.policy.calendar if version is not None else ""
    calendar = setting.calendars.get(key, setting.default_calendar)
    return _Way(path, calendar, rungs(path, calendar, climb.started_at))


def _take_due(change: Change, climb: Climb, way: _Way, *, links: Links | None = None) -> int:
    taken = 0
    while (rung := way.next(climb)) is not None and rung.at <= change.now:
        _take(change, climb, way, rung, links=links)
        taken += 1
    _plan_next(change, climb, way)
    return taken


def _plan_next(change: Change, climb: Climb, way: _Way) -> None:
    rung = way.next(climb)
    climb.next_at = rung.at if rung is not None else None
    climb.next_step = rung.step.when.key if rung is not None else ""
    climb.failures, climb.last_error = 0, ""
    change.save(
        climb, "steps_taken", "last_step_at", "next_at", "next_step", "failures", "last_error"
    )


def _take(
    change: Change,
    climb: Climb,
    way: _Way,
    rung: Rung,
    *,
    links: Links | None = None,
    also: Changes | None = None,
) -> Escalation:
    """Take one step: its people are told, and it is written down."""
    ticket, step = change.ticket, rung.step
    level = EscalationLevel(climb.level)
    people = recipients(step.to, ticket, now=change.now, links=links, without=climb.by_id)
    by = climb.by.name if climb.by is not None else change.actor.name
    text = by_hand_words(ticket, level, climb.reason, by=by)
    row = change.add(
        Escalation(
            ticket=ticket,
            climb=climb,
            level=climb.level,
            step=step.when.key,
            reason=climb.reason,
            told=[person.name for person in people],
            due_at=min(rung.at, change.now),
            done_at=change.now,
            by=climb.by,
        )
    )
    climb.steps_taken = [*climb.steps_taken, step.when.key]
    climb.last_step_at = change.now
    change.record(
        EscalationEvent.ESCALATED,
        data={
            "escalation": row.pk,
            "climb": climb.pk,
            "step": len(climb.steps_taken),
            "why": climb.reason,
            "told": row.told,
            "by": climb.level,
        },
        changes={**spells.begin(change, at=climb.started_at), **(also or {})},
        at=min(rung.at, change.now),
    )
    key = f"climb:{climb.pk}:{step.when.key}"
    perform(Call(change, people, text, key, calendar=way.calendar), step)
    return row
