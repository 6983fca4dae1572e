"""Files that an oracle cannot read as they are: one clear line each, and the rest is judged."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.__main__ import main

OFFICE = {"tz": "UTC", "hours": {"mon": [["09:00", "17:00"]]}}
GOOD = {
    "id": "good", "calendar": OFFICE, "op": "is_open", "at": "2026-11-23T10:00:00+00:00",
    "expected": True, "core": True,
}  # fmt: skip
CREATED = {"at": "2026-11-23T10:00:00+00:00", "type": "created", "by": "customer"}
HISTORY = {
    "id": "good", "calendar": OFFICE, "targets": {"resolution": 60}, "events": [CREATED],
    "expected": {"resolution_due": "2026-11-23T11:00:00+00:00"}, "core": True,
}  # fmt: skip
DEADLINE = {
    "id": "good", "regime": "fca-disp", "expected": {"due_date": "2025-03-05"},
    "inputs": {"clock": "final_response", "received": "2025-01-08", "rule": "8 weeks"},
}  # fmt: skip


@pytest.fixture
def judge(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[[str, object], tuple[int, str]]:
    """Runs an oracle over a document; gives the exit code and what it printed."""

    def run(oracle: str, document: object) -> tuple[int, str]:
        path = tmp_path / "odd.json"
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return main([oracle, str(path)]), capsys.readouterr().out

    return run


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        ({"op": "juggle"}, "there is no operation 'juggle'"),
        ({"op": None}, "there is no operation None"),
        ({"calendar": None}, "TypeError"),
        ({"calendar": {"tz": "Europe/Atlantis", "hours": {}}}, "Europe/Atlantis"),
        ({"calendar": {**OFFICE, "hours": {"mon": [["9", "17"]]}}}, "'9' is no time of day"),
        ({"calendar": {**OFFICE, "lunch": 1}, "expected": False}, "not known of a calendar: lunch"),
        ({"at": "yesterday"}, "yesterday"),
        ({"at": None}, "TypeError"),
        ({"op": "add", "start": GOOD["at"]}, "there is no 'seconds'"),
        ({"op": "add", "start": GOOD["at"], "seconds": "many"}, "seconds"),
        ({"op": "add", "start": GOOD["at"], "seconds": 1, "calendar": {"tz": "UTC"}}, "no working"),
        ({"op": "add", "start": GOOD["at"], "seconds": 1, "semantics": {"boundary": "x"}}, "'x'"),
        ({"semantics": [1]}, "AttributeError"),
    ],
)  # fmt: skip
def test_an_odd_vector_is_one_failing_line(judge: Any, odd: dict[str, object], said: str) -> None:
    code, out = judge("worktime", {"vectors": [{**GOOD, "id": "odd", **odd}, GOOD]})
    assert code == 1
    assert out.splitlines()[0].startswith("odd: expected ")
    assert said in out.splitlines()[0]
    assert out.endswith("1 passed, 1 failed\n")


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        ({"events": []}, "no event to start from"),
        ({"events": [{**CREATED, "type": "exploded"}]}, "there is no event 'exploded'"),
        ({"targets": {"dance": 5}}, "there is no target 'dance'"),
        ({"targets": {"resolution": "soon"}}, "TypeError"),
        ({"expected": {"resolution_mood": "good"}}, "'resolution_mood' cannot be asked"),
        ({"expected": {"dance_due": None}}, "there is no target 'dance'"),
        (
            {
                "steps": [{"id": "a", "of": "dance", "offset_minutes": 1}],
                "expected": {"escalation_at": {}},
            },
            "dance",
        ),
        ({"calendar": {}}, "calendar cannot be read"),
    ],
)
def test_an_odd_history_is_one_failing_line(judge: Any, odd: dict[str, object], said: str) -> None:
    code, out = judge("clocks", {"vectors": [{**HISTORY, "id": "odd", **odd}, HISTORY]})
    assert (code, said in out.splitlines()[0]) == (1, True), out
    assert out.endswith("1 passed, 1 failed\n")


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        ({"regime": "mars-2040", "inputs": {"clock": "x", "received": "2025-01-08"}}, "mars-2040"),
        ({"regime": None, "inputs": {"received": "2025-01-08"}}, "no rule for"),
        ({"inputs": {"clock": "final_response"}}, "no date to start from"),
        ({"inputs": None}, "'NoneType' object"),
        ({"inputs": {**DEADLINE["inputs"], "timezone": "Mars/Olympus"}}, "Mars/Olympus"),  # type: ignore[dict-item]
        ({"expected": {"due_date": "someday"}}, "2025-03-05"),
    ],
)
def test_an_odd_case_is_one_failing_line(judge: Any, odd: dict[str, object], said: str) -> None:
    code, out = judge("deadlines", {"cases": [{**DEADLINE, "id": "odd", **odd}, DEADLINE]})
    assert (code, said in out.splitlines()[0]) == (1, True), out
    assert out.endswith("1 passed, 1 failed\n")


@pytest.mark.parametrize(
    "odd", [{"regime": "mars-2040"}, {"regime": "../x"}, {"inputs": None}, {"inputs": {"a": 1}}, {}]
)
def test_an_odd_remedy_is_one_failing_line(judge: Any, odd: dict[str, object]) -> None:
    case = {
        "id": "odd",
        "regime": "ofcom-auto-compensation",
        "inputs": {},
        "expected": {"amount": 1},
    }
    code, out = judge("remedies", {"cases": [{**case, **odd}]})
    assert (code, out.startswith("odd: ")) == (1, True), out


@pytest.mark.parametrize("oracle", ["worktime", "clocks", "deadlines", "remedies"])
@pytest.mark.parametrize(
    "document",
    ["", "no JSON", "[1]", '{"about": {}}', '{"vectors": 5, "cases": 5}', '"text"',
     '{"vectors": [null], "cases": [null]}', '{"vectors": [{}], "cases": [{}]}'],
)  # fmt: skip
def test_a_file_that_is_none_is_one_failing_line(judge: Any, oracle: str, document: str) -> None:
    code, out = judge(oracle, document)
    assert (code, out.endswith("0 passed, 1 failed\n")) == (1, True), out


def test_a_missing_file_is_one_failing_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["worktime", "nowhere.json"]) == 1
    assert capsys.readouterr().out.startswith("nowhere.json: expected 'a file of JSON'")
