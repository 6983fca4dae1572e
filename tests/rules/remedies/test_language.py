"""Each primitive of the policy language, and regimes that no pack covers, as policies with cases.

Those of the rehearsal are written from general knowledge of their regimes, to see what the language
can say; they are not statements about the law.
"""

from pathlib import Path

import pytest

from remedies.rules import load_policy
from remedies.rules.checks.soundness import check_soundness
from remedies.rules.language.cases import check_cases
from remedies.rules.language.parsing import compile_policy
from remedies.rules.language.schema import check_schema
from remedies.rules.language.source import read_source

FOLDER = Path(__file__).parents[2] / "data" / "policies"
POLICIES = sorted([*FOLDER.glob("*/*.yaml"), *FOLDER.glob("*/*.json")])
REHEARSED = [path for path in POLICIES if path.parent.name == "rehearsal"]


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_policy_gives_what_its_cases_say_and_fits_the_schema(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    policy = load_policy(text)
    assert policy.name == path.stem
    assert policy.cases
    assert check_cases(policy) == {}
    assert check_schema(text) == []


@pytest.mark.parametrize("path", REHEARSED, ids=lambda path: path.stem)
def test_nothing_is_wrong_with_a_rehearsed_regime(path: Path) -> None:
    source = read_source(path.read_text(encoding="utf-8"))
    found = check_soundness(source, compile_policy(source), budget=3_000)
    assert [str(finding) for finding in found if finding.is_wrong] == []
