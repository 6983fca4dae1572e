"""A draft policy tried on the past: what would have been kept and missed, against what was.

Tickets stream through in small batches, each in a read-only transaction, and only sums are kept:
memory does not grow with the past. Whoever runs it sees how far it is, and can stop it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from escalation.models import Deadline, DeadlinePolicy
from escalation.policies.policy import Policy
from escalation.services.rehearsing import Outcome, outcome, paired, rehearse
from escalation.services.setup import Setup, Version, setup
from tickets.errors import Invalid, NotFound
from tickets.models import Event, Team, Ticket

BATCH = 100
#: Tickets that are named, of each kind, because they would have been missed.
NAMED = 5
#: Stands for the draft where versions are told apart by key.
DRAFT_ID = -1
COUNTS = ("kept_now", "missed_now", "kept_then", "missed_then", "lost", "won")
Cursor = tuple[dt.datetime, int]


@dataclass(frozen=True)
class Draft:
    """A policy to be tried: its key says which one it would replace, `order` where a new one
    stands."""

    key: str
    name: str
    order: int
    data: Mapping[str, Any]
    note: str = ""

    def __str__(self) -> str:
        return f"{self.name}{', ' + self.note if self.note else ''}"


@dataclass
class Tally:
    """What came of it so far. `cells` are counts by team (key) and kind.

    `kept_now` and `missed_now` are what was; `kept_then`, `missed_then` what would have been;
    `lost` would have been missed and were not, `won` were missed and would
    have been kept: a promise that the draft does not make is neither.
    """

    looked_at: int = 0
    concerned: int = 0
    cells: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    named: dict[str, list[str]] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """Add another one's counts."""
        self.looked_at += other.looked_at
        self.concerned += other.concerned
        for key, counts in other.cells.items():
            mine = self.cells.setdefault(key, dict.fromkeys(COUNTS, 0))
            for name, count in counts.items():
                mine[name] += count
        for kind, numbers in other.named.items():
            known = self.named.setdefault(kind, [])
            known += numbers[: max(NAMED - len(known), 0)]

    def by(self, place: int) -> dict[str, dict[str, int]]:
        """Sums by team (0) or by kind (1)."""
        sums: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
        for key, counts in self.cells.items():
            for name, count in counts.items():
                sums[key[place]][name] += count
        return dict(sorted(sums.items()))

    def total(self) -> dict[str, int]:
        """Sums of all."""
        found = dict.fromkeys(COUNTS, 0)
        for counts in self.cells.values():
            for name, count in counts.items():
                found[name] += count
        return found

    def data(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "looked_at": self.looked_at,
            "concerned": self.concerned,
            "cells": [
                {"team": team, "kind": kind, **counts}
                for (team, kind), counts in sorted(self.cells.items())
            ],
            "named": self.named,
        }

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Tally:
        """The same back from JSON; an empty one from nothing."""
        cells = {
            (cell["team"], cell["kind"]): {name: int(cell[name]) for name in COUNTS}
            for cell in data.get("cells", ())
        }
        named = {kind: list(numbers) for kind, numbers in data.get("named", {}).items()}
        return cls(data.get("looked_at", 0), data.get("concerned", 0), cells, named)


@dataclass(frozen=True)
class Span:
    """Which tickets are lived again: received from `since` up to `until`, of `teams` (keys of
    rows; None for all). Confidential ones never are."""

    since: dt.datetime
    until: dt.datetime
    teams: frozenset[int] | None = None

    def tickets(self) -> Any:
        """Their rows."""
        found = Ticket.objects.filter(
            received_at__gte=self.since, received_at__lt=self.until, confidential=False
        )
        return found if self.teams is None else found.filter(team__in=self.teams)

    def count(self) -> int:
        """How many there are."""
        count: int = self.tickets().count()
        return count


# -- the draft ----------------------------------------------------------------------------------


def read_draft(data: Any, *, key: str = "draft") -> Draft:
    """A draft from a mapping: either a policy's data itself, or `{key, name, order, data}`.

    Raises `Invalid`, naming the place, where it can't be read or names what is not there.
    """
    if not isinstance(data, Mapping):
        raise Invalid("A policy is a mapping with `targets`.", field="policy")
    body = data.get("data", data) if "targets" not in data else data
    if not isinstance(body, Mapping):
        raise Invalid("`data` is a mapping with `targets`.", field="policy")
    name, order = str(data.get("name", key)), data.get("order", 100)
    if not isinstance(order, int) or not 0 <= order < 32768:
        raise Invalid("`order` is a whole number.", field="policy")
    draft = Draft(str(data.get("key", key))[:40], name[:80], order, dict(body))
    check(draft)
    return draft


def stored_draft(ref: str) -> Draft:
    """A stored policy by its key: the newest version, or "key@3". Raises `NotFound`."""
    key, _, number = ref.partition("@")
    found = DeadlinePolicy.objects.filter(key=key).order_by("-version")
    if number:
        found = found.filter(version=int(number)) if number.isdecimal() else found.none()
    row = found.first()
    if row is None:
        raise NotFound(field="policy")
    return Draft(row.key, row.name, row.order, row.data, f"version {row.version}")


def check(draft: Draft) -> None:
    """Refuse a draft that can't be read. Raises `Invalid`."""
    row = DeadlinePolicy(key=draft.key, name=draft.name, order=draft.order, data=dict(draft.data))
    try:
        row.clean()
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field="policy") from error
    except (AttributeError, TypeError, ValueError, KeyError) as error:
        raise Invalid(
            "The policy can't be read: {error}.", error=str(error), field="policy"
        ) from error


def trial_of(draft: Draft) -> Setup:
    """Everything as it is set up, with the draft in force in the place of its policy."""
    known = setup()
    version = Version(DRAFT_ID, draft.key, 0, Policy.parse(draft.data, name=draft.name))
    orders = dict(DeadlinePolicy.objects.filter(active=True).values_list("key", "order"))
    rest = [one for one in known.active if one.key != draft.key]
    place = orders.get(draft.key, draft.order)
    before = [one for one in rest if (orders.get(one.key, 0), one.key) < (place, draft.key)]
    active = (*before, version, *rest[len(before) :])
    words = set(known.words)
    for target in version.policy.targets:
        words |= target.starts | target.meets | target.restarts | target.cancels
    return dataclasses.replace(
        known,
        active=active,
        versions={**known.versions, DRAFT_ID: version},
        words=frozenset(words),
        uses_tier=known.uses_tier or bool(version.policy.match.tier),
    )


# -- the past -----------------------------------------------------------------------------------


def simulate(draft: Draft, span: Span, *, now: dt.datetime, size: int = BATCH) -> Iterator[Tally]:
    """Try the draft on every ticket of the span; yields the counts of each batch."""
    trial, after = trial_of(draft), None
    while True:
        tally, after = try_batch(trial, span, after=after, now=now, size=size)
        if after is None:
            return
        yield tally


def try_batch(
    trial: Setup, span: Span, *, after: Cursor | None, now: dt.datetime, size: int = BATCH
) -> tuple[Tally, Cursor | None]:
    """The next tickets behind the cursor, newest first: their counts, and the new cursor.

    The cursor is None where none were left. The database refuses whatever would write.
    """
    with transaction.atomic(), setup.instead(trial):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        tickets = _next(span, after=after, size=size)
        tally = Tally()
        events = _events(tickets)
        was = _stored(tickets)
        teams = dict(Team.objects.values_list("pk", "key"))
        for ticket in tickets:
            would = rehearse(ticket, events[ticket.pk], now=now)
            _count(tally, ticket, was[ticket.pk], would, team=teams.get(ticket.team_id, ""))
    last = tickets[-1] if tickets else None
    return tally, (last.received_at, last.pk) if last is not None else None


def _next(span: Span, *, after: Cursor | None, size: int) -> list[Ticket]:
    rows = span.tickets().select_related("customer").order_by("-received_at", "-id")
    if after is not None:
        at, key = after
        rows = rows.filter(received_at__lte=at).exclude(received_at=at, pk__gte=key)
    return list(rows[:size])


def _events(tickets: Iterable[Ticket]) -> dict[int, list[Event]]:
    found: dict[int, list[Event]] = defaultdict(list)
    rows = Event.objects.filter(ticket__in=list(tickets)).order_by("ticket_id", "seq")
    for event in rows.only(
        "ticket", "seq", "type", "actor_kind", "at", "recorded_at", "data", "changes", "replaced"
    ):
        found[event.ticket_id].append(event)
    return found


def _stored(tickets: Iterable[Ticket]) -> dict[int, list[Outcome]]:
    found: dict[int, list[Outcome]] = defaultdict(list)
    for row in Deadline.objects.filter(ticket__in=list(tickets)):
        found[row.ticket_id].append(outcome(row, breached=row.breached_at is not None))
    return found


def _count(
    tally: Tally, ticket: Ticket, was: list[Outcome], would: list[Outcome], *, team: str
) -> None:
    """Add one ticket; one that the draft does not touch is only looked at."""
    tally.looked_at += 1
    if not any(one.policy_id == DRAFT_ID for one in would):
        return
    tally.concerned += 1
    for before, after in paired(was, would):
        kind = after.kind if after is not None else before.kind if before is not None else ""
        counts = tally.cells.setdefault((team, kind), dict.fromkeys(COUNTS, 0))
        now_, then = before.status if before else "", after.status if after else ""
        for status, suffix in ((now_, "now"), (then, "then")):
            if status in {"kept", "missed"}:
                counts[f"{status}_{suffix}"] += 1
        if then == "missed" and now_ != "missed":
            counts["lost"] += 1
            named = tally.named.setdefault(kind, [])
            if len(named) < NAMED and ticket.number not in named:
                named.append(ticket.number)
        elif now_ == "missed" and then == "kept":
            counts["won"] += 1
