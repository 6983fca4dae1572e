"""The packs say what the rules say: held beside references of a few lines, bounds first."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remedies.errors import FactWrong
from remedies.rules import OfferDraft, evaluate, load_policy
from remedies.rules.language.cases import CASE_NOW
from tests.rules.remedies import references

PACKS = Path(__file__).parents[3] / "remedies" / "packs"
POLICIES = {path.stem: load_policy(path.read_text()) for path in PACKS.glob("*.yaml")}


def draft(pack: str, facts: dict[str, Any]) -> OfferDraft:
    """What a pack gives."""
    return evaluate(POLICIES[pack], facts, now=CASE_NOW)


def near(*bounds: int, most: int = 0, least: int = 0) -> st.SearchStrategy[int]:
    """Each bound, the number before it and the one after, and any number up to twice the last."""
    close = sorted({b + by for b in bounds for by in (-1, 0, 1)} - {-1})
    return st.one_of(
        st.sampled_from([n for n in close if n >= least]),
        st.integers(least, most or 2 * max(bounds)),
    )


def sums(most: int = 500_000) -> st.SearchStrategy[str]:
    """Money in two decimals, as a text."""
    return st.integers(0, most).map(lambda minor: f"{minor // 100}.{minor % 100:02}")


def facts_of(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Facts, each drawn for itself."""
    return st.fixed_dictionaries(parts)


reroute = st.none() | facts_of(
    departs_earlier_min=near(60, 120), arrives_later_min=near(120, 180, 240)
)
flights = facts_of(
    event=st.sampled_from(["delay", "cancellation", "denied_boarding"]),
    distance_km=near(1500, 3500),
    arrival_delay_min=near(180, 240),
    notice_days=near(7, 14),
    reroute=reroute,
    passengers=st.integers(1, 9),
    extraordinary_circumstances=st.booleans(),
)
europe = st.tuples(flights, st.booleans()).map(lambda pair: {**pair[0], "intra_eu": pair[1]})
percents = st.one_of(
    st.sampled_from(["94.99", "95", "95.01", "98.99", "99", "99.49", "99.5", "99.98", "99.99"]),
    st.integers(0, 10_000).map(lambda n: f"{n // 100}.{n % 100:02}"),
)
uptimes = facts_of(monthly_uptime_percent=percents, monthly_fee=sums())
days = st.dates(dt.date(2019, 4, 1), dt.date(2026, 12, 31))
edges = st.sampled_from(
    [dt.date(y, 4, 1) + dt.timedelta(d) for y in range(2020, 2027) for d in (-1, 0, 1)]
)
dot = facts_of(
    market=st.sampled_from(["interstate", "foreign"]),
    fare=sums(200_000),
    alternate_arrival_delay_min=st.none() | near(60, 120, 240),
    date=st.one_of(
        st.sampled_from(["2021-04-12", "2021-04-13", "2025-01-21", "2025-01-22"]),
        st.dates(dt.date(2019, 1, 1), dt.date(2026, 12, 31)).map(str),
    ),
)
delays = facts_of(
    scheme=st.sampled_from(["DR15", "DR30"]),
    ticket=st.sampled_from(
        ["single", "return", "weekly_season", "monthly_season", "quarterly_season", "annual_season"]
    ),
    price=sums(900_000),
    delay_min=near(15, 30, 60, 120),
)
trains = facts_of(
    ticket=st.sampled_from(["single", "return"]),
    price=st.one_of(sums(), st.sampled_from(["15.99", "16", "16.01", "7.99", "8", "32", "31.99"])),
    delay_min=near(60, 120),
    delayed_legs=st.integers(1, 2),
    extraordinary_circumstances=st.booleans(),
)
water_2017 = facts_of(
    customer=st.sampled_from(["residential", "business"]),
    event=st.sampled_from(["appointment_not_kept", "supply_not_restored", "low_pressure"]),
    hours_after_deadline=near(24, 48, 72),
    paid_after_working_days=near(20),
)
water_2025 = facts_of(
    event=st.sampled_from(
        ["appointment_not_made_properly", "appointment_not_kept", "low_pressure"]
    ),
    paid_late=st.booleans(),
    paid_this_year=st.integers(0, 7),
    incidents=st.integers(0, 9),
)
debts = st.one_of(st.sampled_from(["999.99", "1000", "9999.99", "10000"]), sums(3_000_000))

REGIMES: dict[str, tuple[st.SearchStrategy[dict[str, Any]], Callable[[Any], int]]] = {
    "eu261": (europe, partial(references.flight, sums=(250, 400, 600))),
    "uk261": (flights, partial(references.flight, sums=(220, 350, 520))),
    "us-dot-denied-boarding": (dot, references.denied_boarding),
    "uk-delay-repay": (delays, references.delay_repay),
    "eu-rail-2021-782": (trains, references.eu_rail),
    "aws-compute-region": (
        uptimes,
        partial(references.uptime, tiers=[("99.99", 10), ("99", 30), ("95", 100)]),
    ),
    "aws-compute-instance": (
        uptimes,
        partial(references.uptime, tiers=[("99.5", 10), ("99", 30), ("95", 100)]),
    ),
    "azure-vm-zones": (
        uptimes,
        partial(references.uptime, tiers=[("99.99", 10), ("99", 25), ("95", 100)]),
    ),
    "gce-older": (
        uptimes,
        partial(references.uptime, tiers=[("99.99", 10), ("99", 25), ("95", 50)]),
    ),
    "rackspace-support": (
        facts_of(outage_minutes=near(30, 60, 600), monthly_fee=sums()),
        references.outage,
    ),
    "uk-water-gss-2017": (water_2017, references.water_2017),
    "uk-water-gss-2025": (water_2025, references.water_2025),
    "uk-late-payment-fixed": (facts_of(debt=debts), references.late_payment_fixed),
    "uk-late-payment-interest": (
        facts_of(
            debt=debts,
            base_rate_percent=st.integers(0, 1500).map(lambda n: f"{n // 100}.{n % 100:02}"),
            days_late=near(0, 30, 365, 366),
        ),
        references.late_payment_interest,
    ),
}


@pytest.mark.parametrize("regime", REGIMES)
@settings(max_examples=250, deadline=None)
@given(data=st.data())
def test_a_pack_gives_what_its_regime_gives(regime: str, data: st.DataObject) -> None:
    strategy, reference = REGIMES[regime]
    facts = data.draw(strategy)
    found = draft(regime, facts)
    assert found.total == reference(facts)
    assert found.eligible is (reference(facts) > 0)
    assert not found.missing


@settings(max_examples=300, deadline=None)
@given(
    facts_of(
        distance_km=near(1500, 3500),
        intra_eu=st.booleans(),
        departure_delay_min=near(120, 180, 240, 300),
        overnight=st.booleans(),
    )
)
def test_care_is_what_the_articles_give(facts: dict[str, Any]) -> None:
    found = draft("eu261-care", facts)
    assert sorted(part.code for part in found.components) == references.flight_care(facts)
    assert found.total == 0


@settings(max_examples=500, deadline=None)
@given(
    start=st.one_of(days, edges),
    later=near(0, 3, 60, 64),
    off=st.lists(st.integers(0, 9), max_size=4),
    hours=st.none() | near(24),
    event=st.sampled_from(["delayed_repair", "missed_appointment", "delayed_start"]),
    excluded=st.sampled_from(["", "", "customer_equipment", "visit_refused"]),
)
def test_automatic_compensation_is_what_a_walk_day_by_day_gives(
    start: dt.date, later: int, off: list[int], hours: int | None, event: str, excluded: str
) -> None:
    end = start + dt.timedelta(days=later)
    holidays = [(start + dt.timedelta(days=n)).isoformat() for n in off]
    names = {
        "delayed_repair": ("reported", "restored"),
        "missed_appointment": ("appointment_date", "end"),
        "delayed_start": ("promised_start", "activated"),
    }[event]
    calendar = {"weekend": ["sat", "sun"], "holidays": holidays}
    facts = {
        "event": event, names[0]: str(start), names[1]: str(end), "cancelled_notice_hours": hours,
        "calendar": calendar, **({excluded: True} if excluded else {}),
    }  # fmt: skip
    told = {**facts, "start": str(start), "end": str(end), "excluded": bool(excluded)}
    found = draft("ofcom-auto-compensation", facts)
    assert found.total == references.automatic(told)
    assert not found.missing
    assert all(
        (part.form, part.pay_within_days) == ("bill credit", 30) for part in found.components
    )


SCALES = [
    *(("phso-severity", "severity_level", level, ends) for level, ends in references.PHSO.items()),
    *(("fos-distress", "impact_level", level, ends) for level, ends in references.FOS.items()),
    *(("hos-remedies", "finding", finding, ends) for finding, ends in references.HOS.items()),
]


@pytest.mark.parametrize(("pack", "fact", "value", "ends"), SCALES)
def test_a_scale_gives_its_range_and_an_apology(
    pack: str, fact: str, value: Any, ends: tuple[int, int | None]
) -> None:
    found = draft(pack, {fact: value})
    apology, money = found.components
    assert (apology.kind, money.ranged) == ("apology", True)
    low, high = ends
    assert (money.range_min, money.range_max) == (low * 100, None if high is None else high * 100)


@pytest.mark.parametrize(
    ("pack", "facts"),
    [
        ("fos-distress", {"impact_level": 0}),
        ("hos-remedies", {"finding": "reasonable_redress"}),
        ("hos-remedies", {"finding": "no_maladministration"}),
    ],
)
def test_below_a_scale_nothing_is_given(pack: str, facts: dict[str, Any]) -> None:
    assert not draft(pack, facts).eligible


#: Facts that a case may leave out, since the regime has an answer without them.
OPTIONAL = {
    "ofcom-auto-compensation": {"cancelled_notice_hours"},
    "us-dot-denied-boarding": {"alternate_arrival_delay_min"},
}


@pytest.mark.parametrize("pack", sorted(REGIMES))
def test_each_missing_fact_is_named_or_does_not_matter(pack: str) -> None:
    policy = POLICIES[pack]
    for case in policy.cases:
        whole = draft(pack, case.facts)
        for name in case.facts.keys() - OPTIONAL.get(pack, set()):
            without = draft(pack, {k: v for k, v in case.facts.items() if k != name})
            asked = {fact.name for fact in without.missing}
            by_default = name in policy.defaults or name == "reroute"
            assert asked or by_default or without.total == whole.total, (case.name, name)


@pytest.mark.parametrize("pack", sorted(POLICIES))
def test_each_fact_of_a_wrong_kind_is_an_error_that_names_it(pack: str) -> None:
    policy = POLICIES[pack]
    for name, fact in policy.facts.items():
        if fact.kind == "text":
            continue
        with pytest.raises(FactWrong) as caught:
            draft(pack, {name: ["odd"]})
        assert caught.value.fact == name
        assert set(caught.value.rules) == set(policy.readers_of(name))
        if fact.kind == "money":
            with pytest.raises(FactWrong, match="XAF"):
                draft(pack, {name: {"amount": "5", "currency": "XAF"}})
