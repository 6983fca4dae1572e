"""Calendar periods of budgets, at their edges."""

import datetime as dt

import pytest

from remedies.rules.periods import Every, period_of


@pytest.mark.parametrize(
    ("every", "day", "start", "end", "words"),
    [
        (Every.WEEK, "2026-11-22", "2026-11-16", "2026-11-23", "the week of 16 November 2026"),
        (Every.WEEK, "2026-11-23", "2026-11-23", "2026-11-30", "the week of 23 November 2026"),
        (Every.MONTH, "2026-12-31", "2026-12-01", "2027-01-01", "December 2026"),
        (Every.MONTH, "2024-02-29", "2024-02-01", "2024-03-01", "February 2024"),
        (Every.QUARTER, "2026-03-31", "2026-01-01", "2026-04-01", "quarter 1 of 2026"),
        (Every.QUARTER, "2026-10-01", "2026-10-01", "2027-01-01", "quarter 4 of 2026"),
        (Every.YEAR, "2026-06-15", "2026-01-01", "2027-01-01", "2026"),
    ],
)
def test_a_period_holds_its_first_day_and_not_the_next_ones(
    every: Every, day: str, start: str, end: str, words: str
) -> None:
    noon = dt.datetime.fromisoformat(f"{day}T23:59:59+00:00")
    found = period_of(every, noon)
    assert (found.start.isoformat(), found.end.isoformat(), found.words) == (start, end, words)


def test_the_date_is_that_in_utc() -> None:
    moment = dt.datetime.fromisoformat("2026-12-01T01:00:00+02:00")
    assert period_of(Every.MONTH, moment).words == "November 2026"
