"""Linking, merging and splitting so that it can be undone, as what is done to several tickets."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tickets.access import Principal, access_ticket
from tickets.change import changing
from tickets.errors import DomainError, Invalid, Missing
from tickets.models import BulkAct, Ticket
from tickets.rules import LinkKind
from tickets.saying import Kept
from tickets.services import together, undoing
from tickets.services.matter import link, unlink
from tickets.services.merging import merge_tickets
from tickets.services.splitting import split_ticket

#: What was done, as it is kept.
LINKED = Kept("linked with {number}")
UNLINKED = Kept("no longer linked with {number}")
MERGED = Kept("merged with {number}")
SPLIT = Kept("split, {number}")
LINKED_ALL = Kept("linked with each other")


def link_undoably(
    who: Principal, ticket: Ticket, other: Ticket, kind: LinkKind | str, *, now: dt.datetime
) -> BulkAct | None:
    """`link`, and what undoes it."""
    link(ticket, other, kind, actor=who.actor, now=now)
    before = {"other": other.pk, "kind": LinkKind(kind).value}
    return _kept(who, "link", ticket, before, words=LINKED(number=other.number), now=now)


def unlink_undoably(
    who: Principal,
    ticket: Ticket,
    other: Ticket,
    kind: LinkKind | str,
    *,
    from_there: bool = False,
    now: dt.datetime,
) -> BulkAct | None:
    """`unlink`, and what undoes it; `from_there`: it is the other that was linked with this one."""
    unlink(*((other, ticket) if from_there else (ticket, other)), kind, actor=who.actor, now=now)
    before = {"other": other.pk, "kind": str(kind), "from_there": from_there}
    return _kept(who, "unlink", ticket, before, words=UNLINKED(number=other.number), now=now)


def link_all(who: Principal, numbers: Sequence[str], *, now: dt.datetime) -> together.Done:
    """The first of these and each of the others have something in common. Raises `Missing` for
    fewer than two, and what `access_ticket` raises for the first."""
    wanted = list(dict.fromkeys(str(number).strip() for number in numbers))
    if len(wanted) < 2:
        raise Missing(what=_("at least two tickets"), field="tickets")
    if len(wanted) > together.MOST:
        raise Invalid("At most {most} tickets at once.", most=together.MOST, field="tickets")
    first = access_ticket(who, wanted[0], verb="work")
    changed: list[dict[str, Any]] = []
    done: list[str] = [first.number]
    refused: list[together.Refused] = []
    kind = LinkKind.RELATED.value
    for number in wanted[1:]:
        try:
            with transaction.atomic():
                ticket = access_ticket(who, number, verb="work")
                link(ticket, first, kind, actor=who.actor, now=now)
        except DomainError as error:
            refused.append(together.Refused(number[:40], error.code, error.message))
        else:
            before = {"other": first.pk, "kind": kind}
            changed.append({"ticket": ticket.pk, "version": 0, "before": before})
            done.append(ticket.number)
    if not changed:
        return together.Done(None, (), tuple(refused))
    act = together.keep_act(who, "link", LINKED_ALL(), changed, now=now)
    return together.Done(act, tuple(done), tuple(refused))


def merge_undoably(
    who: Principal,
    into: Ticket,
    other: Ticket,
    *,
    reason: str,
    now: dt.datetime,
    seen: int | None = None,
) -> BulkAct | None:
    """`merge_tickets`, and what undoes it."""
    with changing(min(into, other, key=_key), actor=who.actor, now=now):
        before = undoing.before_merge(_fresh(into), _fresh(other))
        merge_tickets(into, other, reason=reason, actor=who.actor, now=now, seen=seen)
    return _kept(who, "merge", into, before, words=MERGED(number=other.number), now=now)


def split_undoably(
    who: Principal,
    ticket: Ticket,
    points: Sequence[int],
    *,
    reason: str,
    now: dt.datetime,
    seen: int | None = None,
    **more: Any,
) -> tuple[Ticket, BulkAct | None]:
    """`split_ticket`: the new one, and what undoes it."""
    with changing(ticket, actor=who.actor, now=now, seen=seen) as change:
        facts = dict(change.ticket.facts)
        new = split_ticket(ticket, points, reason=reason, actor=who.actor, now=now, **more)
    before = {"other": new.pk, "facts": facts}
    return new, _kept(who, "split", ticket, before, words=SPLIT(number=new.number), now=now)


def _key(ticket: Ticket) -> int:
    return ticket.pk


def _fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def _kept(
    who: Principal,
    kind: str,
    ticket: Ticket,
    before: Mapping[str, Any],
    *,
    words: str,
    now: dt.datetime,
) -> BulkAct | None:
    """The act, with the versions that both have when all of it is written."""
    keys = [ticket.pk, before["other"]]
    versions = dict(Ticket.objects.filter(pk__in=keys).values_list("pk", "version"))
    item = {
        "ticket": ticket.pk,
        "version": versions[ticket.pk],
        "before": {**before, "other_version": versions[before["other"]]},
    }
    return together.keep_act(who, kind, words, [item], now=now)
