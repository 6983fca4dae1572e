"""The spread of what was given for equal facts: by rule, category, team and rep, outliers first.

What counts is what we decided on a ticket last: the offer as it was sent, or a refusal (0 where
something was drafted). Equal are tickets for which the rules read the same facts, under the same
version of a policy and in the same currency; a sum stands out when it lies beyond Tukey's fences
of at least five equals. Imported tickets are left out: nobody here decided them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remedies.access import reps_compared_by, tickets_compared_by
from remedies.models import OfferComponent
from remedies.rules.checks.equality import ENOUGH, REACH, Box
from remedies.services.fairness import sql
from tickets.access import Principal
from tickets.errors import Invalid
from tickets.models import Category, Team, User
from tickets.periods import Period
from tickets.reading import read

GROUPS_SHOWN, OUTLIERS_SHOWN, OUTLIERS_TOLD = 12, 25, 5000


@dataclass(frozen=True)
class Asked:
    """What is looked at: tickets of a category (with those below it) and team, one rule, one
    currency (by default the one with most offers)."""

    category: str = ""
    team: str = ""
    rule: str = ""
    currency: str = ""


@dataclass(frozen=True)
class Total:
    """What was decided in one currency: minor units."""

    currency: str
    count: int
    amount: int
    refused: int
    #: Those that have an equal at all, and those with enough of them to compare.
    among_equals: int
    compared: int


@dataclass(frozen=True)
class Group:
    """Tickets with equal facts, and what they got."""

    rule: str
    title: str
    #: (label, words) of the facts that the rule read.
    facts: tuple[tuple[str, str], ...]
    box: Box
    #: By which the tickets behind it are asked for.
    key: str = ""


@dataclass(frozen=True)
class Part:
    """One rule, category, team or rep: how far from what is usual among equals, minor units.

    `box` is None with fewer than five that can be compared; its lines reach as far as all but the
    tenth on either side.
    """

    key: str
    name: str
    count: int
    compared: int
    same: int
    outliers: int
    usual: float
    box: Box | None


@dataclass(frozen=True)
class Outlier:
    """A sum that lies far from those of its equals."""

    number: str
    rule: str
    title: str
    amount: int
    usual: float
    equals: int
    refused: bool
    #: Why, as whoever changed it or asked for it said.
    reason: str
    exception: bool
    at: dt.datetime
    category: str
    team: str

    @property
    def apart(self) -> float:
        """How much more, or less where negative, than is usual."""
        return self.amount - self.usual


@dataclass(frozen=True)
class Fairness:
    """All of it, for one currency ("" where nothing was decided)."""

    period: Period
    currency: str
    totals: tuple[Total, ...]
    groups: tuple[Group, ...]
    by: Mapping[str, tuple[Part, ...]]
    outliers: tuple[Outlier, ...]
    standing_out: int
    #: Whether reps are told apart for the one who asks.
    reps: bool

    @property
    def total(self) -> Total | None:
        """That of the currency that is shown."""
        return next((one for one in self.totals if one.currency == self.currency), None)


def fairness(who: Principal, period: Period, asked: Asked) -> Fairness:
    """The spread of what was decided in a period, of the tickets that `who` may see.

    Six queries, however much there is. Raises `NotAllowed` for those whom it is not shown to,
    `Invalid` naming a filter that fits nothing there is.
    """
    row = _row(sql.WHOLE_REPORT, who, period, asked, limit=OUTLIERS_SHOWN)
    currency, totals, groups, by_rule, by_place, outliers, count = row
    names = _Names.of([*by_place, *outliers])
    told = _told_by({row["part_id"] for row in groups} | {row["part_id"] for row in by_rule})
    return Fairness(
        period=period,
        currency=currency,
        totals=tuple(_total(row) for row in totals),
        groups=tuple(_group(row, told) for row in groups[:GROUPS_SHOWN]),
        by=_by(by_rule, by_place, told, names),
        outliers=tuple(_outlier(row, names) for row in outliers),
        standing_out=count,
        reps=reps_compared_by(who) != frozenset(),
    )


def outliers_of(who: Principal, period: Period, asked: Asked) -> tuple[str, tuple[Outlier, ...]]:
    """The currency, and everything that stands out in it, as a file may hold it."""
    currency, rows = _row(sql.JUST_OUTLIERS, who, period, asked, limit=OUTLIERS_TOLD)
    names = _Names.of(rows)
    return currency, tuple(_outlier(row, names) for row in rows)


def _row(query: str, who: Principal, period: Period, asked: Asked, *, limit: int) -> list[Any]:
    """The one row of the query. Raises `NotAllowed`, `Invalid`."""
    seen, values = values_of(who, period, asked)
    (row,) = read(query, seen, **values, limit=limit)
    return row


def values_of(who: Principal, period: Period, asked: Asked) -> tuple[Any, dict[str, Any]]:
    """The tickets that a query looks at, and its values. Raises `NotAllowed`, `Invalid`."""
    seen = tickets_compared_by(who, category=asked.category, team=asked.team)
    if asked.currency and not (len(asked.currency) == 3 and asked.currency.isalpha()):
        raise Invalid("A currency has three letters, such as GBP.", field="currency")
    teams = reps_compared_by(who)
    return seen.values("id", "category_id", "team_id"), {
        "start": period.start,
        "end": period.end,
        "rule": asked.rule or "*",
        "currency": asked.currency.upper(),
        "enough": ENOUGH,
        "reach": REACH,
        "all_reps": teams is None,
        "rep_teams": sorted(teams or ()),
    }


def _told_by(parts: set[int]) -> dict[int, OfferComponent]:
    """The components with these keys: one of each set of equals stands for all."""
    found = OfferComponent.objects.filter(pk__in=parts)
    return {part.pk: part for part in found.only("rule", "title", "facts")}


@dataclass(frozen=True)
class _Names:
    categories: Mapping[int, Category]
    teams: Mapping[int, Team]
    reps: Mapping[int, User]

    @classmethod
    def of(cls, rows: list[Mapping[str, Any]]) -> _Names:
        """Names of all that is told. Three queries."""
        keys = {
            name: {row[name] for row in rows if row.get(name) is not None}
            for name in ("category_id", "team_id", "rep")
        }
        return cls(
            Category.objects.in_bulk(keys["category_id"]),
            Team.objects.in_bulk(keys["team_id"]),
            User.objects.in_bulk(keys["rep"]),
        )


def _total(row: Mapping[str, Any]) -> Total:
    return Total(
        row["currency"], row["n"], int(row["total"]), row["refused"], row["among_equals"],
        row["compared"],
    )  # fmt: skip


def _group(row: Mapping[str, Any], told: Mapping[int, OfferComponent]) -> Group:
    part = told[row["part_id"]]
    low, usual, high = row["q"]
    drawn = Box(
        row["n"], row["least"], row["foot"], low, usual, high, row["head"], row["most"],
        row["outliers"],
    )  # fmt: skip
    facts = tuple((label, words) for _, label, words in part.facts)
    return Group(part.rule, part.title, facts, drawn, row["alike"])


def _by(
    by_rule: list[Mapping[str, Any]],
    by_place: list[Mapping[str, Any]],
    told: Mapping[int, OfferComponent],
    names: _Names,
) -> dict[str, tuple[Part, ...]]:
    """Those with outliers first; reps by name, for they are nobody's ranking."""
    found: dict[str, list[Part]] = {"rule": [], "category": [], "team": [], "rep": []}
    for row in by_rule:
        found["rule"].append(_part(row, row["key"], told[row["part_id"]].title))
    for row in by_place:
        if row["category_id"] is not None:
            category = names.categories[row["category_id"]]
            found["category"].append(_part(row, category.key, category.name))
        elif row["team_id"] is not None:
            team = names.teams[row["team_id"]]
            found["team"].append(_part(row, team.key, team.name))
        else:
            rep = names.reps[row["rep"]]
            found["rep"].append(_part(row, str(rep.pk), rep.name))
    ordered = {
        by: tuple(sorted(parts, key=lambda one: (-one.outliers, -one.compared, one.name)))
        for by, parts in found.items()
    }
    return ordered | {"rep": tuple(sorted(found["rep"], key=lambda one: one.name.casefold()))}


def _part(row: Mapping[str, Any], key: str, name: str) -> Part:
    drawn = None
    if row["compared"] >= ENOUGH:
        tenth, low, usual, high, ninetieth = row["q"]
        drawn = Box(
            row["compared"], row["least"], tenth, low, usual, high, ninetieth, row["most"],
            row["outliers"],
        )  # fmt: skip
    return Part(
        key=key,
        name=name,
        count=row["n"],
        compared=row["compared"],
        same=row["same"],
        outliers=row["outliers"],
        usual=row["usual"],
        box=drawn,
    )


def _outlier(row: Mapping[str, Any], names: _Names) -> Outlier:
    category, team = names.categories.get(row["category_id"]), names.teams.get(row["team_id"])
    return Outlier(
        number=row["number"],
        rule=row["rule"],
        title=row["title"],
        amount=int(row["amount"]),
        usual=row["usual"],
        equals=row["n"],
        refused=row["refused"],
        reason=row["reason"],
        exception=row["exception"],
        at=dt.datetime.fromisoformat(row["decided"]),
        category=category.name if category else "",
        team=team.name if team else "",
    )
