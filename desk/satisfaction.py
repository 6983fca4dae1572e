"""What remedies cost beside what customers said afterwards: answers by the sum that was granted.

Of the desk, because it joins feedback's answers with the ledger of remedies. By ticket, never by
person.
"""

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import (
    Avg,
    Case,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from desk.build.boxes import sum_words
from feedback.models import Answer
from feedback.rules import LOWEST
from remedies.access import tickets_compared_by
from remedies.models import Remedy
from remedies.rules.checks.equality import ENOUGH
from remedies.rules.states import RemedyStatus
from tickets.access import Principal
from tickets.errors import Invalid
from tickets.listed import Listed, Page, listed
from tickets.money import decimals_of
from tickets.periods import Period

#: Sums up to these, in major units; the first band has nothing in it.
EDGES = (0, 25, 50, 100, 250)
#: A score up to this is poor.
POOR = LOWEST + 1
_SCORES = ("handling", "result", "fair")


@dataclass(frozen=True, slots=True)
class Band:
    """Customers who were granted a sum above `above` and up to `up_to` (minor units; None: no
    end), and what they said, 1 to 5."""

    above: int | None
    up_to: int | None
    currency: str
    answers: int
    granted: int
    handling: float | None
    result: float | None
    fair: float | None
    poor: int
    #: Its place among the bands.
    place: int = 0

    @property
    def enough(self) -> bool:
        """Whether as many answered that an average tells something."""
        return self.answers >= ENOUGH

    @property
    def words(self) -> str:
        """ "£25 to £50", "nothing", "over £250"."""
        if self.up_to == 0:
            return gettext("Nothing")
        low = _short(self.above or 0, self.currency)
        if self.up_to is None:
            return gettext("Over %(low)s") % {"low": low}
        high = _short(self.up_to, self.currency)
        return (
            gettext("Up to %(high)s") % {"high": high}
            if not self.above
            else gettext("%(low)s to %(high)s") % {"low": low, "high": high}
        )


def _short(minor: int, currency: str) -> str:
    return sum_words(minor, currency, short=True)


def satisfaction(
    who: Principal, period: Period, *, currency: str = "", category: str = "", team: str = ""
) -> tuple[str, tuple[Band, ...]]:
    """The currency, and answers given in the period by the sum granted before, smallest first.

    Without a currency: the one that most was granted in. Who was granted something in another one
    is left out. Three queries. Raises `NotAllowed`,
    `Invalid` naming what fits nothing.
    """
    seen = tickets_compared_by(who, category=category, team=team)
    answers = Answer.objects.filter(at__gte=period.start, at__lt=period.end, ticket__in=seen)
    currency = currency.upper() or _most_granted(answers)
    if not currency:
        return "", ()
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise Invalid("A currency has three letters, such as GBP.", field="currency")
    unit = 10 ** decimals_of(currency)
    edges = [edge * unit for edge in EDGES]
    found = {row["band"]: row for row in _counted(answers, currency, edges)}
    bounds: list[tuple[int | None, int | None]] = [(None, 0)]
    bounds += list(zip(edges, [*edges[1:], None], strict=True))
    return currency, tuple(
        replace(_band(found[place], above, up_to, currency), place=place)
        for place, (above, up_to) in enumerate(bounds)
        if place in found
    )


def answers_behind(
    who: Principal,
    period: Period,
    page: Page,
    *,
    currency: str,
    category: str = "",
    team: str = "",
    band: str,
    poor: bool = False,
) -> Listed:
    """The answers of one band (its place among the edges, 0 for nothing), or its poor ones alone.
    Two queries. Raises `NotAllowed`, `Invalid` as `satisfaction` does, and where there is no such
    band."""
    seen = tickets_compared_by(who, category=category, team=team)
    answers = Answer.objects.filter(at__gte=period.start, at__lt=period.end, ticket__in=seen)
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise Invalid("A currency has three letters, such as GBP.", field="currency")
    if band not in {str(place) for place in range(len(EDGES) + 1)}:
        raise Invalid("There is no such line.", field="band")
    unit = 10 ** decimals_of(currency.upper())
    rows = _banded(answers, currency.upper(), [edge * unit for edge in EDGES])
    rows = rows.filter(band=int(band))
    if poor:
        rows = rows.filter(result__lte=POOR)
    return listed(rows, page, at="at")


def _granted_on() -> Any:
    """Remedies that stand, on the ticket of an answer, granted before it was given."""
    return Remedy.objects.filter(
        ticket=OuterRef("ticket"), granted_at__lte=OuterRef("at"), amount__isnull=False
    ).exclude(status=RemedyStatus.REVERSED.value)


def _most_granted(answers: Any) -> str:
    found = (
        Remedy.objects.filter(ticket__in=answers.values("ticket"), amount__isnull=False)
        .values("currency")
        .annotate(n=Count("pk"))
        .order_by("-n", "currency")
        .first()
    )
    return found["currency"] if found else ""


def _counted(answers: Any, currency: str, edges: list[int]) -> Any:
    return (
        _banded(answers, currency, edges)
        .order_by()
        .values("band")
        .annotate(
            answers=Count("pk"),
            total=Sum("granted"),
            poor=Count("pk", filter=Q(result__lte=POOR)),
            **{f"mean_{name}": Avg(name) for name in _SCORES},
        )
    )


def _banded(answers: Any, currency: str, edges: list[int]) -> Any:
    """Each answer with what was granted before it, and the place of its band."""
    granted = (
        _granted_on()
        .filter(currency=currency)
        .order_by()
        .values("ticket")
        .annotate(total=Sum("amount"))
        .values("total")
    )
    elsewhere = _granted_on().exclude(currency=currency)
    band = Case(
        *(When(granted__lte=edge, then=Value(place)) for place, edge in enumerate(edges)),
        default=Value(len(edges)),
        output_field=IntegerField(),
    )
    return (
        answers.exclude(Exists(elsewhere))
        .annotate(granted=Coalesce(Subquery(granted), 0, output_field=IntegerField()))
        .annotate(band=band)
    )


def _band(row: dict[str, Any], above: int | None, up_to: int | None, currency: str) -> Band:
    return Band(
        above=above,
        up_to=up_to,
        currency=currency,
        answers=row["answers"],
        granted=int(row["total"]),
        handling=row["mean_handling"],
        result=row["mean_result"],
        fair=row["mean_fair"],
        poor=row["poor"],
    )
