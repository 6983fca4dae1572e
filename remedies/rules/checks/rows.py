"""Rows of a table that the rows above them leave nothing to. Pure.

A row changes its mind only at the bounds that stand in the table, so the bounds and their closest
neighbours are all that has to be looked at.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any

from remedies.rules.checks.findings import Finding, Flaw
from remedies.rules.language.source import Path, Source

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "at_least": ge, "above": gt, "at_most": le, "below": lt
}  # fmt: skip
_TESTS = frozenset({*_ORDER, "is", "is_not", "one_of", "none_of"})


def rows_out_of_reach(source: Source) -> Iterator[Finding]:
    """A finding for each row whose values are all taken by rows above it."""
    for path, rows, rule in _tables(source.data, (), ""):
        tests = [_tests(row) for row in rows]
        if any(test is None for test in tests):
            continue
        points = list(_points(tests))
        for index, test in enumerate(tests):
            above = tests[:index]
            if index and not any(
                _holds(test, point) and not any(_holds(one, point) for one in above)
                for point in points
            ):
                said = "This row is never reached: the rows above it take all that it is for."
                line = source.lines.get((*path, index), 0)
                yield Finding(Flaw.UNREACHABLE, said, (rule,) if rule else (), (), line)


def _tables(raw: Any, path: Path, rule: str) -> Iterator[tuple[Path, list[Any], str]]:
    """Every list of rows or columns, where it stands and in which rule."""
    if isinstance(raw, dict):
        rule = str(raw["rule"]) if "rule" in raw and "gives" in raw else rule
        for key, inner in raw.items():
            if key in ("rows", "columns") and isinstance(inner, list):
                yield (*path, key), inner, rule
            yield from _tables(inner, (*path, key), rule)
    elif isinstance(raw, list):
        for index, inner in enumerate(raw):
            yield from _tables(inner, (*path, index), rule)


def _tests(row: Any) -> Mapping[str, Any] | None:
    """The bounds of a row; None where one of them is not a plain value of one kind."""
    found = row if isinstance(row, dict) else {"is": row}
    tests = {key: bound for key, bound in found.items() if key != "gives"}
    for key, bound in tests.items():
        plain = bound if isinstance(bound, list) else [bound]
        if key not in _TESTS or not all(isinstance(one, Decimal) for one in plain):
            return None
    return tests


def _points(tests: list[Any]) -> Iterator[Decimal]:
    """Each bound, and a value close to it on either side."""
    for test in tests:
        for bound in test.values():
            for value in bound if isinstance(bound, list) else [bound]:
                yield from (value - Decimal("0.0001"), value, value + Decimal("0.0001"))


def _holds(test: Any, point: Decimal) -> bool:
    for key, bound in test.items():
        listed = bound if isinstance(bound, list) else [bound]
        if key in _ORDER:
            met = _ORDER[key](point, bound)
        else:
            met = (point in listed) is (key in ("is", "one_of"))
        if not met:
            return False
    return True
