"""From the text of a policy to a `Policy`: every word checked, every error with its line. Pure."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from remedies.errors import PolicyInvalid, Problem
from remedies.facts import NUMERIC, FactDef, Kind, NotThatKind, as_moment, read_fact
from remedies.rules.modifiers import rounding_way
from remedies.rules.nodes import Scope, ValueRef, compile_node
from remedies.rules.policy import Cap, Case, Choice, Exclusion, Policy, Rule
from remedies.rules.ruling import compile_cap, compile_exclusion, compile_rule
from remedies.rules.source import (
    Place,
    Source,
    items,
    keys_of,
    nearest,
    read_source,
    text_of,
)
from remedies.rules.words import places_of
from tickets.errors import CurrencyUnknown

POLICY_KEYS = frozenset(
    {
        "policy",
        "title",
        "about",
        "source",
        "currency",
        "currencies",
        "time_zone",
        "rounding",
        "categories",
        "facts",
        "values",
        "rules",
        "exclusions",
        "groups",
        "caps",
        "cases",
        "dated_by",
    }
)
FACT_KEYS = frozenset(
    {"type", "title", "unit", "ask", "choices", "items", "default", "at_least", "at_most", "more"}
)
MORE = ("worse", "better", "neither")


T = TypeVar("T")


def load_policy(text: str) -> Policy:
    """The compiled policy of a YAML or JSON text.

    Raises `PolicyInvalid` with every problem found, each with its line and its rule.
    """
    return compile_policy(read_source(text))


def compile_policy(source: Source) -> Policy:
    """The compiled policy of data already read. Raises `PolicyInvalid`."""
    at = Place(source.lines)
    raw = keys_of(source.data, at, "A policy", POLICY_KEYS)
    name = text_of(raw.get("policy"), at / "policy", "policy")
    scope = Scope(_currencies(raw, at))
    scope.facts = _facts(raw.get("facts") or {}, scope, at / "facts")
    problems: list[Problem] = []
    _values(raw.get("values") or {}, scope, at / "values", problems)
    groups = _groups(raw.get("groups") or {}, at / "groups")
    exclusions = _each(
        raw, "exclusions", at, problems, lambda item, place: compile_exclusion(item, scope, place)
    )
    rules = _rules(raw, scope, at, groups=groups, exclusions=tuple(exclusions), problems=problems)
    caps: list[Cap] = _each(
        raw, "caps", at, problems, lambda item, place: compile_cap(item, scope, place, rules)
    )
    cases: list[Case] = _each(raw, "cases", at, problems, _case)
    _check_covers(exclusions, rules, problems)
    if problems:
        raise PolicyInvalid(*problems)
    return Policy(
        name=name,
        title=text_of(raw.get("title", name), at / "title", "title"),
        currencies=scope.currencies,
        zone=_zone(raw.get("time_zone", "UTC"), at / "time_zone"),
        rounding=rounding_way(raw.get("rounding", "half_up"), at / "rounding"),
        facts=scope.facts,
        rules=tuple(sorted(rules, key=lambda rule: (-rule.priority, rule.position))),
        written=tuple(rules),
        defaults={n: f.default for n, f in scope.facts.items() if f.default is not None},
        caps=tuple(caps),
        groups=groups,
        cases=tuple(cases),
        about=str(raw.get("about") or ""),
        source=str(raw.get("source") or ""),
        categories=tuple(
            text_of(item, place, "A category")
            for item, place in items(raw.get("categories") or [], at / "categories", "categories")
        ),
    )


def _each(
    raw: dict[str, Any],
    key: str,
    at: Place,
    problems: list[Problem],
    compiler: Callable[[Any, Place], T],
) -> list[T]:
    """Compiles each item of a list, gathering the problems so that all are told at once."""
    found = []
    for item, place in items(raw.get(key) or [], at / key, key):
        try:
            found.append(compiler(item, place))
        except PolicyInvalid as error:
            problems.extend(error.problems)
    return found


def _currencies(raw: dict[str, Any], at: Place) -> tuple[str, ...]:
    if ("currency" in raw) is ("currencies" in raw):
        at.fail("A policy names its currency (or its currencies).")
    key = "currency" if "currency" in raw else "currencies"
    listed = raw[key] if isinstance(raw[key], list) else [raw[key]]
    if not listed:
        (at / key).fail("A policy names its currency.")
    for code in listed:
        try:
            places_of(code if isinstance(code, str) else "?")
        except CurrencyUnknown as error:
            (at / key).fail(error.message)
    return tuple(listed)


def _zone(name: Any, at: Place) -> ZoneInfo:
    if name not in available_timezones():
        at.fail(f"No time zone is called {name}. An example is Europe/London.")
    return ZoneInfo(str(name))


def _facts(raw: Any, scope: Scope, at: Place) -> dict[str, FactDef]:
    if not isinstance(raw, dict):
        at.fail("facts should be a mapping of names.")
    return {name: _fact(name, spec, scope, at / name) for name, spec in raw.items()}


def _fact(name: str, raw: Any, scope: Scope, at: Place) -> FactDef:
    if name in ("now", "today"):
        at.fail(f"{name} always means the time of the evaluation; give this fact another name.")
    spec = keys_of({"type": raw} if isinstance(raw, str) else raw, at, "A fact", FACT_KEYS)
    kind = _kind(spec.get("type"), at / "type")
    fact = FactDef(
        name=name,
        kind=kind,
        label=str(spec.get("title") or name.replace("_", " ").replace(".", " ")),
        unit=str(spec.get("unit") or ""),
        question=str(spec.get("ask") or ""),
        choices=tuple(
            text_of(item, place, "A choice")
            for item, place in items(spec.get("choices") or [], at / "choices", "choices")
        ),
        items=_kind(spec["items"], at / "items") if "items" in spec else None,
        at_least=_limit(spec, "at_least", at),
        at_most=_limit(spec, "at_most", at),
        more=_more(spec, kind, at),
    )
    if "missing" in fact.choices:
        (at / "choices").fail("missing always means that a fact is not given.")
    if fact.items in (Kind.LIST, Kind.CALENDAR):
        (at / "items").fail("A list holds single values.")
    if spec.get("default") is None:
        return fact
    try:
        default = read_fact(fact, spec["default"], scope.currencies[0])
    except NotThatKind as error:
        (at / "default").fail(f"The default {error}.")
    return FactDef(
        **{slot: getattr(fact, slot) for slot in FactDef.__slots__} | {"default": default}
    )


def _kind(raw: Any, at: Place) -> Kind:
    if raw not in set(Kind):
        at.fail(f"No type is called {raw}.{nearest(str(raw), list(Kind))}")
    return Kind(raw)


def _more(spec: dict[str, Any], kind: Kind, at: Place) -> str:
    """Whether more of the fact is worse or better for the customer; "" where it is not said."""
    if "more" not in spec:
        return ""
    if spec["more"] not in MORE:
        (at / "more").fail(f"more says worse, better or neither.{nearest(spec['more'], MORE)}")
    if kind not in NUMERIC and kind is not Kind.YES_NO:
        (at / "more").fail(f"There is no more or less of a {kind.replace('_', '/')}.")
    return str(spec["more"])


def _limit(spec: dict[str, Any], key: str, at: Place) -> Decimal | None:
    limit = spec.get(key)
    if limit is not None and not isinstance(limit, Decimal):
        (at / key).fail(f"{key} should be a number.")
    return limit


def _values(raw: Any, scope: Scope, at: Place, problems: list[Problem]) -> None:
    """Derived values, each built of facts and of values above it."""
    if not isinstance(raw, dict):
        at.fail("values should be a mapping of names.")
    for name, spec in raw.items():
        place = at / name
        try:
            if name in scope.names():
                place.fail(f"{name} is a fact already; give the value another name.")
            said = dict(spec) if isinstance(spec, dict) else {"amount": spec}
            kind = _kind(said.pop("type"), place / "type") if "type" in said else None
            title = str(said.pop("title", None) or name.replace("_", " "))
            unit = str(said.pop("unit", None) or "")
            scope.used = set()
            node = compile_node(said, scope, place, kind)
            scope.values[name] = ValueRef(name, title, unit, node)
            scope.behind[name] = frozenset(scope.used)
        except PolicyInvalid as error:
            problems.extend(error.problems)


def _groups(raw: Any, at: Place) -> dict[str, Choice]:
    if not isinstance(raw, dict):
        at.fail("groups should be a mapping of names to all, first or best.")
    for name, choice in raw.items():
        if choice not in set(Choice):
            (at / name).fail("A group gives all, first or best.")
    return {name: Choice(choice) for name, choice in raw.items()}


def _rules(
    raw: dict[str, Any],
    scope: Scope,
    at: Place,
    *,
    groups: dict[str, Choice],
    exclusions: tuple[Exclusion, ...],
    problems: list[Problem],
) -> list[Rule]:
    rules: list[Rule] = []
    for item, place in items(raw.get("rules"), at / "rules", "rules"):
        try:
            rule = compile_rule(
                item,
                scope,
                place,
                groups=groups,
                exclusions=exclusions,
                position=len(rules),
                dated_by=raw.get("dated_by"),
            )
        except PolicyInvalid as error:
            problems.extend(error.problems)
            continue
        rules.append(rule)
        scope.rules.append(rule.name)
        if rule.result:
            scope.results[rule.result] = rule.name
    if not rules and not problems:
        (at / "rules").fail("A policy needs a rule.")
    return rules


def _check_covers(exclusions: list[Exclusion], rules: list[Rule], problems: list[Problem]) -> None:
    known = {name for rule in rules for name in (rule.name, rule.group, str(rule.kind))}
    for exclusion in exclusions:
        for name in sorted((exclusion.covers or set()) - known):
            problems.append(Problem(f"No rule, group or kind here is {name}.", rule=exclusion.name))


def _case(raw: Any, at: Place) -> Case:
    keys = frozenset({"case", "facts", "expect", "now", "currency"})
    spec = keys_of(raw, at, "A case", keys)
    facts, expect = spec.get("facts"), spec.get("expect")
    if not isinstance(facts, dict) or not isinstance(expect, dict):
        at.fail("A case needs facts and expect.")
    known = frozenset({"eligible", "amount", "range", "non_monetary", "rules", "missing", "form"})
    keys_of(expect, at / "expect", "expect", known)
    now: dt.datetime | None = None
    try:
        if spec.get("now"):
            now = as_moment(spec["now"])
    except NotThatKind as error:
        (at / "now").fail(f"now {error}.")
    return Case(str(spec.get("case") or at.path[-1]), facts, expect, now, spec.get("currency"))
