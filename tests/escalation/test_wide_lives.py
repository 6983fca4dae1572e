"""Random lives of several tickets at once: merged, split, handed over, and policies change.

After every deed the stored rows of each ticket are the fold of its events, and what a reckoning of
the events from nothing gives.
"""

import datetime as dt
import os
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from escalation.models import Deadline, DeadlinePolicy
from escalation.services import rederiving, stepping, versioning
from escalation.services.setup import Setup, setup
from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tests.escalation.builders import TARGETS, make_policy
from tests.escalation.test_histories import LENIENT, SEVERE, Life
from tests.support.reckoning import Era, differences, reckon, unfolded
from tickets import services
from tickets.errors import DomainError
from tickets.models import Event, Ticket
from tickets.state import fold, state_now

STEPS = int(os.environ.get("LIFE_STEPS", "18"))
LIVES = int(os.environ.get("LIVES", "5"))
MOST_TICKETS = 4


class Lives(Life):
    """Some tickets of one customer and the random things that happen to them."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.random, self.now = desk, random.Random(seed), NOW
        self.alice = user(desk.alice)
        self.exceptions = 0
        self.customer = make_customer()
        self.rules: Setup = setup()
        #: What was set up when each ticket came, and what changed since.
        self.first: dict[int, Setup] = {}
        self.eras: dict[int, list[Era]] = {}
        self.done: Counter[str] = Counter()
        self.open_another()

    def live(self, steps: int) -> None:
        """One random thing after another, to any of the tickets, and each time all is compared."""
        often: list[Callable[[], Any]] = [
            self.reply, self.hear, self.wait, self.chase, self.go_on, self.finish, self.pain,
            self.promise, self.extend, self.review, self.open_another, self.merge, self.merge,
            self.split, self.split, self.hand_over, self.move, self.policy, self.back,
        ]  # fmt: skip
        for _ in range(steps):
            self.now += dt.timedelta(minutes=self.random.randrange(1, 400))
            if self.random.random() < 0.8:
                stepping.sweep(now=self.now)
            self.ticket = self.any_ticket()
            deed = self.random.choice(often)
            try:
                deed()
            except DomainError:
                continue
            self.done[deed.__name__] += 1
            for ticket in Ticket.objects.order_by("id"):
                self.compare_ticket(ticket, deed.__name__)

    def any_ticket(self) -> Ticket:
        """One of them; mostly one that is not over."""
        tickets = list(Ticket.objects.order_by("id"))
        lively = [ticket for ticket in tickets if ticket.is_open]
        return self.random.choice(lively if lively and self.random.random() < 0.8 else tickets)

    def compare_ticket(self, ticket: Ticket, deed: str) -> None:
        """Rows and columns against the events, told once more from the beginning."""
        rules = setup()
        events = list(Event.objects.filter(ticket=ticket).order_by("seq"))
        rows = list(Deadline.objects.filter(ticket=ticket).order_by("id"))
        told, state = fold(events), state_now(ticket)
        what = (deed, str(ticket), self.now)
        assert not {path for path, value in state.items() if told.get(path) != value}, what
        assert not unfolded(rows, events), what
        assert all(row.team_id == ticket.team_id for row in rows if row.is_open), what
        first = self.first.setdefault(ticket.pk, rules)
        made = reckon(events, first, self.eras.get(ticket.pk, []))
        assert not differences(rows, made, rules, now=self.now), what

    # -- deeds ------------------------------------------------------------------------------------

    def open_another(self) -> None:
        if Ticket.objects.count() < MOST_TICKETS:
            self.ticket = make_ticket(
                self.desk, customer=self.customer, now=self.now, points=["No internet", "No visit"]
            )

    def merge(self) -> None:
        other = self.any_ticket()
        services.merge_tickets(
            self.ticket, other, reason="One outage", actor=self.alice, now=self.now
        )

    def split(self) -> None:
        point = self.ticket.points.order_by("-id").first()
        if point is not None and Ticket.objects.count() < MOST_TICKETS:
            services.split_ticket(
                self.ticket, [point.pk], reason="Two matters", actor=self.alice, now=self.now
            )

    def hand_over(self) -> None:
        to = self.random.choice([self.desk.alice, self.desk.bob])
        services.hand_over(self.ticket, to, brief="As told.", actor=self.alice, now=self.now)

    def move(self) -> None:
        team = self.random.choice([self.desk.home, self.desk.travel])
        services.move_to_team(self.ticket, team, brief="Theirs.", actor=self.alice, now=self.now)

    def back(self) -> None:
        """What was finished is taken up again."""
        finished = Ticket.objects.filter(status__in=["resolved", "closed"]).order_by("id")
        ticket = finished.first() or self.ticket
        services.reopen(ticket, reason="More.", actor=self.alice, now=self.now)

    def policy(self) -> None:
        """The usual policy has other lengths from now on, also for what is open."""
        policy = DeadlinePolicy.objects.get(key="usual", active=True)
        lengths = {"resolve": f"{self.random.randrange(2, 40)}h", "decide": "3wd"}
        targets = [t | {"within": lengths.get(t["kind"], t.get("within"))} for t in TARGETS]
        kept = [t for t in targets if t["kind"] != "next_update" or self.random.random() < 0.7]
        policy.data = {**policy.data, "targets": [_filled(target) for target in kept]}
        versioning.publish(policy, changed={"data"}, by=None, now=self.now)
        for ticket in Ticket.objects.order_by("id"):
            era = Era(ticket.event_count, self.now, setup())
            self.eras.setdefault(ticket.pk, []).append(era)
        rederiving.rederive_all(now=self.now)


def _filled(target: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in target.items() if value is not None}


@pytest.mark.parametrize("seed", range(LIVES))
def test_stored_rows_are_what_the_events_give_whatever_happens(desk: Desk, seed: int) -> None:
    make_policy("severe", order=1, data={"match": {"pain": {"min": 4}}, "targets": SEVERE})
    make_policy(
        "lenient", order=2, data={"match": {"pain": {"min": 1, "max": 1}}, "targets": LENIENT}
    )
    lives = Lives(desk, seed)
    lives.live(STEPS)
    assert sum(lives.done.values()) > STEPS // 3
