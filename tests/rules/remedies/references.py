"""The published regimes once more, in a few lines of plain Python on whole numbers and fractions.

They share nothing with the policy language: written from the rules themselves, to be held beside
the packs. Each answers minor units (0 where nothing is due), or a range in major units, or names.
"""

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from math import ceil, floor
from typing import Any

Facts = Mapping[str, Any]


def cents(sum_: Fraction | int) -> int:
    """Half up to the minor unit."""
    return floor(Fraction(sum_) * 100 + Fraction(1, 2))


def flight(facts: Facts, sums: tuple[int, int, int]) -> int:
    """EU 261 and UK 261, Articles 5 and 7."""
    km, event = facts["distance_km"], facts["event"]
    band = 0 if km <= 1500 else 1 if facts.get("intra_eu") or km <= 3500 else 2
    if facts.get("extraordinary_circumstances") and event != "denied_boarding":
        return 0
    whole, late = sums[band] * facts.get("passengers", 1) * 100, None
    if event == "delay":
        late = facts["arrival_delay_min"]
        if late < 180:
            return 0
        return whole // 2 if band == 2 and late <= 240 else whole
    other = facts.get("reroute")
    if event == "cancellation":
        notice = facts["notice_days"]
        if notice >= 14:
            return 0
        if other is not None:
            early, arrives = other["departs_earlier_min"], other["arrives_later_min"]
            if notice >= 7 and early <= 120 and arrives < 240:
                return 0
            if notice < 7 and early <= 60 and arrives < 120:
                return 0
    if other is not None and other["arrives_later_min"] <= (120, 180, 240)[band]:
        return whole // 2
    return whole


def flight_care(facts: Facts) -> list[str]:
    """EU 261, Articles 6, 8 and 9."""
    km, wait = facts["distance_km"], facts["departure_delay_min"]
    hours = 2 if km <= 1500 else 3 if facts["intra_eu"] or km <= 3500 else 4
    found = []
    if wait >= hours * 60:
        found += ["meals_and_refreshments", "two_calls_or_messages"]
        found += ["hotel", "transport_to_hotel"] if facts["overnight"] else []
    return sorted(found + (["refund_option"] if wait >= 300 else []))


def denied_boarding(facts: Facts) -> int:
    """14 CFR 250.5."""
    late, day = facts["alternate_arrival_delay_min"], facts["date"]
    single = 675 if day < "2021-04-13" else 775 if day < "2025-01-22" else 1075
    if late is not None and late <= 60:
        return 0
    most = {"interstate": 120, "foreign": 240}[facts["market"]]
    share = 4 if late is None or late >= most else 2
    return cents(min(Fraction(facts["fare"]) * share, Fraction(single * share // 2)))


def delay_repay(facts: Facts) -> int:
    """Delay Repay, 15 and 30."""
    late, ticket = facts["delay_min"], facts["ticket"]
    if late < (15 if facts["scheme"] == "DR15" else 30):
        return 0
    halves = [(120, 200), (60, 100), (30, 50), (15, 25)]
    if ticket != "return":
        halves = [(60, 200), (30, 100), (15, 50)]
    parts = {"weekly_season": 10, "monthly_season": 40, "quarterly_season": 130}
    base = Fraction(facts["price"]) / {**parts, "annual_season": 464}.get(ticket, 1)
    return cents(base * next(half for least, half in halves if late >= least) / 200)


def eu_rail(facts: Facts) -> int:
    """Regulation (EU) 2021/782, Article 19."""
    late = facts["delay_min"]
    if late < 60 or facts["extraordinary_circumstances"]:
        return 0
    base = Fraction(facts["price"])
    if facts["ticket"] == "return":
        base = base / 2 * facts["delayed_legs"]
    due = base * (50 if late >= 120 else 25) / 100
    return cents(due) if due >= 4 else 0


def uptime(facts: Facts, tiers: list[tuple[str, int]]) -> int:
    """Credits of cloud services: the lowest tier that it falls below."""
    percent = Fraction(facts["monthly_uptime_percent"])
    below = [share for bound, share in tiers if percent < Fraction(bound)]
    return cents(Fraction(facts["monthly_fee"]) * max(below, default=0) / 100)


def outage(facts: Facts) -> int:
    """Rackspace support: 5 % for each half hour or part of it, at most all."""
    halves = ceil(Fraction(facts["outage_minutes"]) / 30)
    return cents(Fraction(facts["monthly_fee"]) * min(5 * halves, 100) / 100)


def water_2017(facts: Facts) -> int:
    """Guaranteed standards until July 2025."""
    business, late = facts["customer"] == "business", facts["paid_after_working_days"] > 20
    if facts["event"] == "low_pressure":
        return 2500
    if facts["event"] == "appointment_not_kept":
        return 2000 + 1000 * late
    hours = Fraction(facts["hours_after_deadline"])
    if hours <= 0:
        return 0
    first, more = (5000, 2500) if business else (2000, 1000)
    return first + more * floor(hours / 24) + first * late


def water_2025(facts: Facts) -> int:
    """Guaranteed standards in England from July 2025."""
    sums = {"appointment_not_made_properly": 4000, "appointment_not_kept": 5000}
    times = min(facts["incidents"], max(5 - facts["paid_this_year"], 0))
    due = sums.get(facts["event"], 5000 * times)
    return due + 4000 * bool(facts["paid_late"] and due)


def late_payment_fixed(facts: Facts) -> int:
    """The Act of 1998, s. 5A."""
    debt = Fraction(facts["debt"])
    return 4000 if debt < 1000 else 7000 if debt < 10_000 else 10_000


def late_payment_interest(facts: Facts) -> int:
    """Eight points above the base rate, simple, by the day."""
    rate = Fraction(facts["base_rate_percent"]) + 8
    return cents(Fraction(facts["debt"]) * rate * facts["days_late"] / 36_500)


RATES = [
    ("2021-04-01", 800, 2500, 500), ("2022-04-01", 806, 2518, 504), ("2023-04-01", 840, 2624, 525),
    ("2024-04-01", 933, 2915, 583), ("2025-04-01", 976, 3049, 610), ("2026-04-01", 998, 3119, 624),
    ("9999-12-31", 1034, 3231, 646),
]  # fmt: skip


def automatic(facts: Facts) -> int:
    """Ofcom's automatic compensation, walking day by day."""
    if facts["excluded"]:
        return 0
    event, off = facts["event"], set(facts["calendar"]["holidays"])
    start = dt.date.fromisoformat(facts["start"])
    repair, visit, begin = next(row[1:] for row in RATES if facts["start"] < row[0])
    if event == "missed_appointment":
        hours = facts["cancelled_notice_hours"]
        return visit if hours is None or hours < 24 else 0
    day, end = start, dt.date.fromisoformat(facts["end"])
    if event == "delayed_repair":
        working = 0
        while working < 2:
            day += dt.timedelta(days=1)
            working += day.weekday() < 5 and day.isoformat() not in off
    days = 0
    while day < end:  # from the trigger day, as its last minute passes, not with the day of repair
        days, day = days + 1, day + dt.timedelta(days=1)
    return min(days, 60) * (repair if event == "delayed_repair" else begin)


PHSO = {2: (100, 450), 3: (500, 950), 4: (1000, 2950), 5: (3000, 9950), 6: (10_000, None)}
FOS = {1: (0, 100), 2: (100, 300), 3: (300, 750), 4: (750, 1500), 5: (1500, 5000), 6: (5000, None)}
HOS = {
    "service_failure": (50, 100), "maladministration": (100, 600),
    "maladministration_significant_impact": (600, 1000),
    "severe_maladministration_long_term": (1000, None),
}  # fmt: skip
