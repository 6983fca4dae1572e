"""The incident log of `uci_incident_events.csv.gz`, as a story in our words. Pure.

Each row says how an incident stood after an update; `doings` tells what was done in between, in the
terms of the services, and `handoffs` counts what our own counter should say.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import groupby
from pathlib import Path

from tickets.rules import Channel, Status

# New and Active are both "with us"; with us the difference is whether somebody has taken it.
STATUSES = {
    "New": Status.OPEN,
    "Active": Status.OPEN,
    "Awaiting User Info": Status.WAITING_CUSTOMER,
    "Awaiting Vendor": Status.WAITING_THIRD_PARTY,
    "Awaiting Problem": Status.WAITING_THIRD_PARTY,
    "Awaiting Evidence": Status.WAITING_THIRD_PARTY,
    "Resolved": Status.RESOLVED,
    "Closed": Status.CLOSED,
}
WAITING = {Status.WAITING_CUSTOMER, Status.WAITING_THIRD_PARTY}
DONE = {Status.RESOLVED, Status.CLOSED}
# The log's priority goes from 1, critical, to 4; our pain from 1 to 5, the worst.
PAIN = {"1": 5, "2": 4, "3": 3, "4": 2}
CHANNELS = {"Phone": Channel.PHONE, "Email": Channel.EMAIL}
# The publisher left out some group names: two teams stand for them, so that a move shows.
NAMELESS = ("group not disclosed (1)", "group not disclosed (2)")


class Odd(StrEnum):
    """What the log says that has no counterpart, and what is made of it."""

    TIME_BACK = "a time before the one of the update before: taken as the same moment"
    OPENED_LATER = "recorded before it was opened: opened when recorded"
    UNKNOWN_STATE = "no state given: stays as it was"
    OWNER_DROPPED = "no resolver any more: the owner stays until another takes over"
    CLOSED_AT_ONCE = "closed without being resolved: resolved and closed in one moment"
    UNSEEN_MOVE = "a reassignment counted without another group: cannot be replayed"


@dataclass(frozen=True, slots=True)
class Row:
    """One update of an incident."""

    number: str
    at: datetime
    state: str
    reassigned: int
    reopened: int
    opened: datetime
    caller: str
    channel: Channel
    priority: str
    group: str
    resolver: str

    @property
    def status(self) -> Status | None:
        """Where it stands in our words; None where the log does not say."""
        return STATUSES.get(self.state)


class Verb(StrEnum):
    """What is asked of the services."""

    REOPEN = "reopen"
    MOVE = "move"
    ASSIGN = "assign"
    WAIT_CUSTOMER = "wait for the customer"
    WAIT_OTHERS = "wait for somebody else"
    RESUME = "resume"
    RESOLVE = "resolve"
    CLOSE = "close"
    GRADE = "set the pain"


@dataclass(frozen=True, slots=True)
class Doing:
    """One call of a service; `group`, `resolver` and `pain` where it needs them."""

    verb: Verb
    group: str = ""
    resolver: str = ""
    pain: int = 0


def read(path: Path) -> Iterator[list[Row]]:
    """The incidents in the order of the file, each with its updates in order."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        for _, lines in groupby(csv.DictReader(stream), key=lambda line: line["number"]):
            yield [_row(line) for line in lines]


def _row(line: dict[str, str]) -> Row:
    return Row(
        number=line["number"],
        at=_moment(line["event_at"]),
        state=line["state"],
        reassigned=int(line["reassignment_count"]),
        reopened=int(line["reopen_count"]),
        opened=_moment(line["opened_at"]),
        caller=line["caller"] or "Caller unknown",
        channel=CHANNELS.get(line["contact_type"], Channel.API),
        priority=line["priority"],
        group=line["assignment_group"],
        resolver=line["assigned_to"],
    )


def _moment(text: str) -> datetime:
    """The log's zone is not known; only spans matter."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Teller:
    """What was done to one incident, row by row, and what the log leaves open."""

    def __init__(self, first: Row) -> None:
        self.group = first.group or NAMELESS[0]
        self.owner = ""
        self.pain = 0
        self.status = Status.OPEN
        self.now = first.at
        self.reassigned = self.handoffs = 0
        self.odd: list[Odd] = []
        self._before = first

    def opening(self) -> datetime:
        """When the complaint reached us."""
        first = self._before
        if first.opened > first.at:
            self.odd.append(Odd.OPENED_LATER)
        return min(first.opened, first.at)

    def doings(self, row: Row) -> list[Doing]:
        """The calls that bring the ticket from the row before to this one, in order."""
        before, self._before = self._before, row
        if row.at < self.now:
            self.odd.append(Odd.TIME_BACK)
        self.now = max(self.now, row.at)
        if row.status is None:
            self.odd.append(Odd.UNKNOWN_STATE)
        status = row.status or self.status
        done = []
        if self.status in DONE and status not in DONE:
            done.append(Doing(Verb.REOPEN))
            self.status = Status.OPEN
        if (pain := PAIN.get(row.priority, 0)) not in (0, self.pain):
            self.pain = pain
            done.append(Doing(Verb.GRADE, pain=pain))
        done += self._hands(before, row)
        done += self._steps(status)
        self.status = status
        return done

    def _hands(self, before: Row, row: Row) -> Iterator[Doing]:
        """Who has it now: another group, another resolver."""
        group = row.group or (self.group if self.group in NAMELESS else NAMELESS[0])
        counted = row.reassigned > before.reassigned
        if counted and group == self.group:
            if row.group:
                self.odd.append(Odd.UNSEEN_MOVE)
            else:
                group = next(name for name in NAMELESS if name != self.group)
        if group != self.group:
            self.handoffs += bool(self.owner)
            self.group, self.owner = group, row.resolver
            self.reassigned += 1
            yield Doing(Verb.MOVE, group, row.resolver)
        elif row.resolver and row.resolver != self.owner:
            self.handoffs += bool(self.owner)
            self.owner = row.resolver
            yield Doing(Verb.ASSIGN, group, row.resolver)
        elif self.owner and not row.resolver and before.resolver:
            self.odd.append(Odd.OWNER_DROPPED)

    def _steps(self, status: Status) -> Iterator[Doing]:
        if status == self.status:
            return
        if status is Status.OPEN and self.status in WAITING:
            yield Doing(Verb.RESUME)
        elif status is Status.WAITING_CUSTOMER:
            yield Doing(Verb.WAIT_CUSTOMER)
        elif status is Status.WAITING_THIRD_PARTY:
            yield Doing(Verb.WAIT_OTHERS)
        if status in DONE and self.status not in DONE:
            if status is Status.CLOSED:
                self.odd.append(Odd.CLOSED_AT_ONCE)
            yield Doing(Verb.RESOLVE)
        if status is Status.CLOSED:
            yield Doing(Verb.CLOSE)


def places(incidents: Iterable[Sequence[Row]]) -> tuple[set[str], set[str], set[tuple[str, str]]]:
    """Every caller, every group and every (resolver, group) that the log names."""
    callers, groups, members = set(), set(NAMELESS), set()
    for rows in incidents:
        for row in rows:
            callers.add(row.caller)
            mine = {row.group} if row.group else set(NAMELESS)
            groups |= mine
            if row.resolver:
                members |= {(row.resolver, group) for group in mine}
    return callers, groups, members
