"""Rows of the queue: who, what, how long, and why it stands there."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext

from desk.build.clocks import clock_of, nearest, no_clock, tone_of
from desk.build.codes import standing_in_words
from desk.build.events import kind_words
from desk.build.people import avatar
from desk.glyphs import ChipView, ClockState, ClockView, PainView
from desk.orders import order_of
from desk.present import RowView
from desk.words import day_words, moment_words, ordinal, short_moment_words
from escalation.models import Deadline
from tickets.access import Principal, may
from tickets.catalogue import catalogue
from tickets.languages import Spoken
from tickets.models import Ticket
from tickets.models.desk import Sort
from tickets.rules import Stage, Status

_ACTS = Spoken(
    {
        "acknowledge": _l("acknowledge"),
        "first_response": _l("first answer"),
        "next_reply": _l("reply"),
        "next_update": _l("update"),
        "decide": _l("decide"),
        "resolve": _l("resolve"),
        "deliver_remedy": _l("deliver remedy"),
        "approve": _l("exception"),
        "promise": _l("promise"),
        "follow_up": _l("follow up"),
    }
)
"""What there is to do about each kind of deadline."""


@dataclass(frozen=True, slots=True)
class RowContext:
    """What rows need beside their ticket, read for the whole page at once."""

    who: Principal
    now: dt.datetime
    zone: ZoneInfo
    deadlines: dict[int, list[Deadline]] = field(default_factory=dict)
    #: Ticket id → the exception that waits to be decided, in words ("Helen · exception").
    exceptions: dict[int, str] = field(default_factory=dict)
    #: Ticket id → the total of an offer that the customer has not answered yet.
    offers: dict[int, str] = field(default_factory=dict)
    #: Ticket id → the total of a draft offer, in words.
    drafts: dict[int, str] = field(default_factory=dict)
    sort: str = Sort.DUE.value
    #: What the addresses of the tickets end with: which list one walks through from there.
    way: str = ""


def rows_of(tickets: Sequence[Ticket], context: RowContext) -> tuple[RowView, ...]:
    """A row for each ticket."""
    return tuple(row_of(ticket, context) for ticket in tickets)


def row_of(ticket: Ticket, context: RowContext) -> RowView:
    """One row of the queue."""
    entry = catalogue().known(ticket.category_id)
    deadline = nearest(context.deadlines.get(ticket.pk, ()))
    clock = clock_of(deadline, now=context.now, zone=context.zone) if deadline else no_clock(ticket)
    who, what, icon, you = waiting_for(ticket, deadline, context)
    return RowView(
        id=ticket.pk,
        number=ticket.number,
        url=f"/desk/tickets/{ticket.number}/{context.way}",
        customer=ticket.customer.name,
        matter=ticket.subject,
        clock=clock,
        pain=PainView(ticket.pain) if ticket.pain else None,
        category=entry.words if entry else "",
        category_icon=entry.icon if entry else "message-square",
        waiting_who=who,
        waiting_what=what,
        waiting_icon=icon,
        owner=avatar(ticket.owner),
        version=ticket.version,
        you=you,
        chips=chips_of(ticket)[:2],
        because=because(ticket, deadline, clock, context),
        tail=_("The offer is ready:") if ticket.pk in context.drafts else "",
        tail_sum=context.drafts.get(ticket.pk, ""),
        unowned=ticket.owner_id is None and ticket.is_open and may(context.who, "work", ticket),
        aside=ticket.is_snoozed(context.now),
        order=order_of(ticket, context.sort),
    )


def chips_of(ticket: Ticket, *, stage: bool = True) -> tuple[ChipView, ...]:
    """What stands out about a ticket, in one to three words each; without its stage where that
    is told anyway."""
    chips = []
    if ticket.contacts > 1:
        chips.append(ChipView((_("%(nth)s contact") % {"nth": ordinal(ticket.contacts)}), "pain"))
    if stage and ticket.stage != Stage.FIRST:
        chips.append(
            ChipView(_("review") if ticket.stage == Stage.REVIEW else _("external"), "accent")
        )
    if ticket.confidential:
        chips.append(ChipView(_("confidential"), icon="lock"))
    if ticket.language != "en":
        chips.append(ChipView(ticket.language.upper()[:2]))
    return tuple(chips)


def because(
    ticket: Ticket, deadline: Deadline | None, clock: ClockView, context: RowContext
) -> tuple[ChipView, ...]:
    """Why the row stands where it stands."""
    chips: list[ChipView] = []
    if ticket.snoozed_until is not None and ticket.is_snoozed(context.now):
        chips.append(_aside_chip(ticket.snoozed_until, context))
    if deadline is not None and clock.state is not ClockState.PAUSED:
        due = moment_words(deadline.due_at, now=context.now, zone=context.zone)
        late = clock.state is ClockState.LATE
        said = _("%(kind)s was due %(when)s") if late else _("%(kind)s due %(when)s")
        tone = tone_of(clock.state) or "neutral"
        chips.append(ChipView(said % {"kind": kind_words(deadline.kind), "when": due}, tone))
    elif deadline is not None:
        chips.append(ChipView(_("clock paused %(since)s") % {"since": clock.kind}))
    if ticket.customer.support_needs:
        chips.append(ChipView(ticket.customer.support_needs[:48], "pain"))
    if not ticket.is_open:
        chips.append(
            ChipView(f"{standing_in_words(ticket.status)} {_ended(ticket, context)}".strip())
        )
    elif ticket.owner_id is None:
        chips.append(ChipView(_("nobody owns it")))
    if ticket.reopenings:
        chips.append(ChipView(_("came back"), "pain"))
    return tuple(chips) or (ChipView(_("open, and nothing is due")),)


def _ended(ticket: Ticket, context: RowContext) -> str:
    """The day on which it was settled, or closed unsettled."""
    at = ticket.resolved_at or ticket.closed_at
    return day_words(at, now=context.now, zone=context.zone) if at is not None else ""


def _aside_chip(until: dt.datetime, context: RowContext) -> ChipView:
    when = moment_words(until, now=context.now, zone=context.zone)
    return ChipView(_("put aside until %(when)s") % {"when": when}, icon="alarm-clock")


def third_party(words: str) -> tuple[str, str]:
    """Who has to answer, and what: from "Courier: proof of delivery" or "Courier, proof"."""
    for mark in (":", ","):
        who, found, what = words.partition(mark)
        if found and len(who) <= 24:
            return who.strip(), what.strip()
    return _("Others"), words or pgettext("what is awaited", "answer")


def waiting_for(
    ticket: Ticket, deadline: Deadline | None, context: RowContext
) -> tuple[str, str, str, bool]:
    """Whom the ticket waits for, for what, an icon, and whether that is the reader; of what is put
    aside, until when."""
    if ticket.snoozed_until is not None and ticket.is_snoozed(context.now):
        back = short_moment_words(ticket.snoozed_until, now=context.now, zone=context.zone)
        return _("Back %(when)s") % {"when": back}, ticket.snooze_reason, "alarm-clock", False
    if deadline is None and not ticket.is_open:
        when = _ended(ticket, context)
        return _("Nobody"), _("done %(when)s") % {"when": when} if when else "", "check", False
    if ticket.status == Status.WAITING_CUSTOMER:
        return (
            _("Customer"),
            ticket.waiting_for or pgettext("what is awaited", "answer"),
            "message-square",
            False,
        )
    if ticket.status == Status.WAITING_THIRD_PARTY:
        who, what = third_party(ticket.waiting_for)
        return who, what, "truck", False
    if ticket.pk in context.exceptions:
        return context.exceptions[ticket.pk], _("exception"), "scale", False
    if ticket.pk in context.offers:
        return (
            _("Customer"),
            _("offer %(sum)s") % {"sum": context.offers[ticket.pk]},
            "mail",
            False,
        )
    what = _ACTS.get(deadline.kind, _("look at it")) if deadline else _("look at it")
    owner = ticket.owner
    if owner is None:
        return _("Nobody yet"), _("take it"), "circle-question-mark", False
    if owner == context.who.user:
        return _("You"), what, "user-round", True
    if owner.pk in context.who.stands_in_for:
        return (
            _("You, for %(name)s") % {"name": owner.get_short_name()},
            what,
            "user-round",
            True,
        )
    return owner.get_short_name(), what, "user-round", False
