"""The drafted offer: made as soon as a ticket is there, kept in step with what is known."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db.models import F
from django.db.models.functions import Coalesce

from remedies.active import pain_in_force, policy_for
from remedies.errors import FactWrong
from remedies.models import Offer, OfferComponent, Remedy, RemedyPolicy
from remedies.pain import assess, still_valid
from remedies.rules import Component, OfferDraft, Policy, evaluate
from remedies.rules.states import OfferStatus, RemedyEvent, RemedyStatus
from remedies.services.situations import Situation, situation_of
from remedies.services.tallies import component_paths, set_total, void_exceptions
from tickets.actors import SYSTEM, Actor
from tickets.change import Change, changing, settle
from tickets.models import Ticket
from tickets.money import Money, words
from tickets.services import record_assessed_pain

#: Facts that are wrong are left out one by one, so that the rest still makes an offer.
MOST_PROBLEMS = 5
#: An offer that stands so has put nothing into the ledger.
_NOTHING_GRANTED = frozenset(
    {OfferStatus.DRAFT, OfferStatus.SENT, OfferStatus.WITHDRAWN, OfferStatus.SUPERSEDED}
)
_STANDING = frozenset(
    {
        OfferStatus.SENT,
        OfferStatus.ACCEPTED,
        OfferStatus.PARTLY_ACCEPTED,
        OfferStatus.DECLINED,
    }
)


def reconsider(change: Change) -> None:
    """Assess the pain of an open ticket anew, and draft its offer, or bring the draft up to date.

    Does nothing for a ticket that is settled or from the past.
    """
    ticket = change.ticket
    if ticket.historical or not ticket.is_open:
        return
    situation = situation_of(change)
    _assess(change, situation)
    facts = {**situation.facts, "pain": ticket.pain}
    draft_offer(change, Situation(situation.circumstances, facts, situation.currency))


def _assess(change: Change, situation: Situation) -> None:
    """Record the level and why. It is never lowered once an offer went out."""
    ticket = change.ticket
    loss = None
    if ticket.loss_minor is not None:
        loss = Money(ticket.loss_minor, ticket.loss_currency)
    scheme = pain_in_force().scheme
    answers = still_valid(ticket.factors, scheme)
    pain = assess(answers, situation.circumstances, loss=loss, scheme=scheme)
    before = ticket.pain_assessed or 0
    if pain.level < before and any(offer.sent_at for offer in change.all(Offer)):
        return
    reasons = [reason.as_json() for reason in pain.reasons]
    record_assessed_pain(ticket, pain.level, reasons=reasons, actor=SYSTEM, now=change.now)


def evaluate_for(
    policy: Policy, situation: Situation, *, now: dt.datetime, explained: bool = True
) -> tuple[OfferDraft, list[str]]:
    """What the policy gives, and the facts that had to be left out because they are wrong.

    Without `explained` nothing is put in words, which is three times as fast.
    """
    facts, currency = dict(situation.facts), situation.currency
    problems: list[str] = []
    payable = True
    while True:
        try:
            result = evaluate(policy, facts, now=now, currency=currency, explained=explained)
            return (result if payable else _without_money(result)), problems
        except FactWrong as error:
            problems.append(error.message)
            if len(problems) > MOST_PROBLEMS:
                raise
            if error.fact == "currency":
                # Nobody knows what our sums are in his money: a person has to say.
                currency, payable = policy.currencies[0], False
                facts["loss"] = None
            else:
                facts[error.fact] = None


def _without_money(result: OfferDraft) -> OfferDraft:
    parts = tuple(part for part in result.components if part.amount is None)
    return replace(result, components=parts, total=0)


def draft_offer(change: Change, situation: Situation, *, again: bool = False) -> Offer | None:
    """Draft the offer of a ticket, or change its draft where the policy now gives otherwise.

    What was granted on the ticket before is taken off. Nothing is drafted where the last offer
    already says the same, unless asked to do it `again`. Returns the draft, if there is one.
    """
    found = policy_for(change.ticket)
    if found is None:
        return None
    row, policy = found
    result, problems = evaluate_for(policy, situation, now=change.now)
    offers = change.all(Offer)
    parts: Sequence[Component] = result.components
    if any(offer.status not in _NOTHING_GRANTED for offer in offers):
        parts = left_to_grant(change, parts)
    draft = next((offer for offer in offers if offer.status == OfferStatus.DRAFT), None)
    if draft is not None:
        return _update(change, draft, row, result=result, parts=parts, problems=problems)
    last = offers[-1] if offers else None
    if last is not None and not again and _says_the_same(last, parts):
        return None
    if not parts and not result.missing:
        return None
    return _create(change, row, result, parts, problems)


def left_to_grant(change: Change, parts: Sequence[Component]) -> list[Component]:
    """The components less what the ledger has for the same rules on this ticket."""
    granted = change.read(_granted) or {}
    left = []
    for part in parts:
        if part.rule not in granted:
            left.append(part)
            continue
        before = granted[part.rule]
        if part.amount is not None and part.amount > before:
            said = f"less {words(before, part.currency)} granted before"
            low = None if part.range_min is None else max(part.range_min - before, 0)
            high = None if part.range_max is None else max(part.range_max - before, 0)
            rest = part.amount - before
            options = tuple(
                replace(one, amount=(2 * one.amount * rest + part.amount) // (2 * part.amount))
                for one in part.options
            )
            left.append(
                part._replace(
                    amount=rest,
                    steps=(*part.steps, said),
                    range_min=low,
                    range_max=high,
                    options=options,
                )
            )
    return left


def _granted(tickets: list[Ticket]) -> dict[int, dict[str, int]]:
    """By ticket: what the ledger has for each rule, in minor units. One query.

    A larger voucher that the customer chose counts with the sum that it took the place of.
    """
    found: dict[int, dict[str, int]] = {}
    remedies = Remedy.objects.filter(ticket__in=[ticket.pk for ticket in tickets]).exclude(
        status=RemedyStatus.REVERSED.value
    )
    sums = remedies.annotate(given=Coalesce("component__amount", "amount"))
    for ticket, rule, amount in sums.values_list("ticket_id", "rule", "given"):
        granted = found.setdefault(ticket, {})
        granted[rule] = granted.get(rule, 0) + (amount or 0)
    return found


def _policy_amount(component: OfferComponent) -> int | None:
    """What the policy gave, before a person changed it."""
    adjusted = component.adjusted_from
    return component.amount if adjusted is None else adjusted


def _says_the_same(last: Offer, parts: Sequence[Component]) -> bool:
    """Whether what the last offer left open is what the policy gives now."""
    if last.status not in _STANDING:
        return False
    rows = OfferComponent.objects.filter(offer=last).exclude(rule="")
    if last.status != OfferStatus.SENT:
        rows = rows.filter(remedy=None)
    stood = {(row.rule, _policy_amount(row)) for row in rows}
    return stood == {(part.rule, part.amount) for part in parts}


def _create(
    change: Change,
    row: RemedyPolicy,
    result: OfferDraft,
    parts: Sequence[Component],
    problems: list[str],
) -> Offer:
    offer = change.add(
        Offer.made(
            ticket=change.ticket,
            policy=row,
            status=OfferStatus.DRAFT.value,
            currency=result.currency,
            total=sum(part.amount or 0 for part in parts),
            facts=[list(fact) for fact in result.facts],
            explanation=explained(result, problems),
            created_at=change.now,
        )
    )
    changes: dict[str, tuple[Any, Any]] = {
        f"offers.{offer.pk}.status": (None, offer.status),
        f"offers.{offer.pk}.policy": (None, row.pk),
        f"offers.{offer.pk}.currency": (None, offer.currency),
        f"offers.{offer.pk}.total": (None, offer.total),
    }
    for position, part in enumerate(parts):
        component = change.add(component_row(offer, part, position))
        changes |= component_paths(component)
    change.forget(_drafted)
    change.record(
        RemedyEvent.OFFER_DRAFTED, data=_told(offer, result), changes=changes, actor=SYSTEM
    )
    return offer


def explained(result: OfferDraft, problems: Sequence[str]) -> dict[str, Any]:
    """What an offer keeps of its evaluation: why not more, what is missing, what was wrong."""
    return {
        "not_applied": [
            {"rule": item.rule, "title": item.title, "why": str(item.why), "reason": item.reason}
            for item in result.not_applied
        ],
        "missing": [
            {"name": item.name, "label": item.label, "question": item.question}
            for item in result.missing
        ],
        "problems": list(problems),
    }


def _told(offer: Offer, result: OfferDraft) -> dict[str, Any]:
    total = words(offer.total, offer.currency)
    return {
        "offer": offer.pk,
        "total": offer.total,
        "currency": offer.currency,
        "words": total if offer.total else "without money",
        "missing": [item.label for item in result.missing],
    }


def component_row(offer: Offer, part: Component, position: int) -> OfferComponent:
    """The stored form of what a rule gave."""
    return OfferComponent.made(offer=offer, rule=part.rule, **_columns(part, position))


def _columns(part: Component, position: int) -> dict[str, Any]:
    """What a rule gave, column by column."""
    return {
        "position": position,
        "kind": part.kind.value,
        "title": part.title[:160],
        "clause": part.clause[:160],
        "words": part.says,
        "steps": list(part.steps),
        "facts": [list(fact) for fact in part.facts],
        "amount": part.amount,
        "ranged": part.ranged,
        "range_min": part.range_min,
        "range_max": part.range_max,
        "owed": part.owed,
        "loss": part.loss,
        "code": part.code,
        "form": part.form,
        "pay_within_days": part.pay_within_days,
        "options": [{"form": one.form, "amount": one.amount} for one in part.options],
    }


def _update(
    change: Change,
    draft: Offer,
    row: RemedyPolicy,
    *,
    result: OfferDraft,
    parts: Sequence[Component],
    problems: list[str],
) -> Offer:
    """Bring a draft in step with the policy; what a person added or set within range stays."""
    if change.unit.is_pending(draft):
        change.flush()
    rows = _components(change, draft)
    stored = {row.rule: row for row in rows if row.rule}
    same = {(part.rule, part.amount) for part in parts} == {
        (rule, _policy_amount(found)) for rule, found in stored.items()
    }
    told = (explained(result, problems), [list(fact) for fact in result.facts])
    if same and draft.policy_id == row.pk:
        if told != (draft.explanation, draft.facts):
            draft.explanation, draft.facts = told
            change.write(draft, "explanation", "facts")
        return draft
    draft.explanation, draft.facts = told
    changes: dict[str, tuple[Any, Any]] = {}
    if draft.policy_id != row.pk:
        changes[f"offers.{draft.pk}.policy"] = (draft.policy_id, row.pk)
        draft.policy = row
    changes |= _replace(change, draft, rows, parts) | set_total(draft, rows)
    change.write(draft, "policy", "explanation", "facts", "total")
    void_exceptions(change, draft, "The offer changed.")
    change.record(
        RemedyEvent.OFFER_REDRAFTED, data=_told(draft, result), changes=changes, actor=SYSTEM
    )
    return draft


def _components(change: Change, draft: Offer) -> list[OfferComponent]:
    """The components of a stored draft; the list is kept in step with what is done to them."""
    if not change.batch:
        settle()
    rows = change.read(_drafted)
    return [] if rows is None else rows


def _drafted(tickets: list[Ticket]) -> dict[int, list[OfferComponent]]:
    """By ticket: the components of its draft. One query."""
    found: dict[int, list[OfferComponent]] = {}
    drafts = OfferComponent.objects.filter(
        offer__ticket__in=[ticket.pk for ticket in tickets],
        offer__status=OfferStatus.DRAFT.value,
    )
    for row in drafts.annotate(of_ticket=F("offer__ticket")).order_by("position", "id"):
        found.setdefault(row.of_ticket, []).append(row)
    return found


def _replace(
    change: Change, draft: Offer, rows: list[OfferComponent], parts: Sequence[Component]
) -> dict[str, tuple[Any, Any]]:
    """Make the draft's components those that the policy gives; the paths that changed."""
    changes: dict[str, tuple[Any, Any]] = {}
    stored = {row.rule: row for row in rows if row.rule}
    given = {part.rule for part in parts}
    for gone in [row for rule, row in stored.items() if rule not in given]:
        changes |= component_paths(gone, gone=True)
        rows.remove(gone)
        change.unit.remove(gone)
    for position, part in enumerate(parts):
        if part.rule in stored:
            changes |= _merge(change, stored[part.rule], _columns(part, position))
        else:
            fresh = component_row(draft, part, position)
            rows.append(change.add(fresh))
            changes |= component_paths(fresh)
    return changes


def _merge(
    change: Change, stored: OfferComponent, fresh: dict[str, Any]
) -> dict[str, tuple[Any, Any]]:
    """What a rule gives now, over what it gave; a person's own sum stays within its range."""
    fresh |= {"adjusted_from": None, "reason": ""}
    if stored.adjusted_from is not None and fresh["ranged"] and stored.amount is not None:
        high = fresh["range_max"]
        if stored.amount >= (fresh["range_min"] or 0) and (high is None or stored.amount <= high):
            fresh["adjusted_from"], fresh["amount"] = fresh["amount"], stored.amount
            fresh["reason"] = stored.reason
    changed = [name for name, value in fresh.items() if getattr(stored, name) != value]
    before = stored.amount
    for name in changed:
        setattr(stored, name, fresh[name])
    change.write(stored, *changed)
    path = f"offers.{stored.offer_id}.components.{stored.pk}.amount"
    return {} if before == stored.amount else {path: (before, stored.amount)}


def redraft(ticket: Ticket, *, actor: Actor, now: dt.datetime) -> Offer | None:
    """Draft an offer anew although the last one says the same, such as after a decline.

    Returns the draft; None where no policy gives anything.
    """
    with changing(ticket, actor=actor, now=now) as change:
        return draft_offer(change, situation_of(change), again=True)
