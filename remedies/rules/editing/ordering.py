"""Cells of a grid in which more harm pays less, and the sums that would keep the order. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from remedies.rules.editing.grids import Axis, Disorder, Grid
from remedies.rules.language.words import money, number


def in_order(grid: Grid) -> Grid:
    """The grid with every cell that breaks the order."""
    return replace(grid, disorders=tuple(_disorders(grid)))


def _disorders(grid: Grid) -> Iterator[Disorder]:
    """Cells that pay less than one with less harm, as few as explain all that is out of order."""
    places = _ranked(grid)
    clashes = {
        (low, high)
        for low in places
        for high in places
        if low != high and _below(places[low], places[high]) and _sum(grid, low) > _sum(grid, high)
    }
    blamed: list[tuple[int, int]] = []
    while clashes:
        counts: dict[tuple[int, int], int] = {}
        for pair in clashes:
            for at in pair:
                counts[at] = counts.get(at, 0) + 1
        worst = max(counts, key=lambda at: (counts[at], places[at]))
        blamed.append(worst)
        clashes = {pair for pair in clashes if worst not in pair}
    for at in sorted(blamed):
        yield _disorder(grid, at, places, frozenset(blamed))


def _ranked(grid: Grid) -> dict[tuple[int, int], tuple[int, int]]:
    """Cells with a plain sum → how far they are along each side, from the least harm."""
    found = {}
    for i, row in enumerate(grid.rows):
        for j, cell in enumerate(row):
            if cell.value is None or (grid.down.sign and i not in grid.down.order):
                continue
            down = grid.down.order.index(i) if grid.down.sign else -i - 1
            across = grid.across.order.index(j) if grid.across.sign else -j - 1
            found[i, j] = (down, across)
    return found


def _below(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether nothing is worse in `one`. Lines without an order (below 0) are only themselves."""
    for mine, theirs in zip(one, other, strict=True):
        if (mine < 0 or theirs < 0) and mine != theirs:
            return False
        if mine > theirs:
            return False
    return True


def _sum(grid: Grid, at: tuple[int, int]) -> Decimal:
    return grid.rows[at[0]][at[1]].value or Decimal(0)


def _disorder(
    grid: Grid,
    at: tuple[int, int],
    places: Mapping[tuple[int, int], tuple[int, int]],
    blamed: frozenset[tuple[int, int]],
) -> Disorder:
    own = _sum(grid, at)
    sound = [other for other in places if other not in blamed]
    less = [other for other in sound if _below(places[other], places[at])]
    more = [other for other in sound if _below(places[at], places[other])]
    low = max((_sum(grid, other) for other in less), default=None)
    high = min((_sum(grid, other) for other in more), default=None)
    against = [o for o in less if _sum(grid, o) > own] + [o for o in more if _sum(grid, o) < own]
    nearest = _nearest(at, against)
    return Disorder(
        at,
        nearest,
        _title(grid, at, nearest),
        _words(grid, at, nearest, low, high),
        low,
        high,
        _between(low, high, own),
    )


def _nearest(
    at: tuple[int, int], against: Sequence[tuple[int, int]]
) -> tuple[tuple[int, int], ...]:
    """Of the contradicted cells the nearest in its column and the nearest in its row, else one."""
    column = [other for other in against if other[1] == at[1]]
    row = [other for other in against if other[0] == at[0]]
    found = [
        min(group, key=lambda other: abs(other[0] - at[0]) + abs(other[1] - at[1]))
        for group in (column, row)
        if group
    ]
    if not found and against:
        found = [min(against, key=lambda o: abs(o[0] - at[0]) + abs(o[1] - at[1]))]
    return tuple(found)


def _between(low: Decimal | None, high: Decimal | None, own: Decimal) -> Decimal:
    """A sum between the two that keeps the order: the middle, in fives where there is room."""
    if low is None or high is None:
        return low if low is not None else high if high is not None else own
    middle = (low + high) / 2
    for unit in (Decimal(5), Decimal(1)):
        found = (middle / unit).quantize(Decimal(1), rounding=ROUND_HALF_UP) * unit
        if low <= found <= high:
            return found
    return middle


def _title(grid: Grid, at: tuple[int, int], against: Sequence[tuple[int, int]]) -> str:
    """ "More pain pays less, and so does more loss"."""
    sides = []
    for index, axis in enumerate((grid.down, grid.across)):
        if any(other[index] != at[index] for other in against):
            word = "less" if axis.sign < 0 else "more"
            sides.append(f"{word} {'loss' if axis.name == 'loss' else axis.label}")
    if not sides:
        return "It is out of order"
    said = f"{sides[0]} pays less" + (f", and so does {sides[1]}" if len(sides) > 1 else "")
    return said[0].upper() + said[1:]


def _where(axis: Axis, line: int) -> str:
    """A line in a sentence: "pain 4", "a loss to £100", "days late from 3"."""
    words = axis.lines[line]
    if axis.name == "pain" and axis.values[line] is not None:
        return f"pain {number(axis.values[line] or Decimal(0))}"
    if axis.name == "loss":
        beyond = f"above {axis.lines[line - 1].removeprefix('to ')}" if words == "above" else words
        return "no loss" if words == "none" else f"a loss {beyond}"
    return f"{axis.label} {words}"


def _words(
    grid: Grid,
    at: tuple[int, int],
    against: Sequence[tuple[int, int]],
    low: Decimal | None,
    high: Decimal | None,
) -> str:
    """Both cases, and the sums that keep the order."""

    def gives(place: tuple[int, int]) -> str:
        return f"gives {money(_sum(grid, place), grid.currency)}"

    across = f"With {_where(grid.across, at[1])}, " if grid.across.name else ""
    said = f"{across}{_where(grid.down, at[0])} {gives(at)}. "
    others = [
        f"{_where(grid.across, o[1]) if o[0] == at[0] else _where(grid.down, o[0])} {gives(o)}"
        for o in against
    ]
    listed = ", and ".join(others)
    said += f"{listed[:1].upper()}{listed[1:]}. " if listed else ""
    if low is not None and high is not None and low != high:
        span = f"From {money(low, grid.currency)} to {money(high, grid.currency)} all is in order."
    elif low is not None:
        more = "" if high is not None else " or more"
        span = f"At {money(low, grid.currency)}{more} all is in order."
    else:
        span = f"At {money(high or Decimal(0), grid.currency)} or less all is in order."
    return said[0].upper() + said[1:] + span
