"""Where a ticket stands, and how it moves on."""

import datetime as dt

from django.utils.translation import gettext as _

from tickets.actors import Actor
from tickets.change import Change, changing
from tickets.errors import Merged, Missing, WrongStatus
from tickets.models import Point, Ticket
from tickets.rules import EventType, Outcome, Status, may_move
from tickets.services.texts import needed


def refuse_merged(change: Change) -> None:
    """Raises `Merged` where the ticket became part of another: life goes on there."""
    if change.ticket.merged_into_id is not None:
        raise Merged(number=change.ticket.survivor.number, field="ticket")


def _move(change: Change, to: Status) -> str:
    """Set the status; returns the one before. Raises `WrongStatus`."""
    current = change.ticket.status
    refuse_merged(change)
    if not may_move(current, to):
        raise WrongStatus(
            status=current.replace("_", " "),
            to=to.value.replace("_", " "),
            field="status",
        )
    change.set(status=to.value)
    return current


def resume_in(change: Change, *, why: str, at: dt.datetime | None = None) -> None:
    """End a wait, within an open change."""
    before = _move(change, Status.OPEN)
    change.set(waiting_for="")
    change.record(EventType.STATUS_CHANGED, data={"from": before, "to": "open", "why": why}, at=at)


def reopen_in(change: Change, *, reason: str, at: dt.datetime | None = None) -> None:
    """Reopen what was finished, within an open change."""
    before = _move(change, Status.OPEN)
    change.set(resolved_at=None, closed_at=None, reopenings=change.ticket.reopenings + 1)
    change.record(EventType.REOPENED, data={"from": before, "reason": reason}, at=at)


def wait_for_customer(
    ticket: Ticket,
    *,
    for_what: str,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
    at: dt.datetime | None = None,
) -> None:
    """Nothing can be done until the customer answers. Clocks that may pause, pause."""
    _wait(
        ticket,
        Status.WAITING_CUSTOMER,
        for_what,
        actor=actor,
        now=now,
        seen=seen,
        at=at,
    )


def wait_for_third_party(
    ticket: Ticket,
    *,
    for_what: str,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
    at: dt.datetime | None = None,
) -> None:
    """Nothing can be done until somebody else (a courier, a bank) answers. Our clocks run on."""
    _wait(
        ticket,
        Status.WAITING_THIRD_PARTY,
        for_what,
        actor=actor,
        now=now,
        seen=seen,
        at=at,
    )


def _wait(
    ticket: Ticket,
    status: Status,
    for_what: str,
    *,
    actor: Actor,
    now: dt.datetime,
    seen: int | None,
    at: dt.datetime | None,
) -> None:
    text = needed(for_what, what=_("what is awaited"), field="for_what", limit=200)
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        before = _move(change, status)
        change.set(waiting_for=text)
        change.record(
            EventType.STATUS_CHANGED,
            data={"from": before, "to": status.value, "why": text},
            at=at,
        )


def resume(
    ticket: Ticket,
    *,
    actor: Actor,
    now: dt.datetime,
    why: str = "",
    seen: int | None = None,
    at: dt.datetime | None = None,
) -> None:
    """Work goes on after a wait. Raises `WrongStatus` where nothing was awaited."""
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        if change.ticket.status not in {
            Status.WAITING_CUSTOMER,
            Status.WAITING_THIRD_PARTY,
        }:
            raise WrongStatus(status=change.ticket.status, to="open", field="status")
        resume_in(change, why=why or "Work goes on.", at=at)


def resolve(
    ticket: Ticket,
    *,
    actor: Actor,
    now: dt.datetime,
    summary: str = "",
    seen: int | None = None,
    at: dt.datetime | None = None,
) -> None:
    """The matter is settled: every point has an outcome.

    `at` is the moment it happened, for tickets from the past. Raises `Missing`, naming a point
    without an outcome; `WrongStatus`. Other apps may refuse too, such as while an exception
    waits to be decided.
    """
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        if not may_move(change.ticket.status, Status.RESOLVED):
            raise WrongStatus(status=change.ticket.status, to="resolved", field="status")
        undecided = [point for point in change.all(Point) if not point.outcome]
        if undecided and not change.ticket.historical:
            raise Missing(
                what=_("an outcome for “%(point)s”") % {"point": undecided[0].text}, field="points"
            )
        before = _move(change, Status.RESOLVED)
        change.set(resolved_at=at or now, waiting_for="")
        change.record(EventType.RESOLVED, data={"from": before, "summary": summary}, at=at)


def close(
    ticket: Ticket,
    *,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
    at: dt.datetime | None = None,
) -> None:
    """Nothing is left to do on a resolved ticket."""
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        _move(change, Status.CLOSED)
        change.set(closed_at=at or now)
        change.record(EventType.CLOSED, at=at)


def reopen(
    ticket: Ticket,
    *,
    reason: str,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
    at: dt.datetime | None = None,
) -> None:
    """Take up a finished ticket again, for a reason."""
    reason = needed(reason, what=_("a reason"), field="reason", limit=500)
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        refuse_merged(change)
        if change.ticket.is_open:
            raise WrongStatus(status=change.ticket.status, to="open", field="status")
        reopen_in(change, reason=reason, at=at)


def escalated_by_customer(ticket: Ticket, *, reason: str, actor: Actor, now: dt.datetime) -> None:
    """The customer asks for somebody above: the escalation path takes its next step.

    Raises `Missing` without a reason, `WrongStatus` on a ticket that is finished.
    """
    text = needed(reason, what=_("a reason"), field="reason", limit=2000)
    with changing(ticket, actor=actor, now=now) as change:
        if not change.ticket.is_open:
            raise WrongStatus(
                "This ticket is finished. Ask for a review, or write to us.",
                status=change.ticket.status,
                to="open",
                field="status",
            )
        change.record(EventType.CUSTOMER_ESCALATED, data={"reason": text})


def outcome_of(points: list[Point]) -> Outcome | None:
    """The finding on the whole ticket: upheld if any point is, in whole or part; None while
    a point is open. (FCA DISP 1.10: partly upheld counts as upheld.)"""
    return finding_of([point.outcome for point in points])


def finding_of(outcomes: list[str]) -> Outcome | None:
    """The same from the outcomes alone, "" for an open point."""
    if not outcomes or "" in outcomes:
        return None
    for finding in (
        Outcome.UPHELD,
        Outcome.PARTLY_UPHELD,
        Outcome.NOT_UPHELD,
        Outcome.OUT_OF_SCOPE,
    ):
        if finding.value in outcomes:
            if finding is Outcome.UPHELD and Outcome.NOT_UPHELD.value in outcomes:
                return Outcome.PARTLY_UPHELD
            return finding
    return Outcome.WITHDRAWN
