"""What remedies do when something happens to a ticket."""

import datetime as dt
from collections.abc import Callable

from remedies.active import pain_in_force
from remedies.models import ExceptionRequest, Offer, Remedy
from remedies.pain import check_factors
from remedies.rules.states import (
    REMEDY_MOVES,
    UNDECIDED,
    ExceptionStatus,
    OfferStatus,
    RemedyStatus,
)
from remedies.services.drafting import reconsider
from remedies.services.exceptions.routing import move_up
from remedies.services.lateness import clock_began, clock_ran_out
from remedies.services.ledger import PAYOUT, fail_remedy
from remedies.services.offers import withdraw_in
from remedies.services.recording import record_past_remedy
from remedies.services.situations import BREACHED
from tickets.actors import SYSTEM
from tickets.change import Change
from tickets.errors import Conflict
from tickets.models import Event, Outbox
from tickets.money import Money

#: After these, pain and offer may be others.
RECONSIDER = frozenset(
    {
        "ticket_created",
        "facts_set",
        "factors_set",
        "loss_set",
        "pain_overridden",
        "point_decided",
        "category_changed",
        "message_received",
        "handed_over",
        "review_asked",
        "reopened",
        "merged_in",
        "merge_undone",
        "merge_undone_in",
        "split_off",
    }
)
#: After these it is enough to look once, at the end of the unit: a sweep may take many steps of one
#: ticket, and nobody looks at its offer in between.
AT_THE_END = frozenset({"deadline_breached", "delay_owed"})
#: The clock of an exception, as escalation calls it.
APPROVE = "approve"
#: With these, somebody answered how it affected the customer.
GIVES_FACTORS = frozenset({"ticket_created", "factors_set"})


def react(change: Change, event: Event) -> None:
    """Do what the event asks of this app; nothing for most.

    Raises `FactorInvalid` where somebody gives an answer to a pain factor that does not exist,
    `Conflict` where a ticket is resolved while an exception waits.
    """
    if event.type in GIVES_FACTORS and not change.ticket.historical:
        check_factors(change.ticket.factors, pain_in_force().scheme)
    if event.type in RECONSIDER:
        reconsider(change)
    elif event.type in AT_THE_END:
        if event.type == BREACHED:
            move_ignored(change, event)
            # First: what is granted for it by itself is not drafted.
            clock_ran_out(change, event)
        # While somebody decides about the draft, a clock that passes does not pull it away.
        if not is_waiting(change):
            change.unit.later.add(change, reconsider)
    elif event.type in _OTHERS:
        _OTHERS[event.type](change, event)


def is_waiting(change: Change) -> bool:
    """Whether an exception of the ticket waits to be decided."""
    return any(row.status in UNDECIDED for row in change.all(ExceptionRequest))


def catch_up(change: Change, event: Event) -> None:
    """What passed while an exception waited comes into the draft where it granted nothing."""
    if event.data.get("decision") == ExceptionStatus.DECLINED or event.data.get("by_hand"):
        change.unit.later.add(change, reconsider)


def hold_back(change: Change, event: Event) -> None:
    """Raises `Conflict`: a ticket is not settled while an exception waits to be decided."""
    if change.ticket.historical:
        return
    waiting = [row for row in change.all(ExceptionRequest) if row.status in UNDECIDED]
    if waiting:
        asked = Money(waiting[0].asked_total, waiting[0].currency).said()
        raise Conflict(
            "An exception of {asked} that {name} asked for still waits to be "
            "decided. Have it decided, or withdraw it.",
            asked=asked,
            name=waiting[0].requester.name,
            field="status",
        )


def let_go(change: Change, event: Event) -> None:
    """Its draft is not needed where a ticket became part of another.

    Raises `Conflict` where the customer may still answer an offer of it, somebody has to decide
    an exception, or something was granted on it: the ledger counts that on this ticket alone.
    """
    number, offers = change.ticket.number, list(change.all(Offer))
    sent = next((row for row in offers if row.status == OfferStatus.SENT), None)
    waiting = next((r for r in change.all(ExceptionRequest) if r.status in UNDECIDED), None)
    granted = next((r for r in change.all(Remedy) if r.status != RemedyStatus.REVERSED), None)
    if sent is not None:
        raise Conflict(
            "{number} has an offer of {total} that the customer may still answer.",
            number=number,
            total=Money(sent.total, sent.currency).said(),
            field="other",
        )
    if waiting is not None:
        raise Conflict(
            "{number} has an exception that {name} asked for, undecided.",
            number=number,
            name=waiting.requester.name,
            field="other",
        )
    if granted is not None:
        raise Conflict(
            "{number} has a remedy that was granted, {remedy}. Link the two instead.",
            number=number,
            remedy=str(granted),
            field="other",
        )
    for draft in offers:
        if draft.status == OfferStatus.DRAFT:
            withdraw_in(change, draft, f"The ticket is part of {event.data['other']} now.")


def move_ignored(change: Change, event: Event) -> None:
    """Whoever can decide after those who let the time of an exception pass is asked as well."""
    for told in event.data.get("deadlines", []):
        name, _, key = str(told.get("subject", "")).partition(":")
        if told.get("kind") == APPROVE and name == "exception" and key.isdigit():
            move_up(change, int(key))


def move_further(change: Change, event: Event) -> None:
    """Its missed clock climbs on: each further step of the path asks one more level.

    The step that the path takes as the time passes asks nobody, for the miss itself did.
    """
    due = [one.get("due_at") for one in event.data.get("deadlines", [])]
    if all(at is not None and event.at > dt.datetime.fromisoformat(at) for at in due):
        move_ignored(change, event)


def note_unpaid(change: Change, event: Event) -> None:
    """A payout was given up: the remedy failed, and its owner is told."""
    if event.data.get("kind") != PAYOUT:
        return
    row = Outbox.objects.filter(pk=event.data.get("outbox")).first()
    remedy = Remedy.objects.filter(pk=row.payload.get("remedy")).first() if row else None
    if remedy is None or RemedyStatus.FAILED not in REMEDY_MOVES[RemedyStatus(remedy.status)]:
        return
    reason = str(event.data.get("error") or "The gateway did not take it.")
    fail_remedy(remedy, reason=reason, actor=SYSTEM, now=change.now)


_OTHERS: dict[str, Callable[[Change, Event], None]] = {
    "exception_decided": catch_up,
    "exception_withdrawn": catch_up,
    "escalated": move_further,
    "resolved": hold_back,
    "merged": let_go,
    "outbox_dead": note_unpaid,
    "remedy_recorded": record_past_remedy,
    "deadlines_set": clock_began,
}
