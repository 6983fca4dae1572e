"""The tickets behind a figure of a report, and the words of that list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from desk.build.decided import decided_view
from desk.build.events import KINDS
from desk.build.insight.listing import BehindRow
from desk.build.insight.words import NO_CAUSE
from desk.build.kinds import kind_of_remedy
from desk.build.outcomes import ANSWERS, BANDS, FINDINGS, STAGES
from escalation.models import Deadline
from escalation.services.explaining import REASONS
from remedies.services.fairness.times import BUCKETS
from tickets.listed import Listed
from tickets.models import Category, RootCause, Team, Ticket, User
from tickets.rules import OVERTURN_WORDS

TITLES: dict[str, str | Promise] = {
    "deadlines": gettext_lazy("Promises kept"),
    "fairness": gettext_lazy("Equal remedies"),
    "outcomes": gettext_lazy("Outcomes"),
}
_COLUMNS: dict[str, str | Promise] = {
    "kept": gettext_lazy("kept"),
    "missed": gettext_lazy("missed"),
    "pauses": gettext_lazy("Pauses"),
    "upheld": gettext_lazy("Upheld"),
    "rejected": gettext_lazy("Rejected"),
    "neither": gettext_lazy("neither upheld nor rejected"),
    "overturned": gettext_lazy("Overturned"),
    "equal": gettext_lazy("have an equal"),
    "compared": gettext_lazy("Compared"),
    "same": gettext_lazy("As usual"),
    "out": gettext_lazy("Stand out"),
    "refused": gettext_lazy("Refused"),
    "poor": gettext_lazy("Poor"),
}


def rows_of(
    found: Listed,
    clocks: Sequence[Deadline] = (),
    *,
    way: str,
    now: dt.datetime,
    zone: dt.tzinfo,
) -> list[BehindRow]:
    """The tickets of a page, in its order, each with its clock where that is what is counted; `way`
    is what their addresses end with. One query."""
    rows = Ticket.objects.select_related("customer", "category", "team").in_bulk(
        {ticket for ticket, _ in found.rows}
    )
    return [
        BehindRow(
            number=rows[ticket].number,
            url=f"/desk/tickets/{rows[ticket].number}/{way}",
            customer=rows[ticket].customer.name,
            matter=rows[ticket].subject,
            category=rows[ticket].category.name,
            team=rows[ticket].team.name,
            day=at.astimezone(zone).date(),
            n=1,
            clocks=tuple(
                decided_view(clock, rows[ticket].number, now=now, zone=zone)
                for clock in clocks[place : place + 1]
            ),
        )
        for place, (ticket, at) in enumerate(found.rows)
    ]


def _named(model: Any, field: str) -> Callable[[str], str]:
    def name(key: str) -> str:
        found = model.objects.filter(**{field: key}).values_list("name", flat=True).first()
        return str(found or key)

    return name


def _of(words: Mapping[Any, Any]) -> Callable[[str], str]:
    return lambda key: str(words.get(key, key))


def _person(key: str) -> str:
    return _named(User, "pk")(key) if key.isascii() and key.isdecimal() else key


def _length(key: str) -> str:
    place = int(key) if key.isascii() and key.isdecimal() else len(BUCKETS)
    if place >= len(BUCKETS):
        return gettext("longer")
    return gettext("up to %(time)s") % {"time": gettext(BUCKETS[place][1])}


def _redress(key: str) -> str:
    kind, _, currency = key.partition(" ")
    return f"{kind_of_remedy(kind).capitalize()} {currency}"


_KEYS: dict[str, Callable[[str], str]] = {
    "category": _named(Category, "key"),
    "team": _named(Team, "key"),
    "review_team": _named(Team, "key"),
    "cause": lambda key: _named(RootCause, "key")(key) if key else str(NO_CAUSE),
    "kind": _of(KINDS),
    "pause": _of(REASONS),
    "finding": _of(FINDINGS),
    "time": _of(BANDS),
    "answer": _of(ANSWERS),
    "stage": _of(STAGES),
    "reason": lambda key: str(OVERTURN_WORDS.get(key) or gettext("Not said")),  # type: ignore[call-overload]
    "redress": _redress,
    "rep": _person,
    "bucket": _length,
    "group": lambda _: gettext("equal facts"),
    "rule": lambda key: key,
}


def words_of(report: str, what: str, key: str, column: str) -> list[str]:
    """What a list is of, most general first; `what` as an address says it. One query at most."""
    kind, _, by = what.partition("-")
    what = by or kind
    kinds: dict[str, str] = {
        "extension": gettext("Put off in writing"),
        "offers": gettext("From complaint to offer"),
        "answers": gettext("Answers"),
        "standing": gettext("What stands out"),
    }
    words = [gettext("Promises") if report == "deadlines" else str(TITLES[report])]
    if what in kinds:
        words.append(kinds[what])
    elif what in _KEYS and (key or what in {"cause", "finding", "reason"}):
        words.append(_KEYS[what](key))
    if column in _COLUMNS:
        words.append(str(_COLUMNS[column]))
    return words
