"""How long to wait before the next try, and when to give up. Pure."""

import datetime as dt

#: The wait after the 1st, 2nd … failed try; the last one repeats. Short at first, because most
#: failures are a restart; about a day in all, because a weekend without mail is noticed by then.
DELAYS = tuple(
    dt.timedelta(seconds=seconds) for seconds in (10, 30, 120, 300, 900, 1800, 3600, 7200, 14400)
)
#: After this many tries a person has to look.
MAX_ATTEMPTS = 14
#: How far jitter may stretch a wait, as a share of it.
JITTER = 0.25


def delay_after(attempts: int, jitter: float) -> dt.timedelta:
    """The wait after `attempts` failed tries (1 for the first), stretched by jitter.

    `jitter` is a number from 0 to 1 that the caller drew: rows that failed together, because
    the other side was down, don't all come back at the same moment.
    """
    if attempts < 1:
        raise ValueError("A wait follows a failed try.")
    wait = DELAYS[min(attempts, len(DELAYS)) - 1]
    return wait * (1 + JITTER * min(max(jitter, 0.0), 1.0))


def is_exhausted(attempts: int) -> bool:
    """Whether so many failed tries are enough."""
    return attempts >= MAX_ATTEMPTS
