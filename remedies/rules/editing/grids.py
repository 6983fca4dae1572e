"""The matrices and tables of a policy as grids that people edit. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil
from typing import Any

from remedies.facts import FactDef, Kind
from remedies.rules.checks.searching import WORSE, worse_facts
from remedies.rules.editing.text import Parts
from remedies.rules.language.policy import Policy
from remedies.rules.language.source import Path
from remedies.rules.language.words import money, number, shown

#: Shades of a cell, from nothing to the highest sum.
TINTS = 10
_BOUNDS = ("is", "at_most", "below", "at_least", "above")


@dataclass(frozen=True, slots=True)
class Axis:
    """One side of a grid: what it is about, and where more of it is worse (1), better (-1) or
    neither (0). `order` has the places of its lines from the least harm to the most."""

    name: str
    label: str
    lines: tuple[str, ...]
    #: A value of the fact that falls on each line; None where none is known.
    values: tuple[Decimal | None, ...]
    sign: int = 0
    order: tuple[int, ...] = ()
    money: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One sum: where it is written, its characters, and its value where it is a plain number."""

    path: Path
    text: str
    value: Decimal | None
    tint: int = 0


@dataclass(frozen=True, slots=True)
class Disorder:
    """A cell that breaks the order, those that it contradicts, and the sums that keep it."""

    at: tuple[int, int]
    against: tuple[tuple[int, int], ...]
    title: str
    words: str
    low: Decimal | None
    high: Decimal | None
    suggested: Decimal


@dataclass(frozen=True, slots=True)
class Grid:
    """A matrix (or a table, of one column) of a policy."""

    path: Path
    #: The derived value that it is, or "" for one inside a rule.
    name: str
    title: str
    currency: str
    down: Axis
    across: Axis
    rows: tuple[tuple[Cell, ...], ...]
    disorders: tuple[Disorder, ...] = ()

    @property
    def wrong(self) -> frozenset[tuple[int, int]]:
        """Places of the cells that break the order."""
        return frozenset(one.at for one in self.disorders)

    @property
    def contradicted(self) -> frozenset[tuple[int, int]]:
        """Places of the cells that they contradict."""
        return frozenset(at for one in self.disorders for at in one.against) - self.wrong


@dataclass(frozen=True)
class Reader:
    """What grids need to know of the policy that they are in; it may have mistakes elsewhere."""

    parts: Parts
    policy: Policy | None
    signs: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, parts: Parts, policy: Policy | None) -> "Reader":
        """The signs of its facts, as the policy has them."""
        signs = worse_facts(policy) if policy is not None else dict.fromkeys(WORSE, 1)
        return cls(parts, policy, signs)

    @property
    def currency(self) -> str:
        """The policy's first currency."""
        if self.policy is not None:
            return self.policy.currencies[0]
        raw = self.parts.value(("currency",)) or (self.parts.value(("currencies",)) or [""])[0]
        return raw if isinstance(raw, str) and len(raw) == 3 else "GBP"

    def fact(self, name: str) -> FactDef | None:
        """The fact of that name."""
        return self.policy.facts.get(name) if self.policy is not None else None


def grids_in(reader: Reader, path: Path) -> Iterator[Grid]:
    """Every matrix and table in a part of the policy, from the outside in."""
    raw = reader.parts.value(path)
    if isinstance(raw, dict):
        if isinstance(raw.get("matrix"), list) or "table" in raw:
            found = _grid(reader, path, raw)
            if found is not None:
                yield found
        for key in raw:
            yield from grids_in(reader, (*path, key))
    elif isinstance(raw, list):
        for index in range(len(raw)):
            yield from grids_in(reader, (*path, index))


def _grid(reader: Reader, path: Path, raw: Mapping[str, Any]) -> Grid | None:
    rows = raw.get("rows")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows) or not rows:
        return None
    if "matrix" in raw:
        columns, names = raw.get("columns"), raw["matrix"]
        if not isinstance(columns, list) or len(names) != 2:
            return None
        if any(
            not isinstance(r.get("gives"), list) or len(r["gives"]) != len(columns) for r in rows
        ):
            return None
        across = _axis(reader, names[1], columns)
        cells = [
            [(*path, "rows", i, "gives", j) for j in range(len(columns))] for i in range(len(rows))
        ]
        down = _axis(reader, names[0], rows)
    else:
        down, across, cells = _of_table(reader, path, raw, rows)
    name = str(path[1]) if path[:1] == ("values",) and len(path) == 2 else ""
    title = str(raw.get("title") or name.replace("_", " "))
    made = _tinted([[_cell(reader.parts, at) for at in row] for row in cells])
    return Grid(path, name, title, reader.currency, down, across, made)


def _of_table(
    reader: Reader, path: Path, raw: Mapping[str, Any], rows: Sequence[Any]
) -> tuple[Axis, Axis, list[list[Path]]]:
    """A table in one dimension: one column, or two where its rows give ranges."""
    pairs = all(isinstance(row.get("gives"), dict) and "from" in row["gives"] for row in rows)
    ends: tuple[str, ...] = ("from", "to") if pairs else ("gives",)
    cells = [
        [(*path, "rows", i, "gives", end) if pairs else (*path, "rows", i, "gives") for end in ends]
        for i in range(len(rows))
    ]
    tests = list(rows)
    if "else" in raw and not pairs:
        cells.append([(*path, "else")])
        tests.append({})
    down = _axis(reader, raw["table"], tests)
    across = Axis("", "", ends, (None,) * len(ends))
    return down, across, cells


def _cell(parts: Parts, path: Path) -> Cell:
    if path not in parts.nodes:
        return Cell(path, "", None)
    value = parts.value(path)
    return Cell(path, parts.snippet(path), value if isinstance(value, Decimal) else None)


def _tinted(rows: list[list[Cell]]) -> tuple[tuple[Cell, ...], ...]:
    most = max((c.value for row in rows for c in row if c.value is not None), default=Decimal(0))
    return tuple(
        tuple(
            Cell(
                c.path, c.text, c.value, ceil(TINTS * c.value / most) if c.value and most > 0 else 0
            )
            for c in row
        )
        for row in rows
    )


# -- sides ----------------------------------------------------------------------------------------


def _axis(reader: Reader, subject: Any, tests: Sequence[Any]) -> Axis:
    """A side from the tests of its lines."""
    name = subject if isinstance(subject, str) else ""
    fact = reader.fact(name)
    label = fact.label if fact is not None else name.replace("_", " ") or "a value"
    is_money = fact is not None and fact.kind is Kind.MONEY
    ends = {str(t["at_most"]) for t in tests if isinstance(t, dict) and "at_most" in t}
    lines = tuple(
        "above"
        if isinstance(test, dict)
        and test.keys() - {"gives"} == {"above"}
        and str(test["above"]) in ends
        else _line(test, fact, reader.currency)
        for test in tests
    )
    values = _values(tests, Decimal("0.01") if is_money else Decimal(1))
    sign = reader.signs.get(name, 0) if all(value is not None for value in values) else 0
    order = sorted(range(len(values)), key=lambda i: (values[i] or 0) * (sign or 1)) if sign else ()
    return Axis(name, label, lines, values, sign, tuple(order), is_money)


def _line(test: Any, fact: FactDef | None, currency: str) -> str:
    """What a line is about, in words: "to £20", "above", "3"."""
    said = []
    for word in _BOUNDS:
        if not isinstance(test, dict) or word not in test:
            continue
        bound = test[word]
        words = str(bound).replace("_", " ")
        if isinstance(bound, Decimal):
            kind = fact.kind if fact is not None else Kind.NUMBER
            unit = fact.unit if fact is not None else ""
            words = (
                money(bound, currency)
                if kind is Kind.MONEY
                else (shown(kind, bound, currency, unit) if kind is Kind.NUMBER else number(bound))
            )
        elif isinstance(bound, bool):
            words = "yes" if bound else "no"
        if word == "at_most" and bound == 0:
            said.append("none")
        else:
            prefix = {
                "is": "",
                "at_most": "to ",
                "below": "under ",
                "at_least": "from ",
                "above": "above ",
            }
            said.append(prefix[word] + words)
    others = (
        [k for k in test if k not in _BOUNDS and k != "gives"] if isinstance(test, dict) else []
    )
    said += [f"{k.replace('_', ' ')} {test[k]}" for k in others]
    return " ".join(said) or "all others"


def _values(tests: Sequence[Any], step: Decimal) -> tuple[Decimal | None, ...]:
    """For each line the lowest value tried that falls on it: the first line that holds counts."""
    bounds = {
        test[word]
        for test in tests
        if isinstance(test, dict)
        for word in _BOUNDS
        if isinstance(test.get(word), Decimal)
    }
    tried = sorted({b + by for b in bounds for by in (-step, Decimal(0), step)} | {Decimal(0)})
    found: list[Decimal | None] = [None] * len(tests)
    for value in tried:
        for index, test in enumerate(tests):
            if isinstance(test, dict) and _holds(test, value):
                if found[index] is None and value >= 0:
                    found[index] = value
                break
    return tuple(found)


def _holds(test: Mapping[str, Any], value: Decimal) -> bool:
    for word, bound in test.items():
        if word == "gives":
            continue
        if word not in _BOUNDS or not isinstance(bound, Decimal):
            return False
        if not {
            "is": value == bound,
            "at_most": value <= bound,
            "below": value < bound,
            "at_least": value >= bound,
            "above": value > bound,
        }[word]:
            return False
    return True
