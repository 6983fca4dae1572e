"""What a policy adds because a remedy came late: granted at once, and once.

The customer need not accept what we owe for our own lateness. A person grants it from the draft in
one step; a rule that says `automatic` is granted without anybody, as far as the limits of the role
"policy" reach. Nothing is paid twice: the ticket is locked, what the ledger has for a rule and what
an offer with the customer still promises is taken off, and the database lets a rule add once for
each number of late remedies (`remedy_added_once`).
"""

import datetime as dt
from collections.abc import Sequence

from remedies.active import policy_for
from remedies.letters import added_letter
from remedies.models import ExceptionRequest, Offer, OfferComponent, Remedy, RemedyPolicy
from remedies.rules import Component
from remedies.rules.language.declaring import LATE_FACTS
from remedies.rules.states import UNDECIDED, OfferStatus, RemedyEvent
from remedies.services.authorities import check_authority, lock_customer, weigh
from remedies.services.budgets import lock_budgets
from remedies.services.drafting import component_row, draft_offer, evaluate_for, left_to_grant
from remedies.services.ledger import grant_in
from remedies.services.letters import line_of, sum_words
from remedies.services.offers import STANDS, withdraw_in
from remedies.services.situations import situation_of
from remedies.services.tallies import (
    Paths,
    component_paths,
    components_of,
    locked_offer,
    set_total,
    void_exceptions,
)
from tickets.actors import SYSTEM, Actor
from tickets.change import Change, changing
from tickets.errors import Conflict
from tickets.languages import speaking
from tickets.models import Ticket
from tickets.money import words
from tickets.saying import gettext_noop
from tickets.services import check_reviewer, reply


def is_added(part: OfferComponent) -> bool:
    """Whether a component of an offer is there because a remedy came late."""
    return bool(part.rule) and any(name in LATE_FACTS for name, *_ in part.facts)


def letter_of(ticket: Ticket, parts: Sequence[OfferComponent], currency: str, sender: str) -> str:
    """What the customer is told of it, in his language, for its sender to change."""
    total = sum(part.amount or 0 for part in parts)
    with speaking(ticket.language):
        return added_letter(
            name=ticket.customer.name,
            matter=ticket.subject,
            lines=[line_of(part, currency) for part in parts],
            total=sum_words(total, currency),
            sender=sender,
        )


def grant_added(
    offer: Offer,
    *,
    actor: Actor,
    now: dt.datetime,
    body: str = "",
    seen: int | None = None,
) -> Offer:
    """Grant what a draft adds for late remedies, with a letter; `body`, or the usual words.

    The rest of the draft stays as it is. Returns the offer of its own that it became. Raises
    `Conflict` where the draft adds nothing so, or while an exception or an offer with the same
    waits; `AboveAuthority`, `OfferNotOpen`, `SameReviewer`.
    """
    with changing(offer.ticket_id, actor=actor, now=now, seen=seen) as change:
        draft = locked_offer(change, offer.pk, OfferStatus.DRAFT)
        check_reviewer(change)
        rows = components_of(draft)
        parts = [part for part in rows if is_added(part)]
        if not parts:
            raise Conflict(
                "Nothing in this draft is there because a remedy came late. Send it as an offer.",
                field="offer",
            )
        if any(row.status in UNDECIDED for row in change.all(ExceptionRequest)):
            raise Conflict("An exception of this ticket waits to be decided.", field="offer")
        promised = _promised(change)
        if twice := next((part for part in parts if part.rule in promised), None):
            raise Conflict(
                "{title} is in the offer that the customer has. Take that back first.",
                title=twice.title,
                field="offer",
            )
        lock_customer(change.ticket)
        check_authority(draft, parts, ticket=change.ticket, actor=actor, now=now)
        _take_out(change, draft, rows, parts)
        copies = [_copy(part) for part in parts]
        sender = actor.name if actor.user is not None else change.ticket.team.name
        text = body.strip() or letter_of(change.ticket, parts, draft.currency, sender)
        return _grant(change, draft.policy, copies, draft.currency, text, draft.facts)


def grant_automatic(change: Change) -> None:
    """Grant what the policy adds by itself. What its limits do not reach stays in the draft, for a
    person; nothing is done for a ticket without such a rule. Idempotent."""
    found = policy_for(change.ticket)
    if found is None or not any(rule.automatic for rule in found[1].rules):
        return
    row, policy = found
    result, _ = evaluate_for(policy, situation_of(change), now=change.now)
    promised = _promised(change)
    given = left_to_grant(change, [part for part in result.components if part.automatic])
    due = [part for part in given if part.amount and part.rule not in promised]
    if not due:
        return
    lock_customer(change.ticket)
    parts = [_part(part, place) for place, part in enumerate(due)]
    lock_budgets(change.ticket, SYSTEM)
    allowed = weigh(
        None, parts, ticket=change.ticket, actor=SYSTEM, now=change.now, currency=result.currency
    )
    if not allowed.allowed:
        return
    letter = letter_of(change.ticket, parts, result.currency, change.ticket.team.name)
    _grant(change, row, parts, result.currency, letter, [list(fact) for fact in result.facts])
    _bring_up_to_date(change)


def _part(part: Component, place: int) -> OfferComponent:
    """Nobody is asked in which form he would rather have it."""
    return component_row(Offer(currency=part.currency), part._replace(options=()), place)


def _promised(change: Change) -> set[str]:
    """The rules of which the customer has an offer that he may still accept."""
    sent = [row.pk for row in change.all(Offer) if row.status == OfferStatus.SENT]
    if not sent:
        return set()
    return set(OfferComponent.objects.filter(offer__in=sent).values_list("rule", flat=True))


def _copy(part: OfferComponent) -> OfferComponent:
    names = [field.attname for field in OfferComponent._meta.concrete_fields]
    kept = {name: getattr(part, name) for name in names if name not in {"id", "offer_id"}}
    return OfferComponent(**kept | {"options": []})


def _take_out(
    change: Change, draft: Offer, rows: Sequence[OfferComponent], parts: Sequence[OfferComponent]
) -> None:
    """What is granted leaves the draft; a draft with nothing left is taken back."""
    paths: Paths = {}
    for part in parts:
        paths |= component_paths(part, gone=True)
    rest = [row for row in rows if row not in parts]
    OfferComponent.objects.filter(pk__in=[part.pk for part in parts]).delete()
    paths |= set_total(draft, rest)
    change.save(draft, "total")
    void_exceptions(change, draft, "The offer changed.")
    if rest:
        total = words(draft.total, draft.currency)
        change.record(
            RemedyEvent.OFFER_REDRAFTED,
            data={"offer": draft.pk, "total": draft.total, "words": total},
            changes=paths,
        )
    else:
        withdraw_in(change, draft, "What was in it is granted.", also=paths)


def _grant(
    change: Change,
    policy: RemedyPolicy | None,
    parts: Sequence[OfferComponent],
    currency: str,
    letter: str,
    facts: list[list[str]],
) -> Offer:
    """An offer of its own, accepted as it is made, told to the customer, and in the ledger."""
    now, actor = change.now, change.actor
    machine = actor.user is None
    message = reply(change.ticket, body=letter, actor=actor, now=now, automatic=machine)
    offer = change.add(
        Offer(
            ticket=change.ticket,
            policy=policy,
            status=OfferStatus.ACCEPTED.value,
            currency=currency,
            total=sum(part.amount or 0 for part in parts),
            facts=facts,
            made_by=actor.user,
            created_at=now,
            sent_at=now,
            sent_by=actor.user,
            message=message,
            expires_at=now + STANDS,
            answered_at=now,
        )
    )
    paths: dict[str, tuple[object, object]] = {
        f"offers.{offer.pk}.status": (None, offer.status),
        f"offers.{offer.pk}.policy": (None, policy.pk if policy is not None else None),
        f"offers.{offer.pk}.currency": (None, currency),
        f"offers.{offer.pk}.total": (None, offer.total),
    }
    for place, part in enumerate(parts):
        part.offer, part.position, part.accepted = offer, place, True
        change.add(part)
        paths |= component_paths(part)
        paths[f"offers.{offer.pk}.components.{part.pk}.accepted"] = (None, True)
    change.record(
        RemedyEvent.OFFER_GRANTED,
        data={
            "offer": offer.pk,
            "message": message.pk,
            "total": offer.total,
            "currency": currency,
            "automatic": machine,
            "words": words(offer.total, currency) if offer.total else gettext_noop("without money"),
        },
        changes=paths,
    )
    late = sum(1 for row in change.all(Remedy) if row.late_at is not None)
    grant_in(change, offer, parts, exception=None, for_late=late)
    return offer


def _bring_up_to_date(change: Change) -> None:
    """The draft without what was granted; one that has nothing left is taken back."""
    change.flush()
    draft = next((row for row in change.all(Offer) if row.status == OfferStatus.DRAFT), None)
    if draft is None:
        return
    draft_offer(change, situation_of(change))
    if not components_of(draft) and not draft.explanation.get("missing"):
        withdraw_in(change, draft, "What was in it is granted.")
