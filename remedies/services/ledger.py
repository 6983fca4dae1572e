"""The ledger: what was granted, delivered, failed, taken back. Each an entry that stays."""

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from remedies.errors import NotPayable
from remedies.gateways import MANUAL, VOUCHER, WEBHOOK, gateway_for, pool_for
from remedies.models import ExceptionRequest, Offer, OfferComponent, Remedy, RemedyEntry
from remedies.rules.language.draft import ComponentKind
from remedies.rules.states import REMEDY_MOVES, EntryKind, RemedyEvent, RemedyStatus
from remedies.services.authorities import role_of
from remedies.services.codes import take_code, void_code
from tickets.actors import Actor
from tickets.change import Change, changing
from tickets.errors import NotFound
from tickets.money import words
from tickets.saying import Phrase, gettext_noop
from tickets.services.texts import clean_line, needed

PAYOUT = "payout"
LETTER = "letter"
#: An apology is delivered by the letter that carries the offer, unless it has a code of its own.
IN_THE_LETTER = frozenset({"", "apology"})


def grant_in(
    change: Change,
    offer: Offer,
    components: Iterable[OfferComponent],
    *,
    exception: ExceptionRequest | None,
    at: dt.datetime | None = None,
    for_late: int | None = None,
) -> list[Remedy]:
    """Enter components of an accepted offer into the ledger, and have them paid; `for_late` of what
    was added because so many remedies of the ticket came late.

    The database lets a component be granted once, whoever tries at the same time.
    """
    when = at or change.now
    return [_grant(change, offer, part, exception, when, for_late) for part in components]


def _grant(
    change: Change,
    offer: Offer,
    part: OfferComponent,
    exception: ExceptionRequest | None,
    at: dt.datetime,
    for_late: int | None,
) -> Remedy:
    remedy = _remedy_of(change, offer, part, exception=exception, at=at)
    remedy.for_late = for_late
    change.add(remedy)
    enter(change, remedy, EntryKind.GRANTED, remedy.amount or 0)
    change.record(
        RemedyEvent.REMEDY_GRANTED,
        data=told(remedy) | {"due_on": remedy.due_on.isoformat() if remedy.due_on else None},
        changes={
            f"remedies.{remedy.pk}.status": (None, remedy.status),
            f"remedies.{remedy.pk}.kind": (None, remedy.kind),
            f"remedies.{remedy.pk}.amount": (None, remedy.amount),
            f"remedies.{remedy.pk}.currency": (None, remedy.currency or None),
            f"remedies.{remedy.pk}.due_on": (None, remedy.due_on),
        },
        at=at,
    )
    if remedy.gateway == LETTER:
        settle_in(change, remedy, reference="")
    elif remedy.gateway == VOUCHER:
        deliver_code(change, remedy)
    elif remedy.gateway == WEBHOOK:
        change.enqueue(PAYOUT, f"remedy:{remedy.pk}", {"remedy": remedy.pk})
    elif change.ticket.owner is not None:
        change.alert(
            change.ticket.owner,
            key=f"remedy:{remedy.pk}",
            text=Phrase(
                "To deliver on {number}: {title}", number=change.ticket.number, title=remedy.title
            ),
        )
    return remedy


def _remedy_of(
    change: Change,
    offer: Offer,
    part: OfferComponent,
    *,
    exception: ExceptionRequest | None,
    at: dt.datetime,
) -> Remedy:
    amount, form = part.settled
    paid = amount is not None and amount > 0
    by_letter = part.kind == ComponentKind.APOLOGY and part.code in IN_THE_LETTER
    days = part.pay_within_days
    return Remedy(
        ticket=change.ticket,
        offer=offer,
        component=part,
        kind=part.kind,
        title=part.title,
        rule=part.rule,
        amount=amount if paid else None,
        currency=offer.currency if paid else "",
        owed=part.owed,
        loss=part.loss,
        form=form,
        status=RemedyStatus.GRANTED.value,
        granted_by=offer.sent_by,
        granted_under=_account(offer, part, exception),
        exception=exception,
        granted_at=at,
        due_on=None if days is None else _today(change, at) + dt.timedelta(days),
        gateway=LETTER if by_letter else _gateway(part, amount, form, offer.currency),
    )


def _today(change: Change, at: dt.datetime) -> dt.date:
    """The date on which something is granted, where the team works."""
    return at.astimezone(ZoneInfo(change.ticket.team.time_zone)).date()


def _gateway(part: OfferComponent, amount: int | None, form: str, currency: str) -> str:
    """A code where there is a pool of that form; else as the settings say."""
    if pool_for(form, amount, currency) is not None:
        return VOUCHER
    return gateway_for(part.kind, paid=bool(amount))


def _account(offer: Offer, part: OfferComponent, exception: ExceptionRequest | None) -> str:
    if part.owed:
        return gettext_noop("set by law")
    if part.loss:
        return gettext_noop("proven loss")
    if exception is not None:
        return gettext_noop("exception {n}").format(n=exception.pk)
    return role_of(Actor.of_user(offer.sent_by)) if offer.sent_by else gettext_noop("policy")


def told(remedy: Remedy) -> dict[str, object]:
    """A remedy in the data of an event."""
    total = f": {words(remedy.amount, remedy.currency)}" if remedy.amount else ""
    return {
        "remedy": remedy.pk,
        "kind": remedy.kind,
        "amount": remedy.amount,
        "currency": remedy.currency,
        "words": f"{remedy.title}{total}",
    }


def enter(
    change: Change,
    remedy: Remedy,
    kind: EntryKind,
    amount: int,
    *,
    reason: str = "",
    reference: str = "",
) -> RemedyEntry:
    """Write one line of the ledger."""
    return change.add(
        RemedyEntry(
            remedy=remedy,
            kind=kind.value,
            amount=amount,
            currency=remedy.currency,
            at=change.now,
            actor_name=change.actor.name[:160],
            actor=change.actor.user,
            reason=reason[:500],
            gateway_ref=reference[:200],
        )
    )


def _locked(change: Change, remedy_id: int, to: RemedyStatus) -> Remedy:
    """The remedy under the ticket's lock. Raises `NotFound`, `NotPayable`."""
    remedy = next((row for row in change.all(Remedy) if row.pk == remedy_id), None)
    if remedy is None:
        raise NotFound(field="remedy")
    if to not in REMEDY_MOVES[RemedyStatus(remedy.status)]:
        raise NotPayable(status=remedy.status, act=to.value, field="remedy")
    return remedy


def fulfil_remedy(
    remedy: Remedy,
    *,
    actor: Actor,
    now: dt.datetime,
    reference: str = "",
    seen: int | None = None,
) -> Remedy:
    """The customer has it: a person ticks it off, or a gateway answered.

    `reference` is the gateway's, or a receipt's. Raises `NotPayable` where that was said before.
    """
    ref = clean_line(reference, field="reference", limit=200)
    with changing(remedy.ticket_id, actor=actor, now=now, seen=seen) as change:
        row = _locked(change, remedy.pk, RemedyStatus.FULFILLED)
        settle_in(change, row, reference=ref)
    return row


def deliver_code(change: Change, row: Remedy) -> bool:
    """Give the customer a code of a pool, once. Where none is left the remedy waits, and its owner
    is told. Returns whether there was one.
    """
    pool = pool_for(row.form, row.amount, row.currency)
    code = take_code(change, row, pool) if pool is not None else None
    if code is not None:
        settle_in(change, row, reference=code.masked)
        return True
    if change.ticket.owner is not None:
        change.alert(
            change.ticket.owner,
            key=f"no-code:{row.pk}",
            text=Phrase(
                "No code is left for {title} on {number}",
                title=row.title,
                number=change.ticket.number,
            ),
            urgent=True,
        )
    return False


def settle_in(change: Change, row: Remedy, *, reference: str) -> None:
    """The customer has it, within an open change."""
    before, row.status = row.status, RemedyStatus.FULFILLED.value
    row.fulfilled_at, row.gateway_ref = change.now, reference
    change.save(row, "status", "fulfilled_at", "gateway_ref")
    enter(change, row, EntryKind.FULFILLED, 0, reference=reference)
    change.record(
        RemedyEvent.REMEDY_FULFILLED,
        data=told(row) | {"reference": reference},
        changes={
            f"remedies.{row.pk}.status": (before, row.status),
            f"remedies.{row.pk}.fulfilled_at": (None, row.fulfilled_at),
        },
    )


def fail_remedy(remedy: Remedy, *, reason: str, actor: Actor, now: dt.datetime) -> Remedy:
    """It could not be delivered. It is still owed; the ticket's owner is told."""
    why = needed(reason, what=_("a reason"), field="reason", limit=500)
    with changing(remedy.ticket_id, actor=actor, now=now) as change:
        row = _locked(change, remedy.pk, RemedyStatus.FAILED)
        before, row.status = row.status, RemedyStatus.FAILED.value
        change.save(row, "status")
        enter(change, row, EntryKind.FAILED, 0, reason=why)
        change.record(
            RemedyEvent.REMEDY_FAILED,
            data=told(row) | {"reason": why},
            changes={f"remedies.{row.pk}.status": (before, row.status)},
        )
        if change.ticket.owner is not None:
            change.alert(
                change.ticket.owner,
                key=f"remedy-failed:{row.pk}:{change.ticket.event_count}",
                text=Phrase(
                    "Not delivered on {number}: {title}. {why}",
                    number=change.ticket.number,
                    title=row.title,
                    why=why,
                ),
                urgent=True,
            )
    return row


def reverse_remedy(
    remedy: Remedy,
    *,
    reason: str,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
) -> Remedy:
    """Take a remedy back, with an entry of its own. The grant stays in the ledger as it was."""
    why = needed(reason, what=_("a reason"), field="reason", limit=500)
    with changing(remedy.ticket_id, actor=actor, now=now, seen=seen) as change:
        row = _locked(change, remedy.pk, RemedyStatus.REVERSED)
        before, row.status = row.status, RemedyStatus.REVERSED.value
        change.save(row, "status")
        void_code(change, row)
        enter(change, row, EntryKind.REVERSED, -(row.amount or 0), reason=why)
        change.record(
            RemedyEvent.REMEDY_CANCELLED,
            data=told(row) | {"reason": why},
            changes={f"remedies.{row.pk}.status": (before, row.status)},
        )
    return row


__all__ = [
    "MANUAL",
    "PAYOUT",
    "enter",
    "fail_remedy",
    "fulfil_remedy",
    "grant_in",
    "reverse_remedy",
    "told",
]
