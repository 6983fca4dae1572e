"""From the text of a policy to a `Policy`: every word checked, every error with its line. Pure."""

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from remedies.errors import PolicyInvalid, Problem
from remedies.facts import NotThatKind, as_moment
from remedies.rules.language.compiling import Scope, compile_node
from remedies.rules.language.declaring import declared, kind_of
from remedies.rules.language.meant import nearest
from remedies.rules.language.modifiers import rounding_way
from remedies.rules.language.nodes import ValueRef
from remedies.rules.language.policy import Cap, Case, Choice, Exclusion, Policy, Rule, SetOff
from remedies.rules.language.ruling import (
    compile_cap,
    compile_exclusion,
    compile_rule,
    compile_set_off,
)
from remedies.rules.language.source import (
    Place,
    Source,
    items,
    keys_of,
    prose_at,
    read_source,
    short,
    text_of,
    word_at,
)
from remedies.rules.language.words import places_of
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
        "set_offs",
        "cases",
        "dated_by",
    }
)
#: What a case may expect; remedies.rules.language.cases has the readers.
EXPECTED = frozenset(
    {"eligible", "currency", "amount", "range", "non_monetary", "rules", "missing", "form",
     "options", "parts"}
)  # fmt: skip


T = TypeVar("T")


def load_policy(text: str) -> Policy:
    """The compiled policy of a YAML or JSON text.

    Raises `PolicyInvalid` with every problem found, each with its line and its rule.
    """
    return compile_policy(read_source(text))


def compile_policy(source: Source) -> Policy:
    """The compiled policy of data already read. Raises `PolicyInvalid`."""
    at = Place(source.lines)
    if source.data is None:
        at.fail(
            "There is nothing in it. A policy should be a mapping "
            "that begins with policy: and its key."
        )
    raw = keys_of(source.data, at, "A policy", POLICY_KEYS)
    name = text_of(raw.get("policy"), at / "policy", "policy")
    scope = Scope(_currencies(raw, at))
    scope.facts = declared(raw.get("facts") or {}, scope, at / "facts")
    problems: list[Problem] = []
    scope.lines = _lines(raw, at)
    _values(raw.get("values") or {}, scope, at / "values", problems)
    groups = _groups(raw.get("groups") or {}, at / "groups")
    exclusions = _each(
        raw, "exclusions", at, problems, lambda item, place: compile_exclusion(item, scope, place)
    )
    rules = _rules(raw, scope, at, groups=groups, exclusions=tuple(exclusions), problems=problems)
    caps: list[Cap] = _each(
        raw, "caps", at, problems, lambda item, place: compile_cap(item, scope, place, rules)
    )
    set_offs: list[SetOff] = _each(
        raw,
        "set_offs",
        at,
        problems,
        lambda item, place: compile_set_off(item, scope, place, rules),
    )
    cases: list[Case] = _each(raw, "cases", at, problems, _case)
    if not problems:
        _check_covers(exclusions, rules, at / "exclusions", problems)
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
        set_offs=tuple(set_offs),
        groups=groups,
        cases=tuple(cases),
        about=prose_at(raw, "about", at),
        source=prose_at(raw, "source", at),
        categories=tuple(
            text_of(item, place, "A category")
            for item, place in items(raw.get("categories") or [], at / "categories", "categories")
        ),
    )


def _lines(raw: dict[str, Any], at: Place) -> dict[str, int]:
    """Where the values and results of the policy stand."""
    values, rules = raw.get("values"), raw.get("rules")
    found: dict[str, int] = {}
    for index, rule in enumerate(rules if isinstance(rules, list) else []):
        if isinstance(rule, dict) and isinstance(rule.get("result"), str):
            found.setdefault(rule["result"], (at / "rules" / index / "result").line)
    names = values if isinstance(values, dict) else {}
    return found | {name: (at / "values" / name).line for name in names}


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
    if len(set(listed)) != len(listed):
        (at / key).fail("A currency is named twice.")
    return tuple(listed)


def _zone(name: Any, at: Place) -> ZoneInfo:
    if not isinstance(name, str) or name not in available_timezones():
        at.fail(f"No time zone is called {short(name)}. An example is Europe/London.")
    return ZoneInfo(str(name))


def _colon(raw: Any) -> str:
    """What lies behind a text in the place of a mapping."""
    return f" Is a colon missing in “{short(raw)}”?" if isinstance(raw, str) else ""


def _values(raw: Any, scope: Scope, at: Place, problems: list[Problem]) -> None:
    """Derived values, each built of facts and of values above it."""
    if not isinstance(raw, dict):
        at.fail(f"values should be a mapping of names.{_colon(raw)}")
    for name, spec in raw.items():
        place = at / name
        try:
            if name in scope.names():
                place.fail(f"{name} is a fact already; give the value another name.")
            if (listed := scope.field_of(name)) is not None:
                place.fail(f"{name} is a field of {listed.name}; give the value another name.")
            said = dict(spec) if isinstance(spec, dict) else {"amount": spec}
            kind = kind_of(said.pop("type"), place / "type") if "type" in said else None
            title = word_at(said, "title", place, name.replace("_", " "))
            unit = word_at(said, "unit", place)
            said = {key: inner for key, inner in said.items() if key not in ("title", "unit")}
            scope.used = set()
            node = compile_node(said, scope, place, kind)
            scope.values[name] = ValueRef(name, title, unit, node)
            scope.behind[name] = frozenset(scope.used)
        except PolicyInvalid as error:
            problems.extend(error.problems)
            scope.broken.add(name)


def _groups(raw: Any, at: Place) -> dict[str, Choice]:
    if not isinstance(raw, dict):
        at.fail("groups should be a mapping of names to all, first or best.")
    for name, choice in raw.items():
        if not isinstance(choice, str) or choice not in set(Choice):
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
            if isinstance(item, dict):
                scope.rules.append(str(item.get("rule")))
                scope.broken.add(str(item.get("result")))
            continue
        rules.append(rule)
        _check_order(rule, rules, scope.needs, place, problems)
        scope.rules.append(rule.name)
        if rule.result:
            scope.results[rule.result] = rule.name
    if not problems:
        _check_overrides(rules, at / "rules", problems)
    if not rules and not problems:
        (at / "rules").fail("A policy needs a rule.")
    return rules


def _check_order(
    rule: Rule, rules: list[Rule], needs: set[str], at: Place, problems: list[Problem]
) -> None:
    """What a rule hangs on has to be worked out before it: a priority may have it otherwise."""
    for other in rules[:-1]:
        if other.name in needs and other.priority < rule.priority:
            problems.append(
                at.of_rule(rule.name).problem(
                    f"It hangs on {other.name}, and its priority puts it before that rule. "
                    f"Give {other.name} a priority of {rule.priority} or more."
                )
            )


def _check_overrides(rules: list[Rule], at: Place, problems: list[Problem]) -> None:
    """A rule takes the place of rules that come after it."""
    by_name = {rule.name: rule for rule in rules}
    for rule in rules:
        place = (at / rule.position).of_rule(rule.name) / "overrides"
        for name in rule.overrides:
            other = by_name.get(name)
            if other is None:
                hint = nearest(name, by_name)
                problems.append(place.problem(f"overrides: no rule is called {name}.{hint}"))
            elif (-other.priority, other.position) <= (-rule.priority, rule.position):
                problems.append(
                    place.problem(
                        f"overrides takes the place of rules that come later, and {name} comes "
                        f"first. Write {rule.name} above it, or give it a higher priority."
                    )
                )


def _check_covers(
    exclusions: list[Exclusion], rules: list[Rule], at: Place, problems: list[Problem]
) -> None:
    known = {name for rule in rules for name in (rule.name, rule.group, str(rule.kind)) if name}
    for index, exclusion in enumerate(exclusions):
        place = (at / index / "covers").of_rule(exclusion.name)
        for name in sorted((exclusion.covers or set()) - known):
            said = f"No rule, group or kind here is {name}.{nearest(name, known)}"
            problems.append(place.problem(said))


def _case(raw: Any, at: Place) -> Case:
    keys = frozenset({"case", "facts", "expect", "now", "currency"})
    spec = keys_of(raw, at, "A case", keys)
    facts, expect = spec.get("facts"), spec.get("expect")
    if not isinstance(facts, dict) or not isinstance(expect, dict):
        at.fail("A case needs facts and expect.")
    keys_of(expect, at / "expect", "expect", EXPECTED)
    if not isinstance(spec.get("currency"), str | None):
        (at / "currency").fail("currency is a code such as EUR.")
    now: dt.datetime | None = None
    try:
        if spec.get("now"):
            now = as_moment(spec["now"])
    except NotThatKind as error:
        (at / "now").fail(f"now {error}.")
    name = word_at(spec, "case", at, str(at.path[-1]))
    return Case(name, facts, expect, now, spec.get("currency"), at.line)
