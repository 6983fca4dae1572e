"""Working time and clocks against a second reckoning that shares no code with them."""

import datetime as dt
import json
from pathlib import Path

import pytest

from tests.oracle import clocks, deadlines, worktime
from tests.oracle.fresh import ZONES, Maker, document, main, walked
from tests.oracle.fresh_clocks import histories
from tests.oracle.fresh_deadlines import RULES
from tests.oracle.fresh_deadlines import deadlines as cases

DATA = Path(__file__).resolve().parents[2] / "data" / "oracle"


def judged(judge: object, made: list[dict[str, object]], folder: Path) -> list[str]:
    """What fails of the vectors made."""
    path = folder / "fresh.json"
    path.write_text(document(made, "fresh"))
    return [str(failure) for failure in judge.run([path])[1]]  # type: ignore[attr-defined]


@pytest.mark.parametrize("seed", [20261121, 7])
def test_working_time_agrees_with_painted_seconds(seed: int, tmp_path: Path) -> None:
    made = Maker(seed).vectors(200)
    assert len({vector["op"] for vector in made}) == 14
    assert not judged(worktime, made, tmp_path)


@pytest.mark.parametrize("seed", [20261121, 7])
def test_clocks_agree_with_counted_seconds(seed: int, tmp_path: Path) -> None:
    made = histories(seed, 30)
    assert any(vector["expected"]["paused_seconds"] for vector in made)
    assert not judged(clocks, made, tmp_path)


@pytest.mark.parametrize("seed", [20261121, 7])
def test_deadlines_of_law_agree_with_days_counted_one_by_one(seed: int, tmp_path: Path) -> None:
    made = cases(seed, 250)
    assert {case["regime"] for case in made} == {rule.regime for rule in RULES} | {"nobody"}
    path = tmp_path / "fresh.json"
    path.write_text(document(made, "fresh", "cases"))
    passed, failures = deadlines.run([path])
    assert (passed, list(map(str, failures))) == (250, [])


def test_the_second_reckoning_agrees_with_published_random_results() -> None:
    vectors = json.loads((DATA / "random.json").read_text())["vectors"]
    for vector in [v for v in vectors if v["op"] in ("add", "subtract")][:60]:
        start = dt.datetime.fromisoformat(vector["start"])
        walker = walked(vector["calendar"], start)
        got = getattr(walker, vector["op"])(start, vector["seconds"]).astimezone(dt.UTC)
        assert got == dt.datetime.fromisoformat(vector["expected"]).astimezone(dt.UTC), vector["id"]


def test_a_wrong_answer_is_noticed(tmp_path: Path) -> None:
    made = [v for v in Maker(3).vectors(40) if v["op"] == "elapsed"]
    for vector in made:
        vector["expected"] += 1
    assert len(judged(worktime, made, tmp_path)) == len(made)


def test_the_command_writes_a_file_that_the_oracle_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["calendar", "5", "20"])
    path = tmp_path / "made.json"
    path.write_text(capsys.readouterr().out)
    assert worktime.run([path]) == (20, [])


def test_fresh_vectors_ask_for_every_option_of_working_time() -> None:
    made = Maker(2).vectors(500)
    asked = {pair for vector in made for pair in vector["semantics"].items()}
    assert {"boundary", "count", "closing_instant", "dst", "nonworking_origin", "reversed",
            "time_of_day", "zero"} == {key for key, _ in asked}  # fmt: skip


def test_the_zones_are_more_than_sixty_five() -> None:
    assert len(set(ZONES)) >= 65
