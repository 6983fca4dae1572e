"""A tally as JSON and back: what a part of the past came to, and what is kept in the end. Pure."""

from collections.abc import Mapping
from dataclasses import astuple
from typing import Any

from remedies.rules.checks.comparing import COUNTS, SETS, Change, Line, Spread, Tally


def packed(tally: Tally) -> dict[str, Any]:
    """All of it, to be merged with other parts."""
    return {
        **_shared(tally),
        "equal": {
            facts: [spread.tickets, spread.currency, spread.offers]
            for facts, spread in tally.equal.items()
        },
    }


def kept(tally: Tally) -> dict[str, Any]:
    """What is kept of the whole: of equal facts only those that were treated unequally."""
    wide = tally.unequal
    return {
        **_shared(tally),
        "sets": len(wide),
        "equal": {
            str(place): [spread.tickets, spread.currency, spread.offers]
            for place, spread in enumerate(wide[:SETS])
        },
    }


def unpacked(data: Mapping[str, Any]) -> Tally:
    """The tally again; an empty one from nothing."""
    tally = Tally(**{name: data.get(name, 0) for name in COUNTS})
    tally.totals = {key: Line(*counts) for key, counts in data.get("totals", ())}
    tally.by_pain = {(pain, key): Line(*line) for pain, key, line in data.get("by_pain", ())}
    tally.by_rule = {(rule, key): Line(*line) for rule, key, line in data.get("by_rule", ())}
    tally.by_size = {(band, key): Line(*line) for band, key, line in data.get("by_size", ())}
    tally.named = [Change(*values) for values in data.get("named", ())]
    tally.beyond = [Change(*values) for values in data.get("beyond", ())]
    tally.equal = {
        facts: Spread(tickets, currency, [(sum_, number) for sum_, number in offers])
        for facts, (tickets, currency, offers) in data.get("equal", {}).items()
    }
    return tally


def _shared(tally: Tally) -> dict[str, Any]:
    return {
        **{name: getattr(tally, name) for name in COUNTS},
        "totals": [[key, line.counts()] for key, line in sorted(tally.totals.items())],
        "by_pain": _lines(tally.by_pain),
        "by_rule": _lines(tally.by_rule),
        "by_size": _lines(tally.by_size),
        "named": [list(astuple(change)) for change in sorted(tally.named)],
        "beyond": [list(astuple(change)) for change in sorted(tally.beyond)],
    }


def _lines(lines: Mapping[tuple[Any, str], Line]) -> list[list[Any]]:
    return [[name, currency, line.counts()] for (name, currency), line in sorted(lines.items())]
