"""Any history of a small desk: acts in any order; the domain refuses what makes no sense."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from hypothesis import strategies as st

from escalation.services.stepping import sweep
from feedback import services as feedback
from feedback.models import FollowUp, Survey
from remedies import services as remedies
from remedies.models import ExceptionRequest, Offer, OfferComponent, Remedy
from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tickets import services
from tickets.actors import Actor
from tickets.errors import DomainError
from tickets.models import Customer, RootCause, Ticket
from tickets.rules import Channel, Outcome

OUTCOMES = [outcome.value for outcome in Outcome]
NAMES = (
    "open open open take reply decide decide settle resolve reopen ask answer answer file team "
    "hand hide show merge split same_customer late send accept fulfil reverse beyond approve "
    "promise"
)


@dataclass(frozen=True)
class Act:
    """One thing that somebody tries; `pick` chooses among what there is."""

    name: str
    pick: int
    other: int
    hours: int


ACTS = st.lists(
    st.builds(
        Act, st.sampled_from(NAMES.split()), st.integers(0, 9), st.integers(0, 9),
        st.integers(0, 60),
    ),
    min_size=5, max_size=60,
)  # fmt: skip


class History:
    """A desk to which anything may happen, in any order; time goes on with each act."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.now = NOW
        self.causes = [
            RootCause.objects.get_or_create(key=f"cause-{n}", name=f"Cause {n}")[0]
            for n in range(3)
        ]
        self.customers: list[Customer] = [make_customer(name) for name in ("Ines C", "Omar O")]
        self.alice, self.ada = user(desk.alice), user(desk.ada)

    def do(self, act: Act) -> None:
        """Try it. What the domain refuses changes nothing."""
        self.now += dt.timedelta(hours=act.hours, minutes=7)
        method: Callable[[Act], Any] = getattr(self, act.name)
        try:
            with transaction.atomic():
                method(act)
        except (DomainError, IndexError):
            return

    def ticket(self, number: int) -> Ticket:
        """One of those there are."""
        tickets = list(Ticket.objects.order_by("pk"))
        return tickets[number % len(tickets)] if tickets else self.open(Act("", number, 0, 0))

    def open(self, act: Act) -> Ticket:
        """A complaint of one of two customers."""
        return make_ticket(
            self.desk,
            now=self.now,
            customer=self.customers[act.pick % 2],
            category=self.desk.outage if act.other % 3 else self.desk.flights,
            channel=(Channel.FORM, Channel.PHONE)[act.other % 2],
            points=["It broke", "Nobody came"][: 1 + act.pick % 2],
            factors={"consequence": "serious"},
        )

    def take(self, act: Act) -> None:
        services.take(self.ticket(act.pick), actor=self.alice, now=self.now)

    def reply(self, act: Act) -> None:
        services.reply(self.ticket(act.pick), body="We were wrong.", actor=self.alice, now=self.now)

    def decide(self, act: Act) -> None:
        ticket = self.ticket(act.pick)
        points = list(ticket.points.order_by("pk"))
        services.decide_point(
            ticket, points[act.other % len(points)].pk, outcome=OUTCOMES[act.other % len(OUTCOMES)],
            finding="So it was.", root_cause=[None, *self.causes][act.hours % 4], actor=self.alice,
            now=self.now,
        )  # fmt: skip

    def settle(self, act: Act) -> None:
        """To its end, so that there is something to ask about."""
        ticket = self.ticket(act.pick)
        if ticket.owner is None:
            services.take(ticket, actor=self.alice, now=self.now)
        for point in ticket.points.filter(outcome=""):
            services.decide_point(
                ticket, point.pk, outcome="upheld", finding="We were wrong.", actor=self.alice,
                root_cause=self.causes[act.other % 3], now=self.now,
            )  # fmt: skip
        services.resolve(ticket, actor=self.alice, now=self.now)

    def resolve(self, act: Act) -> None:
        services.resolve(self.ticket(act.pick), actor=self.alice, now=self.now)

    def reopen(self, act: Act) -> None:
        services.reopen(self.ticket(act.pick), reason="More", actor=self.alice, now=self.now)

    def ask(self, act: Act) -> None:
        feedback.send_next(now=self.now)
        feedback.expire_next(now=self.now)

    def answer(self, act: Act) -> None:
        self.ask(act)
        survey = Survey.objects.filter(status="sent").order_by("pk")[0]
        scores = {"handling": 1 + act.pick % 5, "result": 1 + act.other % 5, "fair": 3}
        words = "I explained it to four people." if act.pick % 2 else ""
        actor = Actor.of_customer(survey.ticket.customer)
        feedback.record_answer(survey, scores=scores, words=words, actor=actor, now=self.now)
        for row in FollowUp.objects.filter(closed_at=None):
            feedback.close_followup(row, result="Rang.", actor=self.alice, now=self.now)

    def file(self, act: Act) -> None:
        category = self.desk.flights if act.other % 2 else self.desk.outage
        services.change_category(self.ticket(act.pick), category, actor=self.alice, now=self.now)

    def team(self, act: Act) -> None:
        team = self.desk.travel if act.other % 2 else self.desk.home
        services.move_to_team(
            self.ticket(act.pick), team, brief="Yours.", actor=self.alice, now=self.now
        )

    def hand(self, act: Act) -> None:
        services.hand_over(
            self.ticket(act.pick), self.desk.bob, brief="Off.", actor=self.alice, now=self.now
        )

    def hide(self, act: Act) -> None:
        services.set_confidential(self.ticket(act.pick), True, actor=self.ada, now=self.now)

    def show(self, act: Act) -> None:
        services.set_confidential(self.ticket(act.pick), False, actor=self.ada, now=self.now)

    def merge(self, act: Act) -> None:
        services.merge_tickets(
            self.ticket(act.pick), self.ticket(act.other), reason="The same", actor=self.alice,
            now=self.now,
        )  # fmt: skip

    def split(self, act: Act) -> None:
        ticket = self.ticket(act.pick)
        last = ticket.points.order_by("-pk")[0]
        services.split_ticket(ticket, [last.pk], reason="Apart", actor=self.alice, now=self.now)

    def same_customer(self, act: Act) -> None:
        keep, other = self.customers
        services.merge_customers(keep, other, actor=self.ada, now=self.now)

    def late(self, act: Act) -> None:
        self.now += dt.timedelta(days=act.hours % 9)
        sweep(now=self.now)

    def send(self, act: Act) -> None:
        offer = Offer.objects.filter(status="draft").order_by("pk")[act.pick % 3]
        remedies.send_offer(offer, body="We were wrong.", actor=self.alice, now=self.now)

    def accept(self, act: Act) -> None:
        self.send(act)
        offer = Offer.objects.filter(status="sent").order_by("pk")[0]
        remedies.accept_offer(offer, actor=Actor.of_customer(offer.ticket.customer), now=self.now)

    def fulfil(self, act: Act) -> None:
        row = Remedy.objects.filter(status="granted").order_by("pk")[0]
        remedies.fulfil_remedy(row, reference="BACS", actor=self.alice, now=self.now)

    def reverse(self, act: Act) -> None:
        row = Remedy.objects.filter(status__in=["granted", "fulfilled"]).order_by("pk")[0]
        remedies.reverse_remedy(row, reason="Paid twice", actor=self.ada, now=self.now)

    def beyond(self, act: Act) -> None:
        offer = Offer.objects.filter(status="draft").order_by("pk")[0]
        part = OfferComponent.objects.filter(offer=offer, amount__gt=0).order_by("pk")[0]
        remedies.request_exception(
            offer, amounts={part.pk: (part.amount or 0) + 5_000}, reason="Rang four times",
            actor=self.alice, now=self.now,
        )  # fmt: skip

    def approve(self, act: Act) -> None:
        row = ExceptionRequest.objects.filter(status="pending").order_by("pk")[0]
        remedies.approve_exception(row, reason="Fair", actor=user(self.desk.sue), now=self.now)

    def promise(self, act: Act) -> None:
        services.make_promise(
            self.ticket(act.pick), what="Call you", due=self.now + dt.timedelta(hours=30),
            actor=self.alice, now=self.now,
        )  # fmt: skip
