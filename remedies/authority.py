"""What a role may grant alone: per remedy, per ticket, per customer over a period. Pure.

Sums in minor units of one currency; a limit in one says nothing of another, and nothing is
converted. Sums set by law and proven loss do not count: they are not anybody's to give. What is
given beyond them does. Non-monetary components are free, unless a limit names their kind.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from remedies.rules.language.draft import ComponentKind
from remedies.rules.language.words import money, places_of
from remedies.rules.retelling import told
from tickets.saying import gettext as _
from tickets.saying import pgettext, pgettext_noop

#: What anybody may promise without a limit that names it.
FREE = frozenset({ComponentKind.APOLOGY, ComponentKind.CALLBACK, ComponentKind.EXPEDITE})


class Span(StrEnum):
    """What a limit is about."""

    REMEDY = "remedy"
    TICKET = "ticket"
    CUSTOMER = "customer"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True)
class Limit:
    """What one role may grant, of one kind or (kind None) of all together. None: no limit."""

    currency: str
    kind: ComponentKind | None = None
    per_remedy: int | None = None
    per_ticket: int | None = None
    per_customer: int | None = None
    period_days: int = 365


@dataclass(frozen=True, slots=True)
class Asked:
    """One component that somebody wants to grant. `amount` None for one without a sum."""

    kind: ComponentKind
    amount: int | None = None
    owed: bool = False
    loss: bool = False
    #: Of a sum set by law or a loss that a person raised: what it was before.
    policy: int | None = None

    @property
    def ours(self) -> int:
        """How much of it is a gift of ours, and so somebody's to give."""
        if self.owed or self.loss:
            return 0 if self.policy is None else max((self.amount or 0) - self.policy, 0)
        return self.amount or 0

    @property
    def counts(self) -> bool:
        """Whether anybody's authority matters for it."""
        return self.ours > 0 or not (self.owed or self.loss)


@dataclass(frozen=True, slots=True)
class Used:
    """What counts already, by kind: on the ticket, and for the customer in `period_days`."""

    ticket: Mapping[ComponentKind, int]
    #: (period in days) → kind → sum.
    customer: Mapping[int, Mapping[ComponentKind, int]]


NOTHING_USED = Used({}, {})


@dataclass(frozen=True, slots=True)
class Pot:
    """A budget of goodwill in its period: `words` say whose and when, "in your budget for …"."""

    words: str
    currency: str
    amount: int
    used: int
    #: As a heading, and whether it is a team's: "The budget of Home for November".
    label: str = ""
    of_team: bool = False


@dataclass(frozen=True, slots=True)
class Meter:
    """One limit as a bar: used before, this time, and the limit."""

    span: Span
    kind: ComponentKind | None
    limit: int
    before: int
    this: int
    currency: str
    period_days: int | None = None
    #: Of a budget: whose, and for when.
    name: str = ""

    @property
    def left(self) -> int:
        """What is left after this; below zero where it is passed."""
        return self.limit - self.before - self.this

    @property
    def over(self) -> bool:
        """Whether this passes the limit. What was used before is nobody's fault now."""
        return self.this > 0 and self.left < 0

    def words(self) -> str:
        """ "£20 left of £100 for this ticket" or "£35 over £100 for this ticket"."""
        told = {
            "left": _money(abs(self.left), self.currency),
            "limit": _money(self.limit, self.currency),
            "about": self.about(),
        }
        said = _("%(left)s over %(limit)s %(about)s")
        if self.left >= 0:
            said = _("%(left)s left of %(limit)s %(about)s")
        kind = "" if self.kind is None else f", {pgettext('granted', self.kind.value)}"
        return f"{said % told}{kind}"

    def about(self) -> str:
        """What the limit is for: "for this ticket"."""
        if self.span is Span.BUDGET:
            return self.name
        if self.span is Span.CUSTOMER:
            return _("for this customer in %(days)s days") % {"days": self.period_days}
        return _("for this ticket") if self.span is Span.TICKET else _("in one remedy")


def _money(minor: int, currency: str) -> str:
    return told(money(Decimal(minor).scaleb(-places_of(currency)), currency))


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether it may be granted alone, why not, and what is left of each limit."""

    allowed: bool
    reason: str
    meters: tuple[Meter, ...]


def decide(
    limits: Sequence[Limit],
    asked: Sequence[Asked],
    used: Used,
    *,
    currency: str,
    pots: Sequence[Pot] = (),
    waived: Collection[Span] = (),
) -> Decision:
    """Whether somebody with `limits` may grant all of `asked`, in `currency`, by himself.

    Each limit that is about a component has to hold: those of its kind for that kind alone,
    those of any kind for everything together. Without a limit nothing that costs is allowed.
    `pots` are the budgets that it would come from, and each has to suffice. Limits of the
    `waived` spans are not asked: somebody decides at a level that has a limit of its own.
    """
    ours = [limit for limit in limits if limit.currency == currency]
    counted = [item for item in asked if item.counts]
    whole = sum(item.ours for item in counted)
    meters = (
        *(meter for limit in ours for meter in _meters(limit, counted, used)),
        *(
            Meter(Span.BUDGET, None, pot.amount, pot.used, whole, currency, name=pot.words)
            for pot in pots
            if pot.currency == currency
        ),
    )
    for item in counted:
        if not waived and (item.ours or item.kind not in FREE) and not _about(ours, item.kind):
            return Decision(False, none_words(limits, item.kind, currency), meters)
    over = [meter for meter in meters if meter.over and meter.span not in waived]
    if over:
        worst = min(over, key=lambda meter: meter.left)
        beyond = _money(-worst.left, currency)
        limit = _money(worst.limit, currency)
        told = {"beyond": beyond, "limit": limit, "about": worst.about()}
        said = _("This is %(beyond)s over your limit of %(limit)s %(about)s.") % told
        return Decision(False, said, meters)
    return Decision(True, _("Inside your authority."), meters)


def _about(limits: Sequence[Limit], kind: ComponentKind) -> list[Limit]:
    return [limit for limit in limits if limit.kind in (None, kind)]


def none_words(limits: Sequence[Limit], kind: ComponentKind, currency: str) -> str:
    """Why nothing of a kind may be granted alone where no limit in the currency is about it."""
    elsewhere = sorted({limit.currency for limit in _about(limits, kind)} - {currency})
    if not elsewhere:
        return _("Your role may not grant a %(kind)s alone.") % {
            "kind": pgettext("granted", kind.value)
        }
    told = {
        "currency": currency,
        "kind": pgettext("granted", kind.value),
        "listed": f" {_('and')} ".join(elsewhere),
    }
    words = _(
        "You have no limit in %(currency)s, so a %(kind)s in it is not yours to grant alone. "
        "Your limits are in %(listed)s; nothing is converted."
    )
    return words % told


#: What may be granted, for languages other than English.
GRANTED = (
    pgettext_noop("granted", "apology"),
    pgettext_noop("granted", "credit"),
    pgettext_noop("granted", "refund"),
    pgettext_noop("granted", "compensation"),
    pgettext_noop("granted", "replacement"),
    pgettext_noop("granted", "upgrade"),
    pgettext_noop("granted", "gift"),
    pgettext_noop("granted", "expedite"),
    pgettext_noop("granted", "callback"),
)


@dataclass(frozen=True, slots=True)
class Room:
    """What may still be granted of one kind: the highest sum, None for any, and why not more."""

    kind: ComponentKind
    most: int | None
    words: str


def room_for(
    kind: ComponentKind,
    limits: Sequence[Limit],
    besides: Sequence[Asked],
    used: Used,
    *,
    currency: str,
    pots: Sequence[Pot] = (),
) -> Room:
    """The highest sum of one component of `kind` that `decide` allows beside `besides`.

    This is what a person sees before he types. 0 where there is no limit in the currency.
    """
    ours = [limit for limit in limits if limit.currency == currency]
    if not _about(ours, kind):
        return Room(kind, 0, none_words(limits, kind, currency))
    probe = [*besides, Asked(kind, 1)]
    told = decide(ours, probe, used, currency=currency, pots=pots).meters
    found: list[tuple[int, str]] = []
    for meter in told:
        if meter.kind not in (None, kind):
            continue
        limit = _money(meter.limit, currency)
        # Of one remedy the others do not matter; of the rest, the penny of the probe is free.
        left = meter.limit if meter.span is Span.REMEDY else meter.left + 1
        found.append(
            (max(left, 0), _("%(limit)s %(about)s") % {"limit": limit, "about": meter.about()})
        )
    if not found:
        return Room(kind, None, _("any sum"))
    most, words = min(found)
    return Room(
        kind,
        most,
        _("up to %(sum)s, of %(words)s") % {"sum": _money(most, currency), "words": words},
    )


def _meters(limit: Limit, counted: Sequence[Asked], used: Used) -> list[Meter]:
    about = [item.ours for item in counted if limit.kind in (None, item.kind)]
    found = []
    if limit.per_remedy is not None and about:
        largest = max(about)
        found.append(Meter(Span.REMEDY, limit.kind, limit.per_remedy, 0, largest, limit.currency))
    if limit.per_ticket is not None:
        before = _sum(used.ticket, limit.kind)
        found.append(
            Meter(Span.TICKET, limit.kind, limit.per_ticket, before, sum(about), limit.currency)
        )
    if limit.per_customer is not None:
        before = _sum(used.customer.get(limit.period_days, {}), limit.kind)
        found.append(
            Meter(
                Span.CUSTOMER,
                limit.kind,
                limit.per_customer,
                before,
                sum(about),
                limit.currency,
                limit.period_days,
            )
        )
    return found


def _sum(by_kind: Mapping[ComponentKind, int], kind: ComponentKind | None) -> int:
    return sum(by_kind.values()) if kind is None else by_kind.get(kind, 0)
