"""What pauses a target, for which reason and how long, read from its data."""

import datetime as dt
from typing import Any

import pytest

from escalation.clock import Pause
from escalation.errors import PolicyInvalid
from escalation.policies.kinds import Kind
from escalation.policies.pausing import PauseRule, rule_for
from escalation.policies.policy import Policy, Target

DAY = dt.timedelta(days=1)
START = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)


def target(**over: Any) -> Target:
    item = {"kind": "resolve", "within": "10wd", **over}
    return Policy.parse({"targets": [item]}).by_kind[Kind(item["kind"])]


def test_a_status_has_a_longest_time_of_its_own() -> None:
    rules = target(pauses={"waiting_customer": "28d", "waiting_third_party": None}).pauses
    assert [(r.reason, r.at_most) for r in rules] == [
        ("waiting_customer", 28 * DAY),
        ("waiting_third_party", None),
    ]


def test_the_first_rule_whose_reason_is_awaited_counts() -> None:
    rules = target(
        pauses=[
            {"on": "waiting_customer", "because": ["Photo", "receipt"], "at_most": "7d",
             "reason": "evidence"},
            {"on": "waiting_customer", "at_most": "28d"},
        ]
    ).pauses  # fmt: skip
    assert rule_for(rules, "waiting_customer", "a photo of the damage") is rules[0]
    assert rule_for(rules, "waiting_customer", "an answer") is rules[1]
    assert rule_for(rules, "open", "a photo") is None
    assert rules[0].reason == "evidence"


def test_pauses_of_a_reason_have_a_longest_time_together() -> None:
    rule = PauseRule("evidence", frozenset({"waiting_customer"}), at_most=7 * DAY, in_all=10 * DAY)
    before = [Pause(START, START + 6 * DAY, None, "evidence"), Pause(START, None, None, "closed")]
    assert rule.limit(START, []) == START + 7 * DAY
    assert rule.limit(START + 8 * DAY, before) == START + 12 * DAY
    spent = [*before, Pause(START + 8 * DAY, START + 12 * DAY, None, "evidence")]
    assert rule.limit(START + 20 * DAY, spent) == START + 20 * DAY


def test_the_short_form_still_says_the_same() -> None:
    assert target(max_pause="28d").pauses[0].at_most == 28 * DAY
    assert target(pauses_on=["waiting_customer", "waiting_third_party"]).pauses_on == {
        "waiting_customer",
        "waiting_third_party",
    }
    assert target(pauses_on=[]).pauses == ()


def test_what_law_sets_never_stops() -> None:
    law = target(statutory=True)
    assert (law.statutory, law.pauses) == (True, ())


def test_the_decision_on_an_exception_waits_for_what_was_asked_back() -> None:
    rule = target(kind="approve", within="2h").pauses[0]
    assert rule.begins == {"exception_asked_back"}
    assert rule.ends == {"exception_answered"}


@pytest.mark.parametrize(
    ("over", "where"),
    [
        ({"pauses": "waiting_customer"}, "targets[0].pauses"),
        ({"pauses": [{"at_most": "7d"}]}, "targets[0].pauses[0]"),
        ({"pauses": [{"on": "open", "from": "x", "until": "y"}]}, "targets[0].pauses[0]"),
        ({"pauses": [{"from": "exception_asked_back"}]}, "targets[0].pauses[0]"),
        ({"pauses": [{"on": "waiting_customer", "most": "7d"}]}, "targets[0].pauses[0].most"),
        ({"pauses": {"waiting_customer": "soon"}}, "targets[0].pauses[0].at_most"),
        ({"pauses": [{"on": "waiting_customer"}, {"on": "waiting_customer"}]}, "targets[0].pauses"),
        ({"pauses": {}, "max_pause": "7d"}, "targets[0].pauses"),
        ({"statutory": "yes"}, "targets[0].statutory"),
        ({"extension": "twice"}, "targets[0].extension"),
        ({"extension": {"times": -1}}, "targets[0].extension.times"),
        ({"extension": {"at_most": "soon"}}, "targets[0].extension.at_most"),
        ({"extension": {"letter": "Sorry, later."}}, "targets[0].extension.letter"),
        ({"extension": {"letter": "{due} {reason} {who}"}}, "targets[0].extension.letter"),
        ({"extension": {"letter": "{due} {reason} {"}}, "targets[0].extension.letter"),
        ({"extension": "none", "max_extensions": 2}, "targets[0].extension"),
        ({"max_extensions": "two"}, "targets[0].max_extensions"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(over: dict[str, Any], where: str) -> None:
    with pytest.raises(PolicyInvalid) as error:
        target(**over)
    assert error.value.field == where


@pytest.mark.parametrize("pain", [{"min": "high"}, {"low": 3}, 6, {"min": 4, "max": 2}])
def test_a_pain_that_cannot_be_is_refused(pain: Any) -> None:
    with pytest.raises(PolicyInvalid, match=r"match\.pain"):
        Policy.parse({"match": {"pain": pain}, "targets": [{"kind": "resolve", "within": "4h"}]})
