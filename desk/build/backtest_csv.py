"""What came of a policy that was tried on the past, as rows for a spreadsheet."""

from collections.abc import Iterator
from typing import Any

from remedies.models import Backtest
from remedies.rules.checks.comparing import Line, Tally
from remedies.rules.checks.retelling import size_words
from remedies.rules.checks.tallying import unpacked
from remedies.services.backtests import named_to
from tickets.access import Principal

_HEAD = [
    "what", "name", "currency", "tickets_now", "minor_now", "tickets_then", "minor_then",
    "tickets_changed", "minor_difference",
]  # fmt: skip


def table(row: Backtest, *, who: Principal) -> list[list[Any]]:
    """All numbers of it, sums in minor units; of tickets those that `who` may see. One query."""
    tally = unpacked(row.result)
    return [_HEAD, *_sums(tally), *_tickets(tally, named_to(who, tally)[0])]


def _sums(tally: Tally) -> Iterator[list[Any]]:
    for key, line in sorted(tally.totals.items()):
        yield _line("all", "", key, line)
    for (pain, currency), line in sorted(tally.by_pain.items()):
        yield _line("pain", str(pain), currency, line)
    for (rule, currency), line in sorted(tally.by_rule.items()):
        yield _line("rule", rule, currency, line)
    for (band, currency), line in sorted(tally.by_size.items()):
        yield _line("size", size_words(band, currency), currency, line)


def _line(what: str, name: str, currency: str, line: Line) -> list[Any]:
    return [what, name, currency, *line.counts(), line.delta]


def _tickets(tally: Tally, seen: frozenset[str]) -> Iterator[list[Any]]:
    for what, changes in (("change", tally.changes), ("exception", tally.exceptions)):
        for one in changes:
            if one.number in seen:
                line = Line()
                line.add(one.now, one.then, changed=True)
                yield _line(what, one.number, one.currency, line)
    for place, spread in enumerate(tally.unequal, 1):
        for sum_, number in spread.offers:
            if number in seen:
                yield [f"equal facts {place}", number, spread.currency, 1, sum_, "", "", "", ""]
