"""Reading one rule, one exclusion, one cap of a policy. Pure."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from remedies.errors import PolicyInvalid, Problem
from remedies.facts import Kind, NotThatKind, as_date
from remedies.rules.language.compiling import FORMS, MODIFIER_KEYS, Scope, compile_node
from remedies.rules.language.conditions import condition
from remedies.rules.language.declaring import LATE_FACTS
from remedies.rules.language.draft import ComponentKind
from remedies.rules.language.meant import nearest
from remedies.rules.language.nodes import Node
from remedies.rules.language.policy import (
    Cap,
    Choice,
    Exclusion,
    OptionRule,
    Placing,
    Range,
    Rule,
    SetOff,
)
from remedies.rules.language.source import Place, items, keys_of, prose_at, short, text_of, word_at
from remedies.rules.language.tables import table_of_pairs, upper_end

RULE_KEYS = frozenset(
    {
        "rule",
        "title",
        "clause",
        "by",
        "gives",
        "code",
        "group",
        "priority",
        "when",
        "unless",
        "amount",
        "range",
        "options",
        "owed",
        "makes_good_loss",
        "says",
        "form",
        "pay_within_days",
        "automatic",
        "dated_by",
        "since",
        "until",
        "stack_on",
        "overrides",
        "result",
    }
)
OPTION_KEYS = frozenset({"form", "amount", "percent_of_sum"})
RANGE_KEYS = frozenset({"from", "to", "table", "rows", "start", "worse", "better", "round_to"})
PLACEHOLDER = re.compile(r"\{([a-zA-Z_][\w.]*)\}")


class Tries:
    """Parts of a rule that are read one by one, so that all their mistakes are told at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.failed = False

    def __call__(self, reader: Callable[..., Any], *parts: Any) -> Any:
        """What the reader makes of a part; None where it can't be read."""
        try:
            return reader(*parts)
        except PolicyInvalid as error:
            self.failed = True
            self.problems += error.problems
        return None

    def over(self) -> None:
        """Raises `PolicyInvalid` where a part could not be read."""
        if self.failed:
            raise PolicyInvalid(*self.problems)


def compile_rule(
    raw: Any,
    scope: Scope,
    at: Place,
    *,
    groups: dict[str, Choice],
    exclusions: tuple[Exclusion, ...],
    position: int,
    dated_by: Any,
) -> Rule:
    """One rule. Raises `PolicyInvalid` naming it."""
    if not isinstance(raw, dict) or "rule" not in raw:
        at.fail("A rule begins with rule: and its name.")
    name = text_of(raw["rule"], at / "rule", "rule")
    at = at.of_rule(name)
    for key in raw.keys() & ((MODIFIER_KEYS | FORMS.keys()) - RULE_KEYS):
        (at / key).fail(f"{key} belongs to a sum. Write it inside: amount: {{{key}: …}}.")
    keys_of(raw, at, "A rule", RULE_KEYS)
    if name in scope.rules:
        (at / "rule").fail(f"Another rule above is called {name}.")
    scope.used, scope.needs = set(), set()
    tried = Tries()
    kind = tried(_kind, raw.get("gives"), at / "gives")
    group = tried(_group, raw, at, groups)
    own = tried(_unless, raw, scope, at, name)
    given = tried(_given, raw, scope, at, dated_by)
    tried.over()
    rule = Rule(
        name=name,
        title=_title(raw, at, name),
        kind=kind,
        position=position,
        clause=word_at(raw, "clause", at),
        code=word_at(raw, "code", at),
        group=group,
        priority=_whole(raw, "priority", at) or 0,
        owed=_yes(raw, "owed", at),
        loss=_yes(raw, "makes_good_loss", at),
        says=_says(raw, scope, at),
        form=word_at(raw, "form", at),
        pay_within_days=_whole(raw, "pay_within_days", at),
        automatic=_yes(raw, "automatic", at),
        since=_day(raw.get("since"), at / "since"),
        until=_day(raw.get("until"), at / "until"),
        stack_on=_earlier(raw, "stack_on", scope, at),
        overrides=_overrides(raw, at),
        result=_result(raw, scope, at),
        **given,
    )
    stopping = tuple(exclusion for exclusion in exclusions if exclusion.stops(rule))
    for exclusion in stopping:
        scope.used |= scope.behind.get(f"exclusion {exclusion.name}", frozenset())
    if rule.automatic and not scope.used & LATE_FACTS:
        known = " or ".join(sorted(LATE_FACTS))
        (at / "automatic").fail(
            f"automatic is for what a late remedy adds: the rule has to read {known}."
        )
    return _with(
        rule,
        exclusions=(*stopping, *own),
        reads=tuple(sorted(scope.used)),
        needs=tuple(sorted(scope.needs)),
    )


def _title(raw: dict[str, Any], at: Place, name: str) -> str:
    """The title; with whom it comes from, where that is said: an apology from somebody."""
    title = text_of(raw.get("title", name), at / "title", "title")
    return f"{title} from {text_of(raw['by'], at / 'by', 'by')}" if "by" in raw else title


def _group(raw: dict[str, Any], at: Place, groups: dict[str, Choice]) -> str:
    group = word_at(raw, "group", at)
    if group and group not in groups:
        (at / "group").fail(f"No group is called {group}.{nearest(group, groups)}")
    return group


def _unless(raw: dict[str, Any], scope: Scope, at: Place, name: str) -> list[Exclusion]:
    return [
        compile_exclusion(item, scope, place, f"{name}, exception")
        for item, place in items(raw.get("unless") or [], at / "unless", "unless")
    ]


def _overrides(raw: dict[str, Any], at: Place) -> tuple[str, ...]:
    listed = items(raw.get("overrides") or [], at / "overrides", "overrides")
    return tuple(text_of(item, place, "A rule") for item, place in listed)


def _given(raw: dict[str, Any], scope: Scope, at: Place, dated_by: Any) -> dict[str, Any]:
    """When the rule applies and what it gives, as nodes."""
    if "amount" in raw and "range" in raw:
        at.fail("A rule gives either an amount or a range.")
    tried = Tries()
    given = {
        "when": tried(condition, raw["when"], scope, at / "when") if "when" in raw else None,
        "amount": tried(_amount, raw, scope, at),
        "range": tried(_range, raw["range"], scope, at / "range") if "range" in raw else None,
        "options": tuple(tried(_options, raw, scope, at) or ()),
        "dated_by": tried(_dated_by, raw, scope, at, dated_by),
    }
    tried.over()
    return given


def _with(rule: Rule, **changes: Any) -> Rule:
    return Rule(**{slot: getattr(rule, slot) for slot in Rule.__slots__} | changes)


def _kind(raw: Any, at: Place) -> ComponentKind:
    if not isinstance(raw, str) or raw not in set(ComponentKind):
        known = ", ".join(ComponentKind)
        if raw is None:
            at.fail(f"A rule needs gives: one of {known}.")
        hint = nearest(str(raw), list(ComponentKind)) + " Its own name goes into title or code."
        at.fail(f"A rule gives one of {known}, not {short(raw)}.{hint}")
    return ComponentKind(raw)


def _amount(raw: dict[str, Any], scope: Scope, at: Place) -> Node | None:
    if "amount" not in raw:
        return None
    return compile_node(raw["amount"], scope, at / "amount", Kind.MONEY)


def _options(raw: dict[str, Any], scope: Scope, at: Place) -> list[OptionRule]:
    found = []
    for item, place in items(raw.get("options") or [], at / "options", "options"):
        option = keys_of(item, place, "An option", OPTION_KEYS)
        form = text_of(option.get("form"), place / "form", "form")
        if ("amount" in option) is ("percent_of_sum" in option):
            place.fail("An option needs either amount, or percent_of_sum: 110 of the rule's sum.")
        if "amount" in option:
            sum_ = compile_node(option["amount"], scope, place / "amount", Kind.MONEY)
        elif raw.keys().isdisjoint({"amount", "range"}):
            (place / "percent_of_sum").fail("The rule has no sum: it needs an amount or a range.")
        else:
            share, where = option["percent_of_sum"], place / "percent_of_sum"
            sum_ = compile_node(share, scope, where, Kind.NUMBER)
        found.append(OptionRule(form, sum_, "percent_of_sum" in option))
    return found


def _dated_by(raw: dict[str, Any], scope: Scope, at: Place, general: Any) -> Node | None:
    """The date that decides whether the rule was in force; only where it has since or until."""
    if "since" not in raw and "until" not in raw:
        return None
    named = raw.get("dated_by", general)
    if named is None:
        at.fail("since and until need dated_by: the date that counts.")
    return compile_node(named, scope, at / "dated_by", Kind.DATE)


def _range(raw: Any, scope: Scope, at: Place) -> Range:
    spec = keys_of(raw, at, "A range", RANGE_KEYS)
    low: Node
    high: Node
    if "table" in spec:
        low, high = table_of_pairs(spec, scope, at)
    else:
        if not spec.keys() >= {"from", "to"}:
            at.fail("A range needs from and to (to: open for no upper end), or a table of them.")
        low = compile_node(spec.get("from"), scope, at / "from", Kind.MONEY)
        high = upper_end(spec.get("to"), scope, at / "to")
    start = spec.get("start", Decimal(0))
    if not isinstance(start, Decimal) or not 0 <= start <= 100:
        (at / "start").fail("start is a percentage of the range, 0 to 100.")
    share = start / 100
    worse, better = spec.get("worse") or [], spec.get("better") or []
    for key, listed in (("worse", worse), ("better", better)):
        if not isinstance(listed, list):
            (at / key).fail(f"{key} should be a list of facts with when and says.")
    up = (1 - share) / max(len(worse), 1)
    down = share / max(len(better), 1) if share else up
    return Range(
        low=low,
        high=high,
        start=share,
        worse=_placings(worse, scope, at / "worse", up),
        better=_placings(better, scope, at / "better", down),
        round_to=compile_node(spec["round_to"], scope, at / "round_to", Kind.MONEY)
        if "round_to" in spec
        else None,
    )


def _placings(raw: Any, scope: Scope, at: Place, part: Decimal) -> tuple[Placing, ...]:
    found = []
    for item, place in items(raw, at, str(at.path[-1])):
        spec = keys_of(item, place, "A fact here", frozenset({"when", "says", "percent"}))
        weight = spec.get("percent")
        if weight is not None and (not isinstance(weight, Decimal) or not 0 <= weight <= 100):
            (place / "percent").fail("percent is a part of the range, 0 to 100.")
        when = condition(spec.get("when"), scope, place / "when")
        says = text_of(spec.get("says"), place / "says", "says")
        found.append(Placing(when, says, part if weight is None else weight / 100))
    return tuple(found)


def _yes(raw: dict[str, Any], key: str, at: Place) -> bool:
    value = raw.get(key, False)
    if not isinstance(value, bool):
        (at / key).fail(f"{key} is yes or no.")
    return value


def _whole(raw: dict[str, Any], key: str, at: Place) -> int | None:
    value = raw.get(key)
    if value is None:
        return None
    if not isinstance(value, Decimal) or value != value.to_integral_value() or abs(value) > 10_000:
        (at / key).fail(f"{key} should be a whole number.")
    return int(value)


def _day(raw: Any, at: Place) -> dt.date | None:
    try:
        return None if raw is None else as_date(raw)
    except NotThatKind as error:
        at.fail(f"This {error}.")


def _earlier(raw: dict[str, Any], key: str, scope: Scope, at: Place) -> str:
    name = word_at(raw, key, at)
    if name and name not in scope.rules:
        (at / key).fail(f"No rule above is called {name}.{nearest(name, scope.rules)}")
    scope.needs |= {name} if name else set()
    return name


def _result(raw: dict[str, Any], scope: Scope, at: Place) -> str:
    name = word_at(raw, "result", at)
    if name and name in scope.names() and name not in scope.results:
        (at / "result").fail(f"{name} is the name of a fact or a value already.")
    return name


def _says(raw: dict[str, Any], scope: Scope, at: Place) -> str:
    said = prose_at(raw, "says", at)
    for name in PLACEHOLDER.findall(said):
        if name not in scope.facts and name != "amount":
            hint = nearest(name, scope.facts)
            (at / "says").fail(f"says speaks of {name}, and no fact is called that.{hint}")
        if name != "amount":
            scope.used.add(name)
    return said


def compile_exclusion(raw: Any, scope: Scope, at: Place, name: str = "") -> Exclusion:
    """A reason to give nothing, with the words for the customer."""
    keys = {"when", "reason"} if name else {"exclusion", "when", "reason", "covers"}
    spec = keys_of(raw, at, "An exclusion", frozenset(keys))
    name = name or text_of(spec.get("exclusion"), at / "exclusion", "exclusion")
    outer, scope.used = scope.used, set()
    when = condition(spec.get("when"), scope, (at / "when").of_rule(name))
    scope.behind[f"exclusion {name}"] = frozenset(scope.used)
    scope.used |= outer
    covers = spec.get("covers")
    named = covers if isinstance(covers, list) else [covers]
    if not named:
        (at / "covers").fail("covers names rules, groups or kinds; leave it out for everything.")
    return Exclusion(
        name=name,
        reason=text_of(spec.get("reason"), at / "reason", "reason"),
        when=when,
        covers=None if covers is None else frozenset(map(str, named)),
    )


def compile_cap(raw: Any, scope: Scope, at: Place, rules: list[Rule]) -> Cap:
    """A limit on what several rules give together."""
    spec = keys_of(raw, at, "A cap", frozenset({"cap", "title", "covers", "at_most"}))
    covered = _covered(spec, at, rules)
    node = _limit_of(spec, "at_most", scope, at)
    name, title = _called(spec, "cap", at)
    return Cap(name, title, node, covered, tuple(sorted(scope.used)), bool(scope.needs))


def compile_set_off(raw: Any, scope: Scope, at: Place, rules: list[Rule]) -> SetOff:
    """What was paid elsewhere, and the rules that it comes off."""
    spec = keys_of(raw, at, "A set-off", frozenset({"set_off", "title", "covers", "paid"}))
    covered = _covered(spec, at, rules)
    node = _limit_of(spec, "paid", scope, at)
    name, title = _called(spec, "set_off", at)
    return SetOff(name, title, node, covered, tuple(sorted(scope.used)))


def _called(spec: dict[str, Any], key: str, at: Place) -> tuple[str, str]:
    """Its name, and its title for people."""
    name = text_of(spec.get(key), at / key, key)
    return name, text_of(spec.get("title", name), at / "title", "title")


def _limit_of(spec: dict[str, Any], key: str, scope: Scope, at: Place) -> Node:
    """A sum that concerns several rules; the scope knows what it reads."""
    scope.used, scope.needs = set(), set()
    return compile_node(spec.get(key), scope, at / key, Kind.MONEY)


def _covered(spec: dict[str, Any], at: Place, rules: list[Rule]) -> tuple[str, ...]:
    """Names of the rules that it covers, by name, group or kind."""
    known = {word for rule in rules for word in (rule.name, rule.group, str(rule.kind))}
    covers = []
    for item, place in items(spec.get("covers"), at / "covers", "covers"):
        if str(item) not in known:
            place.fail(f"No rule, group or kind here is {short(item)}.{nearest(str(item), known)}")
        covers.append(str(item))
    return tuple(
        rule.name for rule in rules if {rule.name, rule.group, str(rule.kind)} & set(covers)
    )
