"""What `manage.py policy backtest` and `policy diff` run and print."""

import datetime as dt
import multiprocessing
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from decimal import Decimal
from itertools import islice

import tqdm
from django.core.management.base import CommandError
from django.db import connections

from remedies.rules.comparing import Line, Spread, Tally
from remedies.rules.words import money, places_of
from remedies.services.backtesting import Period, Sides, backtest

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
    with ProcessPoolExecutor(processes, mp_context=fork, initializer=connections.close_all) as pool:
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


def lines(tally: Tally, *, whole: bool) -> Iterator[str]:
    """The tally for a terminal."""
    so_far = "" if whole else ", stopped before the end"
    yield f"{tally.looked_at} tickets looked at, {tally.concerned} concerned{so_far}"
    if not tally.concerned:
        yield "The policy is for none of them, or gives what is given now."
        return
    yield (
        f"{tally.changed} get another remedy: {tally.more} more money, {tally.less} less; "
        f"{tally.unreadable} could not be read"
    )
    yield f"Beyond a rep's authority: {tally.beyond_now} now, {tally.beyond_then} then"
    yield ""
    yield _row("", "tickets now", "cost now", "tickets then", "cost then")
    for currency, line in sorted(tally.totals.items()):
        yield _line(f"All, {currency}", line, currency)
    for (pain, currency), line in sorted(tally.by_pain.items()):
        yield _line(f"Pain {pain or '-'}, {currency}", line, currency)
    rules = sorted(tally.by_rule.items(), key=lambda item: -abs(item[1].sum_then - item[1].sum_now))
    for (rule, currency), line in rules[:PRINTED]:
        yield _line(f"{rule}, {currency}", line, currency)
    for _, number, currency, now, then in tally.changes[:PRINTED]:
        yield f"{number}: {_sum(now, currency)} now, {_sum(then, currency)} then"
    yield from _spreads(tally.unequal)


def _spreads(spreads: list[Spread]) -> Iterator[str]:
    if spreads:
        yield ""
        yield f"Equal facts, unequal offers: {len(spreads)} sets of facts"
    for spread in spreads[:PRINTED]:
        least, most = _sum(spread.least, spread.currency), _sum(spread.most, spread.currency)
        yield f"{spread.tickets} tickets: {least} on {spread.least_on}, {most} on {spread.most_on}"


def _line(name: str, line: Line, currency: str) -> str:
    now, then = _sum(line.sum_now, currency), _sum(line.sum_then, currency)
    return _row(name, str(line.tickets_now), now, str(line.tickets_then), then)


def _row(name: str, *cells: str) -> str:
    return f"{name:<22}" + "".join(f"{cell:>16}" for cell in cells)


def _sum(minor: int, currency: str) -> str:
    return money(Decimal(minor).scaleb(-places_of(currency)), currency)
