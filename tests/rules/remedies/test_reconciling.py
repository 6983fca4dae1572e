"""Two lists side by side: each disagreement is named, and only those."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remedies.rules.reconciling import Ours, Theirs, TheirStatus, compare, read_theirs
from remedies.rules.states import RemedyStatus
from tickets.errors import Invalid

NOW = dt.datetime(2026, 11, 24, 11, 18, tzinfo=dt.UTC)
OLD = NOW - dt.timedelta(days=2)


def ours(status: str = "granted", minor: int = 9000, at: dt.datetime = OLD) -> Ours:
    return Ours("remedy_7", RemedyStatus(status), minor, "GBP", at)


def theirs(status: str = "paid", minor: int = 9000, currency: str = "GBP") -> Theirs:
    return Theirs("remedy_7", TheirStatus(status), minor, currency, "CR-7")


@pytest.mark.parametrize(
    ("mine", "other", "kinds"),
    [
        (ours("fulfilled"), theirs("paid"), []),
        (ours("granted"), theirs("pending"), []),
        (ours("failed"), theirs("failed"), []),
        (ours("reversed"), theirs("reversed"), []),
        (ours("granted"), theirs("paid"), ["paid_there"]),
        (ours("failed"), theirs("paid"), ["paid_there"]),
        (ours("fulfilled"), theirs("pending"), ["not_paid_there"]),
        (ours("fulfilled"), theirs("failed"), ["not_paid_there"]),
        (ours("reversed"), theirs("paid"), ["reversed_here"]),
        (ours("fulfilled"), theirs("reversed"), ["reversed_there"]),
        (ours("granted"), theirs("failed"), ["failed_there"]),
        (ours("fulfilled"), theirs("paid", 900), ["sum"]),
        (ours("fulfilled"), theirs("paid", 9000, "EUR"), ["sum"]),
        (ours("granted"), theirs("paid", 900), ["sum", "paid_there"]),
        (ours("granted"), None, ["missing_there"]),
        (ours("fulfilled"), None, ["missing_there"]),
        (ours("granted", at=NOW), None, []),
        (ours("reversed"), None, []),
        (None, theirs("paid"), ["missing_here"]),
    ],
)
def test_each_disagreement_has_its_name(
    mine: Ours | None, other: Theirs | None, kinds: list[str]
) -> None:
    found = compare([mine] if mine else [], [other] if other else [], now=NOW)
    assert [one.kind.value for one in found] == kinds


def test_both_sides_are_told_in_words() -> None:
    (one,) = compare([ours("fulfilled")], [theirs("paid", 900)], now=NOW)
    assert (one.ours, one.theirs, one.reference) == ("£90.00, fulfilled", "£9.00, paid", "CR-7")


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (None, "payouts"),
        ({}, "payouts.amount"),
        ({"amount": {"minor": 1.5, "currency": "GBP"}}, "payouts.amount.minor"),
        ({"amount": {"minor": -1, "currency": "GBP"}}, "payouts.amount.minor"),
        ({"amount": {"minor": 1, "currency": "POUND"}}, "payouts.amount.currency"),
        ({"amount": {"minor": 1, "currency": "GBP"}, "id": ""}, "payouts.id"),
        ({"amount": {"minor": 1, "currency": "GBP"}, "id": "a", "status": "x"}, "payouts.status"),
    ],
)
def test_what_is_no_payout_is_refused_by_name(raw: object, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_theirs(raw)
    assert caught.value.field == field


_STATES = st.lists(
    st.tuples(
        st.integers(1, 6), st.sampled_from(list(RemedyStatus)), st.sampled_from(list(TheirStatus))
    ),
    unique_by=lambda one: one[0],
)


@given(_STATES)
def test_the_order_of_the_lists_does_not_matter(
    rows: list[tuple[int, RemedyStatus, TheirStatus]],
) -> None:
    mine = [Ours(f"remedy_{n}", status, 100, "GBP", OLD) for n, status, _ in rows]
    there = [Theirs(f"remedy_{n}", status, 100, "GBP") for n, _, status in rows]
    found = compare(mine, there, now=NOW)
    assert set(found) == set(compare(mine[::-1], there[::-1], now=NOW))
    assert all(one.kind.value not in {"sum", "missing_here", "missing_there"} for one in found)
