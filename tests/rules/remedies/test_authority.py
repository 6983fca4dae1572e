"""What a role may grant alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remedies.authority import NOTHING_USED, Asked, Decision, Limit, Used, decide
from remedies.rules import ComponentKind

CREDIT, GIFT, REFUND = ComponentKind.CREDIT, ComponentKind.GIFT, ComponentKind.REFUND
ANY = Limit("GBP", per_remedy=5000, per_ticket=10_000, per_customer=20_000)


def ask(*parts: Asked, limits: list[Limit] | None = None, used: Used = NOTHING_USED) -> Decision:
    """A decision in pounds."""
    return decide([ANY] if limits is None else limits, parts, used, currency="GBP")


@pytest.mark.parametrize(("amount", "allowed"), [(4999, True), (5000, True), (5001, False)])
def test_exactly_the_limit_is_allowed(amount: int, allowed: bool) -> None:
    assert ask(Asked(CREDIT, amount)).allowed is allowed


def test_several_small_ones_count_together() -> None:
    decision = ask(*[Asked(CREDIT, 4000)] * 3)
    assert not decision.allowed
    assert decision.reason == "This is £20 over your limit of £100 for this ticket."


def test_what_was_used_before_counts() -> None:
    used = Used({CREDIT: 8000}, {365: {CREDIT: 8000}})
    assert not ask(Asked(CREDIT, 3000), used=used).allowed
    assert ask(Asked(CREDIT, 2000), used=used).allowed


def test_a_limit_passed_before_is_nobodys_fault_now() -> None:
    used = Used({CREDIT: 50_000}, {365: {CREDIT: 50_000}})
    assert ask(Asked(ComponentKind.APOLOGY), used=used).allowed
    assert ask(Asked(REFUND, 9000, loss=True), used=used).allowed


@pytest.mark.parametrize("part", [Asked(REFUND, 10**9, owed=True), Asked(REFUND, 10**9, loss=True)])
def test_law_and_proven_loss_are_nobodys_to_give(part: Asked) -> None:
    assert ask(part).allowed
    assert ask(part, limits=[]).allowed


def test_without_a_limit_nothing_that_costs_is_allowed() -> None:
    assert not ask(Asked(CREDIT, 1), limits=[]).allowed
    assert not ask(Asked(GIFT), limits=[]).allowed
    assert ask(Asked(ComponentKind.APOLOGY), Asked(ComponentKind.CALLBACK), limits=[]).allowed


def test_a_limit_of_one_kind_holds_beside_the_general_one() -> None:
    limits = [ANY, Limit("GBP", kind=GIFT, per_ticket=1000)]
    assert not ask(Asked(GIFT, 1500), limits=limits).allowed
    assert ask(Asked(GIFT, 1000), Asked(CREDIT, 5000), limits=limits).allowed


def test_a_limit_in_another_currency_says_nothing() -> None:
    decision = decide([ANY], [Asked(CREDIT, 1)], NOTHING_USED, currency="EUR")
    assert not decision.allowed


def test_what_is_left_is_told_in_words() -> None:
    used = Used({CREDIT: 0}, {365: {CREDIT: 2500}})
    words = [meter.words() for meter in ask(Asked(CREDIT, 4000), used=used).meters]
    assert words == [
        "£10 left of £50 in one remedy",
        "£60 left of £100 for this ticket",
        "£135 left of £200 for this customer in 365 days",
    ]


parts = st.lists(
    st.builds(
        Asked,
        kind=st.sampled_from([CREDIT, GIFT, REFUND]),
        amount=st.integers(0, 9000),
        owed=st.booleans(),
        loss=st.booleans(),
    ),
    max_size=5,
)


@given(parts, parts)
def test_asking_for_more_is_never_easier(some: list[Asked], further: list[Asked]) -> None:
    if ask(*some, *further).allowed:
        assert ask(*some).allowed


@given(parts)
def test_what_is_allowed_keeps_every_limit(some: list[Asked]) -> None:
    if ask(*some).allowed:
        ours = [part.amount or 0 for part in some if part.counts]
        assert sum(ours) <= 10_000
        assert all(amount <= 5000 for amount in ours)
