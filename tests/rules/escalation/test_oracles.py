"""Results that other projects state, and random ones of a brute-force reference."""

from pathlib import Path

import pytest

from tests.oracle import clocks, options, worktime
from tests.oracle.__main__ import main, oracles

DATA = Path(__file__).resolve().parents[2] / "data" / "oracle"


@pytest.mark.parametrize("name", ["calendar.json", "random.json"])
def test_every_vector_of_calendar_arithmetic_agrees(name: str) -> None:
    passed, failures = worktime.run([DATA / name])
    assert not failures, "\n".join(map(str, failures))
    assert passed > 200


def test_every_vector_of_deadline_clocks_agrees() -> None:
    passed, failures = clocks.run([DATA / "clock.json"])
    assert not failures, "\n".join(map(str, failures))
    assert passed == 90


@pytest.mark.parametrize("name", ["calendar.json", "random.json", "clock.json"])
def test_the_whole_shared_oracle_agrees(shared: Path, name: str) -> None:
    judge = clocks if name == "clock.json" else worktime
    _, failures = judge.run([shared / "oracle" / name])
    assert not failures, "\n".join(map(str, failures))


def test_the_command_prints_the_count_and_succeeds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clocks", str(DATA / "clock.json"), "--core"]) == 0
    assert capsys.readouterr().out.endswith("76 passed, 0 failed\n")


def test_the_command_names_what_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (DATA / "clock.json").read_text()
    broken = text.replace('"first_response_minutes":270', '"first_response_minutes":271', 1)
    (tmp_path / "broken.json").write_text(broken)
    assert main(["clocks", str(tmp_path / "broken.json")]) == 1
    out = capsys.readouterr().out
    assert "clk-zammad-0003" in out
    assert "89 passed, 1 failed" in out


def test_an_oracle_is_found_by_its_module() -> None:
    assert {"worktime", "clocks"} <= set(oracles())


@pytest.mark.parametrize("name", ["calendar.json", "clock.json"])
def test_every_other_semantics_is_offered_or_has_its_reason(name: str) -> None:
    lines = options.remarks([DATA / name])
    assert len(lines) > 3
    assert not [line for line in lines if "no reason" in line]
