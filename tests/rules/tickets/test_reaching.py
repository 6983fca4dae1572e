"""When and how a person is told. Pure."""

import datetime as dt

import pytest

from tickets.reaching import Manner, Quiet, manner_of

NIGHT = Quiet("Europe/London", dt.time(22), dt.time(7), frozenset({6}))
NOON = Quiet("Europe/Berlin", dt.time(12), dt.time(13))


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("quiet", "moment", "told"),
    [
        (Quiet(), "2026-11-24 03:00", "2026-11-24 03:00"),
        (NIGHT, "2026-11-24 12:00", "2026-11-24 12:00"),
        (NIGHT, "2026-11-24 21:59:59", "2026-11-24 21:59:59"),
        (NIGHT, "2026-11-24 22:00", "2026-11-25 07:00"),
        (NIGHT, "2026-11-25 06:59:59", "2026-11-25 07:00"),
        (NIGHT, "2026-11-25 07:00", "2026-11-25 07:00"),
        # Saturday night runs into the quiet Sunday, and that into its night.
        (NIGHT, "2026-11-28 22:30", "2026-11-30 07:00"),
        # In summer seven o'clock in London is six in UTC.
        (NIGHT, "2026-06-16 03:00", "2026-06-16 06:00"),
        (NOON, "2026-11-24 11:30", "2026-11-24 12:00"),
        (NOON, "2026-11-24 12:00", "2026-11-24 12:00"),
        # A night in which the clocks go back.
        (NIGHT, "2026-10-24 22:00", "2026-10-26 07:00"),
    ],
)
def test_quiet_hours_end_when_they_say(quiet: Quiet, moment: str, told: str) -> None:
    assert quiet.until(at(moment)) == at(told)


NOW = at("2026-11-24 12:00")


def minutes_ago(minutes: int) -> dt.datetime:
    return NOW - dt.timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("waiting", "told", "manner", "when"),
    [
        (5, [], Manner.SINGLY, NOW),
        (6, [], Manner.DIGEST, NOW),
        (3, [(minutes_ago(1), 3)], Manner.DIGEST, NOW),
        (3, [(minutes_ago(1), 2)], Manner.SINGLY, NOW),
        (3, [(minutes_ago(15), 3)], Manner.SINGLY, NOW),
        (1, [(minutes_ago(5), 6)], Manner.LATER, minutes_ago(-10)),
        (50_000, [(minutes_ago(5), 6)], Manner.LATER, minutes_ago(-10)),
        (50_000, [(minutes_ago(15), 6)], Manner.DIGEST, NOW),
    ],
)
def test_a_burst_becomes_one_digest(
    waiting: int, told: list[tuple[dt.datetime, int]], manner: Manner, when: dt.datetime
) -> None:
    decision = manner_of(waiting, told, limit=5, window=dt.timedelta(minutes=15), now=NOW)
    assert (decision.manner, decision.at) == (manner, when)
