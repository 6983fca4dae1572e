"""Tables in one and two dimensions, and tiers by unit; bounds are as written. Pure."""

from decimal import Decimal
from typing import Any

from remedies.facts import Kind, NotThatKind, as_number
from remedies.rules.language import words
from remedies.rules.language.compiling import Raw, Scope, compile_node, form, same_kind
from remedies.rules.language.conditions import TESTS, compile_tests
from remedies.rules.language.nodes import Context, FactRef, Literal, Node, NoRow, ValueRef
from remedies.rules.language.source import Place, items, keys_of

_GIVES = frozenset({"gives"})


class Table(Node):
    """The value of the first row whose bounds hold."""

    __slots__ = ("other", "rows", "subject")

    def __init__(self, subject: Node, rows: tuple[tuple[Node, Node], ...], other: Node | None):
        self.subject, self.rows, self.other = subject, rows, other
        self.kind = rows[0][1].kind

    def row(self, at: Context) -> Node | None:
        """The value of the row that fits; None where the subject is missing."""
        for bounds, gives in self.rows:
            held = bounds.value(at)
            if held is None:
                return None
            if held:
                return gives
        if self.other is None:
            raise NoRow(f"no row of the table fits: {described(self.subject, at)}")
        return self.other

    def value(self, at: Context) -> Any:
        row = self.row(at)
        return None if row is None else row.value(at)

    def words(self, at: Context) -> str:
        row = self.row(at)
        return "" if row is None else row.words(at)


OPEN = Literal(Kind.MONEY, Decimal("Infinity"))


def upper_end(raw: Any, scope: Scope, at: Place) -> Node:
    """The upper end of a range: a sum, or infinite for open."""
    return OPEN if raw == "open" else compile_node(raw, scope, at, Kind.MONEY)


def table_of_pairs(raw: Raw, scope: Scope, at: Place) -> tuple[Node, Node]:
    """A table whose rows give a range: one table of lower ends, one of upper ends."""
    subject = compile_node(raw["table"], scope, at / "table")
    tests: list[Node] = []
    lows: list[Node] = []
    highs: list[Node] = []
    ends = frozenset({"from", "to"})
    for item, place in items(raw.get("rows"), at / "rows", "rows"):
        row = keys_of(item, place, "A row", TESTS | _GIVES)
        tests.append(compile_tests(subject, row, scope, place, _GIVES))
        pair = keys_of(row.get("gives"), place / "gives", "gives", ends)
        lows.append(compile_node(pair.get("from"), scope, place / "gives" / "from", Kind.MONEY))
        highs.append(upper_end(pair.get("to"), scope, place / "gives" / "to"))
    if not tests:
        (at / "rows").fail("A table needs a row.")
    low = Table(subject, tuple(zip(tests, lows, strict=True)), None)
    return low, Table(subject, tuple(zip(tests, highs, strict=True)), None)


class Matrix(Node):
    """The value where a row and a column cross."""

    __slots__ = ("across", "columns", "down", "rows")

    def __init__(
        self,
        down: Node,
        across: Node,
        columns: tuple[Node, ...],
        rows: tuple[tuple[Node, tuple[Node, ...]], ...],
    ):
        self.down, self.across, self.columns, self.rows = down, across, columns, rows
        self.kind = rows[0][1][0].kind

    def _cell(self, at: Context) -> Node | None:
        column = _held([(test, i) for i, test in enumerate(self.columns)], self.across, at)
        row = _held(list(self.rows), self.down, at)
        if column is None or row is None:
            return None
        cell: Node = row[column]
        return cell

    def value(self, at: Context) -> Any:
        cell = self._cell(at)
        return None if cell is None else cell.value(at)

    def words(self, at: Context) -> str:
        cell = self._cell(at)
        return "" if cell is None else cell.words(at)


def _held(tests: list[tuple[Node, Any]], subject: Node, at: Context) -> Any:
    for test, gives in tests:
        held = test.value(at)
        if held is None:
            return None
        if held:
            return gives
    raise NoRow(f"the table has no place for it: {described(subject, at)}")


def described(subject: Node, at: Context) -> str:
    """A fact or a value with its name: "delay is 45 min"."""
    if isinstance(subject, FactRef | ValueRef):
        return subject.why_not(at)
    return subject.words(at)


class Tiers(Node):
    """Units counted through bands, each band with its own sum for a unit."""

    __slots__ = ("bands", "units")

    def __init__(self, units: Node, bands: tuple[tuple[Decimal | None, Node], ...]):
        self.units, self.bands = units, bands
        self.kind = bands[0][1].kind

    def _parts(self, at: Context) -> list[tuple[Decimal, Decimal, Decimal | None, Any]] | None:
        """For each band that is reached: units in it, its first unit, its last, its sum."""
        count = self.units.value(at)
        if count is None:
            return None
        parts, below = [], Decimal(0)
        for upper, each in self.bands:
            if count <= below:
                break
            reached = count if upper is None else min(count, upper)
            parts.append((reached - below, below + 1, upper, each.value(at)))
            below = reached if upper is None else upper
        return parts

    def value(self, at: Context) -> Any:
        parts = self._parts(at)
        if parts is None or any(each is None for _, _, _, each in parts):
            return None
        return sum((many * each for many, _, _, each in parts), Decimal(0))

    def words(self, at: Context) -> str:
        said = [
            f"{words.shown(self.kind, each, at.currency)} × {words.number(many)}"
            f" (from the {_ordinal(first)})"
            for many, first, _, each in self._parts(at) or []
            if each
        ]
        return " + ".join(said) or "nothing yet"


def _ordinal(value: Decimal) -> str:
    n = int(value)
    last = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{last}"


@form("table", "else", needs=("rows",))
def _table(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    subject = compile_node(raw["table"], scope, at / "table")
    tests: list[Node] = []
    gives: list[Node] = []
    for item, place in items(raw.get("rows"), at / "rows", "rows"):
        row = keys_of(item, place, "A row", TESTS | _GIVES)
        tests.append(compile_tests(subject, row, scope, place, _GIVES))
        gives.append(compile_node(row.get("gives"), scope, place / "gives", want))
    if not tests:
        (at / "rows").fail("A table needs a row.")
    if "else" in raw:
        gives.append(compile_node(raw["else"], scope, at / "else", want))
    same = same_kind(gives, at)
    other = same[-1] if "else" in raw else None
    return Table(subject, tuple(zip(tests, same, strict=False)), other)


def _column(raw: Any, at: Place) -> Raw:
    """The tests of a column; a plain value is the one that it has to be."""
    return keys_of(raw if isinstance(raw, dict) else {"is": raw}, at, "A column", TESTS)


@form("matrix", needs=("columns", "rows"))
def _matrix(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    if not isinstance(raw["matrix"], list) or len(raw["matrix"]) != 2:
        (at / "matrix").fail("matrix names two values: [down, across].")
    down, across = (
        compile_node(name, scope, at / "matrix" / i) for i, name in enumerate(raw["matrix"])
    )
    columns = tuple(
        compile_tests(across, _column(item, place), scope, place, frozenset())
        for item, place in items(raw.get("columns"), at / "columns", "columns")
    )
    cells: list[Node] = []
    tests: list[Node] = []
    for item, place in items(raw.get("rows"), at / "rows", "rows"):
        row = keys_of(item, place, "A row", TESTS | _GIVES)
        tests.append(compile_tests(down, row, scope, place, _GIVES))
        listed = row.get("gives")
        if not isinstance(listed, list) or len(listed) != len(columns):
            (place / "gives").fail(f"This row needs {len(columns)} values, one for each column.")
        cells += [compile_node(cell, scope, place / "gives", want) for cell in listed]
    if not cells:
        at.fail("A matrix needs columns and rows.")
    same, wide = same_kind(cells, at), len(columns)
    rows = tuple((test, same[i * wide : (i + 1) * wide]) for i, test in enumerate(tests))
    return Matrix(down, across, columns, rows)


def _upper(raw: Any, at: Place) -> Decimal | None:
    """The last unit of a band; None where it has no end."""
    try:
        return None if raw is None else as_number(raw)
    except NotThatKind as error:
        at.fail(f"up_to {error}.")


@form("tiers", needs=("bands",))
def _tiers(raw: Raw, scope: Scope, at: Place, want: Kind | None) -> Node:
    units = compile_node(raw["tiers"], scope, at / "tiers", Kind.NUMBER)
    uppers: list[Decimal | None] = []
    sums: list[Node] = []
    for item, place in items(raw.get("bands"), at / "bands", "bands"):
        band = keys_of(item, place, "A band", frozenset({"up_to", "each"}))
        upper = _upper(band.get("up_to"), place / "up_to")
        if uppers and uppers[-1] is None:
            place.fail("The band above has no upper end, so this one is never reached.")
        if upper is not None and uppers and uppers[-1] is not None and upper <= uppers[-1]:
            (place / "up_to").fail("Bands should rise.")
        uppers.append(upper)
        sums.append(compile_node(band.get("each"), scope, place / "each", want))
    if not sums:
        (at / "bands").fail("tiers need a band.")
    return Tiers(units, tuple(zip(uppers, same_kind(sums, at), strict=True)))
