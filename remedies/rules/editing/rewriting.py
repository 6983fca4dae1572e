"""A policy's text with one rule changed as approved exceptions would have it, saying why. Pure.

What is changed is changed for the category of the pattern only, unless the policy has no other.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from remedies.errors import PolicyInvalid
from remedies.rules.editing.text import NotEditable, Parts, append, as_yaml, put, remove, replace
from remedies.rules.language.cases import check_cases
from remedies.rules.language.parsing import load_policy
from remedies.rules.language.source import Path
from remedies.rules.language.words import places_of
from remedies.rules.patterns import Amendment, Direction, How, Key, Pattern

CATEGORY = "category"


def rewritten(
    source: str,
    pattern: Pattern,
    change: Amendment,
    *,
    exclusion: str = "",
    why: Sequence[str] = (),
) -> str:
    """The text with the rule changed, and `why` in comments above it.

    `exclusion` names the one that exceptions go against. Raises `NotEditable` where the rule can't
    be changed this way, `PolicyInvalid` where the text would be none.
    """
    parts = Parts(source)
    key = pattern.key
    only = _category(parts.data, key)
    if key.direction is Direction.NEW:
        made, at = _with_rule(source, parts, pattern, change, only)
    elif key.direction is Direction.EXCLUDED:
        made, at = _allowed(source, parts, key.rule, exclusion, only)
    else:
        at = _rule_at(parts, key.rule)
        made = _raised(source, parts, at, change, only, key.currency)
    if only:
        made = _knows_category(made)
    made = commented(made, at, why)
    load_policy(made)
    return made


def newly_failing(before: str, after: str) -> list[str]:
    """The policy's own cases that say otherwise than the changed text, by their names."""
    stood = check_cases(load_policy(before))
    return [name for name in check_cases(load_policy(after)) if name not in stood]


def _category(data: Mapping[str, Any], key: Key) -> str:
    return "" if data.get("categories") == [key.category] else key.category


def _rule_at(parts: Parts, rule: str) -> Path:
    for index, one in enumerate(parts.value(("rules",)) or ()):
        if str(one.get("rule")) == rule:
            return ("rules", index)
    raise NotEditable(field="rules")


def _sum(minor: Decimal, currency: str) -> Decimal:
    return minor.scaleb(-places_of(currency)) if places_of(currency) else minor


def _changed(old: Any, change: Amendment, currency: str) -> Any:
    """An amount as it would be; a plain number stays one."""
    plain = isinstance(old, Decimal)
    if change.how is How.SHARE:
        if plain:
            return _trim(old * change.value / 100)
        return {"percent": _trim(change.value), "of": old}
    value = _sum(change.value, currency)
    if change.how is How.SUM:
        return _trim(old + value) if plain else {"sum": [old, _trim(value)]}
    return _trim(value) if plain else {"greater_of": [old, _trim(value)]}


def _trim(value: Decimal) -> Decimal:
    whole = value.to_integral_value()
    return whole if whole == value else value.normalize()


def _for(only: str, new: Any, old: Any) -> Any:
    """The new amount for the category, the old one for the others."""
    return new if not only else {"choose": [{"when": _is(only), "gives": new}], "else": old}


def _is(category: str) -> dict[str, Any]:
    return {"fact": CATEGORY, "is": category}


def _raised(
    source: str, parts: Parts, at: Path, change: Amendment, only: str, currency: str
) -> str:
    rule = parts.value(at)
    if "amount" in rule:
        old = rule["amount"]
        new = _for(only, _changed(old, change, currency), old)
        return replace(source, (*at, "amount"), as_yaml(new))
    spread = rule.get("range")
    if not isinstance(spread, Mapping):
        raise NotEditable(field="rules")
    found = _ends((*at, "range"), spread)
    if not found:
        raise NotEditable(field="rules")
    for path in found:
        old = parts.value(path)
        new = as_yaml(_for(only, _changed(old, change, currency), old))
        source = replace(source, path, new)
    return source


def _ends(at: Path, part: Any) -> list[Path]:
    """Where the upper ends of a range stand, those of a table's rows included; open ones not."""
    if isinstance(part, Mapping):
        found = [(*at, "to")] if "to" in part and part["to"] != "open" else []
        for name in ("rows", "else", "gives"):
            found += _ends((*at, name), part.get(name))
        return found
    if isinstance(part, list):
        return [path for i, one in enumerate(part) for path in _ends((*at, i), one)]
    return []


def _allowed(source: str, parts: Parts, rule: str, name: str, only: str) -> tuple[str, Path]:
    """The text in which an exclusion no longer stops the rule: of the category, or at all."""
    own = name.startswith(f"{rule}, ") or not name
    path = _own_exclusion(parts, rule) if own else _exclusion(parts, name)
    if only:
        old = parts.value((*path, "when"))
        new = {"all": [*(old if isinstance(old, list) else [old]), {"not": _is(only)}]}
        return replace(source, (*path, "when"), as_yaml(new)), path
    covers = parts.value((*path, "covers"))
    if not own and isinstance(covers, list) and rule in covers and len(covers) > 1:
        return remove(source, (*path, "covers", covers.index(rule))), path
    return remove(source, path), _rule_at(parts, rule)


def _exclusion(parts: Parts, name: str) -> Path:
    for index, one in enumerate(parts.value(("exclusions",)) or ()):
        if str(one.get("exclusion")) == name:
            return ("exclusions", index)
    raise NotEditable(field="exclusions")


def _own_exclusion(parts: Parts, rule: str) -> Path:
    at = _rule_at(parts, rule)
    unless = parts.value((*at, "unless"))
    if isinstance(unless, list) and len(unless) == 1:
        return (*at, "unless", 0)
    raise NotEditable(field="exclusions")


def _with_rule(
    source: str, parts: Parts, pattern: Pattern, change: Amendment, only: str
) -> tuple[str, Path]:
    """The text with a rule for what the policy does not know."""
    taken = {str(one.get("rule")) for one in parts.value(("rules",)) or ()}
    name = next(f"N-{n}" for n in range(1, len(taken) + 2) if f"N-{n}" not in taken)
    titles = [one.title for one in pattern.yes]
    rule: dict[str, Any] = {
        "rule": name,
        "title": max(titles, key=titles.count),
        "gives": pattern.key.rule.lstrip("+"),
    }
    if only:
        rule["when"] = _is(only)
    if change.value:
        rule["amount"] = _trim(_sum(change.value, pattern.key.currency))
    return append(source, ("rules",), as_yaml(rule)), ("rules", len(taken))


def _knows_category(source: str) -> str:
    """The text with the fact that tells categories apart."""
    parts = Parts(source)
    if CATEGORY in (parts.value(("facts",)) or {}):
        return source
    fact = as_yaml({"type": "text", "title": "category", "default": ""})
    if ("facts",) not in parts.nodes:
        return put(source, ("facts",), f"{{{CATEGORY}: {fact}}}")
    return put(source, ("facts", CATEGORY), fact)


def commented(source: str, at: Path, lines: Sequence[str]) -> str:
    """The text with comments above a part; a JSON text stays without, for it has none."""
    if not lines or source.lstrip().startswith("{"):
        return source
    parts = Parts(source)
    begins = parts.line_start(parts.start(at))
    margin = source[begins : begins + len(source[begins:]) - len(source[begins:].lstrip(" "))]
    said = "".join(f"{margin}# {line}\n" for line in lines)
    made = source[:begins] + said + source[begins:]
    try:
        same = Parts(made).data == parts.data
    except PolicyInvalid:
        same = False
    return made if same else source
