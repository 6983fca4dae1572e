"""What `manage.py policy backtest` and `policy diff` run and print."""

import datetime as dt
import gc
import multiprocessing
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice

import tqdm
from django.core.management.base import CommandError
from django.db import connections

from remedies.rules.checks.comparing import Change, Line, Spread, Tally
from remedies.rules.checks.retelling import finding, notes, signed, size_words
from remedies.services.backtesting import Period, Sides, backtest
from tickets.money import words

#: Rules, and spreads, that are printed; the rest is in `--json`.
PRINTED = 15
#: Batches that each process has before it, so that memory stays flat.
_AHEAD = 2


def day(text: str) -> dt.datetime:
    """Midnight in UTC of a date such as 2026-01-31. Raises CommandError."""
    try:
        return dt.datetime.combine(dt.date.fromisoformat(text), dt.time(), dt.UTC)
    except ValueError:
        raise CommandError(f"{text!r} is no date; write 2026-01-31.") from None


def run(sides: Sides, period: Period, *, now: dt.datetime, processes: int) -> tuple[Tally, bool]:
    """Go through the period with a progress bar. Returns the tally, and whether all was looked at;
    Ctrl-C stops it and keeps what was counted."""
    tally = Tally()
    with tqdm.tqdm(total=period.count(), unit=" tickets", file=sys.stderr, disable=None) as bar:
        try:
            for part in _parts(sides, period, now=now, processes=processes):
                tally.merge(part)
                bar.update(part.looked_at)
        except KeyboardInterrupt:
            return tally, False
    return tally, True


def _parts(sides: Sides, period: Period, *, now: dt.datetime, processes: int) -> Iterator[Tally]:
    batches = period.batches()
    if processes == 1:
        for keys in batches:
            yield backtest(keys, sides, now=now)
        return
    first = list(islice(batches, processes * _AHEAD))
    connections.close_all()  # a child must not inherit them
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(processes, mp_context=fork, initializer=_begin_child) as pool:
        waiting: list[Future[Tally]] = [
            pool.submit(backtest, keys, sides, now=now) for keys in first
        ]
        try:
            while waiting:
                yield waiting.pop(0).result()
                waiting += [pool.submit(backtest, k, sides, now=now) for k in islice(batches, 1)]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _begin_child() -> None:
    """No connection of the parent's, and what it has read is not looked through for rubbish."""
    connections.close_all()
    gc.freeze()


def lines(tally: Tally, *, whole: bool) -> Iterator[str]:
    """The tally for a terminal."""
    if not whole:
        yield "Stopped before the end; this is what was counted so far."
    yield finding(tally)
    yield from notes(tally)
    if not tally.concerned:
        return
    yield ""
    yield _row("", "tickets now", "cost now", "tickets then", "cost then", "difference")
    for currency, line in sorted(tally.totals.items()):
        yield _line(f"All, {currency}", line, currency)
    for (pain, currency), line in sorted(tally.by_pain.items()):
        yield _line(f"Pain {pain or '-'}, {currency}", line, currency)
    rules = sorted(tally.by_rule.items(), key=lambda item: (-abs(item[1].delta), item[0]))
    for (rule, currency), line in rules[:PRINTED]:
        yield _line(f"{rule}, {currency}", line, currency)
    yield ""
    yield _row("Offers by size", "now", "then")
    for (band, currency), line in sorted(tally.by_size.items()):
        counts = (f"{line.tickets_now:,}", f"{line.tickets_then:,}")
        yield _row(f"{size_words(band, currency)}, {currency}", *counts)
    yield from _named("The largest changes", tally.changes)
    yield from _named("Would newly need an exception", tally.exceptions)
    yield from _spreads(tally.unequal)


def _named(title: str, changes: list[Change]) -> Iterator[str]:
    if changes:
        yield ""
        yield title
    for one in changes[:PRINTED]:
        now, then = words(one.now, one.currency), words(one.then, one.currency)
        yield f"{one.number}: {now} now, {then} then"


def _spreads(spreads: list[Spread]) -> Iterator[str]:
    if spreads:
        yield ""
        yield f"Equal facts, unequal offers: {len(spreads):,} sets of facts"
    for spread in spreads[:PRINTED]:
        offers = [f"{words(sum_, spread.currency)} on {number}" for sum_, number in spread.offers]
        yield f"{spread.tickets} tickets: {', '.join(offers)}"


def _line(name: str, line: Line, currency: str) -> str:
    now, then = words(line.sum_now, currency), words(line.sum_then, currency)
    delta = signed(line.delta, currency)
    return _row(name, f"{line.tickets_now:,}", now, f"{line.tickets_then:,}", then, delta)


def _row(name: str, *cells: str) -> str:
    return f"{name:<22}" + "".join(f"{cell:>16}" for cell in cells)
