"""The right part of a ticket: what to do next, pain, and deadlines as clocks and as a picture."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext

from desk.build.clocks import clock_of, nearest, standing_words, state_of, tone_of
from desk.build.codes import kind_words, pause_words
from desk.build.snoozing import until_words
from desk.build.windows import promised_words
from desk.glyphs import ClockState, ClockView, FactorView, PainView
from desk.present import NextStepView
from desk.timeline import ClockSpan, TimelineView, draw
from desk.words import moment_words, short_moment_words, time_words
from escalation.clock import Status as ClockStatus
from escalation.models import Deadline
from feedback.models import FollowUp
from tickets.languages import Spoken
from tickets.models import Event, Ticket, User
from tickets.rules import EventType, Status
from tickets.saying import retold

_STEPS = Spoken(
    {
        "acknowledge": _l("acknowledge"),
        "first_response": _l("answer {name}"),
        "next_reply": _l("answer {name}"),
        "next_update": _l("tell {name} how it stands"),
        "decide": _l("decide"),
        "resolve": _l("settle it"),
        "deliver_remedy": _l("see that the remedy arrives"),
        "approve": _l("decide the exception"),
        "promise": _l("keep the promise"),
        "follow_up": _l("follow up"),
    }
)


@dataclass(frozen=True, slots=True)
class DeadlineLine:
    """One clock in the table behind "Explain"."""

    name: str
    clock: ClockView
    started: str
    due: str
    pauses: tuple[str, ...]
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeadlinesView:
    """What was kept, what is still open, the picture, and the same as a table."""

    met: tuple[str, ...]
    missed: tuple[str, ...]
    timeline: TimelineView | None
    lines: tuple[DeadlineLine, ...]


def pain_view(ticket: Ticket, override: Event | None) -> PainView | None:
    """The pain with its factors, and who set it otherwise."""
    if not ticket.pain:
        return None
    factors = tuple(
        FactorView(
            retold(str(reason.get("words", reason.get("factor", "")))),
            retold(str(reason.get("effect", ""))),
        )
        for reason in ticket.pain_reasons
    )
    words = ""
    if ticket.pain_overridden and override is not None:
        was = override.data.get("assessed")
        before = (_(", assessed as %(was)s") % {"was": was}) if was else ""
        reason = override.data.get("reason", "")
        words = _("Set to %(pain)s by %(who)s%(before)s: “%(reason)s”") % {
            "pain": ticket.pain,
            "who": override.actor_name,
            "before": before,
            "reason": reason,
        }
    return PainView(ticket.pain, factors, words)


def pain_override(ticket: Ticket) -> Event | None:
    """The newest time that a person set the pain. One query, where somebody did."""
    if not ticket.pain_overridden:
        return None
    found = ticket.events.filter(type=EventType.PAIN_OVERRIDDEN.value)
    return found.order_by("-seq").first()


def deadlines_view(
    deadlines: Sequence[Deadline],
    *,
    windows: list[tuple[dt.datetime, dt.datetime]],
    name: str,
    now: dt.datetime,
    zone: ZoneInfo,
) -> DeadlinesView:
    """The deadlines of one ticket. Reads their pauses, so prefetch them."""
    still_open = sorted((d for d in deadlines if d.is_open), key=lambda d: d.due_at)
    met = [d for d in deadlines if d.status == ClockStatus.MET]
    paused = any(d.pauses.all() for d in still_open)
    timeline = (
        draw(
            [_span(deadline, now=now, zone=zone) for deadline in still_open[:6]],
            windows=windows,
            now=now,
            zone=zone,
            heading=_("Deadlines"),
            paused_words=(_("paused, waiting for %(name)s") % {"name": name}) if paused else "",
        )
        if still_open
        else None
    )
    return DeadlinesView(
        met=tuple(dict.fromkeys(kind_words(d.kind) for d in met if not d.breached_at)),
        missed=tuple(dict.fromkeys(kind_words(d.kind) for d in met if d.breached_at)),
        timeline=timeline,
        lines=tuple(_explained(deadline, now=now, zone=zone) for deadline in deadlines),
    )


def _span(deadline: Deadline, *, now: dt.datetime, zone: ZoneInfo) -> ClockSpan:
    near = abs(deadline.due_at - now) < dt.timedelta(hours=24)
    state = state_of(deadline, now=now)
    left = standing_words(deadline, state, now=now, zone=zone)
    if state is ClockState.PAUSED:
        left = _("paused")
    elif not near and state is not ClockState.LATE:
        left = short_moment_words(deadline.due_at, now=now, zone=zone)
    words = kind_words(deadline.kind)
    return ClockSpan(
        name=words[:1].upper() + words[1:],
        left=left,
        tone=tone_of(state),
        started=deadline.started_at,
        due=deadline.due_at,
        pauses=tuple((p.started_at, p.ended_at) for p in deadline.pauses.all()),
    )


def _explained(deadline: Deadline, *, now: dt.datetime, zone: ZoneInfo) -> DeadlineLine:
    def words(moment: dt.datetime) -> str:
        return moment_words(moment, now=now, zone=zone)

    kind = kind_words(deadline.kind)
    return DeadlineLine(
        name=kind[:1].upper() + kind[1:],
        clock=clock_of(deadline, now=now, zone=zone),
        started=words(deadline.started_at),
        due=words(deadline.due_at),
        pauses=tuple(
            _("%(reason)s, %(start)s to %(end)s")
            % {
                "reason": pause_words(pause.reason),
                "start": words(pause.started_at),
                "end": words(pause.ended_at) if pause.ended_at else pgettext("moment", "now"),
            }
            for pause in deadline.pauses.all()
        ),
        why=(*promised_words(deadline), *filter(None, [deadline.counted_words])),
    )


def next_step(
    ticket: Ticket,
    deadlines: Sequence[Deadline],
    *,
    me: User,
    ready: str,
    exception: str,
    offered: str,
    now: dt.datetime,
    zone: ZoneInfo,
) -> NextStepView:
    """The one thing to do now, or whom the ticket waits for. `ready` says why it can be done,
    `exception` who
    decides one that waits, `offered` until when the customer can answer an offer."""
    name = ticket.customer.name.split(" ")[0]
    deadline = nearest(deadlines)
    clock = clock_of(deadline, now=now, zone=zone, size=30) if deadline else None
    if ticket.status in {Status.RESOLVED, Status.CLOSED} and (
        deadline is None or deadline.kind != "follow_up"
    ):
        when = moment_words(ticket.closed_at or ticket.resolved_at or now, now=now, zone=zone)
        closed = ticket.status == Status.CLOSED
        done = (_("Closed %(when)s.") if closed else _("Resolved %(when)s.")) % {"when": when}
        return NextStepView(
            done,
            _("Nothing is to be done."),
            clock,
            done=clock is None,
        )
    if ticket.is_snoozed(now):
        return _put_aside(ticket, me, clock, now=now, zone=zone)
    if ticket.status == Status.WAITING_CUSTOMER:
        return NextStepView(
            (_("Waiting for %(name)s:") % {"name": name}),
            (ticket.waiting_for or _("an answer")) + ".",
        )
    if exception:
        # Whoever asked is named where somebody asked back; else a supervisor decides.
        if exception == me.get_short_name():
            return NextStepView(
                _("Next: answer what was asked back,"), _("then it is decided."), clock
            )
        act = (
            _("to decide the exception.")
            if exception == _("a supervisor")
            else _("to answer what was asked.")
        )
        return NextStepView(_("Waiting for %(who)s") % {"who": exception}, act, clock)
    if offered:
        return NextStepView(
            (_("Waiting for %(name)s to answer the offer,") % {"name": name}), f"{offered}.", clock
        )
    if ticket.owner_id is None:
        return _unowned(ticket, me, clock)
    if deadline is None:
        return NextStepView(_("Next: settle it."), _("No date was promised."), None)
    lead = _lead(deadline, name, now=now, zone=zone)
    if deadline.kind == "follow_up":
        return _follow_up(ticket, lead, clock)
    others = ticket.owner.name if ticket.owner and ticket.owner_id != me.pk else ""
    return NextStepView(
        lead,
        " ".join(filter(None, (others and _("%(name)s has it.") % {"name": others}, ready))),
        clock,
    )


def _lead(deadline: Deadline, name: str, *, now: dt.datetime, zone: ZoneInfo) -> str:
    act = _STEPS.get(deadline.kind, _("look at it")).format(name=name)
    due = moment_words(deadline.due_at, now=now, zone=zone)
    late = deadline.due_at < now
    if late:
        return _("Next: %(act)s, it was due %(due)s.") % {"act": act, "due": due}
    if deadline.due_at.astimezone(zone).date() == now.astimezone(zone).date():
        due = time_words(deadline.due_at, zone=zone)
    return _("Next: %(act)s by %(due)s.") % {"act": act, "due": due}


def _put_aside(
    ticket: Ticket, me: User, clock: ClockView | None, *, now: dt.datetime, zone: ZoneInfo
) -> NextStepView:
    """Until when, by whom where that is somebody else, and why. One query, for a colleague."""
    assert ticket.snoozed_until is not None  # it is put aside
    when = {"until": until_words(ticket.snoozed_until, now=now, zone=zone)}
    lead = _("Put aside %(until)s.") % when
    if ticket.snoozed_by is not None and ticket.snoozed_by_id != me.pk:
        lead = _("%(name)s put it aside %(until)s.") % {**when, "name": ticket.snoozed_by.name}
    reason = f"“{ticket.snooze_reason}” " if ticket.snooze_reason else ""
    words = reason + _("No clock pauses.")
    return NextStepView(lead, words, clock, verb="end-snooze", act=_("Bring it back"), post=True)


def _unowned(ticket: Ticket, me: User, clock: ClockView | None) -> NextStepView:
    if ticket.first_owner_id == me.pk:
        return NextStepView(
            _("Next: somebody else reviews it."), _("You answered it first."), clock
        )
    return NextStepView(_("Next: take it."), _("Nobody owns this ticket yet."), clock)


def _follow_up(ticket: Ticket, lead: str, clock: ClockView | None) -> NextStepView:
    """What the customer was not content with, and in which words. One query."""
    row = FollowUp.objects.filter(ticket=ticket, closed_at=None).select_related("answer").first()
    why = row.why if row else ""
    said = " ".join(row.answer.words.split()) if row else ""
    if said:
        why += f" “{said[:160]}{'…' if len(said) > 160 else ''}”"
    return NextStepView(lead, why.strip(), clock, verb="follow-up", act=_("Close the follow-up"))
