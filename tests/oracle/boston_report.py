"""The page docs/boston.md, made of the records."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill

from tests.oracle.boston import (
    FEWEST,
    SHORT,
    STATED,
    Case,
    Why,
    cases,
    near,
    office,
    rates,
    read,
    short_rates,
)

HEAD = """# Boston's due times, and ours

Made by `python -m tests.oracle boston FILE --report docs/boston.md` of the 311 service requests
that the City of Boston publishes (public domain), in the form of `boston311_deadlines.csv.gz`:
{rows:,} closed cases with a due time, 2015 to 2024; {rare} more are of types with fewer than
{fewest} such cases. The city's due times are somebody else's answer to the question that
`escalation/` answers.

**The calendar**: America/New_York, Monday to Friday 08:30 to 17:00, closed on US federal holidays
(as the `holidays` package has them) and on Patriots' Day. A holiday on a Sunday is kept on Monday,
one on a Saturday where it is: so says the law of Massachusetts (General Laws, chapter 4, section 7,
clause 18), while federal offices close on the Friday before. What closing on those Fridays too
would give stands in the last column, which is the nearer to the README's own rates.

**The lengths** are written as in a deadline policy: a working day is 8 h 30 min of open time, a
calendar day ends at the same time of day (`end_of_day: false`). Two due times agree when they are
at most 90 seconds apart: the city adds the seconds until a case was saved.

**Where time runs out exactly at closing**, Amends is due at the closing instant and late from the
next opening on; the city shows the next opening. That is one promise in two words ({closing} of
{rows:,} cases); what is compared is the instant from which Amends calls it late.
"""
STATED_HEAD = """
## Types whose length is known

The README of the data states how often this calendar holds for them, over twice as many records.

| type | length | records | agree | share | README | closed on those Fridays |
| --- | --- | ---: | ---: | ---: | ---: | ---: |
"""
FOUND_HEAD = """
## The other types

Nobody states their lengths: the one of a round list that agrees most often is taken, for each type
with at least five records.

| type | length | records | agree | share |
| --- | --- | ---: | ---: | ---: |
"""
WHY_HEAD = """
## Every disagreement

Each was tried: without one or several of the holidays in between, with one of those Fridays, with
another number of days. What reproduces the city's due time within the 90 seconds is its
explanation.

| what explains it | known types | others | example |
| --- | ---: | ---: | --- |
"""
TAIL = """
The first four are the city's calendar, not arithmetic: the same reckoning with the days that its
table had gives the city's due time. With them {without:.1%} of the known types would agree
({holidays} cases more). The others are a target of the case's own, which no calendar can give; all
of them:

| type | opened, and due by both | what explains it |
| --- | --- | --- |
"""


#: What the README says of each short type, at the least.
LEAST = 0.96
CALENDAR = frozenset(why for why in Why if why.name.startswith("HOLIDAY"))


def reasons(judged: Sequence[Case]) -> list[tuple[Why, list[tuple[Case, str]]]]:
    """The cases that disagree, by what explains it, with the detail of each."""
    by: dict[Why, list[tuple[Case, str]]] = {why: [] for why in Why}
    for case in judged:
        if not case.agrees:
            why, detail = case.why()
            by[why].append((case, detail))
    return [(why, mine) for why, mine in by.items() if mine]


def page(paths: Sequence[Path]) -> str:
    """The whole page, in Markdown."""
    judged = cases(paths)
    stated = [case for case in judged if case.type in STATED]
    other = [case for case in judged if case.type not in STATED]
    closing = sum(
        case.promise.working and office().prev_open(case.ours) != case.ours for case in judged
    )
    text = HEAD.format(
        rows=len(judged),
        closing=closing,
        rare=sum(1 for path in paths for _ in read(path)) - len(judged),
        fewest=FEWEST,
    )
    text += STATED_HEAD + _rows(stated, known=True) + _together(stated)
    text += FOUND_HEAD + _rows(other, known=False) + _sum("all of them", other, "") + "\n"
    text += WHY_HEAD + _whys(stated, other)
    missing = sum(len(mine) for why, mine in reasons(stated) if why in CALENDAR)
    agree = sum(case.agrees for case in stated)
    text += TAIL.format(holidays=missing, without=(agree + missing) / len(stated))
    return text + _own(judged)


def _own(judged: Sequence[Case]) -> str:
    """One line for each case that no calendar explains."""
    return "".join(
        f"| {case.type}, {case.promise.words} | {case} | {detail or why} |\n"
        for why, mine in reasons(judged)
        if why not in CALENDAR
        for case, detail in mine
    )


def _rows(judged: Sequence[Case], *, known: bool) -> str:
    lines = ""
    names = {case.type: case.promise for case in judged}
    for name in sorted(names, key=lambda n: -sum(case.type == n for case in judged)):
        mine = [case for case in judged if case.type == name]
        stated = names[name].known
        last = f" {stated:.0%} |" if known and stated and name not in SHORT else ""
        last = last or (" 96 to 98% |" if known else "")
        if known:
            last += _fridays(mine)
        lines += _row(name, names[name].words, mine) + last + "\n"
    return lines


def _row(name: str, words: str, mine: Sequence[Case]) -> str:
    agree = sum(case.agrees for case in mine)
    return f"| {name} | {words} | {len(mine)} | {agree} | {agree / len(mine):.1%} |"


def _fridays(mine: Sequence[Case]) -> str:
    agree = sum(case.agrees_federal for case in mine)
    return f" {agree / len(mine):.1%} |"


def _sum(name: str, mine: Sequence[Case], last: str) -> str:
    return _row(f"**{name}**", "", mine) + last


def _together(stated: Sequence[Case]) -> str:
    short = [case for case in stated if case.type in SHORT]
    lines = _sum("1, 2 and 3 working days together", short, " 96 to 98% |") + _fridays(short) + "\n"
    lines += _sum("all of them", stated, " |") + _fridays(stated) + "\n"
    low = [name for name, agree, count, known in rates(stated) if agree < known * count]
    alone = [name for name, share in short_rates(stated) if share < LEAST]
    lines += f"\nBelow the README's rate: {', '.join(low) or 'none'}.\n"
    return lines + "".join(_alone([c for c in short if c.type == name]) for name in alone)


def _alone(mine: Sequence[Case]) -> str:
    """Why a short type by itself lies below the 96% that the README gives all of them."""
    agree = sum(case.agrees for case in mine)
    with_target = sum(not near(case.due, case.opened) for case in mine)
    causes = "; ".join(f"{len(cases)} × {why}" for why, cases in reasons(mine))
    words = (
        f"By itself {mine[0].type} agrees in {agree / len(mine):.2%} (the README counts in whole"
        f" percents), and in {agree / with_target:.2%} of its records that have a target at all."
        f" The other {len(mine) - agree}: {causes}."
    )
    return "\n" + fill(words, 100) + "\n"


def _whys(stated: Sequence[Case], other: Sequence[Case]) -> str:
    first, second = dict(reasons(stated)), dict(reasons(other))
    lines = ""
    for why in Why:
        mine, rest = first.get(why, []), second.get(why, [])
        if not mine and not rest:
            continue
        case, detail = (mine or rest)[0]
        told = f"{case.type} ({case.promise.words}): {case}" + (f"; {detail}" if detail else "")
        lines += f"| {why} | {len(mine)} | {len(rest)} | {told} |\n"
    total = sum(map(len, first.values())), sum(map(len, second.values()))
    return lines + f"| **together** | {total[0]} | {total[1]} | |\n"
