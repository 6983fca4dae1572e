"""What insight's keys and figures are called."""

from __future__ import annotations

import datetime as dt

from desk.build.boxes import sum_words
from desk.build.events import KINDS
from desk.words import span_words
from feedback.insight.buckets import DAY, HOUR
from feedback.services.insight.shapes import Column, Figure, Line, Part, Tab, Unit

TABS: dict[Tab, str] = {
    Tab.OVERVIEW: "Overview",
    Tab.CUSTOMERS: "Customers",
    Tab.CAUSES: "Causes",
    Tab.PROMISES: "Promises",
    Tab.REMEDIES: "Remedies",
    Tab.EXCEPTIONS: "Exceptions",
    Tab.IDEAS: "Ideas and kudos",
    Tab.TIMES: "Times, for diagnosis",
}
SCORES = {
    "handling": "How we handled it",
    "result": "What came of it",
    "effort": "It was easy",
    "felt_heard": "Felt heard",
    "fair": "It was fair",
}
_NAMES: dict[str, dict[str, str]] = {
    "scores": SCORES,
    "kinds": {key: words[:1].upper() + words[1:] for key, words in KINDS.items()}
    | {"all": "All promises", "promise": "A rep's word"},
    "asked": {
        "asked": "Were asked", "answered": "Of those, have answered",
        "answers": "Answers that came",
        "with_words": "With words", "scores_only": "With scores alone",
    },
    "again": {
        "same": "The same matter again within 90 days", "reopened": "Taken up again after closing",
    },
    "outcomes": {
        "upheld": "Upheld", "partly_upheld": "Upheld in part", "not_upheld": "Not upheld",
        "withdrawn": "Withdrawn", "out_of_scope": "Not for us to decide",
    },
    "points": {"mean": "On average", "1": "One point", "9": "Nine points or more"},
    "times": {
        "acknowledge": "To our acknowledgement", "first_response": "To the first answer",
        "resolve": "To the resolution", "deliver": "From granted to delivered",
    },
    "decisions": {
        "approved": "Approved", "amended": "Approved with another sum", "declined": "Declined",
        "withdrawn": "Withdrawn", "void": "Overtaken by events", "asked_back": "Asked back",
        "half_approved": "One of two said yes", "pending": "Still waiting",
    },
    "time_to_offer": {"offer": "From complaint to first offer"},
    "handed": {"handed": "Changed hands"},
}  # fmt: skip
_NAMES["spread"] = _NAMES["times"]
_HEADS = {
    "mean": "mean", "good": "4 or 5", "poor": "1 or 2", "answers": "answers",
    "complaints": "complaints", "share": "share", "running": "running share", "kept": "kept",
    "missed": "missed", "total": "in all", "remedies": "remedies", "low": "a tenth below",
    "quarter": "lower quarter", "usual": "usual", "three_quarters": "upper quarter",
    "high": "nine of ten within", "offers": "offers", "time": "time to offer",
    "received": "complaints", "upheld": "upheld", "again": "came again", "points": "points each",
    "asked": "asked for", "approved": "approved", "declined": "declined", "customers": "customers",
    "count": "complaints", "hands": "times", "handling": "handling", "result": "result",
    "effort": "ease", "felt_heard": "felt heard", "fair": "fair",
    "acknowledge": "acknowledged", "first_response": "first answer", "resolve": "resolved",
    "deliver": "delivered",
}  # fmt: skip
NO_CAUSE = "No cause found yet"


def name_of(part: Part, line: Line) -> str:
    """What a line is called."""
    if part.key == "trend":
        day = dt.date.fromisoformat(line.key)
        return f"{day.day} {day:%b}"
    if part.key == "causes":
        return line.name or NO_CAUSE
    known = _NAMES.get(part.key, {})
    if part.key == "points":
        return known.get(line.key, f"{line.key} points")
    name = known.get(line.key) or line.name or line.key
    return name.replace("_", " ") if name == line.key else name


def kind_of_remedy(key: str) -> str:
    """ "Refund"."""
    return key[:1].upper() + key[1:].replace("_", " ")


def head_of(part: Part, column: Column) -> str:
    """What a column is called."""
    if part.key == "spread":
        return _up_to(int(column.key))
    if part.key == "cost" and column.key == "mean":
        return "each"
    if part.key in {"cost", "remedies"} and column.key == "high":
        return "a tenth above"
    if part.key == "outcomes" and column.key == "points":
        return "points"
    return _HEADS.get(column.key, column.key)


def _up_to(seconds: int) -> str:
    if not seconds:
        return "longer"
    if seconds < DAY:
        return f"≤ {seconds // HOUR} h"
    return f"≤ {seconds // DAY} d"


def figure_words(value: Figure, unit: Unit, currency: str = "") -> str:
    """A figure as its table prints it; a dash where there is none."""
    if value is None:
        return "–"
    match unit:
        case Unit.COUNT:
            return f"{int(value):,}"
        case Unit.SHARE:
            return percent_words(float(value))
        case Unit.SCORE | Unit.MEAN:
            return f"{value:.1f}"
        case Unit.SECONDS:
            return span_words(dt.timedelta(seconds=float(value)))
        case Unit.MONEY:
            return sum_words(value, currency) if currency else "–"


def percent_words(share: float) -> str:
    """ "95.1 %", rounded down so that 100 means all."""
    tenths = int(share * 1000 + 1e-9)
    return f"{tenths // 10} %" if tenths % 10 == 0 else f"{tenths / 10:.1f} %"


def change_words(line: Line, column: Column, currency: str = "") -> tuple[str, str]:
    """Against the period before: ("better, was 4.1", "good"); ("", "") where there is none."""
    now, before = line.now.get(column.key), line.before.get(column.key)
    if now is None or before is None:
        return "", ""
    was = figure_words(before, column.unit, currency)
    if figure_words(now, column.unit, currency) == was:
        return f"as before, {was}", ""
    if not column.better:
        return f"was {was}", ""
    better = (now > before) == (column.better > 0)
    return (f"better, was {was}", "good") if better else (f"worse, was {was}", "late")
