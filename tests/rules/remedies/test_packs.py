"""The shipped policies keep their own cases and the published ones."""

import os
from pathlib import Path

import pytest

from remedies.rules import load_policy
from remedies.rules.language.cases import check_cases
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


def test_a_failing_case_tells_what_was_not_read_and_what_is_missing(tmp_path: Path) -> None:
    cases = tmp_path / "cases.json"
    cases.write_text(
        '{"cases": [{"id": "x-1", "regime": "ca-appr", "inputs": {"event": "delay", "late": 5},'
        ' "expected": {"amount": "400.00"}}]}'
    )
    _, (failure,) = oracle.run([cases])
    assert "not read: late; missing: arrival_delay_min" in str(failure)


def test_a_pack_that_is_not_there_is_told_once(tmp_path: Path) -> None:
    cases = tmp_path / "cases.json"
    cases.write_text('{"cases": [{"id": "x-1", "inputs": {}, "expected": {}}]}')
    passed, (failure,) = oracle.run([cases], pack=tmp_path / "none.yaml")
    assert passed == 0
    assert "there is no such file" in str(failure)


def test_a_regime_of_ones_own_is_run_with_its_forms_and_parts(tmp_path: Path) -> None:
    pack, cases = tmp_path / "own.yaml", tmp_path / "cases.json"
    pack.write_text(
        "policy: own\ncurrency: EUR\nfacts: {price: money, late: yes_no}\nrules:\n"
        "  - {rule: A, gives: compensation, amount: {percent: 50, of: price}, form: cash,\n"
        "     options: [{form: voucher, amount: {percent: 75, of: price}}]}\n"
        "  - {rule: B, gives: compensation, when: late, amount: 10, form: cash}\n"
    )
    options = '[{"form": "cash", "amount": "20.00"}, {"form": "voucher", "amount": "30.00"}]'
    cases.write_text(
        '{"cases": [{"id": "own-1", "regime": "own", "inputs": {"price": "40.00", "late": true},'
        ' "expected": {"eligible": true, "currency": "EUR", "amount": "30.00", "form": "cash",'
        f' "options": {options}, "parts": {{"delay": "20.00", "late": "10.00"}}}}}}]}}'
    )
    assert oracle.run([cases], pack=pack) == (1, [])
