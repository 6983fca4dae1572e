"""A decision is looked at again: asked for in its time, by another person, and what came of it."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from tickets.actors import Actor
from tickets.change import Change, changing
from tickets.errors import Conflict, Invalid, Missing, ReviewTooLate, SameReviewer
from tickets.models import Event, Point, Review, Ticket, User
from tickets.recourse import recourse_of
from tickets.rules import (
    OVERTURN_WORDS,
    EventType,
    OverturnReason,
    Stage,
    Status,
    is_better,
)
from tickets.saying import Phrase, spelled
from tickets.services.status import reopen_in, resume_in
from tickets.services.texts import needed

#: Events by which a person decides something of a complaint, whichever app records them.
DECIDES = ("point_decided", "refusal_sent", "offer_sent", "exception_decided")


def ask_review(
    ticket: Ticket,
    *,
    reason: str,
    actor: Actor,
    now: dt.datetime,
    reviewer: User | None = None,
    late_because: str = "",
    seen: int | None = None,
) -> None:
    """The customer asks for a review: stage 2, by another person than any who decided before.

    The ticket loses its owner, openly: the team's supervisors are told, and only somebody else
    can take it. Raises `Conflict` where it is past stage 1, and `ReviewTooLate` after its time,
    unless one of us says why it is looked at all the same (`late_because`).
    """
    reason = needed(reason, what=_("what should be looked at again"), field="reason", limit=4000)
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        row = change.ticket
        if row.stage != Stage.FIRST:
            raise Conflict("This complaint was reviewed already.", field="stage")
        if not any(p.outcome for p in change.all(Point)) and row.answered_at is None:
            raise Invalid("There is no decision yet that could be reviewed.", field="stage")
        late_because = _check_time(change, late_because)
        review = _begin(change, Stage.REVIEW, reason, late_because)
        if reviewer is not None and (reviewer == row.owner or reviewer.pk in review.deciders):
            raise Invalid("A review is done by another person.", field="reviewer")
        first = row.owner
        if not row.is_open:
            reopen_in(change, reason="The customer asks for a review.")
        elif row.status != Status.OPEN:
            resume_in(change, why="The customer asks for a review.")
        change.set(
            stage=Stage.REVIEW.value,
            owner=reviewer,
            first_owner=first,
            handoffs=row.handoffs + 1,
        )
        change.record(
            EventType.REVIEW_ASKED,
            data={
                "reason": reason,
                "review": review.pk,
                "late_because": late_because,
                "first_owner": first.pk if first else None,
                "first_owner_name": first.name if first else "",
            },
            changes={f"reviews.{review.pk}.stage": (None, review.stage)},
        )
        _tell(change, reviewer)


def _check_time(change: Change, late_because: str) -> str:
    """Why it is looked at although it is late; "" in time. Raises `ReviewTooLate`."""
    row = change.ticket
    decided = [point.decided_at for point in change.all(Point) if point.decided_at]
    answered = max(decided) if decided else row.resolved_at or row.answered_at
    way = recourse_of(row)
    until = way.review_until(answered, row.customer.time_zone) if answered else None
    if until is None or change.now <= until:
        return ""
    if change.actor.user is not None and late_because.strip():
        return needed(late_because, what=_("a reason"), field="late_because", limit=500)
    day = until.astimezone(ZoneInfo(row.customer.time_zone))
    outside = way.body_words(answered, row.customer.time_zone) if answered else ""
    told = {"until": spelled(day, _("%-d %B %Y"))}
    words = _("A review could be asked for until %(until)s.") % told
    raise ReviewTooLate(f"{words} {outside}".strip(), until=until.isoformat(), field="reason")


def _begin(change: Change, stage: Stage, why: str, late_because: str = "") -> Review:
    points = change.all(Point)
    change.flush()
    decided = Event.objects.filter(
        ticket=change.ticket, type__in=DECIDES, actor__isnull=False
    ).values_list("actor_id", flat=True)
    people = {point.decided_by_id for point in points} | {change.ticket.owner_id, *decided}
    return change.add(
        Review(
            ticket=change.ticket,
            stage=stage.value,
            asked_at=change.now,
            why=why,
            late_because=late_because,
            before={str(point.pk): point.outcome for point in points if point.outcome},
            deciders=sorted(key for key in people if key is not None),
        )
    )


def _tell(change: Change, reviewer: User | None) -> None:
    row = change.ticket
    supervisors = User.objects.filter(
        memberships__team=row.team, memberships__supervises=True, is_active=True
    )
    for user in [reviewer] if reviewer else supervisors:
        text = Phrase(
            "{name} asks for a review of {number}", name=row.customer.name, number=row.number
        )
        change.alert(user, key=f"review:{row.pk}", text=text)


def escalate_to_external(
    ticket: Ticket,
    *,
    body: str,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
) -> None:
    """The complaint went to an outside body (an ombudsman, a court); `body` names it."""
    name = needed(body, what=_("the outside body"), field="body", limit=200)
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        if change.ticket.stage == Stage.EXTERNAL:
            raise Conflict("This complaint is with an outside body already.", field="stage")
        review = _begin(change, Stage.EXTERNAL, name)
        change.set(stage=Stage.EXTERNAL.value)
        change.record(
            EventType.WENT_EXTERNAL,
            data={"body": name, "review": review.pk},
            changes={f"reviews.{review.pk}.stage": (None, review.stage)},
        )


def review_in(change: Change) -> Review | None:
    """The review that the ticket is in, within an open change."""
    rows = change.all(Review)
    return next((row for row in rows if row.stage == change.ticket.stage), None)


def check_reviewer(change: Change) -> None:
    """Raises `SameReviewer` where the one who acts decided something before the review."""
    user = change.actor.user
    if user is not None and change.ticket.stage == Stage.REVIEW and had_part(change, user):
        raise SameReviewer(field="owner")


def had_part(change: Change, user: User) -> bool:
    """Whether this person owned the ticket, or decided anything of it, before its review."""
    review = review_in(change)
    return change.ticket.first_owner_id == user.pk or (
        review is not None and review.stage == Stage.REVIEW and user.pk in review.deciders
    )


def decided_again(
    change: Change, point: Point, *, because: OverturnReason | str, at: dt.datetime
) -> None:
    """What a finding at a review means: an overturned decision is counted, and when all points
    were decided again the review is over.

    Raises `Missing` where a person overturns and does not say why, `Invalid` for a reason that
    does not exist.
    """
    review = review_in(change)
    if review is None or str(point.pk) not in review.before:
        return
    before = review.before[str(point.pk)]
    prefix = f"reviews.{review.pk}"
    changes: dict[str, tuple[Any, Any]] = {}
    if is_better(before, point.outcome):
        why = _why_overturned(change, because)
        changes = {f"{prefix}.overturned": (review.overturned, True)}
        changes[f"{prefix}.because"] = (review.because, why.value)
        review.overturned, review.because = True, why.value
        change.record(
            EventType.OVERTURNED,
            data={
                "review": review.pk, "stage": review.stage, "point": point.pk, "text": point.text,
                "from": before, "to": point.outcome, "because": why.value,
                "words": OVERTURN_WORDS[why].words,
            },
        )  # fmt: skip
    again = [p for p in change.all(Point) if str(p.pk) in review.before]
    if changes or all(p.decided_at and p.decided_at > review.asked_at for p in again):
        _end(change, review, changes, at=at)


def _why_overturned(change: Change, because: OverturnReason | str) -> OverturnReason:
    known = {member.value for member in OverturnReason}
    if not because and (change.actor.user is None or change.ticket.historical):
        return OverturnReason.OTHER
    if not because:
        raise Missing(what=_("why the first decision did not hold"), field="because")
    if because not in known:
        raise Invalid(
            "A reason is one of: {known}.", known=", ".join(sorted(known)), field="because"
        )
    return OverturnReason(because)


def _end(
    change: Change, review: Review, changes: dict[str, tuple[Any, Any]], *, at: dt.datetime
) -> None:
    by = change.actor.user
    changes[f"reviews.{review.pk}.decided_at"] = (review.decided_at, at)
    changes[f"reviews.{review.pk}.decided_by"] = (review.decided_by_id, by.pk if by else None)
    review.decided_at, review.decided_by = at, by
    change.save(review, "decided_at", "decided_by", "overturned", "because")
    change.record(
        EventType.REVIEW_DECIDED,
        data={"review": review.pk, "stage": review.stage, "overturned": review.overturned},
        changes=changes,
    )
