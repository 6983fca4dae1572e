"""From reports of fairness to what the API shows (remedies.api.fairness_shapes)."""

from typing import Any

from remedies.rules.checks.equality import Box
from remedies.services.fairness import Fairness, OfferTimes, Outlier, Part, TimeLine
from remedies.services.fairness.times import BUCKETS
from tickets.api.fields import money


def _box(box: Box) -> dict[str, Any]:
    return {
        "count": box.count,
        "least": box.least,
        "reaches_from": box.from_,
        "lower_quarter": box.low,
        "usual": box.usual,
        "upper_quarter": box.high,
        "reaches_to": box.to,
        "most": box.most,
        "outliers": box.outliers,
        "enough": box.enough,
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "key": part.key,
        "name": part.name,
        "count": part.count,
        "compared": part.compared,
        "same": part.same,
        "outliers": part.outliers,
        "usual": part.usual,
        "box": _box(part.box) if part.box else None,
    }


def _outlier(one: Outlier, currency: str) -> dict[str, Any]:
    return {
        "ticket": one.number,
        "rule": one.rule,
        "title": one.title,
        "amount": money(one.amount, currency),
        "usual": one.usual,
        "equals": one.equals,
        "refused": one.refused,
        "exception": one.exception,
        "reason": one.reason,
        "at": one.at,
        "category": one.category,
        "team": one.team,
    }


def fairness(found: Fairness) -> dict[str, Any]:
    """A `FairnessReport`."""
    return {
        "first": found.period.first,
        "last": found.period.last,
        "currency": found.currency,
        "totals": [
            {
                "currency": one.currency,
                "count": one.count,
                "total": money(one.amount, one.currency),
                "refused": one.refused,
                "among_equals": one.among_equals,
                "compared": one.compared,
            }
            for one in found.totals
        ],
        "groups": [
            {
                "key": group.key,
                "rule": group.rule,
                "title": group.title,
                "facts": [{"name": label, "words": words} for label, words in group.facts],
                "box": _box(group.box),
            }
            for group in found.groups
        ],
        **{
            f"by_{by}": [_part(part) for part in found.by.get(by, ())]
            for by in ("rule", "category", "team", "rep")
        },
        "outliers": [_outlier(one, found.currency) for one in found.outliers],
        "standing_out": found.standing_out,
    }


def _line(line: TimeLine) -> dict[str, Any]:
    edges = [*(seconds for seconds, _ in BUCKETS), None]
    return {
        "key": line.key,
        "name": line.name,
        "count": line.count,
        "median_seconds": round(line.median.total_seconds()),
        "p90_seconds": round(line.ninetieth.total_seconds()),
        "longest_seconds": round(line.longest.total_seconds()),
        "distribution": [
            {"up_to_seconds": edge, "count": count}
            for edge, count in zip(edges, line.counts, strict=True)
        ],
    }


def offer_times(found: OfferTimes) -> dict[str, Any]:
    """An `OfferTimeReport`."""
    return {
        "first": found.period.first,
        "last": found.period.last,
        "total": _line(found.total) if found.total else None,
        "by_category": [_line(line) for line in found.by["category"]],
        "by_team": [_line(line) for line in found.by["team"]],
    }
