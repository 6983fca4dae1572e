"""A rule as the fields of a form. Pure; remedies.rules.editing.rulewriting brings them back.

The usual shapes are fields: names, sums, conditions of one test, facts that place a sum in its
range. Whatever is nested deeper is a field of YAML, so that nothing a rule says is ever lost.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from remedies.rules.editing.outline import Item
from remedies.rules.editing.text import Parts
from remedies.rules.language.draft import ComponentKind
from remedies.rules.language.source import Path

#: The order in which the words of a rule are written.
ORDER = (
    "rule", "exclusion", "cap", "title", "clause", "gives", "code", "group", "priority",
    "dated_by", "since", "until", "stack_on", "when", "unless", "overrides", "reason", "covers",
    "at_most", "amount", "range", "options", "owed", "makes_good_loss", "form",
    "pay_within_days", "automatic", "result", "says",
)  # fmt: skip
TESTS = {
    "yes": "is so", "no": "is not so", "is": "is", "is_not": "is not", "at_least": "at least",
    "at_most": "at most", "above": "above", "below": "below", "one_of": "one of",
    "none_of": "none of", "contains": "contains", "missing": "is not known",
}  # fmt: skip
LABELS = {
    "title": "Title", "clause": "Clause", "gives": "Gives", "says": "In words to the customer",
    "code": "Name for programs", "group": "Group", "priority": "Priority", "owed": "Set by law",
    "makes_good_loss": "Makes good a loss", "form": "Paid as", "pay_within_days": "Within days",
    "automatic": "Granted by itself",
    "since": "In force since", "until": "In force until", "dated_by": "Dated by",
    "stack_on": "Only on top of", "overrides": "In place of", "result": "Its sum is called",
    "options": "Other forms to choose", "unless": "Unless", "reason": "Reason to the customer",
    "covers": "Stops", "at_most": "At most", "at_least": "At least", "amount": "Sum",
    "each": "Each", "per": "Per", "percent": "Percent", "of": "Of", "from": "From", "to": "To",
    "start": "Begins at percent of the range", "round_to": "Rounded to", "rounding": "Rounding",
    "nothing_below": "Nothing below", "minus": "Less what was paid", "reduce": "Reduced by",
    "add": "Added", "greater_of": "Greater of", "lesser_of": "Lesser of", "rows": "Rows",
    "columns": "Columns", "daily": "Within the hours", "kind": "Days", "calendar": "Calendar",
    "table": "By", "matrix": "By", "else": "Else",
}  # fmt: skip
_TEXTS = ("title", "clause", "says", "code", "form", "result", "reason")
_YES = ("owed", "makes_good_loss", "automatic")
_MORE = (
    "code", "group", "priority", "stack_on", "overrides", "result", "options", "unless",
    "dated_by", "since", "until", "form", "pay_within_days",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One control: `name` is the dotted path in the rule, `kind` text, words, sum, choice, yes or
    yaml."""

    name: str
    label: str
    kind: str
    value: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    #: What the values of `choices` may be beside those: any typed word.
    open: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """One test: the fact or value, the test, and the bound; or YAML for what is nested."""

    name: str
    subject: str = ""
    test: str = "yes"
    bound: str = ""
    yaml: str = ""


@dataclass(frozen=True, slots=True)
class Placing:
    """A fact that moves the suggestion in its range."""

    name: str
    says: str
    condition: Condition


@dataclass(frozen=True, slots=True)
class RuleForm:
    """A rule, an exclusion or a cap as fields, by what they are about."""

    item: Item
    basics: tuple[Field, ...]
    conditions: tuple[Condition, ...]
    #: Whether conditions can be written here at all.
    conditional: bool
    gives: tuple[Field, ...]
    #: "", "amount" or "range".
    shape: str
    worse: tuple[Placing, ...]
    better: tuple[Placing, ...]
    more: tuple[Field, ...]


def form_of(parts: Parts, item: Item) -> RuleForm:
    """The fields of an item as it is written."""
    raw = parts.value(item.path)
    shape = next((word for word in ("amount", "range") if word in raw), "")
    ranged = raw["range"] if isinstance(raw.get("range"), dict) else {}
    return RuleForm(
        item,
        tuple(_basics(parts, item, raw)),
        tuple(_conditions(parts, (*item.path, "when"))) if item.word != "cap" else (),
        item.word != "cap",
        tuple(sorted(_sums(parts, item, raw), key=lambda field: field.kind == "yaml")),
        shape,
        tuple(_placings(parts, item, ranged, "worse")),
        tuple(_placings(parts, item, ranged, "better")),
        tuple(_more(parts, item, raw)) if item.word == "rule" else (),
    )


# -- fields ---------------------------------------------------------------------------------------


def _basics(parts: Parts, item: Item, raw: Mapping[str, Any]) -> Iterator[Field]:
    if item.word == "rule":
        yield _text("title", raw)
        yield _text("clause", raw)
        kinds = tuple((str(kind), str(kind).replace("_", " ")) for kind in ComponentKind)
        yield Field("gives", LABELS["gives"], "choice", str(raw.get("gives", "")), kinds)
        yield _text("says", raw, "words")
        for word in _YES:
            yield Field(word, LABELS[word], "yes", "yes" if raw.get(word) is True else "")
    elif item.word == "exclusion":
        yield _text("reason", raw, "words")
        yield _yaml(parts, item, "covers")
    else:
        yield _text("title", raw)
        yield _yaml(parts, item, "covers")


def _text(word: str, raw: Mapping[str, Any], kind: str = "text") -> Field:
    value = raw.get(word)
    shown = "" if value is None else " ".join(str(value).split())
    return Field(word, LABELS[word], kind, shown)


def _yaml(parts: Parts, item: Item, name: str) -> Field:
    path = (*item.path, *name.split("."))
    text = parts.snippet(path) if path in parts.nodes else ""
    return Field(name, LABELS.get(name.rsplit(".", 1)[-1], name), "yaml", text)


def _sums(parts: Parts, item: Item, raw: Mapping[str, Any]) -> Iterator[Field]:
    """The amount or the range: single values as fields, the rest as YAML."""
    for word in ("amount", "range", "at_most"):
        value = raw.get(word)
        if value is None or (word == "at_most" and item.word != "cap"):
            continue
        if not isinstance(value, dict):
            yield _one(parts, item, word, value)
            continue
        skipped = {"worse", "better"} if word == "range" else set()
        for key, inner in value.items():
            if key not in skipped:
                yield _one(parts, item, f"{word}.{key}", inner)


def _one(parts: Parts, item: Item, name: str, value: Any) -> Field:
    label = LABELS.get(name.rsplit(".", 1)[-1], name.rsplit(".", 1)[-1].replace("_", " "))
    if isinstance(value, dict | list):
        return Field(name, label, "yaml", parts.snippet((*item.path, *name.split("."))))
    return Field(name, label, "sum", _plain(value))


def _more(parts: Parts, item: Item, raw: Mapping[str, Any]) -> Iterator[Field]:
    known = {"rule", "title", "clause", "gives", "says", "when", "amount", "range", *_YES}
    for word in (*_MORE, *(key for key in raw if key not in known and key not in _MORE)):
        value = raw.get(word)
        if isinstance(value, dict | list) or word in ("options", "unless", "overrides"):
            yield _yaml(parts, item, word)
        else:
            yield Field(word, LABELS.get(word, word.replace("_", " ")), "text", _plain(value))


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


# -- conditions -----------------------------------------------------------------------------------


def _conditions(parts: Parts, path: Path) -> Iterator[Condition]:
    raw = parts.value(path)
    if isinstance(raw, list):
        for index, item in enumerate(raw):
            yield _condition(parts, (*path, index), f"when.{index}", item)
    elif raw is not None:
        yield _condition(parts, path, "when", raw)


def _condition(parts: Parts, path: Path, name: str, raw: Any) -> Condition:
    if isinstance(raw, str):
        return Condition(name, raw, "yes")
    if isinstance(raw, dict) and isinstance(raw.get("not"), str) and len(raw) == 1:
        return Condition(name, raw["not"], "no")
    if isinstance(raw, dict) and isinstance(raw.get("fact"), str) and len(raw) == 2:
        test = next(key for key in raw if key != "fact")
        bound = raw[test]
        if test == "is" and bound == "missing":
            return Condition(name, raw["fact"], "missing")
        if test in TESTS and not isinstance(bound, dict):
            listed = bound if isinstance(bound, list) else [bound]
            if not any(isinstance(one, dict | list) for one in listed):
                return Condition(name, raw["fact"], test, ", ".join(map(_plain, listed)))
    return Condition(name, yaml=parts.snippet(path))


def _placings(parts: Parts, item: Item, ranged: Mapping[str, Any], word: str) -> Iterator[Placing]:
    listed = ranged.get(word)
    for index, raw in enumerate(listed if isinstance(listed, list) else []):
        if not isinstance(raw, dict):
            continue
        name = f"range.{word}.{index}"
        path = (*item.path, "range", word, index, "when")
        condition = _condition(parts, path, f"{name}.when", raw.get("when"))
        yield Placing(name, str(raw.get("says") or ""), condition)
