"""What was changed in the form of a rule or the cells of a grid, brought into the text. Pure."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from remedies.errors import PolicyInvalid
from remedies.rules.editing.outline import Item
from remedies.rules.editing.ruleforms import ORDER, TESTS, Condition, Field, RuleForm
from remedies.rules.editing.text import (
    NotEditable,
    Parts,
    append,
    as_yaml,
    dotted,
    put,
    remove,
    replace,
    sum_or_name,
)
from remedies.rules.language.source import Path, read_source
from tickets.errors import Invalid

#: What a cell shows, and takes, for no sum at all.
NOTHING = frozenset({"—", "–", "-"})


def apply_form(text: str, form: RuleForm, sent: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The text with what was changed in the form, and what could not be, by the name of the field.

    `sent` has the values by the names of fields, each behind "f."; one that is not there was not
    shown, but for a box, which is unticked.
    """
    wrong: dict[str, str] = {}
    for field in form.fields:
        typed = sent.get(f"f.{field.name}", "" if field.kind == "yes" else None)
        if typed is None or _same(typed, field.value):
            continue
        text = _tried(text, field.name, wrong, _set, form.item, field, typed)
    for placing in form.placings:
        typed = sent.get(f"f.{placing.name}.{placing.word}", placing.says)
        if typed.strip() and not _same(typed, placing.says):
            field = Field(f"{placing.name}.{placing.word}", "", "text")
            text = _tried(text, field.name, wrong, _set, form.item, field, typed)
        text = _tried(
            text, placing.condition.name, wrong, _test, form.item, placing.condition, sent
        )
    for condition in form.conditions:
        text = _tried(text, condition.name, wrong, _test, form.item, condition, sent)
    for prefix, number in _removed(sent):
        path = (*form.item.path, *_steps(f"{prefix}.{number}"))
        text = _tried(text, prefix, wrong, remove, path)
    return _added(text, form, sent, wrong), wrong


def _same(typed: str, was: str) -> bool:
    return " ".join(typed.split()) == " ".join(was.split())


def _tried(text: str, name: str, wrong: dict[str, str], change: Any, *arguments: Any) -> str:
    try:
        return str(change(text, *arguments))
    except PolicyInvalid as error:
        wrong[name] = " ".join(problem.message for problem in error.problems)
    except (Invalid, NotEditable) as error:
        wrong[name] = error.message
    return text


def _steps(name: str) -> Path:
    return tuple(int(step) if step.isdecimal() else step for step in name.split("."))


def _set(text: str, item: Item, field: Field, typed: str) -> str:
    """One field's value in the text; an empty one takes its word away."""
    path = (*item.path, *_steps(field.name)) if field.name else item.path
    typed = typed.replace("\r\n", "\n")
    if not typed.strip():
        return remove(text, path) if path in Parts(text).nodes and field.name else text
    snippet = _snippet(field, typed)
    if path == item.path or (item.word == "fact" and field.name == "type"):
        path = path if path in Parts(text).nodes else item.path
        return replace(text, path, snippet)
    text = _opened(text, item, path)
    order = ORDER if len(path) == len(item.path) + 1 and item.word not in _FREE else ()
    return put(text, path, snippet, order=order)


#: Parts of a policy whose words stand in no order of their own.
_FREE = frozenset({"policy", "fact", "value", "case"})
_BARE = frozenset(
    {"priority", "pay_within_days", "since", "until", "dated_by", "at_least", "at_most"}
)


def _snippet(field: Field, typed: str) -> str:
    """What was typed into a field, as YAML."""
    if field.kind == "yaml" or typed.lstrip()[:1] in ("{", "["):
        read_source(typed)  # raises where it is no YAML
        return typed
    if field.kind == "yes":
        return "yes"
    if field.kind == "names":
        return as_yaml([one.strip() for one in typed.split(",") if one.strip()])
    if field.kind == "sum" or field.name in _BARE:
        return sum_or_name(typed)
    if field.name == "default":
        return as_yaml(_value(typed))
    return as_yaml(" ".join(typed.split()))


def _opened(text: str, item: Item, path: Path) -> str:
    """A fact written by its type alone, or a sum by its figure, as a mapping that takes words."""
    parts = Parts(text)
    parent = path[:-1]
    if parent not in parts.nodes or isinstance(parts.value(parent), dict):
        return text
    if item.word == "fact" and parent == item.path:
        return replace(text, parent, as_yaml({"type": parts.value(parent)}))
    if parent == (*item.path, "amount"):
        return replace(text, parent, as_yaml({"amount": parts.value(parent)}))
    return text


def _test(text: str, item: Item, condition: Condition, sent: Mapping[str, str]) -> str:
    """One condition in the text; without a subject it goes."""
    path = (*item.path, *_steps(condition.name))
    if condition.yaml:
        typed = sent.get(f"f.{condition.name}.yaml", condition.yaml).replace("\r\n", "\n")
        if _same(typed, condition.yaml):
            return text
        if not typed.strip():
            return remove(text, path)
        read_source(typed)
        return replace(text, path, typed)
    given = tuple(
        sent.get(f"f.{condition.name}.{word}", was)
        for word, was in (
            ("subject", condition.subject),
            ("test", condition.test),
            ("bound", condition.bound),
        )
    )
    if given == (condition.subject, condition.test, condition.bound):
        return text
    if not given[0].strip():
        return remove(text, path)
    return replace(text, path, condition_yaml(*given))


def _removed(sent: Mapping[str, str]) -> list[tuple[str, int]]:
    """Items of lists that a button takes away: "remove" is the dotted path of one."""
    prefix, _, number = sent.get("remove", "").rpartition(".")
    known = {"when", "range.worse", "range.better", "unless", "options"}
    return [(prefix, int(number))] if prefix in known and number.isdecimal() else []


def _added(text: str, form: RuleForm, sent: Mapping[str, str], wrong: dict[str, str]) -> str:
    """A condition or a fact that was typed into the empty line at the end."""
    subject = sent.get("f.new.subject", "").strip()
    if subject:
        given = (subject, sent.get("f.new.test", "yes"), sent.get("f.new.bound", ""))
        text = _tried(text, "new", wrong, _add_condition, form.item, given)
    for new, at, word in _NEW:
        subject = sent.get(f"f.{new}.subject", "").strip()
        if subject:
            given = (subject, sent.get(f"f.{new}.test", "yes"), sent.get(f"f.{new}.bound", ""))
            says = sent.get(f"f.{new}.{word}", "").strip() or subject.replace("_", " ")
            text = _tried(text, new, wrong, _add_placing, form.item, given, (at, word, says))
    name = sent.get("f.newoption.form", "").strip()
    if name:
        share = sent.get("f.newoption.percent_of_sum", "").strip() or "100"
        text = _tried(text, "newoption", wrong, _add_option, form.item, name, share)
    return text


#: Conditions with words that may be added: the empty line, where it goes, the word.
_NEW: tuple[tuple[str, Path, str], ...] = (
    ("newworse", ("range", "worse"), "says"),
    ("newbetter", ("range", "better"), "says"),
    ("newunless", ("unless",), "reason"),
)


def _add_condition(text: str, item: Item, given: tuple[str, str, str]) -> str:
    snippet, path = condition_yaml(*given), (*item.path, "when")
    parts = Parts(text)
    if path not in parts.nodes:
        return put(text, path, snippet, order=ORDER)
    if isinstance(parts.value(path), list):
        return append(text, path, snippet)
    both = [parts.value(path), read_source(snippet).data]
    return replace(text, path, as_yaml(both))


def _add_placing(
    text: str, item: Item, given: tuple[str, str, str], said: tuple[Path, str, str]
) -> str:
    at, word, says = said
    placed = {"when": read_source(condition_yaml(*given)).data, word: says}
    return _appended(text, item, at, as_yaml(placed))


def _add_option(text: str, item: Item, name: str, share: str) -> str:
    snippet = as_yaml({"form": name, "percent_of_sum": _value(share.removesuffix("%"))})
    return _appended(text, item, ("options",), snippet)


def _appended(text: str, item: Item, at: Path, snippet: str) -> str:
    """One more item of a list, which stands in its order where it is not there yet."""
    path = (*item.path, *at)
    if path not in Parts(text).nodes and len(at) == 1:
        return put(text, path, f"[{snippet}]", order=ORDER)
    return append(text, path, snippet)


def apply_cells(text: str, sent: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The text with the sums that were typed into a grid, each behind "c." and its dotted path."""
    wrong: dict[str, str] = {}
    parts = Parts(text)
    named = {dotted(path): path for path in parts.nodes if path and path[0] in ("values", "rules")}
    for key, typed in sent.items():
        path = named.get(key.removeprefix("c.")) if key.startswith("c.") else None
        if path is None or _same(typed, parts.snippet(path)):
            continue
        written = "0" if typed.strip() in NOTHING else sum_or_name(typed)
        if _value(written) == parts.value(path):
            continue  # "£5" is the 5 that stands there
        if not typed.strip():
            wrong[key] = "A sum is needed here: 0 for none."
            continue
        text = _tried(text, key, wrong, replace, path, written)
    return text, wrong


def condition_yaml(subject: str, test: str, bound: str) -> str:
    """A condition of the form as YAML. Raises `Invalid`."""
    subject, bound = subject.strip(), bound.strip()
    if test not in TESTS:
        raise Invalid(
            "No test is called {test}. Known: {known}.",
            test=test,
            known=", ".join(TESTS),
            field="test",
        )
    if test == "yes":
        return as_yaml(subject)
    if test == "no":
        return as_yaml({"not": subject})
    if test == "missing":
        return as_yaml({"fact": subject, "is": "missing"})
    if not bound:
        raise Invalid("A bound is needed: a number, a word or a date.", field="bound")
    if test in ("one_of", "none_of"):
        return as_yaml(
            {"fact": subject, test: [_value(one) for one in bound.split(",") if one.strip()]}
        )
    return as_yaml({"fact": subject, test: _value(bound)})


def _value(typed: str) -> Any:
    plain = typed.strip()
    if re.fullmatch(r"-?\d+(\.\d+)?", plain):
        return Decimal(plain)
    return {"yes": True, "no": False}.get(plain, plain)
