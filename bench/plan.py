"""How much is measured, and how often."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """The sizes of a run."""

    #: Tickets in the large and in the small database; three of ten are open.
    many: int
    few: int
    #: Tickets of the table in which the desk's people look for something.
    whole: int
    #: The deep page, of 50 tickets, in the large database.
    deep_page: int
    #: Open deadlines under the sweep, and how many of them are due at once.
    deadlines: int
    due: int
    #: Open deadlines of the tables in which nothing is due, and that are worked out anew.
    million: int
    thousands: int
    #: Steps a second for which the delay is measured, and for how many seconds.
    paces: tuple[int, ...]
    pace_seconds: int
    rederived: int
    #: Tickets whose facts are evaluated, past tickets of a backtest, and offers that are granted.
    evaluated: int
    replayed: int
    grants: int
    import_rows: int
    #: Each side has so many rounds, in turns with the other, of so many seconds.
    rounds: int
    seconds: float
    warm_up: float


FULL = Sizes(
    many=200_000, few=10_000, whole=1_000_000, deep_page=1_000, deadlines=100_000, due=1_000,
    million=1_000_000, thousands=10_000, paces=(1, 100, 1_000), pace_seconds=20,
    rederived=100_000, evaluated=5_000, replayed=100_000, grants=400,
    import_rows=3_000, rounds=7, seconds=1.5, warm_up=1.5,
)  # fmt: skip
QUICK = Sizes(
    many=6_000, few=1_000, whole=6_000, deep_page=30, deadlines=3_000, due=100,
    million=6_000, thousands=1_000, paces=(1, 20), pace_seconds=4, rederived=500,
    evaluated=1_000, replayed=4_000, grants=40, import_rows=200, rounds=3, seconds=0.6, warm_up=0.5,
)  # fmt: skip

PAGE = 50
#: As many rows has a page of the queue in the desk.
DESK_PAGE = 40
#: Of a hundred tickets, so many are open.
OPEN_PERCENT = 30


def open_of(tickets: int) -> int:
    """How many of so many tickets are open."""
    return tickets * OPEN_PERCENT // 100


def last_page(tickets: int) -> int:
    """The last full page of the open queue."""
    return open_of(tickets) // PAGE
