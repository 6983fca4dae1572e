"""The rows, kept step by step as things happen, against an independent reckoning of the same."""

import datetime as dt
import random

import pytest

from escalation.clock import OpenTime
from escalation.history import Happening, Replay, What
from escalation.hours import Calendar
from escalation.models import Deadline, WorkCalendar
from escalation.policies.kinds import Kind
from escalation.services import stepping
from tests.builders import NOW, Desk, make_ticket, user
from tickets import services
from tickets.actors import Actor
from tickets.models import Ticket
from tickets.rules import Channel, Status

LENGTHS = {
    Kind.FIRST_RESPONSE: OpenTime(dt.timedelta(hours=2)),
    Kind.NEXT_REPLY: OpenTime(dt.timedelta(hours=4)),
    Kind.RESOLVE: OpenTime(dt.timedelta(hours=8)),
}
CLOSED = {Status.RESOLVED, Status.CLOSED}


class Story:
    """One ticket, lived through the services and told to the replay."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.random, self.now = desk, random.Random(seed), NOW
        self.ticket = make_ticket(desk)
        self.alice = user(desk.alice)
        calendar = Calendar.parse(WorkCalendar.objects.get(key="office").data())
        self.replay = Replay(calendar, LENGTHS)
        self.tell(What.CREATED)

    def tell(self, what: What) -> None:
        """Let the replay know."""
        self.replay.apply(Happening(self.now, what, by_customer=what is What.CREATED))

    def live(self, steps: int, *, sweep: bool) -> None:
        """Do one random thing after another."""
        for _ in range(steps):
            self.now += dt.timedelta(minutes=self.random.randrange(1, 400))
            if sweep:
                stepping.sweep(now=self.now)
            self.ticket = Ticket.objects.get(pk=self.ticket.pk)
            self.random.choice([self.reply, self.hear, self.wait, self.go_on, self.finish])()

    def reply(self) -> None:
        """We answer."""
        services.reply(self.ticket, body="We were wrong.", actor=self.alice, now=self.now)
        self.tell(What.WE_WROTE)

    def hear(self) -> None:
        """The customer writes: a wait ends, what was finished is open again."""
        services.receive_message(
            self.ticket, body="Hello?", channel=Channel.EMAIL, now=self.now,
            actor=Actor.of_customer(self.ticket.customer),
        )  # fmt: skip
        self.tell(What.CUSTOMER_WROTE)
        self.tell(What.OPEN)

    def wait(self) -> None:
        """We ask the customer something."""
        if self.ticket.status in {Status.NEW, Status.OPEN}:
            services.wait_for_customer(
                self.ticket, for_what="the bill", actor=self.alice, now=self.now
            )
            self.tell(What.WAITING)

    def go_on(self) -> None:
        """Work goes on, or is taken up again."""
        if self.ticket.status == Status.WAITING_CUSTOMER:
            services.resume(self.ticket, actor=self.alice, now=self.now)
            self.tell(What.OPEN)
        elif self.ticket.status in CLOSED:
            services.reopen(self.ticket, reason="More.", actor=self.alice, now=self.now)
            self.tell(What.REOPENED)

    def finish(self) -> None:
        """The matter is settled."""
        if self.ticket.status in CLOSED or self.random.random() < 0.5:
            return
        for point in self.ticket.points.filter(outcome=""):
            services.decide_point(
                self.ticket, point.pk, outcome="upheld", finding="We were wrong.",
                actor=self.alice, now=self.now,
            )  # fmt: skip
        services.resolve(self.ticket, actor=self.alice, now=self.now)
        self.tell(What.CLOSED)


@pytest.mark.parametrize("sweep", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_rows_and_replay_agree_over_random_lives(desk: Desk, seed: int, sweep: bool) -> None:
    story = Story(desk, seed)
    story.live(14, sweep=sweep)
    for kind in LENGTHS:
        rows = list(Deadline.objects.filter(ticket=story.ticket, kind=kind).order_by("id"))
        clocks = story.replay.clocks(kind)
        assert [row.started_at for row in rows] == [clock.started_at for clock in clocks]
        for row, clock in zip(rows, clocks, strict=True):
            reading = clock.read(story.now)
            assert row.due_at == reading.due_at, (kind, reading.reasons)
            assert (row.met_at or row.cancelled_at) == clock.ended_at
            if row.breached_at is not None and reading.breached:
                assert row.breached_at == reading.breached_at
            if sweep or not row.is_open:
                assert (row.breached_at is not None) == reading.breached
