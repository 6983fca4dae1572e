"""A rule as the fields of a form. Pure; remedies.rules.editing.rulewriting brings them back.

The usual shapes are fields: names, sums, conditions of one test, facts that place a sum in its
range. Whatever is nested deeper is a field of YAML, so that nothing a rule says is ever lost.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from remedies.facts import Kind
from remedies.rules.editing.outline import Item
from remedies.rules.editing.text import Parts
from remedies.rules.language.draft import ComponentKind
from remedies.rules.language.modifiers import ROUNDINGS
from remedies.rules.language.source import Path
from tickets.saying import gettext_noop

#: The order in which the words of a rule are written.
ORDER = (
    "rule", "exclusion", "cap", "set_off", "title", "clause", "gives", "code", "group", "priority",
    "dated_by", "since", "until", "stack_on", "when", "unless", "overrides", "reason", "covers",
    "at_most", "paid", "amount", "range", "options", "owed", "makes_good_loss", "form",
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
    "paid": "Paid elsewhere already", "by": "From whom", "ask": "Question to the customer",
    "unit": "Unit", "choices": "Choices", "items": "Of what the list is", "type": "Type",
    "default": "Where it is not told", "more": "More of it is", "about": "About",
    "source": "Where it is written", "currency": "Currency", "currencies": "Currencies",
    "time_zone": "Time zone", "categories": "For the categories", "groups": "Groups",
    "case": "Case", "now": "Moment of the evaluation", "facts": "Facts", "expect": "Expected",
    "percent_of_sum": "Percent of the sum", "columns": "Columns",
    "daily": "Within the hours", "kind": "Days", "calendar": "Calendar",
    "table": "By", "matrix": "By", "else": "Else",
}  # fmt: skip
_YES = ("owed", "makes_good_loss", "automatic")
_MORE = (
    "code", "group", "priority", "stack_on", "overrides", "result", "by",
    "dated_by", "since", "until", "form", "pay_within_days",
)  # fmt: skip
#: What may stand beside a sum, in the order in which it is worked.
_BESIDE = ("add", "reduce", "minus", "at_least", "at_most", "round_to", "rounding", "nothing_below")
_FACT = (
    "title", "ask", "unit", "choices", "items", "default", "at_least", "at_most", "more",
)  # fmt: skip
_WHOLE = (
    "title", "about", "source", "currency", "currencies", "time_zone", "rounding", "categories",
    "dated_by", "groups",
)  # fmt: skip
_CASE = ("case", "now", "currency", "facts", "expect")
_NAMES = frozenset({"covers", "overrides", "choices", "currencies", "categories"})
_WORDS = frozenset({"ask", "about", "source"})
_PARTS = frozenset({"items", "groups", "facts", "expect", "add", "reduce"})


@dataclass(frozen=True, slots=True)
class Field:
    """One control: `name` is the dotted path in the rule, `kind` text, words, names (with commas
    between), sum, choice, yes or yaml."""

    name: str
    label: str
    kind: str
    value: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    #: Where it stands in the text, for what is better edited there; 0 where it is not there yet.
    line: int = 0


@dataclass(frozen=True, slots=True)
class Condition:
    """One test: the fact or value, the test, and the bound; or YAML for what is nested."""

    name: str
    subject: str = ""
    test: str = "yes"
    bound: str = ""
    yaml: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Placing:
    """A condition with words: a fact that moves the suggestion in its range, or an exception of a
    rule with its reason."""

    name: str
    says: str
    condition: Condition
    word: str = "says"


@dataclass(frozen=True, slots=True)
class Option:
    """Another form that the customer may choose."""

    name: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class RuleForm:
    """A rule, or another part of the policy, as fields, by what they are about."""

    item: Item
    basics: tuple[Field, ...]
    conditions: tuple[Condition, ...]
    #: Whether conditions can be written here at all.
    conditional: bool
    gives: tuple[Field, ...]
    #: "", "amount" or "range".
    shape: str
    #: What may stand beside the sum, and does not yet.
    beside: tuple[Field, ...]
    worse: tuple[Placing, ...]
    better: tuple[Placing, ...]
    unless: tuple[Placing, ...]
    options: tuple[Option, ...]
    more: tuple[Field, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every field."""
        inside = (field for option in self.options for field in option.fields)
        return (*self.basics, *self.gives, *self.beside, *inside, *self.more)

    @property
    def placings(self) -> tuple[Placing, ...]:
        """Every condition with words."""
        return (*self.worse, *self.better, *self.unless)


def form_of(parts: Parts, item: Item) -> RuleForm:
    """The fields of an item as it is written."""
    found = parts.value(item.path) if item.path else parts.data
    raw = found if isinstance(found, dict) else {}
    shape = next((word for word in ("amount", "range") if word in raw), "")
    shape = shape if item.word == "rule" else ""
    ranged = raw["range"] if isinstance(raw.get("range"), dict) else {}
    tested, ruled = item.word in ("rule", "exclusion"), item.word == "rule"
    return RuleForm(
        item,
        tuple(_basics(parts, item, raw)),
        tuple(_conditions(parts, (*item.path, "when"))) if tested else (),
        tested,
        tuple(sorted(_sums(parts, item, raw), key=lambda field: field.kind == "yaml")),
        shape,
        tuple(_beside(parts, item, raw)) if shape == "amount" else (),
        tuple(_placings(parts, item, ("range", "worse"), ranged.get("worse"))),
        tuple(_placings(parts, item, ("range", "better"), ranged.get("better"))),
        tuple(_placings(parts, item, ("unless",), raw.get("unless"))) if ruled else (),
        tuple(_options(parts, item, raw)) if ruled else (),
        tuple(_more(parts, item, raw)) if ruled else (),
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
        yield _field(parts, item, raw, "covers")
    elif item.word in ("cap", "set_off"):
        yield _text("title", raw)
        yield _field(parts, item, raw, "covers")
    elif item.word == "fact":
        yield from _fact(parts, item, raw)
    elif item.word == "value":
        yield from _value(parts, item, raw)
    else:
        for word in _CASE if item.word == "case" else _WHOLE:
            yield _field(parts, item, raw, word)


def _fact(parts: Parts, item: Item, raw: Mapping[str, Any]) -> Iterator[Field]:
    """A fact: its type, and what may stand beside it."""
    whole = parts.value(item.path)
    kinds = tuple((str(kind), str(kind).replace("_", " ")) for kind in Kind)
    yield Field("type", LABELS["type"], "choice", str(raw.get("type", whole)), kinds)
    for word in _FACT:
        if word == "more":
            ways = (("", "not said"), *((way, way) for way in ("worse", "better", "neither")))
            yield Field(word, LABELS[word], "choice", str(raw.get(word, "")), ways)
        else:
            yield _field(parts, item, raw, word)


def _value(parts: Parts, item: Item, raw: Mapping[str, Any]) -> Iterator[Field]:
    """A derived value: what it is called, and how it is worked out."""
    if not raw:
        value = parts.value(item.path)
        yield _one(parts, item, "", value, LABELS["amount"])
        return
    yield _text("title", raw)
    yield Field("unit", LABELS["unit"], "text", _plain(raw.get("unit")))
    for word, inner in raw.items():
        if word not in ("title", "unit"):
            yield _one(parts, item, word, inner)


def _field(parts: Parts, item: Item, raw: Mapping[str, Any], word: str) -> Field:
    """One word of an item: names, words, a text, or YAML for what is nested."""
    value = raw.get(word)
    listed = value if isinstance(value, list) else [] if value is None else [value]
    nested = any(isinstance(one, dict | list) for one in listed)
    if word in _PARTS or nested:
        return _yaml(parts, item, word)
    if word in _NAMES:
        return Field(word, LABELS[word], "names", ", ".join(map(_plain, listed)))
    if isinstance(value, list):
        return _yaml(parts, item, word)
    label = LABELS.get(word, word.replace("_", " "))
    shown = " ".join(_plain(value).split())
    return Field(word, label, "words" if word in _WORDS else "text", shown)


def _text(word: str, raw: Mapping[str, Any], kind: str = "text") -> Field:
    value = raw.get(word)
    shown = "" if value is None else " ".join(str(value).split())
    return Field(word, LABELS[word], kind, shown)


def _yaml(parts: Parts, item: Item, name: str) -> Field:
    path = (*item.path, *name.split("."))
    there = path in parts.nodes
    text = parts.snippet(path) if there else ""
    label = LABELS.get(name.rsplit(".", 1)[-1], name)
    return Field(name, label, "yaml", text, line=parts.line(path) if there else 0)


def _sums(parts: Parts, item: Item, raw: Mapping[str, Any]) -> Iterator[Field]:
    """The amount or the range: single values as fields, the rest as YAML."""
    if item.word == "rule" and not raw.keys() & {"amount", "range"}:
        yield Field("amount", LABELS["amount"], "sum")
    for word in {"rule": ("amount", "range"), "cap": ("at_most",), "set_off": ("paid",)}.get(
        item.word, ()
    ):
        value = raw.get(word)
        if value is None:
            continue
        if not isinstance(value, dict):
            yield _one(parts, item, word, value)
            continue
        skipped = {"worse", "better"} if word == "range" else set()
        for key, inner in value.items():
            if key not in skipped:
                yield _one(parts, item, f"{word}.{key}", inner)


def _one(parts: Parts, item: Item, name: str, value: Any, label: str = "") -> Field:
    word = name.rsplit(".", 1)[-1]
    label = label or LABELS.get(word, word.replace("_", " "))
    if isinstance(value, dict | list):
        path = (*item.path, *name.split(".")) if name else item.path
        return Field(name, label, "yaml", parts.snippet(path), line=parts.line(path))
    return Field(name, label, "sum", _plain(value))


def _beside(parts: Parts, item: Item, raw: Mapping[str, Any]) -> Iterator[Field]:
    """What may stand beside a sum and is not there: a cap, a lower limit, rounding."""
    amount = raw["amount"]
    there = amount if isinstance(amount, dict) else {}
    ways = (("", gettext_noop("half up")), *((way, way.replace("_", " ")) for way in ROUNDINGS))
    for word in _BESIDE:
        if word in there:
            continue
        if word == "rounding":
            yield Field(f"amount.{word}", LABELS[word], "choice", "", ways)
        elif word in _PARTS:
            yield _yaml(parts, item, f"amount.{word}")
        else:
            yield Field(f"amount.{word}", LABELS[word], "sum")


def _options(parts: Parts, item: Item, raw: Mapping[str, Any]) -> Iterator[Option]:
    listed = raw.get("options")
    for index, one in enumerate(listed if isinstance(listed, list) else []):
        if isinstance(one, dict):
            name = f"options.{index}"
            form = Field(f"{name}.form", LABELS["form"], "text", _plain(one.get("form")))
            sums = (_one(parts, item, f"{name}.{w}", v) for w, v in one.items() if w != "form")
            yield Option(name, (form, *sums))


def _more(parts: Parts, item: Item, raw: Mapping[str, Any]) -> Iterator[Field]:
    known = {"rule", "title", "clause", "gives", "says", "when", "amount", "range", *_YES}
    known |= {"unless", "options"}
    for word in (*_MORE, *(key for key in raw if key not in known and key not in _MORE)):
        yield _field(parts, item, raw, word)


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
    return Condition(name, yaml=parts.snippet(path), line=parts.line(path))


def _placings(parts: Parts, item: Item, at: Path, listed: Any) -> Iterator[Placing]:
    word = "reason" if at == ("unless",) else "says"
    for index, raw in enumerate(listed if isinstance(listed, list) else []):
        if not isinstance(raw, dict):
            continue
        name = ".".join(map(str, (*at, index)))
        path = (*item.path, *at, index, "when")
        condition = _condition(parts, path, f"{name}.when", raw.get("when"))
        yield Placing(name, str(raw.get(word) or ""), condition, word)
