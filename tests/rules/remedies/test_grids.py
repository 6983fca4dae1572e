"""Matrices and tables as grids, and cells in which more harm pays less."""

from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from remedies.rules import load_policy
from remedies.rules.editing.grids import Grid, Reader, grids_in
from remedies.rules.editing.ordering import in_order
from remedies.rules.editing.text import Parts

PACKS = Path(__file__).parents[3] / "remedies" / "packs"
GENERAL = (PACKS / "general.yaml").read_text(encoding="utf-8")


def grid_of(text: str, *path: str | int) -> Grid:
    """The first grid of a part of a policy, with what breaks its order."""
    reader = Reader.of(Parts(text), load_policy(text))
    return in_order(next(grids_in(reader, path)))


def matrix(text: str = GENERAL) -> Grid:
    """The matrix of the general policy."""
    return grid_of(text, "values", "base_distress")


def with_cell(row: int, column: int, value: str) -> Grid:
    """The matrix with another sum in one cell."""
    from remedies.rules.editing.text import replace

    path = ("values", "base_distress", "rows", row, "gives", column)
    return matrix(replace(GENERAL, path, value))


def test_a_matrix_names_its_sides_and_lines() -> None:
    grid = matrix()
    assert (grid.name, grid.down.name, grid.across.name) == ("base_distress", "pain", "loss")
    assert grid.across.lines == ("none", "to £20", "to £100", "to £500", "above")
    assert list(map(str, grid.down.values)) == ["0", "2", "3", "4", "5"]
    assert [cell.text for cell in grid.rows[2]] == ["30", "40", "55", "75", "85"]
    assert (grid.rows[0][0].tint, grid.rows[4][4].tint) == (0, 10)
    assert grid.disorders == ()


def test_the_cell_that_breaks_the_order_is_told_with_both_cases_and_a_way_out() -> None:
    grid = with_cell(3, 3, "70")
    assert grid.wrong == {(3, 3)}
    assert grid.contradicted == {(2, 3), (3, 2)}
    found = grid.disorders[0]
    assert found.title == "More pain pays less, and so does more loss"
    assert found.words == (
        "With a loss to £500, pain 4 gives £70. Pain 3 gives £75, and a loss to £100 gives £90. "
        "From £90 to £120 all is in order."
    )
    assert [str(one) for one in (found.low, found.high, found.suggested)] == ["90", "120", "105"]


def test_a_cell_that_is_too_high_is_told_too() -> None:
    grid = with_cell(0, 0, "400")
    assert grid.wrong == {(0, 0)}
    assert grid.disorders[0].words.endswith("At £5 or less all is in order.")
    assert grid.disorders[0].suggested == 5


TABLE = """
policy: p
currency: EUR
facts:
  delay: {type: number, unit: hour, more: worse}
  notice: {type: number, more: better}
  size: {type: choice, choices: [small, large]}
rules:
  - rule: A
    gives: credit
    amount:
      table: delay
      rows: [{below: 3, gives: 10}, {below: 5, gives: 5}]
      else: 20
  - rule: B
    gives: credit
    range:
      table: notice
      rows: [{at_most: 1, gives: {from: 10, to: 20}}, {above: 1, gives: {from: 15, to: open}}]
  - rule: C
    gives: credit
    amount: {table: size, rows: [{is: large, gives: 1}, {is: small, gives: 2}]}
"""


def test_tables_are_grids_of_one_column_and_ranges_of_two() -> None:
    grid = grid_of(TABLE, "rules", 0)
    assert grid.down.lines == ("under 3 hours", "under 5 hours", "all others")
    assert [cell.text for row in grid.rows for cell in row] == ["10", "5", "20"]
    ranges = grid_of(TABLE, "rules", 1)
    assert ranges.across.lines == ("from", "to")
    assert [cell.text for cell in ranges.rows[1]] == ["15", "open"]
    assert ranges.rows[1][1].value is None


def test_less_notice_is_worse_and_choices_have_no_order() -> None:
    late_notice = grid_of(TABLE, "rules", 1)
    assert late_notice.disorders[0].title == "Less notice pays less"
    assert "open" not in late_notice.disorders[0].words
    assert grid_of(TABLE, "rules", 2).disorders == ()
    delayed = grid_of(TABLE, "rules", 0)
    assert delayed.disorders[0].title == "More delay pays less"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=3, max_size=3))
def test_a_grid_is_in_order_where_no_cell_is_told_and_taking_every_way_out_ends(
    sums: list[list[int]],
) -> None:
    def text_of(rows: list[list[int]]) -> str:
        lines = ", ".join(f"{{at_most: {i + 1}, gives: {row}}}" for i, row in enumerate(rows))
        return (
            "policy: p\ncurrency: GBP\nfacts: {pain: number, loss: money}\n"
            "rules:\n  - rule: A\n    gives: credit\n    amount:\n      matrix: [pain, loss]\n"
            "      columns: [{at_most: 1}, {at_most: 2}, {at_most: 3}]\n"
            f"      rows: [{lines}]\n"
        )

    grid = grid_of(text_of(sums), "rules", 0)
    rising = all(
        sums[i][j] >= sums[k][m]
        for i in range(3)
        for j in range(3)
        for k in range(i + 1)
        for m in range(j + 1)
    )
    assert (not grid.disorders) is rising
    for _ in range(9):
        if not grid.disorders:
            break
        one = grid.disorders[0]
        assert one.low is None or one.high is None or one.low <= one.suggested <= one.high
        row, column = one.at
        sums[row][column] = one.suggested  # type: ignore[call-overload]
        cells = [[Decimal(str(cell)) for cell in line] for line in sums]
        grid = grid_of(text_of(cells).replace("Decimal('", "").replace("')", ""), "rules", 0)  # type: ignore[arg-type]
    assert grid.disorders == ()
