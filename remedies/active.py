"""The policies in force, compiled once in each process, and the one that a ticket falls under."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from remedies.models import PainScheme, RemedyPolicy
from remedies.pain import DEFAULT, Scheme
from remedies.pain_schemes import read_scheme
from remedies.rules import Policy, load_policy
from remedies.rules.states import PolicyStatus
from tickets.cached import Cached
from tickets.catalogue import catalogue
from tickets.models import Ticket
from tickets.saying import gettext_noop


@lru_cache(maxsize=64)
def compiled(source: str) -> Policy:
    """The policy of a text, read once: a text never means something else later.

    Raises `PolicyInvalid`.
    """
    return load_policy(source)


@dataclass(frozen=True, slots=True)
class Active:
    """The policies in force by the category they are for, and the one for all others."""

    by_category: dict[str, RemedyPolicy] = field(default_factory=dict)
    general: RemedyPolicy | None = None

    @classmethod
    def of(cls, rows: Iterable[RemedyPolicy]) -> "Active":
        """With these in force, the newest first."""
        by_category: dict[str, RemedyPolicy] = {}
        general = None
        for row in rows:
            for category in row.categories:
                by_category.setdefault(category, row)
            if not row.categories and general is None:
                general = row
        return cls(by_category, general)

    def row_for(self, keys: Iterable[str]) -> RemedyPolicy | None:
        """The policy for a category whose key and those above it are `keys`, nearest first."""
        named = next((self.by_category[key] for key in keys if key in self.by_category), None)
        return named or self.general

    def with_policy(self, row: RemedyPolicy) -> "Active":
        """The same with `row` in force in the place of the policy with its key."""
        kept = {key: one for key, one in self.by_category.items() if one.key != row.key}
        general = None if self.general is not None and self.general.key == row.key else self.general
        if not row.categories:
            return Active(kept, row)
        return Active({**kept, **dict.fromkeys(row.categories, row)}, general)


def _load() -> Active:
    rows = RemedyPolicy.objects.filter(status=PolicyStatus.ACTIVE.value)
    return Active.of(rows.order_by("-active_from", "-pk"))


active = Cached(_load, RemedyPolicy)


@dataclass(frozen=True, slots=True)
class PainInForce:
    """The assessment in force, and its version; 0 for the one that is shipped."""

    scheme: Scheme = DEFAULT
    version: int = 0
    title: str = gettext_noop("As shipped")


def _pain() -> PainInForce:
    row = PainScheme.objects.filter(status=PolicyStatus.ACTIVE.value).first()
    if row is None:
        return PainInForce()
    return PainInForce(read_scheme(row.data), row.version, row.title)


pain_in_force = Cached(_pain, PainScheme)


def policy_for(ticket: Ticket) -> tuple[RemedyPolicy, Policy] | None:
    """The version in force for the ticket's category (or one above it), and its rules.

    The nearest category wins; without one the general policy; None where there is neither.
    """
    row = active().row_for(catalogue().entry(ticket.category_id).keys)
    return None if row is None else (row, compiled(row.source))
