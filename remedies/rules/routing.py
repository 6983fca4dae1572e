"""Who may decide an exception, by its sum and its kinds. Pure.

Levels are data. A request goes to the lowest level that reaches its sum, covers its kinds and is
for its currency and team; the levels above that one follow where nobody decides in time. Sums
are minor units.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from remedies.rules.language.draft import ComponentKind
from tickets.saying import gettext_noop


class Who(StrEnum):
    """Who decides at a level."""

    SUPERVISORS = "supervisors"
    MANAGERS = "managers"
    ADMINS = "admins"
    TEAM = "team"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Level:
    """A group that may decide up to a sum.

    `currency` "" stands for every one (and then there is no `up_to`), `kinds` empty for all,
    `team` None for every team. `needed` different people have to say yes. With `own_limits` each
    of them also has to be allowed to grant it himself.
    """

    id: int
    name: str
    who: Who
    order: int = 0
    currency: str = ""
    kinds: frozenset[ComponentKind] = frozenset()
    up_to: int | None = None
    needed: int = 1
    own_limits: bool = True
    team: int | None = None
    members_of: int | None = None
    people: frozenset[int] = frozenset()
    active: bool = True

    def reaches(
        self, amount: int, *, kinds: Collection[ComponentKind], currency: str, team: int
    ) -> bool:
        """Whether the level may decide about so much of these kinds on a ticket of the team."""
        return (
            self.currency in ("", currency)
            and (self.up_to is None or amount <= self.up_to)
            and (not self.kinds or self.kinds.issuperset(kinds))
            and self.team in (None, team)
        )


#: Where nobody has set up levels: the supervisors of the team, and if need be those above them.
BUILT_IN = (
    Level(-1, gettext_noop("Supervisors of the team"), Who.SUPERVISORS, order=1),
    Level(-2, "Managers", Who.MANAGERS, order=2),
    Level(-3, "Administrators", Who.ADMINS, order=3),
)


@dataclass(frozen=True, slots=True)
class Person:
    """As far as levels ask about him. `watches` are the teams that he supervises."""

    id: int
    role: str
    watches: frozenset[int] = frozenset()
    member_of: frozenset[int] = frozenset()


def belongs(person: Person, level: Level, *, team: int) -> bool:
    """Whether a person decides at the level on tickets of the team."""
    if level.team not in (None, team):
        return False
    return {
        Who.SUPERVISORS: team in person.watches,
        Who.MANAGERS: person.role == "manager",
        Who.ADMINS: person.role == "admin",
        Who.TEAM: level.members_of in person.member_of,
        Who.PEOPLE: person.id in level.people,
    }[level.who]


def route(
    levels: Iterable[Level],
    amount: int,
    *,
    kinds: Collection[ComponentKind],
    currency: str,
    team: int,
) -> tuple[Level, ...]:
    """The levels that may decide, lowest first; none where the sum is beyond all of them."""
    fit = [
        level
        for level in levels
        if level.active and level.reaches(amount, kinds=kinds, currency=currency, team=team)
    ]
    return tuple(sorted(fit, key=lambda level: (level.order, level.id)))


def told_first(levels: Sequence[Level], able: Collection[Collection[int]]) -> tuple[Level, ...]:
    """The levels to tell at once: up to the first with enough people who can decide.

    `able` are for each level the people of it who may, that is neither the requester nor whoever
    decided on the ticket before. None where there are not enough anywhere.
    """
    seen: set[int] = set()
    for place, (level, people) in enumerate(zip(levels, able, strict=True)):
        seen |= set(people)
        if len(seen) >= level.needed:
            return tuple(levels[: place + 1])
    return ()


def still_needed(levels: Sequence[Level], voices: Collection[Collection[int]]) -> int:
    """How many more different people have to say yes, at the level where the fewest lack.

    `levels` are those that reach the sum, lowest first; `voices` are for each who said yes the
    levels that he belongs to. A voice from above counts for the levels below it, and each person
    once.
    """
    lacking = []
    for at, level in enumerate(levels):
        here_or_above = {one.id for one in levels[at:]}
        said = sum(1 for voice in voices if here_or_above & set(voice))
        lacking.append(max(level.needed - said, 0))
    return min(lacking, default=1)
