"""Our ledger beside the other side's list: what both know, and on what they disagree. Pure."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from remedies.rules.states import RemedyStatus
from tickets.errors import Invalid
from tickets.money import words
from tickets.saying import Phrase, gettext_noop

#: So long a payout may be under way before its absence there is a difference.
UNDER_WAY = dt.timedelta(hours=24)


class TheirStatus(StrEnum):
    """Where a payout stands on the other side."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    REVERSED = "reversed"


class DifferenceKind(StrEnum):
    """On what we disagree."""

    #: They paid; we don't know it yet.
    PAID_THERE = "paid_there"
    #: We say delivered; they have not paid.
    NOT_PAID_THERE = "not_paid_there"
    #: Another sum or currency.
    SUM = "sum"
    #: We took it back; they paid it.
    REVERSED_HERE = "reversed_here"
    #: They took it back; we did not.
    REVERSED_THERE = "reversed_there"
    #: They could not pay it; we still wait.
    FAILED_THERE = "failed_there"
    #: They never heard of it.
    MISSING_THERE = "missing_there"
    #: We never heard of it.
    MISSING_HERE = "missing_here"


#: In words, for a person.
KIND_WORDS: dict[DifferenceKind, Phrase] = {
    DifferenceKind.PAID_THERE: Phrase("They paid it, and we don't know yet"),
    DifferenceKind.NOT_PAID_THERE: Phrase("We say it is delivered, and they did not pay"),
    DifferenceKind.SUM: Phrase("Another sum"),
    DifferenceKind.REVERSED_HERE: Phrase("We took it back, and they paid it"),
    DifferenceKind.REVERSED_THERE: Phrase("They took it back, and we did not"),
    DifferenceKind.FAILED_THERE: Phrase("They could not pay it, and we still wait"),
    DifferenceKind.MISSING_THERE: Phrase("They never heard of it"),
    DifferenceKind.MISSING_HERE: Phrase("We never heard of it"),
}


@dataclass(frozen=True, slots=True)
class Ours:
    """A remedy that is paid through the gateway. Minor units."""

    payout: str
    status: RemedyStatus
    amount: int
    currency: str
    granted_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Theirs:
    """What the other side says of a payout. Minor units."""

    payout: str
    status: TheirStatus
    amount: int
    currency: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One disagreement, each side in words."""

    kind: DifferenceKind
    payout: str
    ours: str
    theirs: str
    reference: str = ""


def read_theirs(raw: Any, field: str = "payouts") -> Theirs:
    """One line of the other side's list. Raises `Invalid`, naming what is wrong.

    {"id": "remedy_77", "status": "paid", "amount": {"minor": 9000, "currency": "GBP"},
    "reference": "CR-77"}
    """
    if not isinstance(raw, Mapping):
        raise Invalid("This should be a payout.", field=field)
    sum_ = raw.get("amount")
    if not isinstance(sum_, Mapping):
        raise Invalid("This should have minor and currency.", field=f"{field}.amount")
    minor, currency = sum_.get("minor"), sum_.get("currency")
    if not isinstance(minor, int) or isinstance(minor, bool) or not 0 <= minor < 10**15:
        raise Invalid("This should be whole minor units.", field=f"{field}.amount.minor")
    if not isinstance(currency, str) or len(currency) != 3:
        raise Invalid("This should be a currency such as GBP.", field=f"{field}.amount.currency")
    payout, status = raw.get("id"), raw.get("status")
    if not isinstance(payout, str) or not 0 < len(payout) <= 200 or "\x00" in payout:
        raise Invalid("This should be the id that we sent.", field=f"{field}.id")
    if status not in set(TheirStatus):
        known = ", ".join(TheirStatus)
        raise Invalid("This should be one of: {known}.", known=known, field=f"{field}.status")
    reference = str(raw.get("reference") or "").replace("\x00", "")[:200]
    return Theirs(payout, TheirStatus(status), minor, currency, reference)


#: What the words of a difference say beside sums; kept in English, and told again when shown.
_SAID = (
    gettext_noop("nothing"),
    gettext_noop("granted"),
    gettext_noop("fulfilled"),
    gettext_noop("failed"),
    gettext_noop("reversed"),
    gettext_noop("pending"),
    gettext_noop("paid"),
)


def compare(ours: Iterable[Ours], theirs: Iterable[Theirs], *, now: dt.datetime) -> list[Found]:
    """Every disagreement, ours first. `theirs` is their whole list of the same period."""
    mine = {one.payout: one for one in ours}
    there = {one.payout: one for one in theirs}
    found: list[Found] = []
    for payout, one in mine.items():
        other = there.get(payout)
        if other is None:
            found += _absent(one, now=now)
        else:
            found += _disagreements(one, other)
    found += [
        Found(DifferenceKind.MISSING_HERE, one.payout, "nothing", _their_words(one), one.reference)
        for payout, one in there.items()
        if payout not in mine
    ]
    return found


def _absent(one: Ours, *, now: dt.datetime) -> list[Found]:
    settled = one.status == RemedyStatus.REVERSED
    young = one.status != RemedyStatus.FULFILLED and now - one.granted_at < UNDER_WAY
    if settled or young:
        return []
    return [Found(DifferenceKind.MISSING_THERE, one.payout, _our_words(one), "nothing")]


def _disagreements(one: Ours, other: Theirs) -> list[Found]:
    kinds: list[DifferenceKind] = []
    if (one.amount, one.currency) != (other.amount, other.currency):
        kinds.append(DifferenceKind.SUM)
    kind = _BY_STATUS.get((one.status, other.status))
    if kind is not None:
        kinds.append(kind)
    return [
        Found(kind, one.payout, _our_words(one), _their_words(other), other.reference)
        for kind in kinds
    ]


_BY_STATUS: dict[tuple[RemedyStatus, TheirStatus], DifferenceKind] = {
    (RemedyStatus.GRANTED, TheirStatus.PAID): DifferenceKind.PAID_THERE,
    (RemedyStatus.FAILED, TheirStatus.PAID): DifferenceKind.PAID_THERE,
    (RemedyStatus.REVERSED, TheirStatus.PAID): DifferenceKind.REVERSED_HERE,
    (RemedyStatus.FULFILLED, TheirStatus.PENDING): DifferenceKind.NOT_PAID_THERE,
    (RemedyStatus.FULFILLED, TheirStatus.FAILED): DifferenceKind.NOT_PAID_THERE,
    (RemedyStatus.GRANTED, TheirStatus.FAILED): DifferenceKind.FAILED_THERE,
    (RemedyStatus.FULFILLED, TheirStatus.REVERSED): DifferenceKind.REVERSED_THERE,
    (RemedyStatus.GRANTED, TheirStatus.REVERSED): DifferenceKind.REVERSED_THERE,
    (RemedyStatus.FAILED, TheirStatus.REVERSED): DifferenceKind.REVERSED_THERE,
}


def _our_words(one: Ours) -> str:
    return f"{words(one.amount, one.currency)}, {one.status.value}"


def _their_words(other: Theirs) -> str:
    try:
        sum_ = words(other.amount, other.currency)
    except Invalid:
        sum_ = f"{other.amount} minor units of {other.currency}"
    return f"{sum_}, {other.status.value}"
