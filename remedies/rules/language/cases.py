"""Running the cases that a policy carries, and published cases, against it. Pure."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from remedies.errors import FactWrong
from remedies.facts import as_number
from remedies.rules.language.draft import Component, OfferDraft
from remedies.rules.language.evaluation import evaluate
from remedies.rules.language.policy import Case, Policy
from remedies.rules.language.words import places_of

#: Cases speak of dates, not of now; where one has no `now`, this moment stands in.
CASE_NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def major(minor: int | None, currency: str) -> Decimal | None:
    """Minor units as major units, exact."""
    return None if minor is None else Decimal(minor).scaleb(-places_of(currency))


def differences(draft: OfferDraft, expect: Mapping[str, Any]) -> list[str]:
    """What the draft gives otherwise than a case expects; empty when it agrees.

    Only the keys that `expect` has are compared. Sums are major units.
    """
    found = []
    for key, wanted in expect.items():
        reader = READERS.get(key)
        if reader is None:
            found.append(f"{key} can't be checked")
            continue
        try:
            got, needed = reader(draft, wanted)
        except (ValueError, KeyError, TypeError, AttributeError):
            found.append(f"{key}: {shown(wanted)} can't be compared")
            continue
        if got != needed:
            found.append(f"{key}: expected {shown(needed)}, got {shown(got)}")
    return found


def shown(value: Any) -> str:
    """A value of a case in one line."""
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(shown, value)) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {shown(inner)}" for key, inner in value.items()) + "}"
    return "nothing" if value is None else str(value)


def _amount(draft: OfferDraft, wanted: Any) -> tuple[Any, Any]:
    return major(draft.total, draft.currency), as_number(wanted)


def _range(draft: OfferDraft, wanted: Any) -> tuple[Any, Any]:
    ranged = [part for part in draft.components if part.ranged]
    got = [
        (major(part.range_min, part.currency), major(part.range_max, part.currency))
        for part in ranged
    ]
    high = wanted.get("max")
    if not got and not as_number(wanted["min"]) and high is not None and not as_number(high):
        return got, []  # nothing is due, and nothing was expected
    return got, [(as_number(wanted["min"]), None if high is None else as_number(high))]


def is_money(part: Component) -> bool:
    """Whether the component pays something."""
    return part.amount is not None


def _non_monetary(draft: OfferDraft, wanted: Any) -> tuple[Any, Any]:
    names = [part.code or str(part.kind) for part in draft.components if not is_money(part)]
    return sorted(names), sorted(words_of(wanted))


def _form(draft: OfferDraft, wanted: Any) -> tuple[Any, Any]:
    """Where nothing is due, no form is given; the published cases name it all the same."""
    paid = [part for part in draft.components if is_money(part)]
    return sorted({part.form for part in paid if part.form}) if paid else [wanted], [wanted]


def _options(draft: OfferDraft, wanted: Any) -> tuple[Any, Any]:
    """Forms to choose between; a case may name the first one, that of the sum itself, too."""
    choices = [part for part in draft.components if part.options]
    other = [
        (option.form, major(option.amount, part.currency))
        for part in choices
        for option in part.options
    ]
    first = [(part.form, major(part.amount, part.currency)) for part in choices]
    if isinstance(wanted, Mapping):
        listed = [(str(form), as_number(amount)) for form, amount in wanted.items()]
    else:
        listed = [(str(item["form"]), as_number(item["amount"])) for item in wanted]
    whole = len(listed) > len(other)
    return sorted([*first, *other] if whole else other), sorted(listed)


def _parts(draft: OfferDraft, wanted: Any) -> tuple[Any, Any]:
    """Remedies that stack: their sums, in any order."""
    values = wanted.values() if isinstance(wanted, Mapping) else wanted
    sums = [item["amount"] if isinstance(item, Mapping) else item for item in values]
    got = [major(part.amount, part.currency) for part in draft.components if is_money(part)]
    return sorted(got), sorted(map(as_number, sums))


def words_of(wanted: Any) -> list[str]:
    """Names as a case writes them: a rule called 19.1 is a number to YAML. One needs no list."""
    listed = wanted if isinstance(wanted, list | tuple) else [wanted]
    return [str(name) for name in listed]


READERS = {
    "eligible": lambda draft, wanted: (draft.eligible, wanted),
    "currency": lambda draft, wanted: (draft.currency, wanted),
    "amount": _amount,
    "range": _range,
    "non_monetary": _non_monetary,
    "rules": lambda draft, wanted: ([p.rule for p in draft.components], words_of(wanted)),
    "missing": lambda draft, wanted: ([m.name for m in draft.missing], words_of(wanted)),
    "form": _form,
    "options": _options,
    "parts": _parts,
}


def check_case(policy: Policy, case: Case) -> list[str]:
    """What is wrong with one of the policy's own cases; empty when it holds."""
    try:
        draft = evaluate(
            policy,
            case.facts,
            now=case.now or CASE_NOW,
            currency=case.currency,
            strict=True,
        )
    except FactWrong as error:
        return [error.message]
    return differences(draft, case.expect)


def check_cases(policy: Policy) -> dict[str, list[str]]:
    """Name of each case that fails → what is wrong with it."""
    found = {case.name: check_case(policy, case) for case in policy.cases}
    return {name: wrong for name, wrong in found.items() if wrong}
