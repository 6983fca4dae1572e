"""How a value is made of a row's columns. Pure.

A value in a mapping is one of

    name                                   the column of that name
    {value: GB}                            always this
    {column: name, values: {...}, default: x}
                                           the column, looked up in a table; what the table
                                           doesn't have is `default`, or an error without one
    {template: "{issue}: {sub_issue}"}     words with columns in them
    {first: [a, {template: ...}]}          the first of several that is not empty

Each table may carry `only` and `unless`, conditions on columns: {unless: {status: [Open, New]}}
makes the value empty where the column status is one of these.

It gives a value of the file's (text in CSV, any JSON in JSON lines); None where it is empty.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from integrations.errors import MappingInvalid
from tickets.errors import Invalid

Values = Mapping[str, Any]
#: Reads a value of a row; None for none. Raises `Invalid`.
Read = Callable[[Values], Any]

_SLOT = re.compile(r"\{([^{}]+)\}")
_CONDITIONS = ("only", "unless")
_KEYS = {"column", "value", "values", "default", "template", "first", *_CONDITIONS}


@dataclass(frozen=True)
class Value:
    """A value of a mapping, ready to be read from rows, and the columns that it needs."""

    read: Read
    columns: frozenset[str]


def pick(values: Values, column: str) -> Any:
    """The cell of a column, blank space around text taken off; None where empty or absent.

    A column of JSON lines may be a path: `customer.email`.
    """
    cell = values.get(column)
    if cell is None and "." in column:
        inner: Any = values
        for step in column.split("."):
            inner = inner.get(step) if isinstance(inner, Mapping) else None
        cell = inner
    if isinstance(cell, str):
        cell = cell.strip()
    return None if cell == "" else cell


def value_of(spec: Any, path: str) -> Value:
    """The value that `spec` describes; `path` names it in errors. Raises `MappingInvalid`."""
    if isinstance(spec, str):
        return _column(spec)
    if isinstance(spec, bool | int | float):
        return _constant(str(spec) if not isinstance(spec, bool) else spec)
    if not isinstance(spec, Mapping):
        raise MappingInvalid(
            f"{path}: a value is the name of a column, or a table with one of column, value, "
            "template, first.",
            field=path,
        )
    unknown = sorted(set(map(str, spec)) - _KEYS)
    if unknown:
        raise MappingInvalid(
            f"{path}: {unknown[0]} is unknown here. Known are: {', '.join(sorted(_KEYS))}.",
            field=path,
        )
    kinds = [key for key in ("column", "value", "template", "first") if key in spec]
    if len(kinds) != 1:
        raise MappingInvalid(
            f"{path}: say exactly one of column, value, template, first.", field=path
        )
    made = _MAKERS[kinds[0]](spec, path)
    for word in _CONDITIONS:
        if word in spec:
            made = _conditional(made, spec[word], path, wanted=word == "only", word=word)
    return made


def _conditional(made: Value, condition: Any, path: str, *, wanted: bool, word: str) -> Value:
    """`made` where every column of the condition has one of its values (or, unless `wanted`,
    where none has)."""
    if not isinstance(condition, Mapping) or not condition:
        raise MappingInvalid(f"{path}.{word}: a table from columns to values.", field=path)
    table = {
        str(column): {str(one) for one in (told if isinstance(told, list) else [told])}
        for column, told in condition.items()
    }

    def read(values: Values) -> Any:
        hits = [str(pick(values, column) or "") in told for column, told in table.items()]
        return made.read(values) if (all(hits) if wanted else not any(hits)) else None

    return Value(read, made.columns | frozenset(table))


def _column(name: str) -> Value:
    return Value(lambda values: pick(values, name), frozenset({name}))


def _constant(value: Any) -> Value:
    return Value(lambda _values: value, frozenset())


def _table(spec: Mapping[str, Any], path: str) -> Value:
    name = spec["column"]
    if not isinstance(name, str):
        raise MappingInvalid(f"{path}.column: the name of a column.", field=path)
    table, default = spec.get("values"), spec.get("default")
    if table is None:
        return Value(
            lambda values: default if (cell := pick(values, name)) is None else cell,
            frozenset({name}),
        )
    if not isinstance(table, Mapping) or not table:
        raise MappingInvalid(f"{path}.values: a table from the file's values to ours.", field=path)
    lookup = {str(key): value for key, value in table.items()}

    def read(values: Values) -> Any:
        cell = pick(values, name)
        if cell is None:
            return lookup.get("", default)
        if (key := str(cell)) in lookup:
            return lookup[key]
        if "default" in spec:
            return default
        raise Invalid(f"{name} is {key[:60]!r}, which the mapping does not know.", field=path)

    return Value(read, frozenset({name}))


def _template(spec: Mapping[str, Any], path: str) -> Value:
    text = spec["template"]
    if not isinstance(text, str) or not text.strip():
        raise MappingInvalid(f"{path}.template: words with {{columns}} in them.", field=path)
    names = _SLOT.findall(text)

    def read(values: Values) -> Any:
        if names and all(pick(values, name) is None for name in names):
            return None
        filled = _SLOT.sub(lambda slot: str(pick(values, slot[1]) or ""), text)
        # An empty column leaves no "x: " or " , " behind.
        return re.sub(r"\s+([,.;:])", r"\1", filled).strip(" ,;:–-\n") or None

    return Value(read, frozenset(names))


def _first(spec: Mapping[str, Any], path: str) -> Value:
    specs = spec["first"]
    if not isinstance(specs, list) or not specs:
        raise MappingInvalid(f"{path}.first: a list of values.", field=path)
    parts = [value_of(one, f"{path}.first[{number}]") for number, one in enumerate(specs)]

    def read(values: Values) -> Any:
        for part in parts:
            found = part.read(values)
            if found is not None:
                return found
        return None

    return Value(read, frozenset().union(*(part.columns for part in parts)))


_MAKERS: dict[str, Callable[[Mapping[str, Any], str], Value]] = {
    "column": _table,
    "value": lambda spec, _path: _constant(spec["value"]),
    "template": _template,
    "first": _first,
}
