"""Exceptions as the inbox shows them: rows, the case in ten lines, policy beside wish."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, ngettext

from desk.build.about import EarlierView, earlier_of, known_of, outcome_words, since_words
from desk.build.clocks import clock_of
from desk.build.exception_parts import (
    FileView,
    GroundView,
    RuleNote,
    VoiceView,
    after_words,
    cost_meters,
    decided_words,
    files_of,
    grounds_of,
    needed_words,
    paid_words,
    rule_note,
    total_now,
    voices_of,
    why_not,
)
from desk.build.people import avatar
from desk.build.talk import head_of
from desk.glyphs import AvatarView, ClockState, ClockView, MeterView, PainView
from desk.present import CompareLineView, CompareView
from desk.words import money_words, number_words, span_words
from escalation.models import Deadline
from remedies.models import ExceptionRequest
from remedies.rules.retelling import told_all
from remedies.rules.states import ExceptionStatus
from remedies.services.exceptions.weighing import Weighing, weighing_of
from tickets.access import Principal, visible_tickets
from tickets.models import Ticket
from tickets.rules import MessageKind
from tickets.saying import retold

#: Earlier complaints of the customer that a case names.
EARLIER = 3


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One request in the list."""

    id: int
    url: str
    customer: str
    more: str
    words: str
    clock: ClockView
    left: str
    asked_by: str
    current: bool
    number: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """A past decision on something like it."""

    number: str
    url: str
    matter: str
    words: str
    good: bool
    more: str


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that the one who decides reads."""

    id: int
    number: str
    url: str
    title: str
    category: str
    stage: str
    pain: PainView | None
    asker: AvatarView
    clock: ClockView | None
    clock_words: str
    left: str
    lines: tuple[str, ...]
    customer: str
    cost: str
    after: str
    compare: CompareView
    reason: str
    evidence: str
    question: str
    answer: str
    similar: tuple[Decided, ...]
    similar_words: str
    total: str
    state: str
    grounds: tuple[GroundView, ...] = ()
    voices: tuple[VoiceView, ...] = ()
    needed: str = ""
    files: tuple[FileView, ...] = ()
    meters: tuple[MeterView, ...] = ()
    note: RuleNote | None = None
    why_not: str = ""
    sees_ticket: bool = True
    earlier: tuple[EarlierView, ...] = ()
    #: Who decided it, when and why; "" while it waits.
    decided: str = ""


def difference(minor: int, currency: str) -> str:
    """A signed sum: "+ £223.42", "− £5.00", "same"."""
    if minor == 0:
        return gettext("same")
    return f"{'+' if minor > 0 else '−'} {money_words(abs(minor), currency)}"


def deadline_of(row: ExceptionRequest) -> Deadline | None:
    """The clock of the decision, if one runs."""
    return (
        Deadline.objects.open()
        .filter(ticket_id=row.ticket_id, kind="approve", subject=f"exception:{row.pk}")
        .first()
        or Deadline.objects.open().filter(ticket_id=row.ticket_id, kind="approve").first()
    )


def inbox_row(
    row: ExceptionRequest, *, current: ExceptionRequest | None, now: dt.datetime, zone: ZoneInfo
) -> InboxRow:
    """One request. Reads its ticket's approve clocks, so prefetch `ticket__deadlines`."""
    deadline = next(
        (
            d
            for d in row.ticket.deadlines.all()
            if d.is_open
            and d.kind == "approve"
            and d.subject in {"", f"exception:{row.pk}", str(row.pk)}
        ),
        None,
    )
    waiting = ClockView(ClockState.IN_TIME, 0, gettext("no date"), "")
    clock = clock_of(deadline, now=now, zone=zone) if deadline else waiting
    left = clock.words
    if row.status == ExceptionStatus.ASKED_BACK:
        clock = ClockView(
            ClockState.PAUSED, clock.used, gettext("asked back"), "exception", row.question
        )
        left = gettext("asked back")
    elif deadline is not None:
        left = _left(deadline, clock, now=now)
    ago = span_words(now - row.created_at)
    return InboxRow(
        id=row.pk,
        url=f"/desk/exceptions/{row.pk}/",
        customer=row.ticket.customer.name,
        more=difference(row.asked_total - row.policy_total, row.currency),
        words=row.question if row.status == ExceptionStatus.ASKED_BACK else row.reason,
        clock=clock,
        left=left,
        asked_by=gettext("from %(requester)s, %(ago)s ago")
        % {"requester": row.requester.get_short_name(), "ago": ago},
        current=current is not None and current.pk == row.pk,
        number=row.ticket.number,
    )


def compare_of(row: ExceptionRequest) -> CompareView:
    """What the policy gives beside what is asked for."""
    offer = row.offer
    steps = {part.pk: part for part in offer.components.all()}
    lines = []
    for position, item in enumerate(row.items):
        part = steps.get(item["component"])
        why = told_all(part.steps) if part else ""
        clause = (part.clause or part.rule) if part else ""
        policy, asked = item["policy"], item["asked"]
        lines.append(
            CompareLineView(
                name=retold(item["title"]),
                why=f"{clause}: {why}"
                if clause and why
                else why or clause or gettext("Not in the policy"),
                policy=_sum(policy, row.currency, has_part=part is not None and bool(item["rule"])),
                wish=_sum(asked, row.currency, has_part=True),
                difference=difference((asked or 0) - (policy or 0), row.currency),
                differs=(asked or 0) != (policy or 0),
                key=f"sum_{position}",
            )
        )
    return CompareView(
        asker=row.requester.get_short_name(),
        lines=tuple(lines),
        policy_total=money_words(row.policy_total, row.currency),
        wish_total=money_words(row.asked_total, row.currency),
        difference=difference(row.asked_total - row.policy_total, row.currency),
    )


def _sum(minor: int | None, currency: str, *, has_part: bool) -> str:
    if minor is not None:
        return money_words(minor, currency)
    return gettext("yes") if has_part else gettext("none")


def case_lines(ticket: Ticket, *, zone: ZoneInfo) -> tuple[str, ...]:
    """The case in at most ten lines: the matter, what is known, and the customer's words."""
    lines = [ticket.subject]
    lines += [f"{label}: {value}" for label, value in known_of(ticket, zone=zone)[:5]]
    lines += [
        gettext("Our finding on “%(point)s”: %(outcome)s")
        % {"point": p.text, "outcome": outcome_words(p.outcome)}
        for p in ticket.points.all()
        if p.outcome
    ]
    said = ticket.messages.filter(kind=MessageKind.INBOUND.value).order_by("at").first()
    if said is not None:
        words = " ".join(said.body.split())
        lines.append(
            gettext("In the customer’s words: “%(words)s”")
            % {"words": f"{words[:220]}{'…' if len(words) > 220 else ''}"}
        )
    return tuple(lines[:10])


def case_of(row: ExceptionRequest, who: Principal, *, now: dt.datetime, zone: ZoneInfo) -> Case:
    """The whole case of one request."""
    ticket = row.ticket
    deadline = deadline_of(row)
    head = head_of(ticket)
    earlier, count = earlier_of(
        ticket.customer, who, without=ticket.pk, now=now, zone=zone, limit=EARLIER
    )
    weighed = weighing_of(row, who, now=now, zone=zone)
    voices = voices_of(row)
    compare = compare_of(row)
    clock = clock_of(deadline, now=now, zone=zone, size=34) if deadline else None
    more = money_words(weighed.more, row.currency)
    first = ticket.customer.name.split(" ")[0]
    return Case(
        id=row.pk,
        number=ticket.number,
        url=f"/desk/tickets/{ticket.number}/",
        title=_title(row),
        category=head.chips[2].words if len(head.chips) > 2 else "",
        stage=head.chips[1].words,
        pain=PainView(ticket.pain) if ticket.pain else None,
        asker=avatar(row.requester),
        clock=clock,
        clock_words=_clock_words(row, clock),
        left=_left(deadline, clock, now=now) if deadline and clock else "",
        lines=case_lines(ticket, zone=zone),
        customer=f"{since_words(ticket.customer, now=now)}. {_earlier_words(count)}",
        cost=gettext("%(more)s more than policy. Exceptions this month so far: %(month)s.")
        % {"more": more, "month": money_words(weighed.month, row.currency)},
        after=f"{_after(row, first, compare)} {paid_words(row, now=now, zone=zone)}".strip(),
        compare=compare,
        reason=row.reason,
        evidence=row.evidence,
        question=row.question,
        answer=row.answer,
        similar=tuple(_decided(other) for other in weighed.similar),
        similar_words=_similar_words(row, weighed),
        total=money_words(total_now(row, voices), row.currency),
        state=row.status,
        grounds=grounds_of(row),
        voices=voices,
        needed=needed_words(row),
        files=files_of(row),
        meters=cost_meters(row, weighed),
        note=rule_note(weighed.proposal),
        why_not=why_not(row, who),
        earlier=earlier,
        decided=decided_words(row, now=now, zone=zone),
        sees_ticket=visible_tickets(who).filter(pk=ticket.pk).exists(),
    )


def _title(row: ExceptionRequest) -> str:
    names = {"requester": row.requester.get_short_name(), "name": row.ticket.customer.name}
    return gettext("%(requester)s asks for more for %(name)s") % names


def _left(deadline: Deadline, clock: ClockView, *, now: dt.datetime) -> str:
    """ "42 min left"; the words of a clock that is late, paused or at the next opening say it."""
    if clock.state in {ClockState.LATE, ClockState.PAUSED} or deadline.due_at < now:
        return clock.words
    return gettext("%(words)s left") % {"words": clock.words}


def _clock_words(row: ExceptionRequest, clock: ClockView | None) -> str:
    if clock is None:
        return ""
    decide = gettext("decide, %(exact)s") % {"exact": clock.exact}
    return ", ".join(filter(None, [decide, after_words(row)]))


def _earlier_words(count: int) -> str:
    if not count:
        return gettext("No earlier complaint.")
    words = ngettext("%(count)s earlier complaint.", "%(count)s earlier complaints.", count)
    return words % {"count": number_words(count)}


def _after(row: ExceptionRequest, first: str, compare: CompareView) -> str:
    told = {"name": row.requester.get_short_name(), "first": first, "total": compare.wish_total}
    words = gettext(
        "%(name)s sends %(first)s an offer of %(total)s, and you are named in the record."
    )
    return words % told


def _similar_words(row: ExceptionRequest, weighed: Weighing) -> str:
    words = gettext("same category, last 60 days: %(approved)s of %(decided)s approved")
    if row.rules:
        words = gettext(
            "same rule, same category, last 60 days: %(approved)s of %(decided)s approved"
        )
    return words % {"approved": weighed.approved, "decided": weighed.decided}


def _decided(row: ExceptionRequest) -> Decided:
    good = row.status != ExceptionStatus.DECLINED
    final = row.decided_total if row.decided_total is not None else row.asked_total
    return Decided(
        number=row.ticket.number,
        url=f"/desk/tickets/{row.ticket.number}/",
        matter=row.ticket.subject,
        words=gettext("approved") if good else gettext("declined"),
        good=good,
        more=difference(final - row.policy_total, row.currency),
    )


def next_after(rows: Sequence[ExceptionRequest], row: ExceptionRequest) -> ExceptionRequest | None:
    """The request that follows `row` in the list, else the one before it."""
    keys = [other.pk for other in rows]
    if row.pk not in keys:
        return rows[0] if rows else None
    place = keys.index(row.pk)
    rest = [*rows[place + 1 :], *rows[:place]]
    return rest[0] if rest else None
