"""Exceptions are decided: somebody who can says yes, no, so much, or asks back."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from remedies.errors import AlreadyDecided, OwnRequest
from remedies.models import ExceptionRequest, Offer, OfferComponent
from remedies.rules.states import ExceptionStatus, OfferStatus, RemedyEvent
from remedies.services.asking import Addition, request_exception, tell_deciders
from remedies.services.authorities import check_authority, lock_customer
from remedies.services.tallies import Paths, component_paths, components_of, locked_offer, set_total
from tickets.actors import Actor
from tickets.change import Change, changing
from tickets.errors import Invalid, NotAllowed, NotFound
from tickets.models import User
from tickets.money import words
from tickets.services.texts import needed


def locked_exception(
    change: Change, exception_id: int, *statuses: ExceptionStatus
) -> ExceptionRequest:
    """The request under the ticket's lock. Raises `NotFound`, `AlreadyDecided`."""
    row = next((e for e in change.all(ExceptionRequest) if e.pk == exception_id), None)
    if row is None:
        raise NotFound(field="exception")
    if row.status not in statuses:
        raise AlreadyDecided(status=row.status.replace("_", " "), field="exception")
    return row


def _decider(row: ExceptionRequest, actor: Actor) -> User:
    if actor.user is None:
        raise NotAllowed(who="A person who supervises the team")
    if actor.user.pk == row.requester_id:
        raise OwnRequest(field="exception")
    return actor.user


def approve_exception(
    exception: ExceptionRequest,
    *,
    reason: str,
    actor: Actor,
    now: dt.datetime,
    decided: Mapping[int, int] | None = None,
    seen: int | None = None,
) -> ExceptionRequest:
    """Say yes to what is asked, or, with `decided`, to other sums: {position in items: minor}.

    The sums are put into the draft, and its sender may send exactly those. Raises `OwnRequest`;
    `AboveAuthority` where it is above the decider's own limits as well; `AlreadyDecided`.
    """
    why = needed(reason, what="a reason", field="reason", limit=2000)
    with changing(exception.ticket_id, actor=actor, now=now, seen=seen) as change:
        row = locked_exception(
            change, exception.pk, ExceptionStatus.PENDING, ExceptionStatus.ASKED_BACK
        )
        decider = _decider(row, actor)
        offer = locked_offer(change, row.offer_id, OfferStatus.DRAFT)
        items = _decided(row, decided or {})
        amended = any(item["decided"] != item["asked"] for item in items)
        lock_customer(change.ticket)
        parts, paths = _apply(offer, items, why)
        check_authority(offer, parts, ticket=change.ticket, actor=actor, now=now)
        paths |= set_total(offer)
        change.save(offer, "total")
        row.items, row.decided_total = items, sum(item["decided"] or 0 for item in items)
        status = ExceptionStatus.AMENDED if amended else ExceptionStatus.APPROVED
        _decide(change, row, status, decider=decider, reason=why, paths=paths)
    return row


def _decided(row: ExceptionRequest, decided: Mapping[int, int]) -> list[dict[str, Any]]:
    at = {}
    for place, (item_at, amount) in enumerate(decided.items()):
        at[item_at] = f"decided.{place}"
        if not 0 <= item_at < len(row.items):
            raise NotFound(field=f"{at[item_at]}.item")
        if amount < 0:
            raise Invalid("A sum can't be below zero.", field=f"{at[item_at]}.amount")
    items = []
    for position, item in enumerate(row.items):
        amount = decided.get(position, item["asked"])
        if item["asked"] is None and amount is not None:
            raise Invalid(f"{item['title']} has no sum.", field=at[position])
        items.append({**item, "decided": amount})
    return items


def _apply(
    offer: Offer, items: list[dict[str, Any]], reason: str
) -> tuple[list[OfferComponent], Paths]:
    """Put the decided sums into the draft; additions become components of it."""
    parts = {part.pk: part for part in components_of(offer)}
    paths: Paths = {}
    for item in items:
        if item["component"] is None:
            if item["decided"] == 0:
                continue
            part = OfferComponent(
                offer=offer,
                position=max((p.position for p in parts.values()), default=-1) + 1,
                kind=item["kind"],
                title=item["title"],
                amount=item["decided"],
                reason=reason[:500],
            )
            part.save()
            parts[part.pk] = part
            item["component"] = part.pk
            paths |= component_paths(part)
            continue
        part = parts[item["component"]]
        if part.owed and (item["decided"] or 0) < (part.amount or 0):
            raise Invalid("A sum that the law gives is not lowered.", field="decided")
        if part.amount == item["decided"]:
            continue
        before = part.amount
        if part.adjusted_from is None and part.rule:
            part.adjusted_from = before
        part.amount, part.reason = item["decided"], reason[:500]
        part.save(update_fields=["amount", "adjusted_from", "reason"])
        paths[f"offers.{offer.pk}.components.{part.pk}.amount"] = (before, part.amount)
    items[:] = [item for item in items if item["component"] is not None]
    return list(parts.values()), paths


def _decide(
    change: Change,
    row: ExceptionRequest,
    status: ExceptionStatus,
    *,
    decider: User,
    reason: str,
    paths: Paths,
) -> None:
    before, row.status = row.status, status.value
    row.decider, row.decision_reason, row.decided_at = decider, reason, change.now
    change.save(row, "status", "decider", "decision_reason", "decided_at", "items", "decided_total")
    prefix = f"exceptions.{row.pk}"
    total = row.decided_total
    change.record(
        RemedyEvent.EXCEPTION_DECIDED,
        data={
            "exception": row.pk,
            "offer": row.offer_id,
            "decision": row.status,
            "reason": reason,
            "currency": row.currency,
            "total": total,
            "words": row.status + ("" if total is None else f", {words(total, row.currency)}"),
        },
        changes=paths
        | {
            f"{prefix}.status": (before, row.status),
            f"{prefix}.decider": (None, decider.pk),
            f"{prefix}.decided_total": (None, total),
        },
    )
    change.alert(
        row.requester,
        key=f"exception-decided:{row.pk}",
        text=f"{decider.name} {row.status} your exception on {change.ticket.number}",
    )


def decline_exception(
    exception: ExceptionRequest,
    *,
    reason: str,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
) -> ExceptionRequest:
    """Say no, with a reason that the requester reads. The draft stays as it is."""
    why = needed(reason, what="a reason", field="reason", limit=2000)
    with changing(exception.ticket_id, actor=actor, now=now, seen=seen) as change:
        row = locked_exception(
            change, exception.pk, ExceptionStatus.PENDING, ExceptionStatus.ASKED_BACK
        )
        decider = _decider(row, actor)
        _decide(change, row, ExceptionStatus.DECLINED, decider=decider, reason=why, paths={})
    return row


def ask_back(
    exception: ExceptionRequest,
    *,
    question: str,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
) -> ExceptionRequest:
    """Ask the requester something first; the request waits for him."""
    text = needed(question, what="a question", field="question", limit=2000)
    with changing(exception.ticket_id, actor=actor, now=now, seen=seen) as change:
        row = locked_exception(change, exception.pk, ExceptionStatus.PENDING)
        _decider(row, actor)
        row.question, row.answer = text, ""
        _shift(change, row, ExceptionStatus.ASKED_BACK, "question", "answer")
        change.record(
            RemedyEvent.EXCEPTION_ASKED_BACK,
            data={"exception": row.pk, "question": text, "words": text},
            changes=_path(row, ExceptionStatus.PENDING),
        )
        change.alert(
            row.requester,
            key=f"exception-asked:{row.pk}:{change.ticket.event_count}",
            text=f"{actor.name} asks about your exception on {change.ticket.number}: {text}",
        )
    return row


def answer_back(
    exception: ExceptionRequest,
    *,
    answer: str,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
) -> ExceptionRequest:
    """Answer what was asked back; the request waits for a decision again."""
    text = needed(answer, what="an answer", field="answer", limit=2000)
    with changing(exception.ticket_id, actor=actor, now=now, seen=seen) as change:
        row = locked_exception(change, exception.pk, ExceptionStatus.ASKED_BACK)
        row.answer = text
        _shift(change, row, ExceptionStatus.PENDING, "answer")
        change.record(
            RemedyEvent.EXCEPTION_ANSWERED,
            data={"exception": row.pk, "words": text},
            changes=_path(row, ExceptionStatus.ASKED_BACK),
        )
        tell_deciders(change, row)
    return row


def withdraw_exception(
    exception: ExceptionRequest,
    *,
    reason: str,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
) -> ExceptionRequest:
    """The requester, or whoever works on the ticket now, no longer asks for it."""
    why = needed(reason, what="a reason", field="reason", limit=500)
    with changing(exception.ticket_id, actor=actor, now=now, seen=seen) as change:
        row = locked_exception(
            change, exception.pk, ExceptionStatus.PENDING, ExceptionStatus.ASKED_BACK
        )
        before = ExceptionStatus(row.status)
        _shift(change, row, ExceptionStatus.WITHDRAWN)
        change.record(
            RemedyEvent.EXCEPTION_WITHDRAWN,
            data={"exception": row.pk, "reason": why},
            changes=_path(row, before),
        )
    return row


def _shift(change: Change, row: ExceptionRequest, to: ExceptionStatus, *fields: str) -> None:
    row.status = to.value
    change.save(row, "status", *fields)


def _path(row: ExceptionRequest, before: ExceptionStatus) -> Paths:
    return {f"exceptions.{row.pk}.status": (before.value, row.status)}


__all__ = [
    "Addition",
    "answer_back",
    "approve_exception",
    "ask_back",
    "decline_exception",
    "locked_exception",
    "request_exception",
    "withdraw_exception",
]
