"""Who may decide an exception: by its sum, its kinds, its currency and team. And why it is one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remedies.rules.grounds import Ground, Wish, grounds_of
from remedies.rules.language.draft import ComponentKind
from remedies.rules.routing import (
    BUILT_IN,
    Level,
    Person,
    Who,
    belongs,
    route,
    still_needed,
    told_first,
)

CREDIT, REFUND = ComponentKind.CREDIT, ComponentKind.REFUND
TEAM = 7
LEVELS = (
    Level(1, "Supervisors", Who.SUPERVISORS, order=1, currency="GBP", up_to=30_000),
    Level(2, "Two", Who.SUPERVISORS, order=2, currency="GBP", up_to=100_000, needed=2),
    Level(3, "Managers", Who.MANAGERS, order=3, currency="GBP"),
    Level(4, "Refunds desk", Who.PEOPLE, order=0, currency="GBP", up_to=50_000,
          kinds=frozenset({REFUND}), people=frozenset({11})),
    Level(5, "Euros", Who.MANAGERS, order=1, currency="EUR", up_to=10_000),
    Level(6, "Gone", Who.ADMINS, order=0, active=False),
    Level(7, "Elsewhere", Who.ADMINS, order=0, team=8),
)  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "kinds", "currency", "expected"),
    [
        (30_000, {CREDIT}, "GBP", [1, 2, 3]),
        (30_001, {CREDIT}, "GBP", [2, 3]),
        (100_001, {CREDIT}, "GBP", [3]),
        (30_000, {REFUND}, "GBP", [4, 1, 2, 3]),
        (30_000, {REFUND, CREDIT}, "GBP", [1, 2, 3]),
        (10_000, {CREDIT}, "EUR", [5]),
        (10_001, {CREDIT}, "EUR", []),
        (1, {CREDIT}, "PLN", []),
    ],
)
def test_a_request_goes_to_the_lowest_level_that_reaches_it(
    amount: int, kinds: set[ComponentKind], currency: str, expected: list[int]
) -> None:
    found = route(LEVELS, amount, kinds=kinds, currency=currency, team=TEAM)
    assert [level.id for level in found] == expected


@given(st.integers(0, 200_000), st.integers(0, 200_000))
def test_a_larger_sum_is_never_decided_by_more_people(one: int, other: int) -> None:
    low, high = sorted((one, other))
    ids = [
        {level.id for level in route(LEVELS, sum_, kinds={CREDIT}, currency="GBP", team=TEAM)}
        for sum_ in (low, high)
    ]
    assert ids[1] <= ids[0]


def test_a_level_without_a_currency_is_for_all_of_them() -> None:
    assert route(BUILT_IN, 10**12, kinds={CREDIT}, currency="JPY", team=TEAM) == BUILT_IN


@pytest.mark.parametrize(
    ("person", "level", "sits"),
    [
        (Person(1, "supervisor", watches=frozenset({TEAM})), LEVELS[0], True),
        (Person(1, "supervisor", watches=frozenset({8})), LEVELS[0], False),
        (Person(1, "manager"), LEVELS[2], True),
        (Person(1, "rep"), LEVELS[2], False),
        (Person(11, "rep"), LEVELS[3], True),
        (Person(1, "admin"), LEVELS[6], False),
        (Person(2, "rep", member_of=frozenset({3})),
         Level(9, "Legal", Who.TEAM, members_of=3), True),
    ],
)  # fmt: skip
def test_who_sits_at_a_level(person: Person, level: Level, sits: bool) -> None:
    assert belongs(person, level, team=TEAM) is sits


def test_enough_people_are_told_at_once() -> None:
    assert told_first(LEVELS[:3], [{1}, {1}, {2}]) == LEVELS[:1]
    # The supervisor asks himself, so those above are told with his level.
    assert told_first(LEVELS[:3], [set(), set(), {2}]) == LEVELS[:3]
    # Two are needed and there is one: the manager is told as well.
    assert told_first(LEVELS[1:3], [{1}, {2}]) == LEVELS[1:3]
    assert told_first(LEVELS[:3], [set(), set(), set()]) == ()


@pytest.mark.parametrize(
    ("voices", "lacking"),
    [([], 1), ([{2}], 1), ([{2}, {2}], 0), ([{3}], 0), ([{2}, {3}], 0), ([{9}], 1)],
)
def test_two_supervisors_or_one_manager(voices: list[set[int]], lacking: int) -> None:
    assert still_needed(LEVELS[1:3], voices) == lacking


def test_no_level_is_never_enough() -> None:
    assert still_needed((), [{1}, {2}, {3}]) > 0


def wish(**over: Any) -> Wish:
    """A credit that the policy gives £30 to £60 of."""
    values: dict[str, Any] = {
        "title": "Credit", "kind": "credit", "rule": "M-4", "asked": 6000, "policy": 3000,
        "most": 6000, **over,
    }  # fmt: skip
    return Wish(**values)


EXCLUDED = {"rule": "D-1", "title": "Compensation", "why": "excluded", "reason": "X-1: A storm."}


@pytest.mark.parametrize(
    ("asked", "above", "expected"),
    [
        (wish(), "", []),
        (wish(asked=6001), "", [Ground.POLICY]),
        (wish(), "This is £5 over your limit.", [Ground.AUTHORITY]),
        (wish(asked=6001), "Over.", [Ground.POLICY, Ground.AUTHORITY]),
        (wish(most=None, open_end=True, asked=90_000), "", []),
        (wish(rule="", asked=5000, policy=None, most=None), "", [Ground.POLICY]),
        (wish(rule="", policy=None, most=None, instead_of="D-1"), "", [Ground.EXCLUSION]),
        (wish(rule="", policy=None, most=None, instead_of="D-2"), "", [Ground.POLICY]),
    ],
)
def test_why_it_is_an_exception(asked: Wish, above: str, expected: list[Ground]) -> None:
    found = grounds_of([asked], refused=[EXCLUDED], above=above)
    assert [one.ground for one in found] == expected


def test_an_exclusion_is_named_with_its_reason() -> None:
    (one,) = grounds_of(
        [wish(rule="", title="€250", instead_of="D-1")], refused=[EXCLUDED], above=""
    )
    assert one.words == "€250: Compensation is excluded. X-1: A storm."
    assert one.rule == "D-1"
