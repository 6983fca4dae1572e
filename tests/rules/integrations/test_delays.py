"""How long the outbox waits between tries."""

import datetime as dt
import itertools

import pytest

from integrations.rules import DELAYS, JITTER, MAX_ATTEMPTS, delay_after, is_exhausted


def test_waits_grow_with_each_failed_try() -> None:
    waits = [delay_after(attempts, 0.0) for attempts in range(1, len(DELAYS) + 1)]

    assert waits[0] == dt.timedelta(seconds=10)
    assert all(a < b for a, b in itertools.pairwise(waits))


def test_the_longest_wait_repeats() -> None:
    assert delay_after(50, 0.0) == DELAYS[-1]


def test_all_tries_together_last_about_a_day() -> None:
    total = sum((delay_after(n, 0.0) for n in range(1, MAX_ATTEMPTS)), dt.timedelta())

    assert dt.timedelta(hours=18) < total < dt.timedelta(hours=30)


@pytest.mark.parametrize("jitter", [0.0, 0.3, 1.0, -5.0, 7.0])
def test_jitter_stretches_a_wait_within_bounds(jitter: float) -> None:
    base = delay_after(3, 0.0)

    assert base <= delay_after(3, jitter) <= base * (1 + JITTER)


def test_a_wait_without_a_failed_try_makes_no_sense() -> None:
    with pytest.raises(ValueError, match="failed"):
        delay_after(0, 0.0)


def test_it_gives_up_after_the_last_try_and_not_before() -> None:
    assert not is_exhausted(MAX_ATTEMPTS - 1)
    assert is_exhausted(MAX_ATTEMPTS)
