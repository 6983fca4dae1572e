"""A policy made by chance comes to what fractions come to, in any currency, to the minor unit."""

import datetime as dt
import json
import random
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remedies.rules import evaluate, load_policy
from remedies.rules.language.schema import check_schema
from tests.rules.remedies import counting_anew as anew

NOW = dt.datetime(2026, 11, 24, 11, 18, tzinfo=dt.UTC)
FACTS = {**dict.fromkeys(anew.NUMBERS, "number"), **dict.fromkeys(anew.MONEY, "money")}


@pytest.mark.parametrize(("currency", "places"), [("EUR", 2), ("JPY", 0), ("KWD", 3)])
@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_a_sum_is_exact_to_the_minor_unit(currency: str, places: int, seed: int) -> None:
    chance = random.Random(seed)
    form, reckoned = anew.money(chance, 4)
    rule = {"rule": "A", "gives": "credit", "amount": form}
    text = json.dumps({"policy": "p", "currency": currency, "facts": FACTS, "rules": [rule]})
    # Numbers are written as texts above, so that none passes through a float.
    policy = load_policy(text)
    assert check_schema(text) == []
    for _ in range(3):
        facts = anew.facts(chance)
        draft = evaluate(policy, {k: anew.written(v) for k, v in facts.items()}, now=NOW)
        exact = reckoned(facts)
        minor = max(floor(exact * 10**places + Fraction(1, 2)), 0)
        refused = draft.not_applied[0].reason if draft.not_applied else ""
        assert draft.total == minor or (minor > 10**15 and "too large" in refused), refused
