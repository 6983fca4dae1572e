"""From backtests to what the API shows (remedies.api.backtest_shapes)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from remedies.models import Backtest
from remedies.rules.checks.comparing import Change, Line, Spread, Tally
from remedies.rules.checks.retelling import finding, notes, size_words
from remedies.rules.checks.tallying import unpacked
from remedies.rules.language.draft import OfferDraft
from remedies.services.backtests import is_stalled, named_to
from remedies.services.replaying import Explained
from tickets.access import Principal
from tickets.api.fields import money


def summary(row: Backtest, *, now: dt.datetime) -> dict[str, Any]:
    """A `BacktestSummary`."""
    return _summary(row, unpacked(row.result), now=now)


def _summary(row: Backtest, tally: Tally, *, now: dt.datetime) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "policy": row.key,
        "version": row.version,
        "against": row.beside_name,
        "since": row.since,
        "until": row.until,
        "state": row.state,
        "percent": row.percent,
        "total": row.total,
        "looked_at": row.looked_at,
        "stalled": is_stalled(row, now=now),
        "words": finding(tally) if row.result else "",
        "error": row.error,
        "asked_by": row.asked_by,
        "created_at": row.created_at,
        "finished_at": row.finished_at,
        "cancelled_by": row.cancelled_by,
    }


def whole(row: Backtest, *, who: Principal, now: dt.datetime) -> dict[str, Any]:
    """A `Backtest`, with the tickets that `who` may see. One query."""
    tally = unpacked(row.result)
    seen, every = named_to(who, tally)
    return {
        **_summary(row, tally, now=now),
        "notes": notes(tally) if row.result else [],
        "concerned": tally.concerned,
        "changed": tally.changed,
        "more": tally.more,
        "less": tally.less,
        "exceptions_now": tally.beyond_now,
        "exceptions_then": tally.beyond_then,
        "exceptions_new": tally.newly_beyond,
        "unreadable": tally.unreadable,
        "totals": [_line("", key, line) for key, line in sorted(tally.totals.items())],
        "by_pain": _lines(tally.by_pain),
        "by_rule": _lines(tally.by_rule),
        "by_size": [
            _line(size_words(band, currency), currency, line)
            for (band, currency), line in sorted(tally.by_size.items())
        ],
        "changes": _changes(tally.changes, seen),
        "exceptions": _changes(tally.exceptions, seen),
        "unequal_sets": row.result.get("sets", 0),
        "unequal": [_spread(spread, seen) for spread in tally.unequal],
        "hidden": every - len(seen),
    }


def _lines(lines: Mapping[Any, Line]) -> list[dict[str, Any]]:
    return [_line(str(name), currency, line) for (name, currency), line in sorted(lines.items())]


def _line(name: str, currency: str, line: Line) -> dict[str, Any]:
    return {
        "name": name,
        "currency": currency,
        "tickets_now": line.tickets_now,
        "sum_now": money(line.sum_now, currency),
        "tickets_then": line.tickets_then,
        "sum_then": money(line.sum_then, currency),
        "difference": money(line.delta, currency),
        "changed": line.changed,
    }


def _changes(changes: Iterable[Change], seen: frozenset[str]) -> list[dict[str, Any]]:
    return [
        {
            "ticket": one.number,
            "now": money(one.now, one.currency),
            "then": money(one.then, one.currency),
            "difference": money(one.then - one.now, one.currency),
        }
        for one in changes
        if one.number in seen
    ]


def _spread(spread: Spread, seen: frozenset[str]) -> dict[str, Any]:
    return {
        "tickets": spread.tickets,
        "least": money(spread.least, spread.currency),
        "most": money(spread.most, spread.currency),
        "examples": [
            {"ticket": number, "offered": money(sum_, spread.currency)}
            for sum_, number in spread.offers
            if number in seen
        ],
    }


def both(found: Explained) -> dict[str, Any]:
    """A `BacktestBoth`."""
    return {"ticket": found.ticket.number, "now": _side(found.now), "then": _side(found.then)}


def _side(draft: OfferDraft | None) -> dict[str, Any] | None:
    if draft is None:
        return None
    return {
        "total": money(draft.total, draft.currency),
        "components": [
            {
                "rule": part.rule,
                "title": part.title,
                "kind": str(part.kind),
                "amount": money(part.amount, part.currency),
                "steps": list(part.steps),
            }
            for part in draft.components
        ],
        "not_given": [
            {"rule": item.rule, "title": item.title, "reason": item.reason}
            for item in draft.not_applied
        ],
        "missing": [fact.label for fact in draft.missing],
    }
