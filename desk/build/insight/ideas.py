"""Ideas and thanks: each as its page shows it, what became of them as figures, and their files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.translation import gettext, ngettext

from desk.build.boxes import plain
from desk.build.insight.pictures import bars_of, table_of
from desk.build.insight.views import CellView, EntryView, PanelView, RowView, TableView
from desk.build.insight.words import NAMES
from desk.forms.ideas import IdeaAnswerForm
from desk.glyphs import AvatarView
from desk.words import moment_words, number_words
from feedback.access import InsightScope, visible_kudos
from feedback.models import Idea, Kudos
from feedback.rules import IdeaStatus
from feedback.services.insight.ideas import ALL
from feedback.services.insight.shapes import Line, Part
from tickets.models import Membership

PAGE = "/desk/insight/ideas/"
BEHIND = f"{PAGE}behind/"
#: So many thanks are shown.
SHOWN = 20
TONES = {
    IdeaStatus.PLANNED.value: "accent",
    IdeaStatus.DONE.value: "good",
}


@dataclass(frozen=True, slots=True)
class IdeaView:
    """One idea with its voices and its answer."""

    id: int
    title: str
    words: str
    author: AvatarView
    about: str
    votes: str
    voted: bool
    status: str
    chip: str
    tone: str
    #: The ticket it came of, where the reader may see it.
    number: str
    url: str
    answer: str = ""
    answered: str = ""
    form: IdeaAnswerForm | None = None
    opened: bool = False


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """A way to narrow the list."""

    words: str
    count: str
    url: str
    current: bool


def status_words(status: str) -> str:
    """What became of an idea."""
    return str(NAMES["ideas"].get(status, status))


def behind_words(status: str, of: str) -> list[str]:
    """What a list of ideas is of."""
    words = [gettext("Ideas")]
    if status:
        words.append(status_words(status))
    if of:
        words.append(gettext("came of a ticket"))
    return words


def idea_view(
    row: Any,
    *,
    now: dt.datetime,
    zone: ZoneInfo,
    answers: bool,
    refused: tuple[int, IdeaAnswerForm] | None = None,
) -> IdeaView:
    """One idea. `answers`: the reader may answer it; `refused` is the form that was not taken."""
    votes = ngettext("%(count)s vote", "%(count)s votes", row.vote_count)
    opened = refused is not None and refused[0] == row.pk
    form = refused[1] if opened and refused is not None else IdeaAnswerForm.of(row)
    number = row.ticket.number if row.ticket is not None and row.shown else ""
    answered = ""
    if row.answered_by is not None:
        answered = gettext("%(name)s, %(moment)s") % {
            "name": row.answered_by.name,
            "moment": moment_words(row.answered_at, now=now, zone=zone),
        }
    return IdeaView(
        id=row.pk,
        title=row.title,
        words=row.text,
        author=AvatarView.of(row.author.name or row.author.email, key=row.author_id),
        about=gettext("%(name)s, %(moment)s")
        % {
            "name": row.author.name,
            "moment": moment_words(row.created_at, now=now, zone=zone),
        },
        votes=votes % {"count": number_words(row.vote_count)},
        voted=row.voted,
        status=row.status,
        chip="" if row.status == IdeaStatus.NEW.value else status_words(row.status),
        tone=TONES.get(row.status, ""),
        number=number,
        url=f"/desk/tickets/{number}/" if number else "",
        answer=row.answer,
        answered=answered,
        form=form if answers else None,
        opened=opened,
    )


def choices(counts: dict[str, int], current: str, query: dict[str, str]) -> list[ChoiceView]:
    """All ideas, and those of which something became; with how many there are."""
    found = [("", gettext("All"), sum(counts.values()))]
    found += [(one.value, status_words(one.value), counts.get(one.value, 0)) for one in IdeaStatus]
    return [
        ChoiceView(
            words,
            number_words(count),
            f"{PAGE}?{urlencode({**query, 'status': key} if key else query)}#ideas",
            key == current,
        )
        for key, words, count in found
    ]


# -- figures --------------------------------------------------------------------------------------


def _address(line: Line, column: str, scope: InsightScope) -> str:
    """Where the ideas of a figure are listed."""
    asked = {
        "status": "" if line.key == ALL else line.key,
        "of": "ticket" if column == "of_ticket" else "",
        "team": scope.team,
        "category": scope.category,
        "from": scope.period.first.isoformat(),
        "to": scope.period.last.isoformat(),
    }
    return f"{BEHIND}?{urlencode({name: value for name, value in asked.items() if value})}"


def figures(part: Part, scope: InsightScope) -> PanelView:
    """What became of the ideas of the period."""
    table = table_of(part, scope, first=gettext("What became of it"))
    rows = tuple(
        RowView(
            row.name,
            _address(line, "ideas", scope) if line.now["ideas"] else "",
            tuple(
                CellView(
                    cell.words,
                    _address(line, column.key, scope) if line.now[column.key] else "",
                    cell.was,
                    cell.tone,
                )
                for column, cell in zip(part.columns, row.cells, strict=True)
            ),
        )
        for line, row in zip(part.lines, table.rows, strict=True)
    )
    bars = tuple(
        _linked(bar, line, scope)
        for bar, line in zip(
            bars_of(part, scope, "ideas", lines=_some(part)), _some(part), strict=True
        )
    )
    every = part.lines[-1]
    return PanelView(
        "became",
        gettext("What became of them"),
        ngettext(
            "%(count)s idea in this period", "%(count)s ideas in this period", part.every
        ) % {"count": number_words(part.every)},
        _address(every, "ideas", scope) if part.every else "",
        heads=(gettext("ideas"), ""),
        bars=bars,
        table=TableView(table.first, table.heads, rows),
        wide="side",
        empty="" if part.every else gettext("Nobody told an idea in this period."),
        part="ideas",
    )  # fmt: skip


def _some(part: Part) -> list[Line]:
    return [line for line in part.lines if line.key != ALL and line.now["ideas"]]


def _linked(bar: Any, line: Line, scope: InsightScope) -> Any:
    return replace(bar, url=_address(line, "ideas", scope))


# -- thanks ---------------------------------------------------------------------------------------


def thanks_of(scope: InsightScope) -> QuerySet[Kudos]:
    """The thanks of the period, the newest first. Without a ticket they belong to the team of
    whoever got them."""
    period = scope.period
    rows = visible_kudos(scope.who).filter(created_at__gte=period.start, created_at__lt=period.end)
    if scope.team:
        theirs = Membership.objects.filter(team__in=scope.teams or ()).values("user")
        rows = rows.filter(
            Q(ticket__team__in=scope.teams or ()) | Q(ticket__isnull=True, to__in=theirs)
        )
    if scope.categories is not None:
        rows = rows.filter(ticket__category__in=scope.categories)
    return rows.order_by("-created_at", "-pk")


def thanks(scope: InsightScope, *, now: dt.datetime, zone: ZoneInfo) -> PanelView:
    """Thanks among colleagues and from customers."""
    customer = gettext("A customer")
    rows = list(thanks_of(scope)[:SHOWN])
    entries = tuple(
        EntryView(
            title=gettext("To %(name)s") % {"name": row.to.name},
            words=row.words,
            about=f"{row.by.name if row.by else customer}, "
            f"{moment_words(row.created_at, now=now, zone=zone)}",
            url=f"/desk/tickets/{row.ticket.number}/" if row.ticket else "",
        )
        for row in rows
    )
    return PanelView(
        "thanks",
        gettext("Thanks"),
        gettext("the newest first; nobody counts them"),
        entries=entries,
        wide="wide",
        empty="" if entries else gettext("Nobody was thanked in this period."),
        part="thanks",
    )


# -- files ----------------------------------------------------------------------------------------


def csv_of_ideas(rows: Iterable[Any]) -> Iterator[tuple[str, ...]]:
    """Each idea as text; no words become a formula."""
    yield ("idea", "title", "text", "author", "status", "votes", "ticket", "day", "answer")
    for row in rows:
        yield (
            str(row.pk),
            plain(row.title),
            plain(row.text),
            plain(row.author.name),
            row.status,
            str(row.vote_count),
            row.ticket.number if row.ticket is not None and row.shown else "",
            row.created_at.date().isoformat(),
            plain(row.answer),
        )


def csv_of_thanks(rows: Iterable[Kudos]) -> Iterator[tuple[str, ...]]:
    """Thanks as text; no words become a formula."""
    yield ("thanks", "to", "by", "words", "ticket", "day")
    for row in rows:
        yield (
            str(row.pk),
            plain(row.to.name),
            plain(row.by.name) if row.by else "",
            plain(row.words),
            row.ticket.number if row.ticket else "",
            row.created_at.date().isoformat(),
        )


def rows_of(rows: Iterable[Idea], *, zone: ZoneInfo) -> list[dict[str, Any]]:
    """The ideas behind a figure, each with its ticket."""
    found: list[Any] = list(rows)
    return [
        {
            "title": row.title,
            "url": f"{PAGE}?idea={row.pk}#idea-{row.pk}",
            "author": row.author.name,
            "status": status_words(row.status),
            "votes": number_words(row.vote_count),
            "number": row.ticket.number if row.ticket is not None and row.shown else "",
            "day": row.created_at.astimezone(zone),
        }
        for row in found
    ]
