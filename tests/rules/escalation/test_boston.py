"""Due times that the City of Boston gave. Skipped where the data is absent."""

import datetime as dt
from pathlib import Path

import pytest

from tests.oracle import boston
from tests.oracle.__main__ import main
from tests.oracle.boston_report import page, reasons

PAGE = Path(__file__).resolve().parents[3] / "docs" / "boston.md"


@pytest.fixture
def records(shared: Path) -> Path:
    """The file of real due times."""
    path = shared / "data" / "boston311_deadlines.csv.gz"
    if not path.is_file():
        pytest.skip(f"NO BOSTON RECORDS at {path}")
    return path


def test_due_times_agree_with_the_citys_as_often_as_is_known(records: Path) -> None:
    agreeing, failures = boston.run([records])
    assert not failures, "\n".join(map(str, failures))
    assert agreeing > 1000


def test_every_short_type_alone_reaches_the_known_rate_in_whole_percents(records: Path) -> None:
    judged = boston.cases([records], boston.STATED)
    if len(judged) != 1512:
        pytest.skip("OTHER BOSTON RECORDS than those of the page")
    shares = dict(boston.short_rates(judged))
    assert len(shares) == 8
    assert not {name: share for name, share in shares.items() if round(share, 2) < 0.96}


def test_a_holiday_on_a_saturday_moves_to_no_friday_and_one_on_a_sunday_to_monday() -> None:
    closed = set(boston.holidays())
    assert dt.date(2020, 7, 3) not in closed
    assert {dt.date(2021, 7, 5), dt.date(2024, 4, 15), dt.date(2015, 12, 25)} <= closed


def test_every_disagreement_has_an_explanation_and_none_is_our_arithmetic(records: Path) -> None:
    judged = boston.cases([records], boston.STATED)
    counts = {why: len(mine) for why, mine in reasons(judged)}
    assert sum(counts.values()) == sum(not case.agrees for case in judged)
    assert counts.get(boston.Why.BY_HAND, 0) < 0.005 * len(judged)


def test_the_page_is_what_the_command_makes(records: Path) -> None:
    text, made = PAGE.read_text(encoding="utf-8"), page([records])
    if f"\n{len(boston.cases([records])):,} closed cases" not in text:
        pytest.skip("OTHER BOSTON RECORDS than those of the page")
    assert text == made


def test_the_command_says_how_many_agree(
    records: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["boston", str(records), "--report", str(tmp_path / "page.md")]) == 0
    assert "due times agree" in capsys.readouterr().out
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == page([records])


def test_a_due_time_at_closing_is_shown_as_the_next_opening() -> None:
    opened = boston.office().resolve(dt.datetime(2024, 6, 4, 19, 30))  # noqa: DTZ001 - a wall clock
    due = boston.shown(boston.Promise(1), opened, boston.office())
    assert boston.office().local(due).isoformat() == "2024-06-06T08:30:00-04:00"
