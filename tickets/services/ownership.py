"""Who follows a ticket through. It never loses its owner silently."""

import datetime as dt

from django.utils.translation import gettext as _

from tickets.actors import Actor
from tickets.change import Change, changing
from tickets.errors import Conflict, Invalid, Missing, WrongStatus
from tickets.models import Membership, Team, Ticket, User
from tickets.rules import EventType, PersonRelation, Status
from tickets.saying import Phrase
from tickets.services.reviews import had_part
from tickets.services.texts import needed


def _check_owner(change: Change, owner: User) -> None:
    """Raises `Invalid` where `owner` can't follow this ticket through."""
    ticket = change.ticket
    if not owner.is_active:
        raise Invalid("{name} no longer works here.", name=owner.name, field="owner")
    if owner.is_away(change.now) and owner.substitute_id:
        raise Invalid(
            "{name} is away; {substitute} stands in.",
            name=owner.name,
            substitute=owner.substitute,
            field="owner",
        )
    belongs = Membership.objects.filter(user=owner, team_id=ticket.team_id).exists()
    if not belongs and owner.role != "admin":
        raise Invalid("{name} is not in this ticket's team.", name=owner.name, field="owner")
    if had_part(change, owner):
        raise Invalid(
            "{name} gave the first answer, or had a part in it; a review is another person's.",
            name=owner.name,
            field="owner",
        )
    about = ticket.people.filter(user=owner, relation=PersonRelation.COMPLAINED_ABOUT.value)
    if about.exists():
        raise Invalid("The complaint is about this person.", field="owner")


def _give(change: Change, owner: User, *, brief: str) -> None:
    """Make `owner` the owner, counting it as a hand-off where there was another."""
    ticket = change.ticket
    before = ticket.owner
    if before is not None and before.pk == owner.pk:
        raise Conflict("{name} owns this ticket already.", name=owner.name, field="owner")
    _check_owner(change, owner)
    change.set(owner=owner)
    kind = EventType.ASSIGNED
    if before is not None:
        kind = EventType.HANDED_OVER
        change.set(handoffs=ticket.handoffs + 1)
    if ticket.status == Status.NEW:
        change.set(status=Status.OPEN.value)
    first = ticket.acknowledged_at is None
    change.record(
        kind,
        data={
            "to": owner.name,
            "from": before.name if before else "",
            "brief": brief,
        },
    )
    if change.actor.user is None or change.actor.user.pk != owner.pk:
        change.alert(
            owner,
            key=f"owner:{ticket.pk}:{ticket.event_count}",
            text=Phrase(
                "{number} is yours now: {subject}", number=ticket.number, subject=ticket.subject
            ),
        )
    if first:
        change.set(acknowledged_at=change.now)
        change.record(EventType.ACKNOWLEDGED, data={"by": owner.name})


def take(
    ticket: Ticket,
    *,
    actor: Actor,
    now: dt.datetime,
    brief: str = "",
    seen: int | None = None,
) -> None:
    """The actor becomes the owner, which acknowledges the complaint.

    Taking it from somebody else counts as a hand-off. Raises `Conflict` where he owns it
    already, `Invalid` where he can't own it.
    """
    if actor.user is None:
        raise Missing(what=_("a person who takes the ticket"), field="owner")
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        _must_not_be_closed(change)
        _give(change, actor.user, brief=brief)


def assign(
    ticket: Ticket,
    owner: User,
    *,
    actor: Actor,
    now: dt.datetime,
    brief: str = "",
    seen: int | None = None,
) -> None:
    """Give an unowned ticket an owner, or (with a brief) another one.

    Raises `Missing` without a brief where somebody owns it, `Invalid` where `owner` can't.
    """
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        _must_not_be_closed(change)
        if change.ticket.owner_id is not None and change.ticket.owner_id != owner.pk:
            brief = needed(brief, what=_("a brief for the new owner"), field="brief", limit=2000)
        _give(change, owner, brief=brief)


def hand_over(
    ticket: Ticket,
    to: User,
    *,
    brief: str,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
) -> None:
    """Hand a ticket to another person, who must be able to go on from the brief."""
    brief = needed(brief, what=_("a brief for the new owner"), field="brief", limit=2000)
    assign(ticket, to, actor=actor, now=now, brief=brief, seen=seen)


def move_to_team(
    ticket: Ticket,
    team: Team,
    *,
    brief: str,
    actor: Actor,
    now: dt.datetime,
    owner: User | None = None,
    seen: int | None = None,
) -> None:
    """Give a ticket to another team, and there to `owner` or, openly, to nobody yet.

    Raises `Conflict` where it is that team's, `Missing` without a brief.
    """
    brief = needed(brief, what=_("a brief for the other team"), field="brief", limit=2000)
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        row = change.ticket
        _must_not_be_closed(change)
        if row.team_id == team.pk:
            raise Conflict("This ticket is {name}'s already.", name=team.name, field="team")
        was = row.team.name
        had_owner = row.owner_id is not None
        change.set(team=team, owner=None)
        if had_owner:
            change.set(handoffs=row.handoffs + 1)
        change.record(EventType.MOVED, data={"from": was, "to": team.name, "brief": brief})
        if owner is not None:
            _give(change, owner, brief=brief)
        elif team.lead is not None:
            change.alert(
                team.lead,
                key=f"unowned:{row.pk}:{row.event_count}",
                text=Phrase(
                    "{number} came to {team} and has no owner: {subject}",
                    number=row.number,
                    team=team.name,
                    subject=row.subject,
                ),
            )


def give_unowned(change: Change, owner: User, *, brief: str) -> None:
    """Give a ticket that nobody owns an owner, within an open change. Raises `Invalid`."""
    if change.ticket.owner_id is None:
        _give(change, owner, brief=brief)


def own_if_unowned(change: Change) -> None:
    """Whoever works on a ticket that nobody owns, owns it."""
    user = change.actor.user
    if user is None or change.ticket.owner_id is not None:
        return
    if had_part(change, user):
        return
    if Membership.objects.filter(user=user, team_id=change.ticket.team_id).exists():
        _give(change, user, brief="")


def _must_not_be_closed(change: Change) -> None:
    """A resolved ticket still is somebody's: remedies are delivered and promises kept after it."""
    status = change.ticket.status
    if status == Status.CLOSED:
        raise WrongStatus(
            "This ticket is closed. Reopen it first.",
            status=status,
            to="open",
            field="status",
        )
