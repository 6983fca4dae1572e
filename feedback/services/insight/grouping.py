"""Sums by team and by category, with their names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from feedback.insight.measures import Measure
from feedback.services.insight.shapes import Behind
from feedback.services.insight.sums import Groups, Sums, category_names, team_names

#: What everything is told apart by.
BY = ("category", "team")


@dataclass(frozen=True, slots=True)
class Group:
    """The sums of one team or category."""

    by: str
    key: str
    name: str
    sums: dict[Measure, Sums]

    def behind(self, measure: Measure, *keys: str, buckets: Iterable[int] = ()) -> Behind:
        """The tickets of this team or category behind a figure; those of the categories below it
        stand in lines of their own."""
        if self.by == "team":
            return Behind(measure, keys, tuple(buckets), team=self.key)
        return Behind(measure, keys, tuple(buckets), category=self.key, alone=True)


def groups_of(by: str, found: Groups, *, size: Measure | None = None) -> list[Group]:
    """The groups of what `load(…, by=by)` found, in the order of their names: nothing here is a
    ranking. With `size`, those with most of it first."""
    names = team_names() if by == "team" else category_names()
    places = {place for groups in found.values() for place in groups}
    groups = [
        Group(by, *names[place], {m: groups.get(place, Sums()) for m, groups in found.items()})
        for place in places
        if place in names
    ]
    groups.sort(key=lambda group: (-group.sums[size].n() if size else 0, group.name))
    return groups
