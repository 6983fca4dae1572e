"""What is listed in insight: customers' words, ideas, thanks, patterns, and tickets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from desk.build.events import CHANNELS, KINDS
from desk.build.insight.views import EntryView, PanelView, QuoteView
from desk.build.insight.words import NO_CAUSE, SCORES
from desk.words import count_words, moment_words
from feedback.access import InsightScope, visible_ideas, visible_kudos
from feedback.insight.measures import KEPT, MISSED, Measure
from feedback.insight.measures import NO_CAUSE as NONE
from feedback.insight.themes import BY_KEY
from feedback.models import Answer, Tally
from feedback.services.insight.shapes import Behind, Tab
from feedback.services.insight.sums import cause_names
from remedies.rules.states import ProposalStatus
from remedies.services.proposals import visible_proposals
from tickets.access import Principal
from tickets.catalogue import catalogue
from tickets.periods import Period

SHOWN = 20
_WHAT: dict[Measure, str] = {
    Measure.RECEIVED: "Complaints that came in",
    Measure.POINTS: "Complaints by their points",
    Measure.AGAIN: "What came again",
    Measure.UPHELD: "Complaints upheld in full or part",
    Measure.CAUSE: "Why it happened",
    Measure.OUTCOME: "What we found",
    Measure.ASKED: "Customers asked",
    Measure.ANSWER: "Answers",
    Measure.SCORE: "What customers said",
    Measure.THEME: "In their words",
    Measure.PROMISE: "Promises",
    Measure.PROMISE_CAUSE: "Promises, by cause",
    Measure.REMEDY: "Remedies",
    Measure.GRANTED: "Complaints made good with money",
    Measure.OFFER_TIME: "First offers",
    Measure.EXCEPTION: "Exceptions asked for",
    Measure.TIME: "Times, for diagnosis",
    Measure.HANDED: "Complaints that changed hands",
}


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


def quotes_of(rows: Iterable[Answer]) -> tuple[QuoteView, ...]:
    """What customers wrote, with what they gave and what it was about; names cut short."""
    return tuple(
        QuoteView(
            words=row.words,
            lang=row.ticket.language,
            about=", ".join(filter(None, (_of_five(row), _short(row.ticket.customer.name),
                                          _category(row.ticket.category_id)))),
            url=f"/desk/tickets/{row.ticket.number}/",
        )
        for row in rows
    )  # fmt: skip


def _of_five(row: Answer) -> str:
    given = row.handling if row.handling is not None else row.result
    return f"{given} of 5" if given is not None else ""


def _short(name: str) -> str:
    first, _, last = name.partition(" ")
    return f"{first} {last[:1]}." if last else first


def _category(key: int) -> str:
    entry = catalogue().by_id.get(key)
    return entry.category.name.lower() if entry is not None else ""


def rows_of(tallies: Iterable[Tally]) -> list[BehindRow]:
    """The tickets of a page."""
    return [
        BehindRow(
            number=row.ticket.number,
            url=f"/desk/tickets/{row.ticket.number}/",
            customer=row.ticket.customer.name,
            matter=row.ticket.subject,
            category=row.ticket.category.name,
            team=row.ticket.team.name,
            day=row.day,
            n=row.n,
        )
        for row in tallies
    ]


def behind_words(what: Behind, scope: InsightScope) -> list[str]:
    """What the list is of, most general first. One query at most, for the names of causes."""
    words = [_WHAT[what.measure]]
    if what.keys:
        causes = cause_names() if what.measure in {Measure.CAUSE, Measure.PROMISE_CAUSE} else {}
        words.append(", ".join(_key(what.measure, key, causes) for key in what.keys))
    if what.buckets:
        words.append(_buckets(what))
    if scope.category and (entry := catalogue().by_key.get(scope.category)):
        words.append(entry.category.name)
    if scope.team:
        words.append(f"team {scope.team}")
    return words


def _key(measure: Measure, key: str, causes: dict[str, tuple[str, str]]) -> str:
    if measure in {Measure.CAUSE, Measure.PROMISE_CAUSE}:
        return NO_CAUSE if key == NONE else causes.get(key, ("", key))[1]
    if measure is Measure.THEME:
        return BY_KEY[key].words if key in BY_KEY else key
    known = {**SCORES, **KINDS, **CHANNELS, "same": "the same matter again"}
    return known.get(key, key.replace("_", " "))


def _buckets(what: Behind) -> str:
    if what.measure in {Measure.PROMISE, Measure.PROMISE_CAUSE}:
        return " and ".join({KEPT: "kept", MISSED: "missed"}.get(b, "") for b in what.buckets)
    if what.measure is Measure.SCORE:
        return f"{' or '.join(map(str, what.buckets))} of 5"
    if what.measure is Measure.POINTS:
        return count_words(what.buckets[0], "point")
    return "of a range"


# -- lists beside the figures ---------------------------------------------------------------------


def entries_of(
    who: Principal, tab: Tab, period: Period, *, now: dt.datetime, zone: ZoneInfo
) -> tuple[PanelView, ...]:
    """Cards that are lists: ideas and thanks, and where exceptions are the rule."""
    if tab is Tab.IDEAS:
        return (
            _ideas(who, now=now, zone=zone),
            _kudos(who, period, now=now, zone=zone),
        )
    return (_patterns(who),) if tab is Tab.EXCEPTIONS else ()


def _ideas(who: Principal, *, now: dt.datetime, zone: ZoneInfo) -> PanelView:
    ideas: Any = visible_ideas(who)  # each with its votes counted
    rows = ideas.order_by("-vote_count", "-pk")[:SHOWN]
    entries = tuple(
        EntryView(
            title=idea.title,
            words=idea.text,
            about=f"{idea.author.name}, {moment_words(idea.created_at, now=now, zone=zone)}, "
            f"{count_words(idea.vote_count, 'vote')}",
            answer=idea.answer,
            chip="" if idea.status == "new" else idea.status,
        )
        for idea in rows
    )
    return PanelView(
        "ideas", "Ideas", "most votes first; each gets an answer", entries=entries, wide="half",
        empty="" if entries else "Nobody has had an idea yet. Those who do the work know best.",
    )  # fmt: skip


def _kudos(who: Principal, period: Period, *, now: dt.datetime, zone: ZoneInfo) -> PanelView:
    rows = visible_kudos(who).filter(created_at__gte=period.start, created_at__lt=period.end)
    entries = tuple(
        EntryView(
            title=f"To {row.to.name}",
            words=row.words,
            about=f"{row.by.name if row.by else 'A customer'}, "
            f"{moment_words(row.created_at, now=now, zone=zone)}",
            url=f"/desk/tickets/{row.ticket.number}/" if row.ticket else "",
        )
        for row in rows.order_by("-created_at")[:SHOWN]
    )
    return PanelView(
        "kudos", "Thanks", "the newest first; nobody counts them", entries=entries, wide="half",
        empty="" if entries else "Nobody was thanked in this period.",
    )  # fmt: skip


def _patterns(who: Principal) -> PanelView:
    rows = visible_proposals(who)
    entries = tuple(
        EntryView(
            title=row.title,
            words=row.change or row.problem,
            about=f"{row.approved} of {row.decided} approved, {row.category.name.lower()}",
            url=f"/desk/exceptions/rules/{row.pk}/",
        )
        for row in rows.filter(status=ProposalStatus.OPEN.value).order_by("-more")[:SHOWN]
    )
    return PanelView(
        "patterns", "Where exceptions are the rule", count_words(len(entries), "pattern"),
        entries=entries, wide="wide", finding="Then the rule is wrong." if entries else "",
        link=("Look at them", "/desk/exceptions/rules/"),
        empty="" if entries else "No exception is made so often that the rule should change.",
    )  # fmt: skip
