"""Random lives through the services: after each event the stored rows are what the events say."""

import datetime as dt
import os
import random
from collections.abc import Callable
from typing import Any

import pytest

from escalation.clock import NOTHING
from escalation.models import Deadline
from escalation.services import stepping
from escalation.services.clocks import Clocks
from escalation.services.manual import extend_deadline
from escalation.services.setup import setup
from tests.builders import NOW, Desk, make_ticket, user
from tests.escalation.builders import TARGETS, make_policy
from tests.support.reckoning import differences, reckon, unfolded
from tickets import services
from tickets.actors import SYSTEM, Actor
from tickets.change import Change, Unit, changing
from tickets.errors import DomainError
from tickets.models import Event, Ticket
from tickets.rules import Channel, Status

SEVERE = [
    {"kind": "first_response", "within": "1h"},
    {"kind": "next_reply", "within": "6h", "pauses": {"waiting_third_party": "2d"}},
    {"kind": "resolve", "within": "5h", "pauses": [
        {"on": "waiting_customer", "in_all": "1d"}, {"on": "waiting_third_party"}]},
    {"kind": "approve", "within": "3h"},
]  # fmt: skip
LENIENT = [
    {"kind": "next_update", "within": "2wd"},
    {"kind": "decide", "within": "30h", "statutory": True},
    {"kind": "resolve", "within": "60h", "pauses": {"waiting_customer": "3d"}},
    {"kind": "promise"},
]


class Life:
    """One ticket and the random things that happen to it."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.random, self.now = desk, random.Random(seed), NOW
        self.ticket = make_ticket(desk)
        self.alice = user(desk.alice)
        self.exceptions = 0
        self.due: dict[int, tuple[dt.datetime, int]] = {}

    def live(self, steps: int) -> None:
        """One random thing after another, and each time all is compared."""
        deeds: list[Callable[[], Any]] = [
            self.reply, self.hear, self.hear, self.wait, self.wait, self.chase, self.go_on,
            self.go_on, self.finish, self.pain, self.ask, self.promise, self.extend, self.machine,
            self.review,
        ]  # fmt: skip
        self.compare("opened")
        for _ in range(steps):
            self.now += dt.timedelta(minutes=self.random.randrange(1, 500))
            stepping.sweep(now=self.now)
            self.ticket = Ticket.objects.get(pk=self.ticket.pk)
            deed = self.random.choice(deeds)
            try:
                deed()
            except DomainError:
                continue
            self.compare(deed.__name__)

    def compare(self, deed: str) -> None:
        """Rows against the reckoning, and each row against itself."""
        rules = setup()
        events = list(Event.objects.filter(ticket=self.ticket).order_by("seq"))
        rows = list(Deadline.objects.filter(ticket=self.ticket).order_by("id"))
        made = reckon(events, rules)
        assert not differences(rows, made, rules, now=self.now), (deed, self.now)
        assert not unfolded(rows, events), (deed, self.now)
        self.check_rows(rows, deed)

    def check_rows(self, rows: list[Deadline], deed: str) -> None:
        """Spent and left make up what was granted; a pause makes nothing earlier."""
        clocks = Clocks(Change(Unit(self.now), self.ticket, SYSTEM))
        for row in rows:
            clock = clocks.clock_of(row).at(self.now)
            reading = clock.read(self.now)
            assert reading.used + reading.left - reading.late == clock.granted()
            assert NOTHING in {reading.left, reading.late}
            before, policy = self.due.get(row.pk, (row.due_at, row.policy_id))
            if deed in {"wait", "chase", "go_on", "hear", "ask"} and policy == row.policy_id:
                assert row.due_at >= before, (deed, row.kind)
        self.due = {row.pk: (row.due_at, row.policy_id) for row in rows}

    def reply(self) -> None:
        services.reply(self.ticket, body="We were wrong.", actor=self.alice, now=self.now)

    def machine(self) -> None:
        services.reply(self.ticket, body="We have it.", actor=SYSTEM, now=self.now, automatic=True)

    def hear(self) -> None:
        services.receive_message(
            self.ticket, body="Hello?", channel=Channel.EMAIL, now=self.now,
            actor=Actor.of_customer(self.ticket.customer),
        )  # fmt: skip

    def wait(self) -> None:
        services.wait_for_customer(self.ticket, for_what="it", actor=self.alice, now=self.now)

    def chase(self) -> None:
        services.wait_for_third_party(self.ticket, for_what="it", actor=self.alice, now=self.now)

    def go_on(self) -> None:
        if self.ticket.is_open:
            services.resume(self.ticket, actor=self.alice, now=self.now)
        else:
            services.reopen(self.ticket, reason="More.", actor=self.alice, now=self.now)

    def finish(self) -> None:
        if self.ticket.status in {Status.RESOLVED, Status.CLOSED}:
            services.close(self.ticket, actor=self.alice, now=self.now)
            return
        for point in self.ticket.points.filter(outcome=""):
            services.decide_point(
                self.ticket, point.pk, outcome="upheld", finding="We were wrong.",
                actor=self.alice, now=self.now,
            )  # fmt: skip
        services.resolve(self.ticket, actor=self.alice, now=self.now)

    def pain(self) -> None:
        level = self.random.choice([1, 3, 5])
        services.override_pain(self.ticket, level, reason="Asked.", actor=self.alice, now=self.now)

    def ask(self) -> None:
        """An exception is asked for, asked back, answered, decided: one after the other."""
        kinds = ["requested", "asked_back", "answered", "decided"]
        number, step = divmod(self.exceptions, 4)
        self.exceptions += 1
        with changing(self.ticket, actor=self.alice, now=self.now) as change:
            change.record(f"exception_{kinds[step]}", data={"exception": number})

    def promise(self) -> None:
        due = self.now + dt.timedelta(hours=self.random.randrange(1, 90))
        services.make_promise(self.ticket, what="a call", due=due, actor=self.alice, now=self.now)

    def extend(self) -> None:
        row = Deadline.objects.open().filter(ticket=self.ticket, kind="resolve").first()
        if row is not None:
            to = row.due_at + dt.timedelta(hours=30)
            extend_deadline(
                row, to=to, reason="The part.", letter="Later.", actor=self.alice, now=self.now
            )

    def review(self) -> None:
        if self.random.random() < 0.2:
            services.ask_review(self.ticket, reason="No.", actor=SYSTEM, now=self.now)


@pytest.mark.parametrize("seed", range(int(os.environ.get("LIVES", "6"))))
def test_rows_are_what_a_fresh_reckoning_of_the_events_gives(desk: Desk, seed: int) -> None:
    make_policy("severe", order=1, data={"match": {"pain": {"min": 4}}, "targets": SEVERE})
    make_policy(
        "lenient", order=2, data={"match": {"pain": {"min": 1, "max": 1}}, "targets": LENIENT}
    )
    assert len(TARGETS) == 10
    Life(desk, seed).live(22)
