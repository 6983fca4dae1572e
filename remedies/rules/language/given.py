"""What an evaluation is given: typed facts in one currency, and in words. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from remedies.errors import FactWrong
from remedies.facts import Kind, NotThatKind, given_values, read_fact
from remedies.rules.language.meant import nearest
from remedies.rules.language.nodes import Context
from remedies.rules.language.policy import Policy
from remedies.rules.language.words import shown


class Told(NamedTuple):
    """What was told: as it was given, as rules count with it, and the currency."""

    given: Mapping[str, Any]
    typed: Mapping[str, Any]
    currency: str


def read_facts(
    policy: Policy, facts: Mapping[str, Any], currency: str | None, *, strict: bool = False
) -> Told:
    """Facts for an evaluation; as `evaluate` says. Raises `FactWrong`."""
    given = given_values(facts) if policy.nested or strict else facts
    chosen = currency_of(policy, given, currency)
    if strict:
        refuse_unknown(policy, given)
    return Told(given, typed_facts(policy, given, chosen), chosen)


def same_facts(one: Policy, other: Policy) -> bool:
    """Whether facts that were read for one can be given to the other."""
    return (one.facts, one.defaults, one.currencies) == (
        other.facts,
        other.defaults,
        other.currencies,
    )


def currency_of(policy: Policy, given: Mapping[str, Any], currency: str | None) -> str:
    """The one currency of this evaluation."""
    if currency is None:
        found = {
            str(raw["currency"]) if isinstance(raw, Mapping) else str(raw.currency): name
            for name, fact in policy.facts.items()
            if fact.kind is Kind.MONEY
            and (raw := given.get(name)) is not None
            and ("currency" in raw if isinstance(raw, Mapping) else hasattr(raw, "currency"))
        }
        if len(found) != 1:
            return policy.currencies[0]
        currency, fact = found.popitem()
        _refuse_strange(policy, currency, fact, policy.readers_of(fact))
    _refuse_strange(policy, currency, "currency", ())
    return currency


def _refuse_strange(policy: Policy, currency: str, fact: str, rules: tuple[str, ...]) -> None:
    """Raises `FactWrong`, naming the fact that brought a currency that is none of the policy's."""
    if currency not in policy.currencies:
        known = ", ".join(policy.currencies)
        raise FactWrong(fact, f"{currency} is not one that this policy pays in ({known})", rules)


def typed_facts(policy: Policy, given: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Facts and defaults as rules count with them. Raises `FactWrong` naming fact and rules."""
    typed = dict(policy.defaults)
    for name, fact in policy.facts.items():
        raw = given.get(name)
        if raw is None:
            continue
        try:
            typed[name] = read_fact(fact, raw, currency)
        except NotThatKind as error:
            raise FactWrong(name, f"{error}", policy.readers_of(name)) from None
    return typed


#: (name, label, words) of a fact.
Words = tuple[str, str, str]


def in_words(policy: Policy, given: Mapping[str, Any], at: Context) -> dict[str, Words]:
    """(name, label, words) of each fact that was given, as against those that have a default."""
    typed, currency = at.facts, at.currency
    return {
        name: (name, fact.label, shown(fact.kind, typed[name], currency, fact.unit))
        for name, fact in policy.facts.items()
        if given.get(name) is not None
    }


def refuse_unknown(policy: Policy, given: Mapping[str, Any]) -> None:
    """Raises `FactWrong` for the first fact that the policy does not know."""
    before: tuple[str, Any] = ("", None)
    for name, raw in given.items():
        if raw is None and name.isdecimal() and isinstance(before[1], int | Decimal):
            said = f"a comma begins the next fact; write {before[1]}.{name}"
            raise FactWrong(before[0], said)
        before = (name, raw)
        known = name in policy.facts or name.rpartition(".")[0] in policy.facts
        outer = isinstance(raw, dict) and any(n.startswith(f"{name}.") for n in policy.facts)
        if not known and not outer:
            said = f"this policy knows no such fact.{nearest(name, policy.facts)}"
            raise FactWrong(name[:60], said)


def all_wrong(policy: Policy, facts: Mapping[str, Any], currency: str | None) -> list[FactWrong]:
    """Everything wrong with facts, each told alone; what `read_facts` raises is the first."""
    found: dict[str, FactWrong] = {}
    alone = [{name: raw} for name, raw in facts.items() if raw is not None or not name.isdecimal()]
    for part in (facts, *alone):
        try:
            read_facts(policy, part, currency, strict=True)
        except FactWrong as error:
            found.setdefault(error.message, error)
    return list(found.values())
