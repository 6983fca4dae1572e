"""The published schema is made from the language, and finds most of what is wrong with a policy."""

import json
from pathlib import Path

import pytest
import yaml

from remedies.errors import PolicyInvalid
from remedies.rules import load_policy
from remedies.rules.language.describing import policy_schema
from remedies.rules.language.schema import PATH, check_schema

PACKS = Path(__file__).parents[3] / "remedies" / "packs"
GENERAL = (PACKS / "general.yaml").read_text(encoding="utf-8")


def test_the_published_schema_is_that_of_the_language() -> None:
    published = json.loads(PATH.read_text(encoding="utf-8"))
    assert published == policy_schema(), "run: manage.py policy schema > the published file"


def mutants() -> list[str]:
    """The general policy, with one word of each kind of place spelt wrongly or left out."""
    data = yaml.safe_load(GENERAL)
    found = []

    def walk(part: object, path: tuple[str | int, ...]) -> None:
        if isinstance(part, dict):
            for key in list(part):
                if path[:1] == ("cases",) and "facts" in path:
                    continue
                named = path in (("facts",), ("values",), ("groups",))
                if not named:
                    value = part.pop(key)
                    part[f"{key}x"] = value
                    found.append(yaml.safe_dump(data, sort_keys=False))
                    del part[f"{key}x"]
                    part[key] = value
                walk(part[key], (*path, key))
        elif isinstance(part, list):
            for index, item in enumerate(part[:1]):
                walk(item, (*path, index))

    walk(data, ())
    return found


def test_a_word_that_is_spelt_wrongly_is_found_by_the_schema_wherever_the_language_finds_it() -> (
    None
):
    wrong = caught = 0
    for text in mutants()[::6]:
        try:
            load_policy(text)
        except PolicyInvalid:
            wrong += 1
            caught += bool(check_schema(text))
    assert wrong > 15
    assert caught == wrong


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("gives: apology", "gives: apologies"),
        ("type: number", "type: numbr"),
        ("at_most: 20}", "at_most: [20]}"),
        ("time_zone: Europe/London", "time_zone: 5"),
        ("clause: G-2", "priority: high"),
        ("columns: [{at_most: 0}", "columns: [{at_mst: 0}"),
        ("currencies: [GBP, EUR, USD]", "currencies: []"),
        ("makes_good_loss: yes", "makes_good_loss: 1"),
        ("percent: 150", "prcent: 150"),
    ],
)
def test_a_wrong_kind_of_value_is_found_with_its_line(old: str, new: str) -> None:
    assert old in GENERAL
    found = check_schema(GENERAL.replace(old, new, 1))
    assert found
    assert all(problem.line for problem in found)
