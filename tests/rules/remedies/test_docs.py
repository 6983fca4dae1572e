"""Every example of docs/remedies.md does what it says."""

import re
from pathlib import Path

import pytest

from remedies.facts import Kind
from remedies.rules import load_policy
from remedies.rules.language.cases import check_cases
from remedies.rules.language.compiling import FORMS, MODIFIER_KEYS
from remedies.rules.language.conditions import TESTS
from remedies.rules.language.counting import STEPS
from remedies.rules.language.declaring import FACT_KEYS
from remedies.rules.language.modifiers import ROUNDINGS
from remedies.rules.language.nodes import BUILT_IN
from remedies.rules.language.parsing import POLICY_KEYS
from remedies.rules.language.ruling import OPTION_KEYS, RANGE_KEYS, RULE_KEYS
from remedies.rules.language.schema import check_schema
from tests.oracle.remedies import run

DOCS = Path(__file__).parents[3] / "docs" / "remedies.md"
TEXT = DOCS.read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL)


def whole(example: str) -> str:
    """An example as a policy of its own."""
    return example if example.startswith("policy:") else f"policy: example\n{example}"


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_gives_what_its_cases_say(example: str) -> None:
    policy = load_policy(whole(example))
    assert policy.cases
    assert check_cases(policy) == {}
    assert check_schema(whole(example)) == []


def test_the_example_of_a_file_of_cases_is_judged_by_the_policy_that_is_given(
    tmp_path: Path,
) -> None:
    (policy,) = [one for one in EXAMPLES if one.startswith("policy: late-parcel")]
    (cases,) = [one for one in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL) if "regime" in one]
    (tmp_path / "policy.yaml").write_text(policy, encoding="utf-8")
    (tmp_path / "cases.json").write_text(cases.replace("late-parcel", "any"), encoding="utf-8")
    assert run([tmp_path / "cases.json"], pack=tmp_path / "policy.yaml") == (2, [])


def test_every_word_of_the_language_is_explained() -> None:
    words = {*FORMS, *MODIFIER_KEYS, *ROUNDINGS}
    assert {word for word in words if f"{word}" not in TEXT} == set()


INDEX = set(re.findall(r"`([a-z_]+)`", TEXT.split("## Every word\n")[1].split("\n## ")[0]))


def test_the_index_has_every_word_that_a_policy_may_hold() -> None:
    words = {
        *FORMS, *MODIFIER_KEYS, *ROUNDINGS, *POLICY_KEYS, *FACT_KEYS, *RULE_KEYS, *RANGE_KEYS,
        *OPTION_KEYS, *TESTS, *Kind, *BUILT_IN, *STEPS,
    }  # fmt: skip
    for form in FORMS.values():
        words |= form.beside
    assert {str(word) for word in words} - INDEX == set()
