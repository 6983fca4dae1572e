"""Fairness seen: equal remedies for equal facts, and how long an offer takes."""

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
    "Asked",
    "Fairness",
    "Group",
    "OfferTimes",
    "Outlier",
    "Part",
    "TimeLine",
    "fairness",
    "offer_times",
    "outliers_of",
]
