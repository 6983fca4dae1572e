"""The shipped policies keep their own cases and the published ones."""

import os
from pathlib import Path

import pytest

from remedies.rules import load_policy
from remedies.rules.cases import check_cases
from tests.oracle import remedies as oracle

ROOT = Path(__file__).parents[3]
PACKS = sorted((ROOT / "remedies" / "packs").glob("*.yaml"))
SHARED = Path(os.environ.get("AMENDS_SHARED") or ROOT.parent / "shared")


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.stem)
def test_a_pack_is_called_as_its_file_and_keeps_its_cases(pack: Path) -> None:
    policy = load_policy(pack.read_text())
    assert policy.name == pack.stem
    assert policy.cases
    assert check_cases(policy) == {}


def test_every_published_case_passes() -> None:
    path = SHARED / "standards" / "remedy_cases.json"
    if not path.is_file():
        pytest.skip(f"NO SHARED CASES at {path}: set AMENDS_SHARED to the folder")
    passed, failures = oracle.run([path])
    assert [str(failure) for failure in failures] == []
    assert passed >= 48


def test_a_regime_without_a_pack_is_a_failure_and_not_a_crash(tmp_path: Path) -> None:
    cases = tmp_path / "cases.json"
    cases.write_text(
        '{"cases": [{"id": "x-1", "regime": "nowhere", "inputs": {}, "expected": {}}]}'
    )
    passed, failures = oracle.run([cases])
    assert passed == 0
    assert "no pack for nowhere" in str(failures[0])
