"""What is listed in insight: customers' words, patterns, and tickets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext

from desk.build.decided import DecidedView, decided_view
from desk.build.events import CHANNELS, KINDS
from desk.build.insight import counts
from desk.build.insight.views import EntryView, PanelView, QuoteView
from desk.build.insight.words import (
    NAMES,
    NO_CAUSE,
    SCORES,
    category_name,
    figure_words,
    kind_of_remedy,
)
from desk.words import category_words, listed
from escalation.models import Deadline
from escalation.services.reports import clocks_decided
from feedback.access import InsightScope
from feedback.insight.buckets import TIME_EDGES
from feedback.insight.measures import KEPT, MISSED, Measure
from feedback.insight.measures import NO_CAUSE as NONE
from feedback.insight.themes import BY_KEY
from feedback.models import Answer, Tally
from feedback.services.insight.shapes import Behind, Tab, Unit
from feedback.services.insight.sums import cause_names
from remedies.rules.states import ProposalStatus
from remedies.services.proposals import visible_proposals
from tickets.catalogue import catalogue

SHOWN = 20
_WHAT: dict[Measure, str | Promise] = {
    Measure.RECEIVED: gettext_lazy("Complaints that came in"),
    Measure.POINTS: gettext_lazy("Complaints by their points"),
    Measure.AGAIN: gettext_lazy("What came again"),
    Measure.UPHELD: gettext_lazy("Complaints upheld in full or part"),
    Measure.CAUSE: gettext_lazy("Why it happened"),
    Measure.OUTCOME: gettext_lazy("What we found"),
    Measure.ASKED: gettext_lazy("Customers asked"),
    Measure.ANSWER: gettext_lazy("Answers"),
    Measure.SCORE: gettext_lazy("What customers said"),
    Measure.THEME: gettext_lazy("In their words"),
    Measure.PROMISE: gettext_lazy("Promises"),
    Measure.PROMISE_CAUSE: gettext_lazy("Promises, by cause"),
    Measure.REMEDY: gettext_lazy("Remedies"),
    Measure.GRANTED: gettext_lazy("Complaints made good with money"),
    Measure.OFFER_TIME: gettext_lazy("First offers"),
    Measure.EXCEPTION: gettext_lazy("Exceptions asked for"),
    Measure.TIME: gettext_lazy("Times, for diagnosis"),
    Measure.HANDED: gettext_lazy("Complaints that changed hands"),
}


#: What keys of a measure are called: the names of the part that shows them.
_PARTS = {
    Measure.OUTCOME: "outcomes",
    Measure.AGAIN: "again",
    Measure.ASKED: "asked",
    Measure.ANSWER: "answers",
    Measure.EXCEPTION: "decisions",
    Measure.TIME: "times",
}
_EDGES = {Measure.TIME: TIME_EDGES, Measure.OFFER_TIME: TIME_EDGES}


@dataclass(frozen=True, slots=True)
class BehindRow:
    """A ticket behind a figure."""

    number: str
    url: str
    customer: str
    matter: str
    category: str
    team: str
    day: dt.date
    n: int
    #: Of a list of promises: which clock it was, or which ones.
    clocks: tuple[DecidedView, ...] = ()


def quotes_of(rows: Iterable[Answer]) -> tuple[QuoteView, ...]:
    """What customers wrote, with what they gave and what it was about; names cut short."""
    return tuple(
        QuoteView(
            words=row.words,
            lang=row.ticket.language,
            about=", ".join(
                filter(
                    None,
                    (
                        _of_five(row),
                        _short(row.ticket.customer.name),
                        _category(row.ticket.category_id),
                    ),
                )
            ),
            url=f"/desk/tickets/{row.ticket.number}/",
        )
        for row in rows
    )


def _of_five(row: Answer) -> str:
    given = row.handling if row.handling is not None else row.result
    return gettext("%(score)s of 5") % {"score": given} if given is not None else ""


def _short(name: str) -> str:
    first, _, last = name.partition(" ")
    return f"{first} {last[:1]}." if last else first


def _category(key: int) -> str:
    entry = catalogue().known(key)
    return category_words(entry.category.name) if entry is not None else ""


def rows_of(
    tallies: Sequence[Tally], *, way: str, now: dt.datetime, zone: dt.tzinfo
) -> list[BehindRow]:
    """The tickets of a page, whose addresses end with `way`; of promises with the clocks, by one
    query."""
    clocks = _clocks_of(tallies, now=now, zone=zone)
    return [
        BehindRow(
            number=row.ticket.number,
            url=f"/desk/tickets/{row.ticket.number}/{way}",
            customer=row.ticket.customer.name,
            matter=row.ticket.subject,
            category=row.ticket.category.name,
            team=row.ticket.team.name,
            day=row.day,
            n=row.n,
            clocks=clocks.get(row.pk, ()),
        )
        for row in tallies
    ]


def _clocks_of(
    tallies: Sequence[Tally], *, now: dt.datetime, zone: dt.tzinfo
) -> dict[int, tuple[DecidedView, ...]]:
    """The clocks that each tally of promises counts: of its ticket, day, and kind."""
    promises = [row for row in tallies if row.measure in {Measure.PROMISE, Measure.PROMISE_CAUSE}]
    if not promises:
        return {}
    of_day: dict[tuple[int, dt.date, bool], list[Deadline]] = {}
    for clock in clocks_decided({row.ticket_id for row in promises}):
        at = clock.breached_at or clock.met_at
        if at is not None:
            key = clock.ticket_id, at.astimezone(dt.UTC).date(), clock.breached_at is not None
            of_day.setdefault(key, []).append(clock)
    return {
        row.pk: tuple(
            decided_view(clock, row.ticket.number, now=now, zone=zone)
            for clock in of_day.get((row.ticket_id, row.day, row.bucket == MISSED), ())
            if row.measure == Measure.PROMISE_CAUSE or clock.kind == row.key
        )
        for row in promises
    }


def behind_words(what: Behind) -> list[str]:
    """What the list is of, most general first. One query at most, for the names of causes."""
    words = [str(_WHAT[what.measure])]
    if what.keys:
        causes = cause_names() if what.measure in {Measure.CAUSE, Measure.PROMISE_CAUSE} else {}
        words.append(", ".join(_key(what.measure, key, causes) for key in what.keys))
    if what.buckets:
        words.append(_buckets(what))
    if what.category and (entry := catalogue().known(what.category)):
        name = entry.category.name
        words.append(category_name(name, what.category) if what.alone else name)
    if what.team:
        words.append(gettext("team %(name)s") % {"name": what.team})
    return words


def _key(measure: Measure, key: str, causes: dict[str, tuple[str, str]]) -> str:
    if measure in {Measure.CAUSE, Measure.PROMISE_CAUSE}:
        return str(NO_CAUSE) if key == NONE else causes.get(key, ("", key))[1]
    if measure is Measure.THEME:
        return gettext(BY_KEY[key].words) if key in BY_KEY else key
    if measure is Measure.REMEDY:
        kind, _, currency = key.partition(" ")
        return " ".join(filter(None, (kind_of_remedy(kind), currency)))
    known = NAMES[_PARTS[measure]] if measure in _PARTS else {**SCORES, **KINDS, **CHANNELS}
    return str(known.get(key, key.replace("_", " ")))


def _buckets(what: Behind) -> str:
    if what.measure in {Measure.PROMISE, Measure.PROMISE_CAUSE}:
        told = {KEPT: gettext("kept"), MISSED: gettext("missed")}
        return listed([told.get(bucket, "") for bucket in what.buckets])
    if what.measure is Measure.SCORE:
        scores = listed([str(bucket) for bucket in what.buckets], joint=gettext("or"))
        return gettext("%(score)s of 5") % {"score": scores}
    if what.measure is Measure.POINTS:
        return counts.points(int(what.buckets[0]))
    if measure_edges := _EDGES.get(what.measure):
        return _length(what.buckets, measure_edges)
    return gettext("of a range")


def _length(buckets: tuple[int, ...], edges: tuple[int, ...]) -> str:
    """Between the ends of the first and of the last bucket."""
    first, last = min(buckets), max(buckets)
    low = figure_words(edges[first - 1], Unit.SECONDS) if 0 < first <= len(edges) else ""
    high = figure_words(edges[last], Unit.SECONDS) if 0 <= last < len(edges) else ""
    if low and high:
        return gettext("more than %(low)s, up to %(high)s") % {"low": low, "high": high}
    if low:
        return gettext("more than %(time)s") % {"time": low}
    return gettext("up to %(time)s") % {"time": high}


# -- lists beside the figures ---------------------------------------------------------------------


def entries_of(scope: InsightScope, tab: Tab) -> tuple[PanelView, ...]:
    """Cards that are lists: where exceptions are the rule. Ideas and thanks have their own page."""
    return (_patterns(scope),) if tab is Tab.EXCEPTIONS else ()


def _patterns(scope: InsightScope) -> PanelView:
    rows = visible_proposals(scope.who)
    if scope.categories is not None:
        rows = rows.filter(category__in=scope.categories)
    entries = tuple(
        EntryView(
            title=row.title,
            words=row.change or row.problem,
            about=gettext("%(approved)s of %(decided)s approved, %(category)s")
            % {
                "approved": row.approved,
                "decided": row.decided,
                "category": category_words(row.category.name),
            },
            url=f"/desk/exceptions/rules/{row.pk}/",
        )
        for row in rows.filter(status=ProposalStatus.OPEN.value).order_by("-more")[:SHOWN]
    )
    return PanelView(
        "patterns",
        gettext("Where exceptions are the rule"),
        ngettext("%(count)s pattern", "%(count)s patterns", len(entries)) % {"count": len(entries)},
        entries=entries,
        wide="wide",
        finding=gettext("Then the rule is wrong.") if entries else "",
        link=(gettext("Look at them"), "/desk/exceptions/rules/"),
        empty=""
        if entries
        else gettext("No exception is made so often that the rule should change."),
    )
