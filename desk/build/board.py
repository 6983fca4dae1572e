"""Rows of the board of clocks: whose, how late, and what the escalation path does next."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from desk.build.clocks import clock_of
from desk.build.events import kind_words
from desk.build.people import avatar
from desk.glyphs import AvatarView, ClockView, LoadView, PainView, PathView
from desk.late import Load
from desk.words import day_words, listed, short_moment_words
from escalation.models import Deadline
from escalation.people import directory
from escalation.plan import BREACH, RESUME
from escalation.policies.kinds import Kind
from escalation.policies.paths import Path
from escalation.services.setup import setup
from tickets.access import Principal, may
from tickets.models import Ticket

_WHO = {"owner": "its owner", "lead": "the lead", "supervisors": "supervisors", "team": "the team",
        "rota": "whoever is on duty"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One clock on the board."""

    id: int
    number: str
    url: str
    kind: str
    customer: str
    matter: str
    clock: ClockView
    pain: PainView | None
    owner: AvatarView
    owner_name: str
    path: PathView
    why: str
    acknowledged: bool
    mine: bool
    #: Whether the reader may act on it, or only look.
    may: bool


def board_row(deadline: Deadline, *, who: Principal, now: dt.datetime, zone: ZoneInfo) -> BoardRow:
    """One deadline as a row; reads ticket, customer and owner, so select them."""
    ticket = deadline.ticket
    kind = kind_words(deadline.kind)
    owner = ticket.owner
    return BoardRow(
        id=deadline.pk,
        number=ticket.number,
        url=f"/desk/tickets/{ticket.number}/",
        kind=kind[:1].upper() + kind[1:],
        customer=ticket.customer.name,
        matter=ticket.subject,
        clock=clock_of(deadline, now=now, zone=zone),
        pain=PainView(ticket.pain) if ticket.pain else None,
        owner=avatar(owner),
        owner_name=owner.get_short_name() if owner else "Nobody",
        path=path_view(deadline, now=now, zone=zone),
        why=_why(ticket, now=now, zone=zone),
        acknowledged=deadline.acknowledged_at is not None,
        mine=owner is not None and owner == who.user,
        may=may(who, "work", ticket),
    )


def path_view(deadline: Deadline, *, now: dt.datetime, zone: ZoneInfo) -> PathView:
    """The steps of the path that are taken, and the next one with its time."""
    path = _path_of(deadline)
    total = len(path.steps) if path else 0
    taken = sum(1 for key in deadline.steps_taken if key.startswith("path:"))
    if deadline.acknowledged_by is not None:
        name = deadline.acknowledged_by.get_short_name()
        return PathView(taken, total, f"{name} is on it", acknowledged=True)
    if deadline.next_at is None:
        return PathView(taken, total, "nothing further")
    when = short_moment_words(deadline.next_at, now=now, zone=zone)
    key = deadline.next_step
    if key.startswith(RESUME):
        return PathView(taken, total, f"resumes by itself {when}")
    if key == BREACH:
        return PathView(taken, total, f"{when} it is missed")
    if key.startswith("warn"):
        owner = deadline.ticket.owner
        return PathView(
            taken, total, f"{when} reminder to {owner.get_short_name() if owner else 'the team'}"
        )
    return PathView(
        taken, total, f"{when} to {_told(path, key, deadline.ticket, deadline.next_at)}"
    )


def _path_of(deadline: Deadline) -> Path | None:
    known = setup()
    version = known.versions.get(deadline.policy_id)
    target = version.policy.by_kind.get(Kind(deadline.kind)) if version else None
    return known.path_for(target) if target else None


def _told(path: Path | None, key: str, ticket: Ticket, at: dt.datetime) -> str:
    """Names of those whom a step tells, or what the path calls them."""
    step = next((step for step in path.steps if step.when.key == key), None) if path else None
    if step is None:
        return "the next step"
    people = directory()
    names = [
        people.people[pk].get_short_name()
        for word in step.to
        for pk in people.called(word, ticket, at=at)
        if pk in people.people
    ]
    words = list(dict.fromkeys(names)) or [_WHO.get(word, word) for word in step.to]
    more = f" and {len(words) - 2} more" if len(words) > 3 else ""
    told = listed(words) if len(words) <= 3 else f"{', '.join(words[:2])}{more}"
    return f"{told}, then another owner" if "reassign" in step.actions else told


def _why(ticket: Ticket, *, now: dt.datetime, zone: ZoneInfo) -> str:
    owner = ticket.owner
    if owner is None:
        return "Nobody owns it."
    if not owner.is_away(now):
        return ""
    until = f" to {day_words(owner.away_until, now=now, zone=zone)}" if owner.away_until else ""
    stands_in = f" {owner.substitute.get_short_name()} stands in." if owner.substitute else ""
    return f"{owner.get_short_name()} is away{until}.{stands_in}"


def load_view(load: Load, *, most: int, now: dt.datetime, zone: ZoneInfo) -> LoadView:
    """A person's clocks of today as a bar; `most` is what fills it."""
    whole = max(most, 1)
    away = ""
    if load.user is not None and load.user.is_away(now):
        until = load.user.away_until
        away = f"away to {day_words(until, now=now, zone=zone)}" if until else "away"
        if load.user.substitute is not None:
            away += f", {load.user.substitute.get_short_name()} stands in"
    return LoadView(
        who=avatar(load.user),
        words=str(load.due) if load.due else "none",
        late_words=f"{load.late} late" if load.late else "",
        late=load.late / whole,
        due=(load.due - load.late) / whole,
        away=away,
    )
