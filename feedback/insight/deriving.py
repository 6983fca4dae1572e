"""What one ticket gives to insight, read off its events alone.

The same whenever it is asked, so counting a ticket twice counts it once. A ticket counts where it
stands now: one that changes team or category takes all it gave along, so that a figure and the list
of tickets behind it always agree. A confidential one gives nothing: only those named on it
may know of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from feedback.insight.buckets import MONEY_EDGES, TIME_EDGES, bucket_of
from feedback.insight.measures import (
    KEPT,
    MISSED,
    MOST_POINTS,
    NO_CAUSE,
    REOPENED,
    SAME,
    SCORES,
    WHOLE,
    WORDS,
    Measure,
)
from feedback.insight.themes import themes_of

_DIMENSIONS = ("handling", "result", "effort", "felt_heard", "fair")
_UPHELD = frozenset({"upheld", "partly_upheld"})
_REVERSED = "reversed"
_EMPTY: tuple[Any, ...] = (None, "", False, [])

Rows = dict[str, dict[str, Any]]


class Happened(NamedTuple):
    """The part of an event that matters here."""

    type: str
    at: dt.datetime
    changes: dict[str, Any]


class Cell(NamedTuple):
    """Where something is counted. `key` and `bucket` mean what Measure says."""

    measure: str
    key: str
    bucket: int
    day: dt.date


@dataclass
class Contribution:
    """What a ticket gives: {cell: (count, sum)}, all of it to its team and category (ids)."""

    team: int
    category: int
    cells: dict[Cell, tuple[int, int]] = field(default_factory=dict)

    def add(
        self,
        measure: Measure,
        on: dt.datetime,
        *,
        key: str = "",
        bucket: int = WHOLE,
        n: int = 1,
        total: int = 0,
    ) -> None:
        """Count something on a moment's day in UTC."""
        cell = Cell(measure.value, key, bucket, on.astimezone(dt.UTC).date())
        before = self.cells.get(cell, (0, 0))
        self.cells[cell] = (before[0] + n, before[1] + total)


@dataclass
class _Life:
    """The ticket's state after its events, with the moments that no column keeps."""

    own: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, Rows] = field(default_factory=dict)
    reopened: list[dt.datetime] = field(default_factory=list)
    first_offer: dt.datetime | None = None
    granted: dict[str, dt.datetime] = field(default_factory=dict)
    asked: dict[str, dt.datetime] = field(default_factory=dict)

    def of(self, kind: str) -> Rows:
        """What belongs to the ticket of one kind, by id."""
        return self.rows.get(kind, {})

    def moment(self, name: str) -> dt.datetime | None:
        """A moment among the ticket's own columns."""
        return _moment(self.own.get(name))


def contribution_of(events: Iterable[Happened], *, again: bool) -> Contribution | None:
    """What a ticket gives, from its events in order of `seq`; None for one that gives nothing.

    `again`: whether the customer had complained about the same shortly before (AGAIN_DAYS).
    """
    life = _live(events)
    own = life.own
    received = life.moment("received_at")
    if received is None or own.get("confidential"):
        return None
    given = Contribution(int(own["team"]), int(own["category"]))
    if not own.get("merged_into"):
        _complaint(life, given, received, again=again)
        _findings(life, given)
    _said(life, given)
    _granted(life, given)
    _exceptions(life, given)
    if not own.get("historical"):
        # Nobody here made the promises of imported tickets, or took the time.
        _promises(life, given)
        _times(life, given, received)
    return given


def _live(events: Iterable[Happened]) -> _Life:
    life = _Life()
    for event in events:
        for path, value in event.changes.items():
            kind, _, rest = path.partition(".")
            if not rest:
                _put(life.own, path, value)
                continue
            key, _, name = rest.partition(".")
            _put(life.rows.setdefault(kind, {}).setdefault(key, {}), name, value)
            if kind == "remedies" and name == "kind":
                life.granted.setdefault(key, event.at)
            elif kind == "exceptions" and name == "requester":
                life.asked.setdefault(key, event.at)
        if event.type == "reopened":
            life.reopened.append(event.at)
        elif event.type == "offer_sent" and life.first_offer is None:
            life.first_offer = event.at
    return life


def _put(state: dict[str, Any], name: str, value: Any) -> None:
    if value in _EMPTY:
        state.pop(name, None)
    else:
        state[name] = value


def _moment(value: Any) -> dt.datetime | None:
    return dt.datetime.fromisoformat(value) if isinstance(value, str) and value else None


def _complaint(life: _Life, given: Contribution, received: dt.datetime, *, again: bool) -> None:
    given.add(Measure.RECEIVED, received, key=str(life.own.get("channel", "")))
    # What a split or merge took away leaves nothing behind.
    heads = sum(1 for point in life.of("points").values() if point)
    if heads:
        given.add(Measure.POINTS, received, bucket=min(heads, MOST_POINTS), total=heads)
    if again:
        given.add(Measure.AGAIN, received, key=SAME)
    for at in life.reopened:
        given.add(Measure.AGAIN, at, key=REOPENED)
    if hands := int(life.own.get("handoffs", 0)):
        given.add(Measure.HANDED, received, total=hands)


def _findings(life: _Life, given: Contribution) -> None:
    first: dict[str, dt.datetime] = {}
    upheld: dt.datetime | None = None
    for point in life.of("points").values():
        at, outcome = _moment(point.get("decided_at")), point.get("outcome")
        if at is None or not outcome:
            continue
        given.add(Measure.OUTCOME, at, key=outcome)
        if outcome in _UPHELD:
            upheld = min(upheld or at, at)
            cause = str(point.get("root_cause") or NO_CAUSE)
            first[cause] = min(first.get(cause, at), at)
    if upheld is not None:
        given.add(Measure.UPHELD, upheld)
    for cause, at in first.items():
        given.add(Measure.CAUSE, at, key=cause)


def _said(life: _Life, given: Contribution) -> None:
    for survey in life.of("surveys").values():
        sent, status = _moment(survey.get("sent_at")), survey.get("status", "")
        if sent is not None:
            given.add(Measure.ASKED, sent, key=status)
        at = _moment(survey.get("ended_at"))
        if status != "answered" or at is None:
            continue
        words = survey.get("words", "")
        given.add(Measure.ANSWER, at, key=WORDS if words else SCORES)
        scores = {name: survey[name] for name in _DIMENSIONS if name in survey}
        for name, score in scores.items():
            given.add(Measure.SCORE, at, key=name, bucket=score, total=score)
        for theme in themes_of(words, scores.values()):
            given.add(Measure.THEME, at, key=theme)


def _granted(life: _Life, given: Contribution) -> None:
    sums: dict[str, tuple[dt.datetime, int]] = {}
    for key, remedy in life.of("remedies").items():
        if remedy.get("status") == _REVERSED or key not in life.granted:
            continue
        at, kind = life.granted[key], remedy.get("kind", "")
        amount, currency = int(remedy.get("amount", 0)), remedy.get("currency", "")
        if not amount or not currency:
            given.add(Measure.REMEDY, at, key=kind)
            continue
        bucket = bucket_of(amount, MONEY_EDGES)
        given.add(Measure.REMEDY, at, key=f"{kind} {currency}", bucket=bucket, total=amount)
        first, before = sums.get(currency, (at, 0))
        sums[currency] = (min(first, at), before + amount)
    for currency, (at, total) in sums.items():
        bucket = bucket_of(total, MONEY_EDGES)
        given.add(Measure.GRANTED, at, key=currency, bucket=bucket, total=total)


def _exceptions(life: _Life, given: Contribution) -> None:
    for key, at in life.asked.items():
        row = life.of("exceptions")[key]
        given.add(Measure.EXCEPTION, at, key=row.get("status", ""))


def _promises(life: _Life, given: Contribution) -> None:
    causes = {str(p["root_cause"]) for p in life.of("points").values() if p.get("root_cause")}
    for row in life.of("deadlines").values():
        missed, met = _moment(row.get("breached_at")), _moment(row.get("met_at"))
        at = missed or met
        if at is None or row.get("counted_on_id"):
            continue
        bucket = MISSED if missed else KEPT
        given.add(Measure.PROMISE, at, key=row.get("kind", ""), bucket=bucket)
        for cause in causes or {NO_CAUSE}:
            given.add(Measure.PROMISE_CAUSE, at, key=cause, bucket=bucket)


def _times(life: _Life, given: Contribution, received: dt.datetime) -> None:
    if life.first_offer is not None:
        _time(given, Measure.OFFER_TIME, "", received, life.first_offer)
    ends = {"acknowledge": "acknowledged_at", "first_response": "answered_at",
            "resolve": "resolved_at"}  # fmt: skip
    for key, name in ends.items():
        _time(given, Measure.TIME, key, received, life.moment(name))
    for key, remedy in life.of("remedies").items():
        arrived = _moment(remedy.get("fulfilled_at"))
        if remedy.get("status") != _REVERSED and key in life.granted:
            _time(given, Measure.TIME, "deliver", life.granted[key], arrived)


def _time(
    given: Contribution, measure: Measure, key: str, start: dt.datetime, end: dt.datetime | None
) -> None:
    if end is None or end < start:
        return
    seconds = int((end - start).total_seconds())
    bucket = bucket_of(seconds, TIME_EDGES)
    given.add(measure, end, key=key, bucket=bucket, total=seconds)
