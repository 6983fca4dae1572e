"""Exceptions are decided: somebody who can says yes, no, or so much."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from remedies.authority import Span
from remedies.errors import (
    AboveLevel,
    AlreadyDecided,
    ApprovedAlready,
    EarlierDecider,
    OwnRequest,
)
from remedies.levels import Seat, levels_by_key, seats_for, seats_of
from remedies.models import ExceptionApproval, ExceptionRequest, Offer, OfferComponent
from remedies.rules.grounds import DECLINE_WORDS, DeclineCode
from remedies.rules.routing import Level, still_needed
from remedies.rules.states import GRANTED, ExceptionStatus, OfferStatus, RemedyEvent
from remedies.services.authorities import check_authority, lock_customer
from remedies.services.exceptions.plans import carry_out, planned
from remedies.services.exceptions.routing import (
    at_stake,
    earlier_deciders,
    eligible,
    route_of,
    tell_all,
)
from remedies.services.tallies import (
    Paths,
    components_of,
    locked_offer,
    set_total,
    void_exceptions,
)
from tickets.access import Principal
from tickets.actors import Actor
from tickets.change import Change, changing
from tickets.errors import Invalid, NotAllowed, NotFound
from tickets.models import User
from tickets.money import words
from tickets.saying import Kept, Phrase, gettext_noop, retold
from tickets.services.texts import needed

#: Who is still missing, as it is kept.
MORE_YES = Kept("{who} has to say yes")
ONE_MORE = gettext_noop("one more")
MORE = gettext_noop("{n} more")

#: Limits of one's own that a level with a sum of its own stands in for.
OF_THE_TICKET = frozenset({Span.REMEDY, Span.TICKET})


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


def seated_decider(change: Change, row: ExceptionRequest, actor: Actor) -> tuple[User, list[Seat]]:
    """The person who decides, and the levels that he does it from.

    Raises `OwnRequest`, `EarlierDecider`, and `NotAllowed` where he has no say about it.
    """
    user = actor.user
    if user is None:
        raise NotAllowed(who=_who_decides(row))
    if user.pk == row.requester_id:
        raise OwnRequest(field="exception")
    if user.pk in earlier_deciders(change, row):
        raise EarlierDecider(field="exception")
    seats = seats_for(
        seats_of(Principal.of_user(user, now=change.now)), row, team=change.ticket.team_id
    )
    if not seats or not eligible(change, row)(user.pk):
        raise NotAllowed(who=_who_decides(row))
    return user, seats


def _who_decides(row: ExceptionRequest) -> str:
    return ", ".join(retold(level.name) for level in levels_by_key(row.told)) or _(
        "A supervisor of the team"
    )


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

    The sums are put into the draft, and its sender may send exactly those. Where two have to say
    yes, the first one's is kept, and lost if the second says yes to other sums. Raises
    `OwnRequest`, `EarlierDecider`; `AboveLevel` and `AboveAuthority` where it is beyond what the
    decider may; `ApprovedAlready`; `AlreadyDecided`.
    """
    why = needed(reason, what=_("a reason"), field="reason", limit=2000)
    with changing(exception.ticket_id, actor=actor, now=now, seen=seen) as change:
        row = locked_exception(
            change, exception.pk, ExceptionStatus.PENDING, ExceptionStatus.ASKED_BACK
        )
        decider, seats = seated_decider(change, row, actor)
        offer = locked_offer(change, row.offer_id, OfferStatus.DRAFT)
        row.items = _decided(row, decided or {}, said=bool(voices_of(change, row)))
        lock_customer(change.ticket)
        parts = components_of(offer)
        fit = _check_level(change, row, parts, seats)
        wanted, plan = planned(offer, parts, row.items, key="decided", reason=why)
        own = all(level.own_limits for level in fit if level.id in {s.level for s in seats})
        waived = frozenset[Span]() if own else OF_THE_TICKET
        check_authority(
            offer,
            wanted,
            ticket=change.ticket,
            actor=_in_whose_name(decider, seats),
            now=now,
            waived=waived,
        )
        lacking = _voice(change, row, decider, seats, fit, why)
        if lacking:
            _half(change, row, decider, lacking)
            return row
        _void_others(change, offer, row)
        paths, before = carry_out(offer, parts, row.items, plan)
        row.before = {**row.before, **before}
        paths |= set_total(offer)
        change.save(offer, "total")
        row.decided_total = sum(item["decided"] or 0 for item in row.items)
        amended = any(item["decided"] != item["asked"] for item in row.items)
        amended = amended or bool(row.before["dropped"])
        status = ExceptionStatus.AMENDED if amended else ExceptionStatus.APPROVED
        _decide(change, row, status, decider=decider, reason=why, paths=paths)
    return row


def _in_whose_name(decider: User, seats: Sequence[Seat]) -> Actor:
    """On whose authority: his own where he has a seat himself, else of the one who is away."""
    if any(seat.for_whom == decider.pk for seat in seats):
        return Actor.of_user(decider)
    return Actor.of_user(User.objects.get(pk=seats[0].for_whom))


def voices_of(change: Change, row: ExceptionRequest) -> list[ExceptionApproval]:
    """Those who said yes, whose yes stands."""
    every = change.all(ExceptionApproval)
    return [yes for yes in every if yes.exception_id == row.pk and yes.void_at is None]


def _decided(
    row: ExceptionRequest, decided: Mapping[int, int], *, said: bool
) -> list[dict[str, Any]]:
    """The items with the sums that are decided; where somebody `said` yes before, his sums stand
    for those that are not given, else what was asked for."""
    at = {}
    for place, (item_at, amount) in enumerate(decided.items()):
        at[item_at] = f"decided.{place}"
        if not 0 <= item_at < len(row.items):
            raise NotFound(field=f"{at[item_at]}.item")
        if amount < 0:
            raise Invalid("A sum can't be below zero.", field=f"{at[item_at]}.amount")
    items = []
    for position, item in enumerate(row.items):
        amount = decided.get(position, item["decided" if said else "asked"])
        if item["asked"] is None and amount is not None:
            raise Invalid("{item} has no sum.", item=item["title"], field=at[position])
        items.append({**item, "decided": amount})
    return items


def _check_level(
    change: Change,
    row: ExceptionRequest,
    parts: Sequence[OfferComponent],
    seats: Sequence[Seat],
) -> tuple[Level, ...]:
    """The levels that reach the decided sums. Raises `AboveLevel` where the decider has none."""
    amount = at_stake(change, row, parts, key="decided")
    fit = route_of(change, row, amount)
    if not {level.id for level in fit} & {seat.level for seat in seats}:
        who = fit[0].name if fit else "Nobody"
        raise AboveLevel(amount=words(amount, row.currency), who=who, field="amount")
    return fit


def _voice(
    change: Change,
    row: ExceptionRequest,
    decider: User,
    seats: Sequence[Seat],
    fit: Sequence[Level],
    reason: str,
) -> int:
    """Keep the decider's yes; how many more are needed. A yes to other sums is void with it."""
    sums = [item["decided"] for item in row.items]
    standing = []
    for other in voices_of(change, row):
        if other.sums != sums:
            other.void_at = change.now
            other.save(update_fields=["void_at"])  # before the next one of the same person
        elif other.user_id == decider.pk:
            raise ApprovedAlready(field="exception")
        else:
            standing.append(other)
    keys = sorted({seat.level for seat in seats})
    voices = [set(other.levels) for other in standing] + [set(keys)]
    away = next((s.for_whom for s in seats if s.for_whom != decider.pk), None)
    himself = any(seat.for_whom == decider.pk for seat in seats)
    change.add(
        ExceptionApproval(
            exception=row,
            ticket=change.ticket,
            user=decider,
            stands_in_for_id=None if himself else away,
            sums=sums,
            total=sum(amount or 0 for amount in sums),
            levels=keys,
            reason=reason,
            at=change.now,
        )
    )
    return still_needed(fit, voices)


#: What the requester is told, by what became of it.
_DECIDED = {
    ExceptionStatus.APPROVED: gettext_noop("{name} approved your exception on {number}"),
    ExceptionStatus.AMENDED: gettext_noop("{name} amended your exception on {number}"),
    ExceptionStatus.DECLINED: gettext_noop("{name} declined your exception on {number}"),
}


def _half(change: Change, row: ExceptionRequest, decider: User, lacking: int) -> None:
    """One said yes; somebody else has to as well. The sums wait in the items."""
    total = sum(item["decided"] or 0 for item in row.items)
    change.save(row, "items")
    # Somebody who took his yes back and says it again is told of again.
    before = sum(
        1 for yes in change.all(ExceptionApproval)
        if (yes.exception_id, yes.user_id) == (row.pk, decider.pk) and yes.void_at is not None
    )  # fmt: skip
    more = ONE_MORE if lacking == 1 else MORE.format(n=lacking)
    change.record(
        RemedyEvent.EXCEPTION_HALF_APPROVED,
        data={
            "exception": row.pk,
            "by": decider.name,
            "needed": lacking,
            "total": total,
            "currency": row.currency,
            "words": f"{words(total, row.currency)}; {MORE_YES(who=more)}",
        },
        changes={f"exceptions.{row.pk}.half_approved": (None, total)},
    )
    tell_all(
        change,
        row,
        text=Phrase(
            "{name} said yes on {number}; {more} has to",
            name=decider.name,
            number=change.ticket.number,
            more=Phrase("one more") if lacking == 1 else Phrase("{count} more", count=lacking),
        ),
        key=f"exception-half:{row.pk}:{decider.pk}:{total}" + (f":{before}" if before else ""),
    )


def _void_others(change: Change, offer: Offer, row: ExceptionRequest) -> None:
    """What was allowed for the offer before gives way to what is allowed now."""
    others = [
        other
        for other in change.all(ExceptionRequest)
        if other.pk != row.pk and other.offer_id == offer.pk and other.status in GRANTED
    ]
    if others:
        void_exceptions(change, offer, "Other sums were approved.", but=row.pk)


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
    change.save(
        row, "status", "decider", "decision_reason", "decided_at", "items", "decided_total",
        "decline_code", "before",
    )  # fmt: skip
    prefix = f"exceptions.{row.pk}"
    undone = row.before.get("undone", 0)
    total = row.decided_total
    why = DECLINE_WORDS[DeclineCode(row.decline_code)].words if row.decline_code else ""
    change.record(
        RemedyEvent.EXCEPTION_DECIDED,
        data={
            "exception": row.pk,
            "offer": row.offer_id,
            "decision": row.status,
            "reason": reason,
            "code": row.decline_code,
            "currency": row.currency,
            "total": total,
            "words": row.status
            + (f": {why}" if why else "")
            + ("" if total is None else f", {words(total, row.currency)}"),
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
        key=f"exception-decided:{row.pk}" + (f":{undone}" if undone else ""),
        text=Phrase(
            _DECIDED[ExceptionStatus(row.status)], name=decider.name, number=change.ticket.number
        ),
    )


def decline_exception(
    exception: ExceptionRequest,
    *,
    reason: str,
    actor: Actor,
    now: dt.datetime,
    code: DeclineCode | str = DeclineCode.OTHER,
    seen: int | None = None,
) -> ExceptionRequest:
    """Say no, with a reason that the requester reads and its code. The draft stays as it is.

    Of those who have to say yes, one who says no is enough. Raises `OwnRequest`,
    `EarlierDecider`, `AlreadyDecided`, `Invalid` for a code that there is not.
    """
    why = needed(reason, what=_("a reason"), field="reason", limit=2000)
    if code not in {member.value for member in DeclineCode}:
        known = ", ".join(member.value for member in DeclineCode)
        raise Invalid("A reason code is one of: {known}.", known=known, field="code")
    with changing(exception.ticket_id, actor=actor, now=now, seen=seen) as change:
        row = locked_exception(
            change, exception.pk, ExceptionStatus.PENDING, ExceptionStatus.ASKED_BACK
        )
        decider, __ = seated_decider(change, row, actor)
        row.decline_code = DeclineCode(code).value
        row.items = [{**item, "decided": None} for item in row.items]
        _decide(change, row, ExceptionStatus.DECLINED, decider=decider, reason=why, paths={})
    return row
