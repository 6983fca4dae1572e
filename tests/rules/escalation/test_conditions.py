"""Conditions on facts: what fits, what does not, and what is said of mistakes."""

from typing import Any

import pytest

from escalation.conditions import conditions
from escalation.errors import PolicyInvalid
from escalation.policies.policy import Policy, Subject

FACTS: dict[str, Any] = {
    "delay_minutes": 185,
    "days_without": "12.5",
    "monthly_fee": {"minor": 2990, "currency": "GBP"},
    "cabin": "business",
    "injured": True,
    "bought_on": "2026-03-01",
}


@pytest.mark.parametrize(
    ("data", "fits"),
    [
        ({"cabin": "business"}, True),
        ({"cabin": "economy"}, False),
        ({"cabin": ["first", "business"]}, True),
        ({"cabin": {"one_of": ["first"]}}, False),
        ({"delay_minutes": 185}, True),
        ({"delay_minutes": {"min": 180}}, True),
        ({"delay_minutes": {"above": 185}}, False),
        ({"delay_minutes": {"min": 180, "below": 240}}, True),
        ({"delay_minutes": {"max": 120}}, False),
        ({"days_without": {"equals": 12.5}}, True),
        ({"days_without": {"min": "12.5"}}, True),
        ({"monthly_fee": {"min": 29.90}}, True),
        ({"monthly_fee": {"min": 29.90, "currency": "EUR"}}, False),
        ({"injured": True}, True),
        ({"injured": False}, False),
        ({"injured": 1}, False),
        ({"bought_on": {"min": "2026-01-01", "below": "2026-04-01"}}, True),
        ({"bought_on": {"below": "2026-01-01"}}, False),
        ({"nobody_said": {"missing": True}}, True),
        ({"nobody_said": {"min": 1}}, False),
        ({"nobody_said": {"missing": False}}, False),
        ({"cabin": {"missing": True}}, False),
        ({"cabin": {"missing": False}}, True),
        ({"cabin": {"min": 3}}, False),
        ({"cabin": "business", "delay_minutes": {"max": 60}}, False),
    ],
)
def test_a_condition_fits_or_not(data: dict[str, Any], fits: bool) -> None:
    assert all(c.fits(FACTS) for c in conditions(data)) is fits


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ({"cabin": {}}, "match.facts.cabin"),
        ({"cabin": {"least": 3}}, "match.facts.cabin.least"),
        ({"cabin": {"missing": "yes"}}, "match.facts.cabin.missing"),
        ({"cabin": {"missing": True, "min": 3}}, "match.facts.cabin"),
        ({"cabin": {"min": [3]}}, "match.facts.cabin.min"),
        ({"cabin": {"one_of": "first"}}, "match.facts.cabin.one_of"),
        ({"cabin": [["first"]]}, "match.facts.cabin"),
        (["cabin"], "match.facts"),
    ],
)
def test_a_mistake_is_named_with_its_place(data: Any, where: str) -> None:
    targets = [{"kind": "resolve", "within": "4h"}]
    with pytest.raises(PolicyInvalid) as error:
        Policy.parse({"match": {"facts": data}, "targets": targets})
    assert error.value.field == where


def test_a_policy_is_chosen_by_facts_beside_all_else() -> None:
    targets = [{"kind": "resolve", "within": "4h"}]
    data = {"match": {"channel": "email", "facts": {"delay_minutes": {"min": 180}}}}
    match = Policy.parse({**data, "targets": targets}).match
    assert match.fits(Subject(channel="email", facts={"delay_minutes": 180}))
    assert not match.fits(Subject(channel="email", facts={"delay_minutes": 179}))
    assert not match.fits(Subject(channel="form", facts={"delay_minutes": 180}))
