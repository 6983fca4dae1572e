"""A decision is taken back at once, before anything was built on it.

Sending does not wait for that time: it ends it. Both take the lock of the ticket, so whichever
comes first counts, and no customer has an offer whose approval is taken back afterwards.
"""

import datetime as dt

from django.utils.translation import gettext as _

from remedies.errors import AlreadyDecided, OfferNotOpen, TooLate
from remedies.models import ExceptionApproval, ExceptionRequest, Offer, OfferComponent
from remedies.rules.states import (
    DECIDED,
    GRANTED,
    UNDECIDED,
    ExceptionStatus,
    OfferStatus,
    RemedyEvent,
)
from remedies.services.exceptions.deciding import locked_exception, voices_of
from remedies.services.exceptions.routing import tell_all
from remedies.services.tallies import (
    Paths,
    component_paths,
    components_of,
    locked_offer,
    set_total,
)
from tickets.actors import Actor
from tickets.change import Change, changing
from tickets.errors import NotAllowed
from tickets.saying import Kept, Phrase
from tickets.services.texts import clean_line

#: What was done, as it is kept.
TAKEN_BACK = Kept("{name} took the decision back")

#: How long one who decided may take it back. The page shows it for so long.
UNDO = dt.timedelta(seconds=10)
#: The way of the request itself is not the reader's time.
GRACE = dt.timedelta(seconds=5)


def undo_decision(
    exception: ExceptionRequest,
    *,
    actor: Actor,
    now: dt.datetime,
    reason: str = "",
    seen: int | None = None,
) -> ExceptionRequest:
    """Take one's own decision back within ten seconds, or one's yes beside which somebody else's is
    needed: the request waits as it did before.

    Raises `NotAllowed` for another person, `TooLate` after that time, or where the offer was sent
    or taken back meanwhile, after a yes or a no: the customer has heard of it then.
    """
    why = clean_line(reason, field="reason", limit=500)
    with changing(exception.ticket_id, actor=actor, now=now, seen=seen) as change:
        row = locked_exception(change, exception.pk, *DECIDED, *UNDECIDED)
        if row.status in UNDECIDED:
            _withdraw_yes(change, row, why)
            return row
        if actor.user is None or actor.user.pk != row.decider_id:
            raise NotAllowed(who=str(row.decider))
        if row.decided_at is None or now - row.decided_at > UNDO + GRACE:
            raise _too_late()
        offer = _still_drafted(change, row)
        paths = _put_back(change, row, offer) if row.status in GRANTED else {}
        _reopen(change, row, paths, why)
    return row


def _too_late() -> TooLate:
    return TooLate(why=_("A decision can be taken back for ten seconds."), field="exception")


def _withdraw_yes(change: Change, row: ExceptionRequest, reason: str) -> None:
    """One of those who have to say yes takes his back; the sums are those of who said it before
    him, if anybody did. No clock starts anew: the request waited all the time.

    Raises `AlreadyDecided` where he said none, `TooLate`.
    """
    standing = voices_of(change, row)
    user = change.actor.user
    mine = next((yes for yes in standing if user is not None and yes.user_id == user.pk), None)
    if mine is None:
        raise AlreadyDecided(status=row.status.replace("_", " "), field="exception")
    if change.now - mine.at > UNDO + GRACE:
        raise _too_late()
    mine.void_at = change.now
    change.save(mine, "void_at")
    left = max((yes for yes in standing if yes is not mine), key=lambda yes: yes.at, default=None)
    sums = left.sums if left is not None else [None] * len(row.items)
    row.items = [{**item, "decided": sum_} for item, sum_ in zip(row.items, sums, strict=True)]
    change.save(row, "items")
    name, number = mine.user.name, change.ticket.number
    change.record(
        RemedyEvent.EXCEPTION_YES_WITHDRAWN,
        data={"exception": row.pk, "by": name, "reason": reason, "words": name},
        changes={f"exceptions.{row.pk}.half_approved": (mine.total, left and left.total)},
    )
    tell_all(
        change,
        row,
        text=Phrase("{name} took the yes on {number} back", name=name, number=number),
        key=f"exception-yes-withdrawn:{row.pk}:{mine.pk}",
    )


def undo_until(row: ExceptionRequest) -> dt.datetime | None:
    """Until when the decision can be taken back by the one who made it; None where it can't, since
    it waits or the offer is no draft any more. Reads the offer, so select it."""
    if row.status not in DECIDED or row.decided_at is None:
        return None
    return row.decided_at + UNDO if row.offer.status == OfferStatus.DRAFT else None


def _still_drafted(change: Change, row: ExceptionRequest) -> Offer:
    """Raises `TooLate` where the offer is no draft any more."""
    try:
        return locked_offer(change, row.offer_id, OfferStatus.DRAFT)
    except OfferNotOpen as error:
        sent = error.params.get("status") not in {"withdrawn", "superseded"}
        why = (
            _("The offer was sent meanwhile, and with that the decision is final.")
            if sent
            else _("The offer was taken back meanwhile.")
        )
        raise TooLate(why=why, field="exception") from None


def _put_back(change: Change, row: ExceptionRequest, offer: Offer) -> Paths:
    """The draft as it was."""
    parts = {part.pk: part for part in components_of(offer)}
    paths: Paths = {}
    for key, amount, adjusted_from, reason in row.before.get("sums", ()):
        part = parts[key]
        paths[f"offers.{offer.pk}.components.{key}.amount"] = (part.amount, amount)
        part.amount, part.adjusted_from, part.reason = amount, adjusted_from, reason
        part.save(update_fields=["amount", "adjusted_from", "reason"])
    made = set(row.before.get("made", ()))
    for key in made:
        paths |= component_paths(parts[key], gone=True)
    OfferComponent.objects.filter(pk__in=made).delete()
    paths |= set_total(offer)
    change.save(offer, "total")
    items = [
        {**item, "component": None if item["component"] in made else item["component"]}
        for item in row.items
    ]
    row.items = [*items, *row.before.get("dropped", ())]
    return paths


def _reopen(change: Change, row: ExceptionRequest, paths: Paths, reason: str) -> None:
    before, decider = row.status, row.decider
    for yes in change.all(ExceptionApproval):
        if yes.exception_id == row.pk and yes.user_id == row.decider_id and yes.void_at is None:
            yes.void_at = change.now
            change.save(yes, "void_at")
    row.status = ExceptionStatus.PENDING.value
    row.decider, row.decided_at, row.decided_total = None, None, None
    row.decision_reason, row.decline_code = "", ""
    row.before = {"undone": row.before.get("undone", 0) + 1}
    row.items = [{**item, "decided": None} for item in row.items]
    change.save(
        row, "status", "decider", "decided_at", "decided_total", "decision_reason",
        "decline_code", "before", "items",
    )  # fmt: skip
    prefix = f"exceptions.{row.pk}"
    name = decider.name if decider is not None else ""
    change.record(
        RemedyEvent.EXCEPTION_REOPENED,
        data={
            "exception": row.pk,
            "reason": reason,
            "words": TAKEN_BACK(name=name),
        },
        changes=paths
        | {
            f"{prefix}.status": (before, row.status),
            f"{prefix}.decider": (decider.pk if decider is not None else None, None),
        },
    )
    change.alert(
        row.requester,
        key=f"exception-reopened:{row.pk}:{change.ticket.event_count}",
        text=Phrase(
            "{name} took the decision back on {number}: it waits again",
            name=name,
            number=change.ticket.number,
        ),
    )
    tell_all(
        change,
        row,
        text=Phrase("The exception on {number} waits again", number=change.ticket.number),
        key=f"exception-reopened:{row.pk}:{change.ticket.event_count}",
    )
