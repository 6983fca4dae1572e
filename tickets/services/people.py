"""Who may see a confidential ticket, whom a complaint is about, and who is away."""

import datetime as dt

from tickets.actors import Actor
from tickets.change import Change, changing
from tickets.errors import Conflict, Invalid, NotFound
from tickets.models import Membership, Ticket, TicketPerson, User
from tickets.rules import EventType, PersonRelation, Role


def set_confidential(
    ticket: Ticket,
    confidential: bool,  # noqa: FBT001 - the one thing that this service says
    *,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
) -> None:
    """Close a ticket to all but its owner and those named, or open it to its team again.

    Whoever closes it is named, so that nobody shuts himself out. Raises `Conflict` where a
    ticket about a colleague would be opened.
    """
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        people = change.all(TicketPerson)
        about = [p for p in people if p.relation == PersonRelation.COMPLAINED_ABOUT.value]
        if not confidential and about:
            raise Conflict(
                "A complaint about a colleague stays confidential.",
                field="confidential",
            )
        if change.set(confidential=confidential):
            change.record(EventType.CONFIDENTIAL_CHANGED, data={"confidential": confidential})
        user = actor.user
        if confidential and user and user not in {p.user for p in people}:
            _put(ticket, user, PersonRelation.NAMED, actor=actor, now=now)
        keep_in_sight(change, now=now)


def name_person(ticket: Ticket, user: User, *, actor: Actor, now: dt.datetime) -> None:
    """Let a colleague see a confidential ticket. Raises `Conflict` where it is about him."""
    _put(ticket, user, PersonRelation.NAMED, actor=actor, now=now)


def complain_about(ticket: Ticket, user: User, *, actor: Actor, now: dt.datetime) -> None:
    """The complaint is about this colleague: the ticket becomes confidential and hidden from
    him, and if he owned it, it has no owner until another takes it."""
    with changing(ticket, actor=actor, now=now) as change:
        _put(ticket, user, PersonRelation.COMPLAINED_ABOUT, actor=actor, now=now)
        lost_owner = change.ticket.owner_id == user.pk
        moved = change.set(confidential=True)
        if lost_owner:
            moved = change.set(owner=None, handoffs=change.ticket.handoffs + 1) or moved
        if moved:
            change.record(EventType.CONFIDENTIAL_CHANGED, data={"confidential": True})
        if actor.user is not None and actor.user.pk != user.pk:
            known = {p.user_id for p in change.all(TicketPerson)}
            if actor.user.pk not in known:
                _put(ticket, actor.user, PersonRelation.NAMED, actor=actor, now=now)
        keep_in_sight(change, now=now)


def unname_person(ticket: Ticket, user: User, *, actor: Actor, now: dt.datetime) -> None:
    """Take a colleague off a ticket. Raises `NotFound` where he was not on it."""
    with changing(ticket, actor=actor, now=now) as change:
        row = next((p for p in change.all(TicketPerson) if p.user_id == user.pk), None)
        if row is None:
            raise NotFound(field="user")
        change.all(TicketPerson).remove(row)
        TicketPerson.objects.filter(pk=row.pk).delete()
        change.record(
            EventType.PERSON_UNNAMED,
            data={"name": user.name, "relation": row.relation},
            changes={f"people.{user.pk}": (row.relation, None)},
        )
        keep_in_sight(change, now=now)


def keep_in_sight(change: Change, *, now: dt.datetime) -> None:
    """Name somebody on a confidential ticket that nobody could see, or it is never answered.

    First whoever acts, if a person; else those who supervise its team; else managers and
    administrators. Never one whom the complaint is about.
    """
    ticket = change.ticket
    if not ticket.confidential:
        return
    people = change.all(TicketPerson)
    about = {p.user_id for p in people if p.relation == PersonRelation.COMPLAINED_ABOUT.value}
    seen_by = {p.user_id for p in people}
    if ticket.owner_id is not None:
        seen_by.add(ticket.owner_id)
    working = User.objects.filter(is_active=True).exclude(pk__in=about)
    if working.filter(pk__in=seen_by).exists():
        return
    watching = Membership.objects.filter(team=ticket.team_id, supervises=True).values("user")
    above = [
        working.filter(pk__in=[change.actor.user.pk] if change.actor.user else []),
        working.filter(pk__in=watching),
        working.filter(role__in=[Role.MANAGER.value, Role.ADMIN.value]),
    ]
    for candidates in above:
        found = list(candidates.order_by("pk"))
        for person in found:
            _put(ticket, person, PersonRelation.NAMED, actor=change.actor, now=now)
        if found:
            return


def _put(
    ticket: Ticket,
    user: User,
    relation: PersonRelation,
    *,
    actor: Actor,
    now: dt.datetime,
) -> None:
    with changing(ticket, actor=actor, now=now) as change:
        row = next((p for p in change.all(TicketPerson) if p.user_id == user.pk), None)
        before = row.relation if row else None
        if before == relation.value:
            return
        if before == PersonRelation.COMPLAINED_ABOUT.value:
            raise Conflict("The complaint is about this person.", field="user")
        if row is None:
            change.add(TicketPerson(ticket=change.ticket, user=user, relation=relation.value))
        else:
            row.relation = relation.value
            change.save(row, "relation")
        change.record(
            EventType.PERSON_NAMED,
            data={"name": user.name, "relation": relation.value},
            changes={f"people.{user.pk}": (before, relation.value)},
        )


def set_away(
    user: User,
    *,
    away_from: dt.datetime | None,
    away_until: dt.datetime | None,
    substitute: User | None,
) -> None:
    """Say from when to when a person is out of office and who stands in; None: back again.

    Raises `Invalid` where the end is not after the start, or the substitute is himself.
    """
    if away_from is not None and away_until is not None and away_until <= away_from:
        raise Invalid("The end lies after the start.", field="away_until")
    if away_from is None and away_until is not None:
        raise Invalid("Say also from when.", field="away_from")
    if substitute is not None and substitute.pk == user.pk:
        raise Invalid("Somebody else has to stand in.", field="substitute")
    user.away_from, user.away_until, user.substitute = away_from, away_until, substitute
    user.save(update_fields=["away_from", "away_until", "substitute"])


def prefer_next_after_sending(user: User, on: bool) -> None:  # noqa: FBT001 - all that it says
    """Whether the next ticket opens once this person has sent something."""
    if user.next_after_sending != on:
        user.next_after_sending = on
        user.save(update_fields=["next_after_sending"])


def set_own_keys(user: User, *, off: bool, own: dict[str, dict[str, str]]) -> None:
    """Which single keys of the desk this person has changed, by place, and whether all are off."""
    kept: dict[str, object] = {"off": True} if off else {}
    if own:
        kept["own"] = own
    if user.own_keys != kept:
        user.own_keys = kept
        user.save(update_fields=["own_keys"])
