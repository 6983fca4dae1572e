"""One ticket under two policies, side by side, with every reason."""

from dataclasses import dataclass

from django.utils.translation import gettext

from desk.words import money_words as words
from desk.words import signed_money
from remedies.rules.language.draft import Component, OfferDraft
from remedies.rules.retelling import known_value, told
from tickets.saying import retold


@dataclass(frozen=True, slots=True)
class Side:
    """What one policy says of a rule: the sum, and how it came about or why not."""

    sum: str
    steps: tuple[str, ...]
    given: bool


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule under both."""

    rule: str
    title: str
    now: Side
    then: Side
    difference: str
    changed: bool


@dataclass(frozen=True, slots=True)
class BothView:
    """Both policies on one ticket; rules that give nothing under either stand by themselves."""

    rows: tuple[RuleRow, ...]
    neither: tuple[RuleRow, ...]
    total_now: str
    total_then: str
    difference: str
    facts: tuple[tuple[str, str], ...]


def both_view(now: OfferDraft | None, then: OfferDraft | None) -> BothView:
    """The two side by side, in the order of the draft; sums differ only in one currency."""
    names = dict.fromkeys([*_rules(then), *_rules(now)])
    rows = [_row(name, now, then) for name in names]
    known = {name: (retold(label), known_value(said)) for draft in (now, then) if draft
             for name, label, said in draft.facts}  # fmt: skip
    same = now is None or then is None or now.currency == then.currency
    currency = (then or now).currency if (then or now) else ""  # type: ignore[union-attr]
    delta = (then.total if then else 0) - (now.total if now else 0)
    return BothView(
        rows=tuple(row for row in rows if row.now.given or row.then.given),
        neither=tuple(row for row in rows if not (row.now.given or row.then.given)),
        total_now=_total(now),
        total_then=_total(then),
        difference=signed_money(delta, currency) if same and currency else "",
        facts=tuple(known.values()),
    )


def _rules(draft: OfferDraft | None) -> list[str]:
    if draft is None:
        return []
    given = [part.rule for part in draft.components]
    return given + [item.rule for item in draft.not_applied]


def _total(draft: OfferDraft | None) -> str:
    return gettext("no policy") if draft is None else words(draft.total, draft.currency)


def _row(name: str, now: OfferDraft | None, then: OfferDraft | None) -> RuleRow:
    was, gives = _side(name, now), _side(name, then)
    before, after = (draft.component(name) if draft else None for draft in (now, then))
    difference = ""
    one_currency = before is None or after is None or before.currency == after.currency
    if (before or after) and one_currency:
        delta = _minor(after) - _minor(before)
        difference = signed_money(delta, _currency(before, after)) if delta else gettext("same")
        if not delta and was.sum != gives.sum:
            difference = gettext("new") if after else gettext("gone")
    return RuleRow(name, _title(name, now, then), was, gives, difference, was.sum != gives.sum)


def _minor(part: Component | None) -> int:
    return (part.amount or 0) if part else 0


def _currency(*parts: Component | None) -> str:
    return next(part.currency for part in parts if part is not None)


def _title(name: str, *drafts: OfferDraft | None) -> str:
    for draft in drafts:
        found = draft and (draft.component(name) or draft.why_not(name))
        if found:
            return retold(found.title)
    return name


def _side(name: str, draft: OfferDraft | None) -> Side:
    part = draft.component(name) if draft else None
    if part is not None:
        sum_ = gettext("yes") if part.amount is None else words(part.amount, part.currency)
        return Side(sum_, tuple(map(told, part.steps)), given=True)
    why = draft.why_not(name) if draft else None
    return Side("—", (told(why.reason),) if why else (), given=False)
