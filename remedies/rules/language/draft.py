"""What an evaluation gives: frozen values, ready to be stored, shown or compared. Pure.

Those made many times in an evaluation are named tuples: a frozen dataclass of twenty fields
takes four times as long to make.
"""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple


class ComponentKind(StrEnum):
    """What an offer may be made of."""

    APOLOGY = "apology"
    CREDIT = "credit"
    REFUND = "refund"
    COMPENSATION = "compensation"
    REPLACEMENT = "replacement"
    UPGRADE = "upgrade"
    GIFT = "gift"
    EXPEDITE = "expedite"
    CALLBACK = "callback"


class WhyNot(StrEnum):
    """Why a rule gave nothing."""

    CONDITION = "condition"
    EXCLUDED = "excluded"
    DATED = "dated"
    MISSING = "missing"
    REPLACED = "replaced"
    NOTHING = "nothing"
    NO_ROW = "no_row"
    UPSIDE_DOWN = "upside_down"


@dataclass(frozen=True, slots=True)
class Option:
    """One form that the customer may choose instead: cash, or a larger voucher."""

    form: str
    amount: int


class Component(NamedTuple):
    """One part of an offer. `amount` and the range are minor units, None where there are none.

    `range_max` is None for an open end as well; `ranged` tells whether a range was given.
    `facts` are (name, label, words) of every fact that the rule read; `steps` the arithmetic.
    `owed` is set by law; `loss` makes good a proven loss; neither counts against authority.
    """

    rule: str
    title: str
    kind: ComponentKind
    amount: int | None = None
    currency: str = ""
    clause: str = ""
    code: str = ""
    facts: tuple[tuple[str, str, str], ...] = ()
    steps: tuple[str, ...] = ()
    ranged: bool = False
    range_min: int | None = None
    range_max: int | None = None
    owed: bool = False
    loss: bool = False
    says: str = ""
    form: str = ""
    pay_within_days: int | None = None
    options: tuple[Option, ...] = ()
    automatic: bool = False

    def as_json(self) -> dict[str, Any]:
        """For storing beside the offer."""
        return {
            "rule": self.rule,
            "title": self.title,
            "kind": str(self.kind),
            "amount": self.amount,
            "currency": self.currency,
            "clause": self.clause,
            "code": self.code,
            "facts": [list(fact) for fact in self.facts],
            "steps": list(self.steps),
            "ranged": self.ranged,
            "range_min": self.range_min,
            "range_max": self.range_max,
            "owed": self.owed,
            "loss": self.loss,
            "says": self.says,
            "form": self.form,
            "pay_within_days": self.pay_within_days,
            "options": [{"form": o.form, "amount": o.amount} for o in self.options],
            "automatic": self.automatic,
        }


class NotApplied(NamedTuple):
    """A rule that gave nothing, and why, in words."""

    rule: str
    title: str
    why: WhyNot
    reason: str


@dataclass(frozen=True, slots=True)
class MissingFact:
    """A fact that rules wait for, the question that asks for it, and those rules."""

    name: str
    label: str
    question: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfferDraft:
    """What a policy gives for the facts, with every reason. Equal input gives an equal draft."""

    policy: str
    currency: str
    components: tuple[Component, ...]
    not_applied: tuple[NotApplied, ...]
    missing: tuple[MissingFact, ...]
    #: (name, label, words) of each fact that the policy knows and that was given.
    facts: tuple[tuple[str, str, str], ...]
    evaluated_at: dt.datetime
    total: int = field(default=0)

    @property
    def eligible(self) -> bool:
        """Whether any remedy is due."""
        return bool(self.components)

    def component(self, rule: str) -> Component | None:
        """What the rule gave, or None."""
        return next((part for part in self.components if part.rule == rule), None)

    def why_not(self, rule: str) -> NotApplied | None:
        """Why the rule gave nothing, or None where it gave something."""
        return next((part for part in self.not_applied if part.rule == rule), None)

    def as_json(self) -> dict[str, Any]:
        """For storing, for the API and for the command."""
        return {
            "policy": self.policy,
            "currency": self.currency,
            "total": self.total,
            "components": [part.as_json() for part in self.components],
            "not_applied": [
                {"rule": n.rule, "title": n.title, "why": str(n.why), "reason": n.reason}
                for n in self.not_applied
            ],
            "missing": [
                {"name": m.name, "label": m.label, "question": m.question, "rules": list(m.rules)}
                for m in self.missing
            ],
            "facts": [list(fact) for fact in self.facts],
        }
