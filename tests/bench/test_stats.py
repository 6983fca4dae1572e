"""From timings to numbers."""

import pytest

from bench.plan import FULL, QUICK, last_page, open_of
from bench.report import Check, Line, Section, markdown_table, number, section_markdown
from bench.stats import Series, percentile, ratio, verdict


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100), (0.0, 1)]
)
def test_a_percentile_is_the_nearest_rank(share: float, expected: int) -> None:
    assert percentile(list(range(100, 0, -1)), share) == expected


def test_nothing_has_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_a_series_gives_the_median_round_and_percentiles_of_all_pieces() -> None:
    series = Series()
    series.add([0.1] * 10, elapsed=1.0)
    series.add([0.1] * 30, elapsed=1.0)
    series.add([0.1] * 19 + [9.0], elapsed=1.0)
    assert series.per_second == 20
    assert series.spread == 1.0
    assert series.p50 == 0.1
    assert series.p95 == 0.1
    assert max(series.latencies) == 9.0


@pytest.mark.parametrize(
    ("reached", "aim", "words"),
    [
        (0.5, 0.5, "≥ 0.5: reached"),
        (0.496, 0.5, "≥ 0.5: reached"),  # as the table shows it: 0.50
        (0.494, 0.5, "≥ 0.5: missed"),
        (3.0, None, ""),
    ],
)
def test_a_verdict_says_aim_and_outcome(reached: float, aim: float | None, words: str) -> None:
    assert verdict(reached, aim) == words


def test_a_ratio_to_nothing_is_nothing() -> None:
    assert ratio(5, 0) == 0
    assert ratio(5, 10) == 0.5


@pytest.mark.parametrize(
    ("value", "words"), [(0.351, "0.35"), (4.516, "4.52"), (83.14, "83.1"), (1204.4, "1,204")]
)
def test_numbers_show_what_counts(value: float, words: str) -> None:
    assert number(value) == words


def test_the_sizes_have_the_pages_that_are_measured() -> None:
    assert last_page(FULL.many) >= FULL.deep_page == 1_000
    assert last_page(QUICK.many) >= QUICK.deep_page
    assert open_of(FULL.many) == 60_000


def test_a_section_is_a_table_with_ratios_and_verdicts() -> None:
    ours, limit = Series(), Series()
    ours.add([0.01] * 60, elapsed=1.0)
    limit.add([0.005] * 100, elapsed=1.0)
    section = Section("Pages", "How.", [Line("page 1", 1, ours, limit, 0.6)])
    section.checks.append(Check("deep", 0.95, 0.9))
    text = section_markdown(section)
    cells = [[cell.strip() for cell in line.split("|")] for line in text.splitlines()]
    row = next(row for row in cells if "page 1" in row)
    assert row[1:6] == ["page 1", "1", "60.0", "10.0", "10.0"]
    assert row[9:11] == ["0.60", "≥ 0.6: reached"]
    assert ["", "deep", "0.95", "≥ 0.9: reached", ""] in cells
    assert text.startswith("## Pages\n\nHow.\n\n| ")


def test_tables_are_aligned_in_the_source_too() -> None:
    lines = markdown_table([["a", "number"], ["long words", "1"]]).splitlines()
    assert len({len(line) for line in lines}) == 1
