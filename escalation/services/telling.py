"""The events of tickets as the pure reckoning takes them (escalation.derive)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from escalation.derive import EXTENDED, Told
from escalation.rules import EscalationEvent
from escalation.told import ADOPTED
from tickets.models import Event
from tickets.rules import ActorKind

#: What escalation itself records says what became of clocks, but for these two.
_NOT_TOLD = frozenset(EscalationEvent) - {EXTENDED, ADOPTED}
_COLUMNS = ("ticket_id", "type", "at", "data", "changes", "replaced", "actor_kind")


def by_machine(event: Event) -> bool:
    """Whether a machine spoke: that starts, meets and ends nothing."""
    return _is_machine(event.type, event.data, event.actor_kind)


def _is_machine(type_: str, data: dict[str, Any], actor_kind: str) -> bool:
    written = type_ == "reply_sent" and actor_kind == ActorKind.SYSTEM
    return bool(data.get("automatic")) or written


def tell(events: Iterable[Event]) -> Iterator[Told]:
    """The events of one ticket, in order of `seq`, as clocks look at them."""
    teller = _Teller()
    for event in events:
        yield from teller.take(
            event.type, event.at, event.data, event.changes, event.replaced, event.actor_kind
        )


def tell_many(tickets: Collection[int]) -> dict[int, list[Told]]:
    """The same for many tickets, by key, in one query."""
    tellers: dict[int, _Teller] = defaultdict(_Teller)
    told: dict[int, list[Told]] = defaultdict(list)
    rows = Event.objects.filter(ticket__in=tickets).exclude(type__in=_NOT_TOLD)
    for ticket, *rest in rows.order_by("ticket_id", "seq").values_list(*_COLUMNS).iterator():
        told[ticket] += tellers[ticket].take(*rest)
    return told


class _Teller:
    """Keeps the status and what is awaited from event to event."""

    def __init__(self) -> None:
        self.status = "new"
        self.why = ""

    def take(
        self,
        type_: str,
        at: dt.datetime,
        data: dict[str, Any],
        changes: dict[str, Any],
        replaced: dict[str, Any],
        actor_kind: str,
    ) -> Iterator[Told]:
        """The event, if clocks care for it."""
        self.status = changes.get("status") or self.status
        if "waiting_for" in changes:
            self.why = changes["waiting_for"] or ""
        if type_ in _NOT_TOLD:
            return
        resolved = replaced.get("resolved_at")
        yield Told(
            type=type_,
            at=at,
            status=self.status,
            why=self.why,
            data=data,
            moved="status" in changes and type_ != "ticket_created",
            resolved_before=dt.datetime.fromisoformat(resolved) if resolved else None,
            machine=_is_machine(type_, data, actor_kind),
        )
