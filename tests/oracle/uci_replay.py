"""Replays the incident log through the services, with the log's own times as `now`.

Needs Django and a database. After every update the ticket's status, team, owner and counters are
held against the log, and at the end its events against its row and against its deadlines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from django.db import transaction

from escalation.clock import Status as DeadlineStatus
from escalation.models import Deadline
from escalation.services import stepping
from escalation.services.defaults import ensure_defaults
from escalation.services.setup import setup
from tests.oracle.cases import Failure
from tests.oracle.uci_log import DONE, WAITING, Doing, Odd, Row, Teller, Verb, places
from tests.support.reckoning import differences, reckon
from tickets import services
from tickets.actors import Actor
from tickets.cached import forget_all
from tickets.errors import DomainError
from tickets.models import Category, Customer, Event, Membership, Team, Ticket, User
from tickets.rules import Status
from tickets.services.opening import NewTicket
from tickets.state import fold, state_now

BEFORE = datetime(2016, 1, 1, tzinfo=UTC)
MOVED = "team_changed"


@dataclass
class Account:
    """What a replay found."""

    incidents: int = 0
    updates: int = 0
    #: Warnings, breaches, steps of paths and ends of pauses that the sweep took.
    steps: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: What the log's counters come to, and ours.
    counters: Counter[str] = field(default_factory=Counter)
    deadlines: Counter[str] = field(default_factory=Counter)
    odd: Counter[Odd] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)

    @property
    def refused(self) -> int:
        """Calls that a service said no to."""
        return sum("refused" in failure.id for failure in self.failures)

    def lines(self) -> list[str]:
        """For people."""
        done = ", ".join(f"{count} {verb}" for verb, count in self.calls.most_common())
        counted = ", ".join(f"{count} {what}" for what, count in self.counters.items())
        kept = ", ".join(f"{count} {kind}" for kind, count in self.deadlines.most_common())
        moved = f"{self.moves.total()} changes of state of {len(self.moves)} kinds"
        lines = [
            f"{self.incidents} incidents, {self.updates} updates, calls: {done}",
            f"{moved}, {self.refused or 'none'} refused",
            f"counters: {counted}",
            f"{self.deadlines.total()} deadlines as their events give them: {kept}",
            "what has no counterpart:",
        ]
        return lines + [f"  {count}: {odd}" for odd, count in self.odd.most_common()]


class Desk:
    """The groups, resolvers and callers of the log as teams, people and customers of ours."""

    def __init__(self, incidents: Sequence[Sequence[Row]]) -> None:
        callers, groups, members = places(incidents)
        ensure_defaults(now=BEFORE)
        teams = [Team(key=f"g{n}", name=name) for n, name in enumerate(sorted(groups))]
        teams[0].is_default = True
        self.teams = {team.name: team for team in Team.objects.bulk_create(teams)}
        names = sorted({name for name, _ in members} | {"Dispatch"})
        self.people = {
            person.name: person
            for person in User.objects.bulk_create(
                User(email=f"u{n}@example.org", name=name, role="rep", password="!")
                for n, name in enumerate(names)
            )
        }
        Membership.objects.bulk_create(
            Membership(user=self.people[name], team=self.teams[group])
            for name, group in sorted(members)
        )
        self.customers = {
            customer.name: customer
            for customer in Customer.objects.bulk_create(
                Customer(name=name, created_at=BEFORE) for name in sorted(callers)
            )
        }
        self.category = Category.objects.create(key="incident", name="Incident", team=teams[0])
        self.dispatch = Actor.of_user(self.people["Dispatch"])
        forget_all()


class Replayed:
    """One incident, lived again."""

    def __init__(self, desk: Desk, rows: Sequence[Row], account: Account) -> None:
        self.desk, self.rows, self.account = desk, rows, account
        self.teller = Teller(rows[0])
        received = self.teller.opening()
        first = rows[0]
        self.ticket = services.open_ticket(
            NewTicket(
                customer=desk.customers[first.caller],
                category=desk.category,
                channel=first.channel,
                subject=first.number,
                body=f"Priority {first.priority}.",
                received_at=received,
                team=desk.teams[self.teller.group],
                external=("uci", first.number),
            ),
            actor=desk.dispatch,
            now=first.at,
        )

    def live(self) -> None:
        """Do what the log did, and hold each state against it."""
        account, before = self.account, "New"
        account.incidents += 1
        for row in self.rows:
            account.updates += 1
            if row.state != before:
                account.moves[before, row.state] += 1
            before = row.state
            self._sweep(row)
            doings = self.teller.doings(row)
            for doing in doings:
                account.calls[doing.verb] += 1
                try:
                    self._do(doing)
                except DomainError as error:
                    self._fail(row, f"{doing.verb} refused", "possible", error.message)
            if doings:
                self._compare(row)
        self._compare(self.rows[-1])
        self._compare_events()
        account.odd.update(self.teller.odd)

    def _sweep(self, row: Row) -> None:
        """Where a wait outlasted the longest pause that is allowed, clocks run again by then."""
        if self.teller.status not in WAITING:
            return
        paused = Deadline.objects.filter(ticket=self.ticket, status=DeadlineStatus.PAUSED)
        if paused.due(row.at).exists():
            self.account.steps += stepping.sweep(now=row.at).steps

    def _do(self, doing: Doing) -> None:
        desk = self.desk
        common: dict[str, Any] = {"actor": desk.dispatch, "now": self.teller.now}
        owner = desk.people[doing.resolver] if doing.resolver else None
        match doing.verb:
            case Verb.MOVE:
                team = desk.teams[doing.group]
                services.move_to_team(self.ticket, team, brief="As logged.", owner=owner, **common)
            case Verb.ASSIGN if owner is not None:
                services.assign(self.ticket, owner, brief="As logged.", **common)
            case Verb.GRADE:
                services.override_pain(self.ticket, doing.pain, reason="As logged.", **common)
            case _:
                self._step(doing.verb, common)

    def _step(self, verb: Verb, common: dict[str, Any]) -> None:
        """Have the ticket change its status."""
        match verb:
            case Verb.REOPEN:
                services.reopen(self.ticket, reason="Reopened in the log.", **common)
            case Verb.WAIT_CUSTOMER:
                services.wait_for_customer(self.ticket, for_what="an answer", **common)
            case Verb.WAIT_OTHERS:
                services.wait_for_third_party(self.ticket, for_what="somebody else", **common)
            case Verb.RESUME:
                services.resume(self.ticket, **common)
            case Verb.RESOLVE:
                for point in self.ticket.points.filter(outcome=""):
                    services.decide_point(self.ticket, point.pk, outcome="upheld", **common)
                services.resolve(self.ticket, **common)
            case Verb.CLOSE:
                services.close(self.ticket, **common)

    # -- judging ------------------------------------------------------------------------------

    def _compare(self, row: Row) -> None:
        teller = self.teller
        stored = Ticket.objects.select_related("team", "owner").get(pk=self.ticket.pk)
        unowned_new = teller.status is Status.OPEN and not teller.owner
        status = {Status.OPEN, Status.NEW} if unowned_new else {teller.status}
        if stored.status not in status:
            self._fail(row, "status", sorted(status), stored.status)
        if stored.reopenings != row.reopened:
            self._fail(row, "reopen_count", row.reopened, stored.reopenings)
        if stored.handoffs != teller.handoffs:
            self._fail(row, "hand-offs", teller.handoffs, stored.handoffs)
        owner = stored.owner.name if stored.owner else ""
        if (stored.team.name, owner) != (teller.group, teller.owner):
            self._fail(row, "team and owner", (teller.group, teller.owner), (stored.team, owner))
        if (stored.resolved_at is not None) != (teller.status in DONE):
            self._fail(row, "resolved_at", teller.status, stored.resolved_at)

    def _compare_events(self) -> None:
        """The log's counter is the number of moves; the events, folded, are the stored row, and
        told anew they give its deadlines."""
        last, counters = self.rows[-1], self.account.counters
        events = list(self.ticket.events.order_by("seq"))
        unseen = self.teller.odd.count(Odd.UNSEEN_MOVE)
        moved = sum(event.type == MOVED for event in events)
        if moved + unseen != last.reassigned:
            self._fail(last, "reassignment_count", last.reassigned, moved)
        stored = Ticket.objects.get(pk=self.ticket.pk)
        counters["reassignments in the log"] += last.reassigned
        counters["moves to another team in our events"] += moved
        counters["reassignments that the log does not show"] += unseen
        counters["incidents reassigned"] += last.reassigned > 0
        counters["reopenings in the log"] += last.reopened
        counters["reopenings of ours"] += stored.reopenings
        counters["incidents reopened"] += last.reopened > 0
        told, state = fold(events), state_now(stored)
        if wrong := {path for path, value in state.items() if told.get(path) != value}:
            self._fail(last, "fold of events", "the stored row", sorted(wrong))
        self._compare_deadlines(last, events)

    def _compare_deadlines(self, last: Row, events: Sequence[Event]) -> None:
        rules, rows = setup(), list(Deadline.objects.filter(ticket=self.ticket))
        for wrong in differences(rows, reckon(events, rules), rules, now=self.teller.now):
            self._fail(last, "deadlines", "what the events give", wrong)
        self.account.deadlines.update(row.kind for row in rows)

    def _fail(self, row: Row, what: str, expected: object, got: object) -> None:
        key = f"{row.number} at {row.at:%Y-%m-%d %H:%M}: {what}"
        self.account.failures.append(Failure(key, expected, got))


def replay(
    incidents: Sequence[Sequence[Row]], *, after_each: Callable[[int], None] | None = None
) -> Account:
    """Live every incident of the list again, each in one transaction; they may be a part of the
    log. `after_each` hears how many are done."""
    account = Account()
    desk = Desk(incidents)
    for number, rows in enumerate(incidents, start=1):
        with transaction.atomic():
            Replayed(desk, rows, account).live()
        if after_each is not None:
            after_each(number)
    return account


def some(incidents: Sequence[list[Row]], stride: int) -> Iterator[list[Row]]:
    """Each `stride`th incident, the rare ones, and the first in which each change of state occurs.

    The same incidents each time, and every kind of change that the log knows among them.
    """
    seen: set[tuple[object, ...]] = set()
    for index, rows in enumerate(incidents):
        kinds = {_change(a, b) for a, b in pairwise(rows)}
        if kinds - seen or index % stride == 0 or rows[-1].reopened > 2:
            yield rows
        seen |= kinds


def _change(before: Row, after: Row) -> tuple[object, ...]:
    """What changed, in kind: the states, and whether group, resolver or the order of time did."""
    moved = before.group != after.group
    counted = after.reassigned - before.reassigned
    finished = after.state in {"Resolved", "Closed"} and (
        moved or before.resolver != after.resolver
    )
    return before.state, after.state, finished and moved, counted > moved, after.at < before.at
