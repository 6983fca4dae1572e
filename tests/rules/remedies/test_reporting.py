"""How complaints count in published returns."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remedies.rules.reporting import (
    Reported,
    TimeBand,
    is_timely,
    reported_as,
    share_upheld,
    time_band,
    total_redress,
)
from tests.oracle import reporting as oracle
from tests.oracle.__main__ import main
from tickets.rules import Outcome

DATA = Path(__file__).parents[2] / "data" / "reporting"
SUMS = st.decimals(min_value=0, max_value=100_000, places=2)


@pytest.mark.parametrize("name", ["published.json", "own.json"])
def test_every_case_passes(name: str) -> None:
    passed, failures = oracle.run([DATA / name])
    assert [str(failure) for failure in failures] == []
    assert passed >= 6


def test_every_shared_case_passes(shared: Path) -> None:
    passed, failures = oracle.run([shared / "standards" / "reporting_cases.json"])
    assert [str(failure) for failure in failures] == []
    assert passed >= 6


def test_the_command_says_what_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (DATA / "published.json").read_text().replace('"398.40"', '"398.41"')
    (tmp_path / "broken.json").write_text(text)
    assert main(["reporting", str(tmp_path / "broken.json")]) == 1
    out = capsys.readouterr().out
    assert (
        "cl-disp-09: expected {'total_redress': '398.41'}, got {'total_redress': '398.40'}" in out
    )
    assert out.endswith("5 passed, 1 failed\n")


def test_a_return_that_nobody_knows_is_a_failing_line(tmp_path: Path) -> None:
    path = tmp_path / "cases.json"
    path.write_text('{"cases": [{"id": "x", "regime": "moon", "inputs": {}, "expected": {}}]}')
    passed, failures = oracle.run([path])
    assert (passed, str(failures[0])) == (0, "x: expected {}, got 'no return for moon'")


@given(SUMS)
def test_no_goodwill_turns_a_rejection(goodwill: Decimal) -> None:
    assert reported_as("rejected", goodwill=goodwill) is Reported.REJECTED
    assert reported_as(Outcome.NOT_UPHELD, goodwill=goodwill) is Reported.REJECTED
    assert reported_as(Outcome.PARTLY_UPHELD, goodwill=goodwill) is Reported.UPHELD


@given(st.integers(0, 400))
def test_bands_follow_each_other(days: int) -> None:
    order = list(TimeBand)
    assert order.index(time_band(days + 1)) - order.index(time_band(days)) in {0, 1}


@given(st.lists(st.tuples(st.sampled_from(["goodwill", "interest", "claim_settlement"]), SUMS)))
def test_redress_is_never_more_than_what_was_paid(paid: list[tuple[str, Decimal]]) -> None:
    total = total_redress(paid)
    assert total == sum((amount for kind, amount in paid if kind != "claim_settlement"), Decimal(0))


@pytest.mark.parametrize("finding", ["", "upheldish", "UPHELD"])
def test_an_unknown_finding_is_said(finding: str) -> None:
    with pytest.raises(ValueError, match="A finding is one of"):
        reported_as(finding)


def test_sums_and_days_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="below zero"):
        reported_as("rejected", goodwill=-1)
    with pytest.raises(ValueError, match="below zero: goodwill"):
        total_redress([("goodwill", Decimal(-1))])
    with pytest.raises(ValueError, match="before it came in"):
        time_band(-1)


def test_shares_and_times_at_their_edges() -> None:
    assert share_upheld({}) is None
    assert share_upheld({Reported.UPHELD: 1, Reported.REJECTED: 3, None: 9}) == 0.25
    assert is_timely(15)
    assert not is_timely(16)
    assert is_timely(15, final_day=60)
