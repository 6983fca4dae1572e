"""Every example of docs/remedies.md does what it says."""

import re
from pathlib import Path

import pytest

from remedies.rules import load_policy
from remedies.rules.cases import check_cases
from remedies.rules.compiling import FORMS, MODIFIER_KEYS
from remedies.rules.modifiers import ROUNDINGS
from remedies.rules.schema import check_schema

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


def test_every_word_of_the_language_is_explained() -> None:
    words = {*FORMS, *MODIFIER_KEYS, *ROUNDINGS}
    assert {word for word in words if f"{word}" not in TEXT} == set()
