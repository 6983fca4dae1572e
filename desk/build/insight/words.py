"""What insight's keys and figures are called."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from desk.build.boxes import sum_words
from desk.build.events import KINDS
from desk.build.insight import counts
from desk.build.kinds import kind_of_remedy as kind_words
from desk.words import decimal_words, number_words, short_date_words, span_words
from feedback.insight.buckets import DAY, HOUR
from feedback.services.insight.shapes import Column, Figure, Line, Part, Tab, Unit
from tickets.catalogue import catalogue

TABS: dict[Tab, str | Promise] = {
    Tab.OVERVIEW: gettext_lazy("Overview"),
    Tab.CUSTOMERS: gettext_lazy("Customers"),
    Tab.CAUSES: gettext_lazy("Causes"),
    Tab.PROMISES: gettext_lazy("Promises"),
    Tab.REMEDIES: gettext_lazy("Remedies"),
    Tab.EXCEPTIONS: gettext_lazy("Exceptions"),
    Tab.IDEAS: gettext_lazy("Ideas and kudos"),
    Tab.TIMES: gettext_lazy("Times, for diagnosis"),
}
SCORES = {
    "handling": gettext_lazy("How we handled it"),
    "result": gettext_lazy("What came of it"),
    "effort": gettext_lazy("It was easy"),
    "felt_heard": gettext_lazy("Felt heard"),
    "fair": gettext_lazy("It was fair"),
}
NAMES: dict[str, Mapping[str, str | Promise]] = {
    "scores": SCORES,
    "kinds": {"all": gettext_lazy("All promises"), "promise": gettext_lazy("A rep's word")},
    "asked": {
        "asked": gettext_lazy("Were asked"),
        "answered": gettext_lazy("Of those, have answered"),
        "answers": gettext_lazy("Answers that came"),
        "with_words": gettext_lazy("With words"),
        "scores_only": gettext_lazy("With scores alone"),
    },
    "again": {
        "same": gettext_lazy("The same matter again within 90 days"),
        "reopened": gettext_lazy("Taken up again after closing"),
    },
    "outcomes": {
        "upheld": gettext_lazy("Upheld"),
        "partly_upheld": gettext_lazy("Upheld in part"),
        "not_upheld": gettext_lazy("Not upheld"),
        "withdrawn": gettext_lazy("Withdrawn"),
        "out_of_scope": gettext_lazy("Not for us to decide"),
    },
    "points": {
        "mean": gettext_lazy("On average"),
        "1": gettext_lazy("One point"),
        "9": gettext_lazy("Nine points or more"),
    },
    "times": {
        "acknowledge": gettext_lazy("To our acknowledgement"),
        "first_response": gettext_lazy("To the first answer"),
        "resolve": gettext_lazy("To the resolution"),
        "deliver": gettext_lazy("From granted to delivered"),
    },
    "decisions": {
        "approved": gettext_lazy("Approved"),
        "amended": gettext_lazy("Approved with another sum"),
        "declined": gettext_lazy("Declined"),
        "withdrawn": gettext_lazy("Withdrawn"),
        "void": gettext_lazy("Overtaken by events"),
        "asked_back": gettext_lazy("Asked back"),
        "half_approved": gettext_lazy("One of two said yes"),
        "pending": gettext_lazy("Still waiting"),
    },
    "time_to_offer": {"offer": gettext_lazy("From complaint to first offer")},
    "ideas": {
        "new": gettext_lazy("Waiting for an answer"),
        "planned": gettext_lazy("Planned"),
        "done": gettext_lazy("Done"),
        "declined": gettext_lazy("Declined"),
        "all": gettext_lazy("All ideas"),
    },
    "handed": {"handed": gettext_lazy("Changed hands")},
}
NAMES["spread"] = NAMES["times"]
#: Keys of answers, and what became of a question.
NAMES["answers"] = {"words": NAMES["asked"]["with_words"], "scores": NAMES["asked"]["scores_only"]}
_HEADS = {
    "mean": gettext_lazy("mean"),
    "good": gettext_lazy("4 or 5"),
    "poor": gettext_lazy("1 or 2"),
    "answers": gettext_lazy("answers"),
    "complaints": gettext_lazy("complaints"),
    "share": gettext_lazy("share"),
    "running": gettext_lazy("running share"),
    "kept": gettext_lazy("kept"),
    "missed": gettext_lazy("missed"),
    "total": gettext_lazy("in all"),
    "remedies": gettext_lazy("remedies"),
    "low": gettext_lazy("a tenth below"),
    "quarter": gettext_lazy("lower quarter"),
    "usual": gettext_lazy("usual"),
    "three_quarters": gettext_lazy("upper quarter"),
    "high": gettext_lazy("nine of ten within"),
    "offers": gettext_lazy("offers"),
    "time": gettext_lazy("time to offer"),
    "received": gettext_lazy("complaints"),
    "upheld": gettext_lazy("upheld"),
    "again": gettext_lazy("came again"),
    "points": gettext_lazy("points each"),
    "asked": gettext_lazy("asked for"),
    "approved": gettext_lazy("approved"),
    "declined": gettext_lazy("declined"),
    "customers": gettext_lazy("customers"),
    "count": gettext_lazy("complaints"),
    "hands": gettext_lazy("times"),
    "ideas": gettext_lazy("ideas"),
    "votes": gettext_lazy("votes"),
    "of_ticket": gettext_lazy("came of a ticket"),
    "handling": gettext_lazy("handling"),
    "result": gettext_lazy("result"),
    "effort": gettext_lazy("ease"),
    "felt_heard": gettext_lazy("felt heard"),
    "fair": gettext_lazy("fair"),
    "acknowledge": gettext_lazy("acknowledged"),
    "first_response": gettext_lazy("first answer"),
    "resolve": gettext_lazy("resolved"),
    "deliver": gettext_lazy("delivered"),
}
NO_CAUSE = gettext_lazy("No cause found yet")


def name_of(part: Part, line: Line) -> str:
    """What a line is called."""
    if part.key == "trend":
        day = dt.date.fromisoformat(line.key)
        return short_date_words(day)
    if part.key == "causes":
        return line.name or str(NO_CAUSE)
    if part.key == "category":
        return category_name(line.name or line.key, line.key)
    known = NAMES.get(part.key, {})
    if part.key == "kinds" and line.key in KINDS and line.key not in known:
        words = str(KINDS[line.key])
        return words[:1].upper() + words[1:]
    if part.key == "points":
        return str(known.get(line.key) or counts.points(int(line.key)))
    name = str(known.get(line.key) or line.name or line.key)
    return name.replace("_", " ") if name == line.key else name


def category_name(name: str, key: str) -> str:
    """A category without those below it: they have lines of their own."""
    if key in catalogue().with_some_below:
        return gettext("%(name)s itself") % {"name": name}
    return name


def kind_of_remedy(key: str) -> str:
    """ "Refund"."""
    words = kind_words(key)
    return words[:1].upper() + words[1:].replace("_", " ")


def head_of(part: Part, column: Column) -> str:
    """What a column is called."""
    if part.key == "spread":
        return _up_to(int(column.key))
    if part.key == "cost" and column.key == "mean":
        return gettext("each")
    if part.key in {"cost", "remedies"} and column.key == "high":
        return gettext("a tenth above")
    if part.key == "outcomes" and column.key == "points":
        return gettext("points")
    return str(_HEADS.get(column.key, column.key))


def _up_to(seconds: int) -> str:
    if not seconds:
        return gettext("longer")
    if seconds < DAY:
        return f"≤ {seconds // HOUR} h"
    return f"≤ {seconds // DAY} d"


def figure_words(value: Figure, unit: Unit, currency: str = "") -> str:
    """A figure as its table prints it; a dash where there is none."""
    if value is None:
        return "–"
    match unit:
        case Unit.COUNT:
            return number_words(int(value))
        case Unit.SHARE:
            return percent_words(float(value))
        case Unit.SCORE | Unit.MEAN:
            return decimal_words(float(value))
        case Unit.SECONDS:
            return span_words(dt.timedelta(seconds=float(value)))
        case Unit.MONEY:
            return sum_words(value, currency) if currency else "–"


def percent_words(share: float) -> str:
    """ "95.1 %", rounded down so that 100 means all."""
    tenths = int(share * 1000 + 1e-9)
    return f"{tenths // 10} %" if tenths % 10 == 0 else f"{decimal_words(tenths / 10)} %"


def change_words(line: Line, column: Column, currency: str = "") -> tuple[str, str]:
    """Against the period before: ("better, was 4.1", "good"); ("", "") where there is none."""
    now, before = line.now.get(column.key), line.before.get(column.key)
    if now is None or before is None:
        return "", ""
    was = figure_words(before, column.unit, currency)
    if figure_words(now, column.unit, currency) == was:
        return gettext("as before, %(was)s") % {"was": was}, ""
    if not column.better:
        return gettext("was %(was)s") % {"was": was}, ""
    better = (now > before) == (column.better > 0)
    if better:
        return gettext("better, was %(was)s") % {"was": was}, "good"
    return gettext("worse, was %(was)s") % {"was": was}, "late"
