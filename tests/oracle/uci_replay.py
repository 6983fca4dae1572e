"""Replays the incident log through the services, with the log's own times as `now`.

Needs Django and a database. After every update the ticket's status, team, owner and counters are
held against the log, and at the end its events against its row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from escalation.services.defaults import ensure_defaults
from tests.oracle.cases import Failure
from tests.oracle.uci_log import DONE, Doing, Odd, Row, Teller, Verb, places
from tickets import services
from tickets.actors import Actor
from tickets.cached import forget_all
from tickets.errors import DomainError
from tickets.models import Category, Customer, Membership, Team, Ticket, User
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
    calls: Counter[str] = field(default_factory=Counter)
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    odd: Counter[Odd] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)

    def lines(self) -> list[str]:
        """For people."""
        done = ", ".join(f"{count} {verb}" for verb, count in self.calls.most_common())
        lines = [
            f"{self.incidents} incidents, {self.updates} updates, calls: {done}",
            f"{sum(self.moves.values())} changes of state of {len(self.moves)} kinds, none refused"
            if not any("refused" in failure.id for failure in self.failures)
            else "some changes of state were refused",
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

    def _do(self, doing: Doing) -> None:
        desk, now = self.desk, self.teller.now
        common: dict[str, Any] = {"actor": desk.dispatch, "now": now}
        match doing.verb:
            case Verb.REOPEN:
                services.reopen(self.ticket, reason="Reopened in the log.", **common)
            case Verb.MOVE:
                owner = desk.people[doing.resolver] if doing.resolver else None
                team = desk.teams[doing.group]
                services.move_to_team(self.ticket, team, brief="As logged.", owner=owner, **common)
            case Verb.ASSIGN:
                owner = desk.people[doing.resolver]
                services.assign(self.ticket, owner, brief="As logged.", **common)
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
        """The log's counter is the number of moves; the events, folded, are the stored row."""
        last = self.rows[-1]
        events = list(self.ticket.events.order_by("seq"))
        unseen = self.teller.odd.count(Odd.UNSEEN_MOVE)
        moved = sum(event.type == MOVED for event in events)
        if moved + unseen != last.reassigned:
            self._fail(last, "reassignment_count", last.reassigned, moved)
        stored = state_now(Ticket.objects.get(pk=self.ticket.pk))
        told = fold(events)
        if wrong := {path for path, value in stored.items() if told.get(path) != value}:
            self._fail(last, "fold of events", "the stored row", sorted(wrong))

    def _fail(self, row: Row, what: str, expected: object, got: object) -> None:
        key = f"{row.number} at {row.at:%Y-%m-%d %H:%M}: {what}"
        self.account.failures.append(Failure(key, expected, got))


def replay(incidents: Sequence[Sequence[Row]]) -> Account:
    """Live every incident of the list again; they may be a part of the log."""
    account = Account()
    desk = Desk(incidents)
    for rows in incidents:
        Replayed(desk, rows, account).live()
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
