"""The customer's own page: where it stands, what we ask, what was said."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from desk.build.asked_above import AskedAbove, asked_above, with_wish
from desk.build.people import author, file_view
from desk.build.recourse import RecourseView, recourse_view
from desk.present import MessageView, StageView
from desk.words import day_words, long_day_words, long_moment_words, moment_words
from escalation.clock import Status as ClockStatus
from escalation.models import Deadline
from tickets.catalogue import catalogue
from tickets.models import Event, Point, Ticket
from tickets.rules import OPEN_STATUSES, EventType, MessageKind, Outcome, Stage, Status

MESSAGES_SHOWN = 100
_NO = frozenset({Outcome.NOT_UPHELD, Outcome.OUT_OF_SCOPE})


@dataclass(frozen=True, slots=True)
class Standing:
    """The head of the page: what to know in two lines, and whether a review can be asked for."""

    title: str
    words: str
    stages: tuple[StageView, ...]
    recourse: RecourseView
    owner: str
    #: His wish for somebody above, where he ever had one.
    wish: AskedAbove | None = None


@dataclass(frozen=True, slots=True)
class OfferStanding:
    """What the page needs to know of an offer: sent, accepted, declined or none."""

    state: str = ""
    decide_by: dt.datetime | None = None
    decided_at: dt.datetime | None = None
    paid_by: dt.datetime | None = None
    paid_at: dt.datetime | None = None


def owner_words(ticket: Ticket) -> str:
    """The name of whoever follows it through."""
    return ticket.owner.name if ticket.owner else ""


def standing_of(
    ticket: Ticket, *, offer: OfferStanding, asked: bool, now: dt.datetime, zone: ZoneInfo
) -> Standing:
    """Where the complaint stands."""
    first = ticket.customer.name.split(" ")[0]
    owner = owner_words(ticket)
    points = list(ticket.points.all())
    refused_at = _refused_at(ticket, points)
    title, words = _title(
        ticket, first=first, owner=owner, offer=offer, asked=asked, refused=refused_at is not None
    )
    deadlines = list(
        ticket.deadlines.filter(kind__in=["first_response", "decide", "resolve", "next_update"])
    )
    wish = asked_above(ticket, now=now, zone=zone)
    stages = _stages(ticket, deadlines, offer=offer, refused_at=refused_at, now=now, zone=zone)
    return Standing(
        title=title,
        words=words,
        stages=with_wish(stages, wish, offered=offer.state == "sent"),
        recourse=recourse_view(ticket, now=now, zone=zone),
        owner=owner,
        wish=wish,
    )


def _refused_at(ticket: Ticket, points: Sequence[Point]) -> dt.datetime | None:
    """When every point was decided against the customer at the first stage; None otherwise."""
    moments = [point.decided_at for point in points if point.outcome in _NO and point.decided_at]
    if ticket.stage != Stage.FIRST or not moments or len(moments) < len(points):
        return None
    return max(moments)


def _title(
    ticket: Ticket, *, first: str, owner: str, offer: OfferStanding, asked: bool, refused: bool
) -> tuple[str, str]:
    has_it = (
        f"{owner} has your complaint and stays with you to the end."
        if owner
        else ("It is with us. You will hear the name of the person who follows it through.")
    )
    if offer.state == "sent":
        return (
            f"We were wrong, {first}. This is how we want to put it right.",
            f"{ticket.subject}. {owner + ' wrote to you.' if owner else ''}".strip(),
        )
    if asked:
        return f"We need something from you, {first}.", f"{ticket.subject}."
    if ticket.status in {Status.RESOLVED, Status.CLOSED}:
        return "Your complaint is settled.", f"{ticket.subject}. You can still write to us."
    if ticket.stage == Stage.REVIEW:
        return "Somebody else looks at it again.", "Your complaint is being reviewed."
    if offer.state in {"accepted", "part"}:
        return f"Thank you, {first}. We are putting it right.", has_it
    if offer.state == "declined":
        return f"We think again, {first}.", has_it
    if refused:
        words = "Our letter says why. If you don’t agree, another person looks at it all again."
        return f"We have decided, {first}.", words
    return f"We have your complaint, {first}.", has_it


def _stages(
    ticket: Ticket,
    deadlines: list[Deadline],
    *,
    offer: OfferStanding,
    refused_at: dt.datetime | None,
    now: dt.datetime,
    zone: ZoneInfo,
) -> tuple[StageView, ...]:
    due = {
        deadline.kind: deadline.due_at
        for deadline in deadlines
        if deadline.status in {ClockStatus.RUNNING, ClockStatus.PAUSED}
    }

    def day(moment: dt.datetime) -> str:
        return day_words(moment, now=now, zone=zone)

    stages = [StageView("done", "You wrote to us", day(ticket.received_at))]
    owner = owner_words(ticket).split(" ")[0]
    if ticket.acknowledged_at:
        words = f"{owner} took it on" if owner else "We took it on"
        stages.append(StageView("done", words, day(ticket.acknowledged_at)))
    else:
        stages.append(
            StageView("now", "Somebody of us takes it on", "", "You will see the name here.")
        )
    stages.append(_answer(ticket, due, now=now, zone=zone))
    if refused_at is not None and not offer.state and ticket.status in OPEN_STATUSES:
        stages.append(StageView("done", "We decided", day(refused_at)))
        stages.append(StageView("now", "You can ask for a review", "", "free of charge"))
    else:
        stages.extend(_offer_stages(ticket, offer, due, now=now, zone=zone))
    return tuple(_only_one_now(stages))


def _answer(
    ticket: Ticket, due: dict[str, dt.datetime], *, now: dt.datetime, zone: ZoneInfo
) -> StageView:
    if ticket.answered_at:
        return StageView(
            "done", "We answered you", moment_words(ticket.answered_at, now=now, zone=zone)
        )
    by = due.get("first_response")
    if by is None:
        return StageView("later", "We answer you")
    words = long_moment_words(by, zone=zone)
    if by < now:
        return StageView(
            "now", "We answer you", "", f"It was promised by {words}. We are late, sorry."
        )
    return StageView("now", "We answer you", "", f"by {words}")


def _offer_stages(
    ticket: Ticket,
    offer: OfferStanding,
    due: dict[str, dt.datetime],
    *,
    now: dt.datetime,
    zone: ZoneInfo,
) -> list[StageView]:
    finished = ticket.status in {Status.RESOLVED, Status.CLOSED}
    if offer.state == "sent":
        until = f"until {day_words(offer.decide_by, now=now, zone=zone)}" if offer.decide_by else ""
        return [
            StageView("now", "You decide", until),
            StageView("later", "We put it right", "", "as soon as you accept"),
        ]
    if offer.state in {"accepted", "part"}:
        when = day_words(offer.decided_at, now=now, zone=zone) if offer.decided_at else ""
        words = "You accepted a part" if offer.state == "part" else "You accepted our offer"
        stages = [StageView("done", words, when)]
        if offer.paid_at:
            stages.append(
                StageView("done", "We put it right", day_words(offer.paid_at, now=now, zone=zone))
            )
        else:
            by = f"by {long_day_words(offer.paid_by, zone=zone)}" if offer.paid_by else ""
            stages.append(StageView("now", "We put it right", "", by))
        if finished and ticket.resolved_at:
            stages.append(
                StageView("done", "Settled", day_words(ticket.resolved_at, now=now, zone=zone))
            )
        return stages
    if finished and ticket.resolved_at:
        return [StageView("done", "Settled", day_words(ticket.resolved_at, now=now, zone=zone))]
    by_when = due.get("decide") or due.get("resolve")
    detail = f"by {long_day_words(by_when, zone=zone)}" if by_when else ""
    declined = offer.state == "declined"
    words = "We think again" if declined else "A decision with its reasons"
    return [StageView("later", words, "", detail)]


def _only_one_now(stages: list[StageView]) -> list[StageView]:
    """Exactly the first step that is not done is the one of now."""
    found = False
    result = []
    for stage in stages:
        if stage.state == "done":
            result.append(stage)
            continue
        state = "later" if found else "now"
        found = True
        result.append(StageView(state, stage.words, stage.when, stage.detail))
    return result


@dataclass(frozen=True, slots=True)
class Asked:
    """What we asked the customer: who asks, the question, and facts to fill in."""

    by: str = ""
    question: tuple[str, ...] = ()
    specs: tuple[Any, ...] = ()


def asked_of(ticket: Ticket) -> Asked:
    """The newest question, with those of its facts that are not known yet. Two queries."""
    event = (
        Event.objects.filter(ticket=ticket, type=EventType.INFORMATION_REQUESTED.value)
        .order_by("-seq")
        .first()
    )
    known = catalogue().by_id.get(ticket.category_id)
    if event is None or known is None:
        return Asked()
    names = event.data.get("facts", [])
    message = ticket.messages.filter(
        pk=event.data.get("message"), kind=MessageKind.REPLY.value
    ).first()
    return Asked(
        by=message.author_name.split(" ")[0] if message else "",
        question=paragraphs_of(message.body) if message else (),
        specs=tuple(
            known.facts[name] for name in names if name in known.facts and name not in ticket.facts
        ),
    )


def paragraphs_of(body: str) -> tuple[str, ...]:
    """A text in its paragraphs."""
    return tuple(part for part in body.split("\n\n") if part.strip())


def said_to_customer(
    ticket: Ticket, *, base: str, now: dt.datetime, zone: ZoneInfo
) -> tuple[MessageView, ...]:
    """What the two sides wrote to each other, oldest first; never a note."""
    messages = (
        ticket.messages.exclude(kind=MessageKind.NOTE.value)
        .prefetch_related("attachments")
        .order_by("-at", "-id")[:MESSAGES_SHOWN]
    )
    return tuple(
        MessageView(
            id=message.pk,
            who=author(message),
            channel="you" if message.kind == MessageKind.INBOUND else "",
            when=moment_words(message.at, now=now, zone=zone),
            exact=message.at.isoformat(),
            paragraphs=paragraphs_of(message.body),
            files=tuple(
                file_view(file, base=base)
                for file in message.attachments.all()
                if not file.internal
            ),
        )
        for message in reversed(messages)
    )
