"""The tree of categories and the facts they ask for, as read by every request."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from tickets.cached import Cached
from tickets.errors import FactUnknown, Invalid, Missing
from tickets.facts import FactSpec, parse_fact
from tickets.models import Category, FactDefinition, Team
from tickets.rules import FactKind


@dataclass(frozen=True)
class Entry:
    """A category with what it takes from those above it."""

    category: Category
    path: tuple[str, ...]
    team: Team | None
    icon: str
    facts: dict[str, FactSpec]
    #: Keys of the category and all above it, nearest first.
    keys: tuple[str, ...]
    #: How the desk handles such a complaint; the nearest that says something.
    guidance: str = ""

    @property
    def words(self) -> str:
        """Such as "Flights · delay"."""
        return " · ".join((self.path[0], *(part.lower() for part in self.path[1:])))

    def knowing(self, facts: Iterable[str]) -> "Entry":
        """The entry as it is now where it lacks one of `facts`: another process may just have
        added it."""
        if all(name in self.facts for name in facts):
            return self
        return catalogue.again().by_id.get(self.category.pk, self)


@dataclass(frozen=True)
class Catalogue:
    """Every category by key and by primary key, and the team for what has none."""

    by_key: dict[str, Entry] = field(default_factory=dict)
    by_id: dict[int, Entry] = field(default_factory=dict)
    default_team: Team | None = None

    def known(self, category: Category | str | int | None) -> Entry | None:
        """The entry of a category, by itself or by one of its keys; None where there is none. One
        that another process has just added is found, too: what is kept is read again first."""
        if category is None:
            return None
        return _found(self, category) or _found(catalogue.again(), category)

    def entry(self, category: Category | str | int) -> Entry:
        """The entry of a category. Raises `Invalid`, naming the ones there are."""
        found = self.known(category)
        if found is None:
            known = ", ".join(sorted(catalogue().by_key)) or "none yet"
            raise Invalid(
                "There is no such category. Known are: {known}.", known=known, field="category"
            )
        return found

    @cached_property
    def named(self) -> list[tuple[str, str]]:
        """Each category by key with its words, in the order of these: what is called the same below
        different ones is told apart."""
        return sorted(
            ((key, entry.words) for key, entry in self.by_key.items()), key=lambda one: one[1]
        )

    @cached_property
    def with_some_below(self) -> frozenset[str]:
        """Keys of the categories that have others below them."""
        return frozenset(key for entry in self.by_id.values() for key in entry.keys[1:])

    def team_for(self, entry: Entry) -> Team:
        """The team that gets tickets of the category. Raises `Missing` where there is none."""
        team = entry.team or self.default_team
        if team is None:
            raise Missing(what=_("a team for this category, or a default team"), field="team")
        return team


def _found(known: Catalogue, category: Category | str | int) -> Entry | None:
    if isinstance(category, str):
        return known.by_key.get(category)
    return known.by_id.get(category.pk if isinstance(category, Category) else category)


def spec_of(definition: FactDefinition) -> FactSpec:
    """The pure side of a stored definition."""
    return FactSpec(
        name=definition.name,
        label=definition.label,
        kind=FactKind(definition.kind),
        choices=tuple(definition.choices),
        unit=definition.unit,
        required=definition.required,
        on_form=definition.on_form,
        help=definition.help,
    )


def _load() -> Catalogue:
    facts: dict[int | None, list[FactSpec]] = {}
    for definition in FactDefinition.objects.all():
        facts.setdefault(definition.category_id, []).append(spec_of(definition))
    categories = {c.pk: c for c in Category.objects.select_related("team")}
    result = Catalogue(default_team=Team.objects.filter(is_default=True).first())
    for category in categories.values():
        line: list[Category] = []
        step: Category | None = category
        while step is not None and step not in line:
            line.append(step)
            step = categories.get(step.parent_id) if step.parent_id else None
        specs = {
            s.name: s for key in (None, *(c.pk for c in reversed(line))) for s in facts.get(key, [])
        }
        entry = Entry(
            category=category,
            path=tuple(c.name for c in reversed(line)),
            team=next((c.team for c in line if c.team), None),
            icon=next((c.icon for c in line if c.icon), "message-square"),
            facts=specs,
            keys=tuple(c.key for c in line),
            guidance=next((c.guidance for c in line if c.guidance), ""),
        )
        result.by_key[category.key] = result.by_id[category.pk] = entry
    return result


#: The catalogue as it is now; costs nothing most of the time.
catalogue = Cached(_load, Category, FactDefinition, Team)


def parse_facts(
    entry: Entry, raw: dict[str, Any], *, zone: str, currency: str = "GBP"
) -> dict[str, Any]:
    """The stored forms of the facts in `raw`; None or "" takes a fact away.

    Raises `FactUnknown` for a name that the category does not know, `FactInvalid` for a value
    of the wrong form.
    """
    facts: dict[str, Any] = {}
    entry = entry.knowing(raw)
    for name, value in raw.items():
        spec = entry.facts.get(name)
        if spec is None:
            known = ", ".join(sorted(entry.facts)) or "none"
            raise FactUnknown(name=str(name)[:60], known=known, field=f"facts.{str(name)[:60]}")
        empty = value is None or (isinstance(value, str) and not value.strip())
        facts[name] = None if empty else parse_fact(spec, value, zone=zone, currency=currency)
    return facts
