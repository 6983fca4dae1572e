"""How a complaint counts in published returns. Pure.

Sources: FCA Handbook DISP 1.10.2R and 1.10.2AR with the notes on the return in DISP 1 Annex 1;
categories of the CFPB Company Portal. A finding here is what was found, never what was paid: who
was refused and got something out of goodwill was refused.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum

from tickets.rules import Outcome

#: The CFPB expects an answer within so many calendar days, and the final one within so many more.
CFPB_DAYS, CFPB_FINAL_DAYS = 15, 60
_FOUR_WEEKS, _EIGHT_WEEKS = 28, 56


class Reported(StrEnum):
    """As what a decided complaint is counted."""

    UPHELD = "upheld"
    REJECTED = "rejected"


class TimeBand(StrEnum):
    """From receipt to close, in calendar days: up to 28, up to 56, and more."""

    FOUR_WEEKS = "within_4_weeks"
    EIGHT_WEEKS = "over_4_up_to_8_weeks"
    LONGER = "over_8_weeks"


class PortalCategory(StrEnum):
    """What a company answered, in the words of the CFPB."""

    IN_PROGRESS = "in_progress"
    MONEY = "closed_with_monetary_relief"
    OTHER_RELIEF = "closed_with_non_monetary_relief"
    EXPLANATION = "closed_with_explanation"
    CLOSED = "closed"
    ADMINISTRATIVE = "administrative_response"


#: Findings in whole or in part for the customer.
_FOR = frozenset({Outcome.UPHELD.value, Outcome.PARTLY_UPHELD.value})
#: Findings against him, in the words of several regimes.
_AGAINST = frozenset({Outcome.NOT_UPHELD.value, "rejected", "refused"})
#: It could not be found out.
UNDECIDABLE = "not_enough_information"
#: Neither: no longer, or never, ours to decide. They are counted as closed alone.
_NEITHER = frozenset({Outcome.WITHDRAWN.value, Outcome.OUT_OF_SCOPE.value})

#: What is paid anyway is no redress: what the contract gave the customer before he complained.
_NOT_REDRESS = frozenset({"sums_due_anyway", "contractual_payment", "claim_settlement"})


def reported_as(finding: str, *, goodwill: Decimal | int = 0) -> Reported | None:
    """As what a finding is counted; None for what is neither (withdrawn, out of scope).

    Partly upheld counts as upheld. So does what could not be decided for lack of information,
    where something was paid all the same. Rejected with goodwill stays rejected. Raises
    `ValueError` for a finding that is not known, and for goodwill below zero.
    """
    if goodwill < 0:
        raise ValueError("Goodwill can't be below zero.")
    if finding in _FOR:
        return Reported.UPHELD
    if finding in _AGAINST:
        return Reported.REJECTED
    if finding == UNDECIDABLE:
        return Reported.UPHELD if goodwill > 0 else Reported.REJECTED
    if finding in _NEITHER:
        return None
    known = ", ".join(sorted({*_FOR, *_AGAINST, UNDECIDABLE, *_NEITHER}))
    raise ValueError(f"A finding is one of: {known}.")


def time_band(days: int) -> TimeBand:
    """The band of a complaint that was closed so many calendar days after receipt.

    Day 28 is within four weeks, day 56 within eight. Raises `ValueError` below zero.
    """
    if days < 0:
        raise ValueError("Nothing is closed before it came in.")
    if days <= _FOUR_WEEKS:
        return TimeBand.FOUR_WEEKS
    return TimeBand.EIGHT_WEEKS if days <= _EIGHT_WEEKS else TimeBand.LONGER


def is_redress(kind: str) -> bool:
    """Whether a payment of this kind counts: losses, distress, goodwill, interest on what came
    late, a waived excess; everything but what was due anyway."""
    return kind not in _NOT_REDRESS


def total_redress(payments: Iterable[tuple[str, Decimal]]) -> Decimal:
    """The sum of (kind, amount) that counts as redress; of one currency.

    Raises `ValueError` for a sum below zero: what is taken back is left out instead.
    """
    total = Decimal(0)
    for kind, amount in payments:
        if amount < 0:
            raise ValueError(f"A payment can't be below zero: {kind}.")
        total += amount if is_redress(kind) else 0
    return total


def portal_category(
    *, money: Decimal, other_relief: bool, explanation: bool, answered: bool = True,
    administrative: bool = False,
) -> PortalCategory:  # fmt: skip
    """What the CFPB calls an answer. Money comes before other relief, and that before words.

    `administrative`: it was not this company's, came twice, or was sent by nobody.
    """
    if administrative:
        return PortalCategory.ADMINISTRATIVE
    if not answered:
        return PortalCategory.IN_PROGRESS
    if money > 0:
        return PortalCategory.MONEY
    if other_relief:
        return PortalCategory.OTHER_RELIEF
    return PortalCategory.EXPLANATION if explanation else PortalCategory.CLOSED


def is_timely(first_day: int, *, final_day: int | None = None) -> bool:
    """Whether the CFPB has its answer in time: within 15 calendar days, or said to be in progress
    by then and final within 60."""
    return first_day <= CFPB_DAYS and (final_day is None or final_day <= CFPB_FINAL_DAYS)


def share_upheld(counts: Mapping[Reported | None, int]) -> float | None:
    """Upheld of all that was decided, 0 to 1; None where nothing was."""
    decided = counts.get(Reported.UPHELD, 0) + counts.get(Reported.REJECTED, 0)
    return counts.get(Reported.UPHELD, 0) / decided if decided else None
