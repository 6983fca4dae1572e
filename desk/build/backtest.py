"""A policy that is tried on past complaints, as its pages show it."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, gettext_lazy, ngettext

from desk.words import date_words, moment_words, number_words, plain_day_words, signed_money
from desk.words import money_words as words
from remedies.models import Backtest
from remedies.rules.checks.comparing import Change, Line, Spread, Tally
from remedies.rules.checks.retelling import finding, notes, size_words
from remedies.rules.checks.tallying import unpacked
from remedies.services.backtests import is_stalled, named_to
from tickets.access import Principal

#: Width of the pictures' drawing, whatever the page makes of it.
WIDTH = 200
#: Rules that the page shows; all are in the CSV.
RULES = 15
_STATES = {
    "waiting": gettext_lazy("Waiting for a worker"),
    "running": gettext_lazy("Under way"),
    "done": gettext_lazy("Done"),
    "cancelled": gettext_lazy("Stopped"),
    "failed": gettext_lazy("It broke off"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table with its bars. Sums in words; bars in the picture's own units."""

    name: str
    tickets_now: str
    now: str
    tickets_then: str
    then: str
    changed: str
    delta: str
    tone: str
    #: Where the bar of the difference begins and how wide it is; less lies left of the middle.
    x: str = "0"
    w: str = "0"
    #: How wide the bars of now and then are.
    w_now: str = "0"
    w_then: str = "0"


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One ticket that the reader may see."""

    number: str
    now: str
    then: str
    delta: str


@dataclass(frozen=True, slots=True)
class Named:
    """Tickets by name, and how many more there are that the reader may not see."""

    rows: tuple[ChangeRow, ...]
    hidden: str


@dataclass(frozen=True, slots=True)
class SpreadRow:
    """Equal facts, unequal offers: how far apart, and on which tickets."""

    tickets: str
    gap: str
    least: str
    most: str
    offers: tuple[tuple[str, str], ...]
    hidden: str


@dataclass(frozen=True, slots=True)
class BacktestView:
    """One backtest."""

    id: int
    name: str
    against: str
    state: str
    state_words: str
    under_way: bool
    stalled: bool
    percent: int
    progress: str
    span: str
    since: str
    finding: str
    notes: tuple[str, ...]
    error: str
    begun: str
    by: str
    has_result: bool
    pains: tuple[Row, ...] = ()
    totals: tuple[Row, ...] = ()
    rules: tuple[Row, ...] = ()
    more_rules: int = 0
    sizes: tuple[Row, ...] = ()
    changes: Named = Named((), "")
    exceptions: Named = Named((), "")
    newly_beyond: str = ""
    unequal: tuple[SpreadRow, ...] = ()
    sets: str = ""


def backtest_head(row: Backtest, *, now: dt.datetime, zone: ZoneInfo) -> BacktestView:
    """What a list shows of it, and what its page shows while it is under way; no query."""
    return BacktestView(**_head(row, unpacked(row.result), now=now, zone=zone))


def backtest_view(
    row: Backtest, *, who: Principal, now: dt.datetime, zone: ZoneInfo
) -> BacktestView:
    """All of it, with the tickets that `who` may see by name. One query."""
    tally = unpacked(row.result)
    head = _head(row, tally, now=now, zone=zone)
    if not head["has_result"]:
        return BacktestView(**head)
    seen, _ = named_to(who, tally)
    several = len(tally.totals) > 1
    rules = sorted(tally.by_rule.items(), key=lambda item: (-abs(item[1].delta), item[0]))
    shown = tuple(_spread(spread, seen) for spread in tally.unequal)
    sets = int(row.result.get("sets", 0))
    return BacktestView(
        **head,
        totals=_rows(
            {(gettext("all"), key): line for key, line in tally.totals.items()}, several=several
        ),
        pains=_rows(
            {
                (
                    gettext("pain %(level)s") % {"level": pain} if pain else gettext("no pain"),
                    key,
                ): line
                for (pain, key), line in sorted(tally.by_pain.items())
            },
            several=several,
        ),
        rules=_rows(dict(rules[:RULES]), several=several),
        more_rules=max(len(rules) - RULES, 0),
        sizes=_sizes(tally, several=several),
        changes=_named(tally.changes, seen),
        exceptions=_named(tally.exceptions, seen),
        newly_beyond=_tickets(tally.newly_beyond) if tally.newly_beyond else "",
        unequal=shown,
        sets=ngettext("%(count)s set", "%(count)s sets", sets) % {"count": number_words(sets)}
        if sets
        else "",
    )


def _head(row: Backtest, tally: Tally, *, now: dt.datetime, zone: ZoneInfo) -> dict[str, Any]:
    over = bool(row.result)
    state = str(_STATES[row.state])
    if row.cancelled_by:
        state = gettext("Stopped by %(cancelled_by)s") % {"cancelled_by": row.cancelled_by}
    told = {"since": date_words(row.since, zone=zone), "until": date_words(row.until, zone=zone)}
    return {
        "id": row.pk,
        "name": row.name,
        "against": row.beside_name,
        "state": row.state,
        "state_words": state,
        "under_way": row.is_under_way,
        "stalled": is_stalled(row, now=now),
        "percent": row.percent,
        "progress": _progress(row),
        "span": gettext("Complaints from %(since)s to %(until)s") % told,
        "since": plain_day_words(row.since, now=now, zone=zone),
        "finding": finding(tally) if over else "",
        "notes": tuple(notes(tally)) if over else (),
        "error": row.error,
        "begun": moment_words(row.created_at, now=now, zone=zone),
        "by": row.asked_by,
        "has_result": over and bool(tally.concerned),
    }


def _progress(row: Backtest) -> str:
    told = {"count": number_words(row.looked_at)}
    if row.total is None:
        return gettext("%(count)s complaints looked at") % told
    told["total"] = number_words(row.total)
    return gettext("%(count)s of %(total)s complaints looked at") % told


def _rows(lines: Mapping[tuple[str, str], Line], *, several: bool) -> tuple[Row, ...]:
    """Lines with the bar of their difference, drawn from the middle where some cost less."""
    most: dict[str, int] = {}
    for (_, currency), line in lines.items():
        most[currency] = max(most.get(currency, 1), abs(line.delta))
    less = any(line.delta < 0 for line in lines.values())
    middle, room = (WIDTH / 2, WIDTH / 2) if less else (0, WIDTH)
    found = []
    for (name, currency), line in lines.items():
        width = room * abs(line.delta) / most[currency]
        start = middle - width if line.delta < 0 else middle
        found.append(
            _row(f"{name}, {currency}" if several else name, currency, line,
                 x=f"{start:.1f}", w=f"{width:.1f}")
        )  # fmt: skip
    return tuple(found)


def _row(name: str, currency: str, line: Line, **bars: str) -> Row:
    return Row(
        name=name,
        tickets_now=number_words(line.tickets_now),
        now=words(line.sum_now, currency),
        tickets_then=number_words(line.tickets_then),
        then=words(line.sum_then, currency),
        changed=_tickets(line.changed) if line.changed else gettext("none"),
        delta=signed_money(line.delta, currency),
        tone="less" if line.delta < 0 else "more" if line.delta else "",
        **bars,
    )


def _sizes(tally: Tally, *, several: bool) -> tuple[Row, ...]:
    lines = sorted(tally.by_size.items(), key=lambda item: (item[0][1], item[0][0]))
    most = max([1, *(max(line.tickets_now, line.tickets_then) for _, line in lines)])
    return tuple(
        _row(
            size_words(band, currency) + (f", {currency}" if several else ""),
            currency,
            line,
            w_now=f"{WIDTH * line.tickets_now / most:.1f}",
            w_then=f"{WIDTH * line.tickets_then / most:.1f}",
        )
        for (band, currency), line in lines
    )


def _named(changes: Iterable[Change], seen: frozenset[str]) -> Named:
    listed = list(changes)
    rows = tuple(
        ChangeRow(
            one.number,
            words(one.now, one.currency),
            words(one.then, one.currency),
            signed_money(one.then - one.now, one.currency),
        )
        for one in listed
        if one.number in seen
    )
    return Named(rows, _hidden(len(listed) - len(rows)))


def _spread(spread: Spread, seen: frozenset[str]) -> SpreadRow:
    offers = [(number, words(sum_, spread.currency)) for sum_, number in spread.offers]
    shown = tuple(offer for offer in offers if offer[0] in seen)
    return SpreadRow(
        tickets=_tickets(spread.tickets),
        gap=words(spread.most - spread.least, spread.currency),
        least=words(spread.least, spread.currency),
        most=words(spread.most, spread.currency),
        offers=shown,
        hidden=_hidden(len(offers) - len(shown)),
    )


def _tickets(count: int) -> str:
    return ngettext("%(count)s ticket", "%(count)s tickets", count) % {"count": number_words(count)}


def _hidden(count: int) -> str:
    return (
        ngettext(
            "%(count)s more ticket that you may not see",
            "%(count)s more tickets that you may not see",
            count,
        )
        % {"count": number_words(count)}
        if count
        else ""
    )
