"""Remedies of the past, as an import tells of them: into the ledger, and nobody is rung."""

from remedies.models import Remedy
from remedies.rules.language.draft import ComponentKind
from remedies.rules.states import EntryKind, RemedyEvent, RemedyStatus
from remedies.services.ledger import enter, told
from tickets.change import Change
from tickets.models import Event
from tickets.saying import gettext_noop

#: The gateway of what was delivered before it came here.
BEFORE = "before"


def record_past_remedy(change: Change, event: Event) -> None:
    """Enter a remedy that was granted and delivered elsewhere, at the event's moment.

    The event's data, as integrations.importing.remedies has it: kind, minor (or null),
    currency, source. What has neither a sum nor a known kind is left alone.
    """
    data, minor = event.data, event.data.get("minor")
    kind = str(data.get("kind") or "")
    paid = isinstance(minor, int) and minor > 0
    if kind not in {member.value for member in ComponentKind}:
        if not paid:
            return
        kind = ComponentKind.COMPENSATION.value
    remedy = Remedy(
        ticket=change.ticket,
        kind=kind,
        title=str(data.get("title") or kind.capitalize())[:160],
        amount=minor if paid else None,
        currency=str(data.get("currency") or "") if paid else "",
        status=RemedyStatus.FULFILLED.value,
        granted_under=gettext_noop("before"),
        granted_at=event.at,
        fulfilled_at=event.at,
        gateway=BEFORE,
        gateway_ref=str(data.get("source") or "")[:200],
    )
    change.add(remedy)
    enter(change, remedy, EntryKind.GRANTED, remedy.amount or 0)
    enter(change, remedy, EntryKind.FULFILLED, 0)
    changes = {
        f"remedies.{remedy.pk}.kind": (None, remedy.kind),
        f"remedies.{remedy.pk}.amount": (None, remedy.amount),
        f"remedies.{remedy.pk}.currency": (None, remedy.currency or None),
        f"remedies.{remedy.pk}.status": (None, remedy.status),
    }
    change.record(RemedyEvent.REMEDY_GRANTED, data=told(remedy), changes=changes, at=event.at)
    change.record(RemedyEvent.REMEDY_FULFILLED, data=told(remedy), at=event.at)
