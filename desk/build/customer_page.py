"""The customer's own page: where it stands, what we ask, what was said."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from desk.build.asked_above import AskedAbove, asked_above, with_wish
from desk.build.people import author, file_view
from desk.build.recourse import RecourseView, recourse_view
from desk.glyphs import AvatarView
from desk.present import FileView, MessageView, StageView
from desk.words import day_words, long_day_words, long_moment_words, moment_words
from escalation.clock import Status as ClockStatus
from escalation.models import Deadline
from tickets.catalogue import catalogue
from tickets.models import Event, Point, Ticket, User
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
    recourse = recourse_view(ticket, now=now, zone=zone)
    if not recourse.may_ask and ticket.status not in OPEN_STATUSES:
        refused_at = None  # it is settled, and nothing is left to tell
    title, words = _title(
        ticket, first=first, owner=owner, offer=offer, asked=asked, refused=refused_at is not None
    )
    deadlines = list(
        ticket.deadlines.filter(kind__in=["first_response", "decide", "resolve", "next_update"])
    )
    wish = asked_above(ticket, now=now, zone=zone)
    stages = _stages(
        ticket,
        deadlines,
        offer=offer,
        refused_at=refused_at,
        review_until=recourse.until,
        now=now,
        zone=zone,
    )
    return Standing(
        title=title,
        words=words,
        stages=with_wish(stages, wish, offered=offer.state == "sent"),
        recourse=recourse,
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
        _("%(owner)s has your complaint and stays with you to the end.") % {"owner": owner}
        if owner
        else _("It is with us. You will hear the name of the person who follows it through.")
    )
    you = {"first": first}
    if offer.state == "sent":
        wrote = _("%(owner)s wrote to you.") % {"owner": owner} if owner else ""
        return (
            _("We were wrong, %(first)s. This is how we want to put it right.") % you,
            f"{ticket.subject}. {wrote}".strip(),
        )
    if asked:
        return _("We need something from you, %(first)s.") % you, f"{ticket.subject}."
    settled = ticket.status in {Status.RESOLVED, Status.CLOSED}
    if settled and not (refused and not offer.state):
        still = _("You can still write to us.")
        return _("Your complaint is settled."), f"{ticket.subject}. {still}"
    if ticket.stage == Stage.REVIEW:
        return _("Somebody else looks at it again."), _("Your complaint is being reviewed.")
    if offer.state in {"accepted", "part"}:
        return _("Thank you, %(first)s. We are putting it right.") % you, has_it
    if offer.state == "declined":
        return _("We think again, %(first)s.") % you, has_it
    if refused:
        words = _("Our letter says why. If you don’t agree, another person looks at it all again.")
        return _("We have decided, %(first)s.") % you, words
    return _("We have your complaint, %(first)s.") % you, has_it


def _stages(
    ticket: Ticket,
    deadlines: list[Deadline],
    *,
    offer: OfferStanding,
    refused_at: dt.datetime | None,
    review_until: str,
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

    stages = [StageView("done", _("You wrote to us"), day(ticket.received_at))]
    owner = owner_words(ticket).split(" ")[0]
    if ticket.acknowledged_at:
        words = _("%(owner)s took it on") % {"owner": owner} if owner else _("We took it on")
        stages.append(StageView("done", words, day(ticket.acknowledged_at)))
    else:
        stages.append(
            StageView("now", _("Somebody of us takes it on"), "", _("You will see the name here."))
        )
    stages.append(_answer(ticket, due, now=now, zone=zone))
    if refused_at is not None and not offer.state:
        stages.append(StageView("done", _("We decided"), day(refused_at)))
        until = _("free of charge, until %(when)s") % {"when": review_until}
        words = until if review_until else _("free of charge")
        stages.append(StageView("now", _("You can ask for a review"), "", words))
    else:
        stages.extend(_offer_stages(ticket, offer, due, now=now, zone=zone))
    return tuple(_only_one_now(stages))


def _answer(
    ticket: Ticket, due: dict[str, dt.datetime], *, now: dt.datetime, zone: ZoneInfo
) -> StageView:
    if ticket.answered_at:
        return StageView(
            "done", _("We answered you"), moment_words(ticket.answered_at, now=now, zone=zone)
        )
    by = due.get("first_response")
    if by is None:
        return StageView("later", _("We answer you"))
    words = long_moment_words(by, zone=zone)
    if by < now:
        late = _("It was promised by %(when)s. We are late, sorry.") % {"when": words}
        return StageView("now", _("We answer you"), "", late)
    return StageView("now", _("We answer you"), "", _("by %(when)s") % {"when": words})


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
        until = ""
        if offer.decide_by:
            until = _("until %(when)s") % {"when": day_words(offer.decide_by, now=now, zone=zone)}
        return [
            StageView("now", _("You decide"), until),
            StageView("later", _("We put it right"), "", _("as soon as you accept")),
        ]
    if offer.state in {"accepted", "part"}:
        when = day_words(offer.decided_at, now=now, zone=zone) if offer.decided_at else ""
        words = _("You accepted a part") if offer.state == "part" else _("You accepted our offer")
        stages = [StageView("done", words, when)]
        if offer.paid_at:
            paid = day_words(offer.paid_at, now=now, zone=zone)
            stages.append(StageView("done", _("We put it right"), paid))
        else:
            stages.append(StageView("now", _("We put it right"), "", _by(offer.paid_by, zone)))
        if finished and ticket.resolved_at:
            settled = day_words(ticket.resolved_at, now=now, zone=zone)
            stages.append(StageView("done", _("Settled"), settled))
        return stages
    if finished and ticket.resolved_at:
        return [StageView("done", _("Settled"), day_words(ticket.resolved_at, now=now, zone=zone))]
    by_when = due.get("decide") or due.get("resolve")
    declined = offer.state == "declined"
    words = _("We think again") if declined else _("A decision with its reasons")
    return [StageView("later", words, "", _by(by_when, zone))]


def _by(moment: dt.datetime | None, zone: ZoneInfo) -> str:
    return _("by %(when)s") % {"when": long_day_words(moment, zone=zone)} if moment else ""


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
    known = catalogue().known(ticket.category_id)
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


def as_said(
    body: str, *, me: User, now: dt.datetime, files: Sequence[FileView] = ()
) -> MessageView:
    """A message that is not sent yet, as the page will show it."""
    return MessageView(
        id=0,
        who=AvatarView.of(me.name, key=me.pk),
        channel="",
        when=_("when it is sent"),
        exact=now.isoformat(),
        paragraphs=paragraphs_of(body),
        files=tuple(files),
    )


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
            channel=_("you") if message.kind == MessageKind.INBOUND else "",
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
