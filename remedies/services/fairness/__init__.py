"""Fairness seen: equal remedies for equal facts, and how long an offer takes."""

from remedies.services.fairness.behind import (
    COLUMNS,
    KINDS,
    TIMES_BY,
    Figure,
    first_offers_behind,
    tickets_behind,
)
from remedies.services.fairness.spread import (
    Asked,
    Fairness,
    Group,
    Outlier,
    Part,
    fairness,
    outliers_of,
)
from remedies.services.fairness.times import OfferTimes, TimeLine, offer_times

__all__ = [
    "COLUMNS",
    "KINDS",
    "TIMES_BY",
    "Asked",
    "Fairness",
    "Figure",
    "Group",
    "OfferTimes",
    "Outlier",
    "Part",
    "TimeLine",
    "fairness",
    "first_offers_behind",
    "offer_times",
    "outliers_of",
    "tickets_behind",
]
