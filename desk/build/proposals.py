"""Where exceptions are the rule, as pages show it: the list, the numbers, what would change."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Case, IntegerField, When
from django.utils.translation import gettext, gettext_lazy

from desk.words import moment_words, money_words
from remedies.models import ExceptionRequest, RuleProposal
from remedies.rules.patterns import Direction
from remedies.rules.states import ProposalStatus
from remedies.services import proposals
from tickets.access import Principal, visible_tickets

SHOWN = 200
DIRECTIONS = {
    Direction.MORE: gettext_lazy("more than the rule gives"),
    Direction.EXCLUDED: gettext_lazy("against an exclusion"),
    Direction.NEW: gettext_lazy("not in the policy"),
    Direction.AUTHORITY: gettext_lazy("above a limit"),
}


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """One pattern in the list."""

    id: int
    url: str
    title: str
    more: str
    words: str
    state: str
    current: bool


@dataclass(frozen=True, slots=True)
class ExampleView:
    """One of the exceptions behind it."""

    number: str
    url: str
    matter: str
    words: str
    good: bool
    sum: str


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of what differs."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class ProposalView:
    """All of one pattern."""

    id: int
    title: str
    place: str
    numbers: str
    sure: str
    more: str
    change: str
    problem: str
    cases: tuple[str, ...]
    diff: tuple[DiffLine, ...]
    examples: tuple[ExampleView, ...]
    tried: str
    tried_url: str
    state: str
    is_open: bool
    closed: str
    draft_url: str
    has_draft: bool


def rows_of(who: Principal, current: RuleProposal | None) -> list[ProposalRow]:
    """Open ones first, the dearest on top, then what became of the others. One query."""
    open_first = Case(
        When(status=ProposalStatus.OPEN.value, then=0), default=1, output_field=IntegerField()
    )
    found = proposals.visible_proposals(who).order_by(open_first, "-more", "id")[:SHOWN]
    return [
        ProposalRow(
            id=row.pk,
            url=f"/desk/exceptions/rules/{row.pk}/",
            title=row.title,
            more=f"+ {money_words(row.more, row.currency)}",
            words=f"{row.category.name}, {DIRECTIONS[Direction(row.direction)]}",
            state=_state(row),
            current=current is not None and current.pk == row.pk,
        )
        for row in found
    ]


def _state(row: RuleProposal) -> str:
    if row.status == ProposalStatus.OPEN:
        return gettext("%(approved)s of %(decided)s approved") % {
            "approved": row.approved,
            "decided": row.decided,
        }
    return {"taken": gettext("taken as a draft"), "dismissed": gettext("dismissed")}.get(
        row.status, gettext("no longer so")
    )


def proposal_of(
    row: RuleProposal, who: Principal, *, now: dt.datetime, zone: ZoneInfo
) -> ProposalView:
    """The whole of one. Three queries."""
    days = (row.looked_at - row.since).days
    where = (
        row.rule if row.rule in {"", row.clause} or not row.clause else f"{row.rule}, {row.clause}"
    )
    patch = proposals.difference_of(row).splitlines()[2:]
    when = moment_words(row.closed_at, now=now, zone=zone) if row.closed_at else ""
    closed = ""
    if row.closed_by is not None:
        told = {"name": row.closed_by.name, "when": when}
        closed = gettext("Dismissed by %(name)s, %(when)s.") % told
        if row.status == ProposalStatus.TAKEN:
            closed = gettext("Taken by %(name)s, %(when)s.") % told
        closed += f" “{row.closed_reason}”" if row.closed_reason else ""
    return ProposalView(
        id=row.pk,
        title=row.title,
        place=gettext("Policy %(policy)s, %(where)s, %(category)s: %(direction)s")
        % {
            "policy": row.policy_key,
            "where": where,
            "category": row.category.name,
            "direction": DIRECTIONS[Direction(row.direction)],
        },
        numbers=gettext("%(approved)s of %(decided)s approved in %(days)s days")
        % {"approved": row.approved, "decided": row.decided, "days": days},
        sure=gettext("With 95 %% confidence at least %(sure)s %% of such requests are.")
        % {"sure": int(row.sure * 100)},
        more=money_words(row.more, row.currency),
        change=row.change,
        problem=row.problem,
        cases=tuple(row.cases),
        diff=tuple(DiffLine(line[:1], line[1:]) for line in patch),
        examples=_examples(row, who),
        tried=proposals.tried_words(row),
        tried_url=f"/desk/backtests/{row.backtest_id}/" if row.backtest_id else "",
        state=_state(row),
        is_open=row.status == ProposalStatus.OPEN,
        closed=closed,
        draft_url=f"/desk/policies/{row.draft.key}/{row.draft.version}/" if row.draft else "",
        has_draft=bool(row.source),
    )


def _examples(row: RuleProposal, who: Principal) -> tuple[ExampleView, ...]:
    behind = ExceptionRequest.objects.filter(
        pk__in=row.examples, ticket__in=visible_tickets(who)
    ).select_related("ticket")
    found = []
    for one in behind.order_by("-decided_at"):
        good = one.status != "declined"
        final = one.decided_total if good and one.decided_total is not None else one.asked_total
        found.append(
            ExampleView(
                number=one.ticket.number,
                url=f"/desk/exceptions/{one.pk}/",
                matter=one.ticket.subject,
                words=gettext("approved") if good else gettext("declined"),
                good=good,
                sum=f"+ {money_words(max(final - one.policy_total, 0), one.currency)}",
            )
        )
    return tuple(found)
