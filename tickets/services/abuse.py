"""A contact that nobody has to bear: it is handed to somebody above, at once and without blame."""

import datetime as dt

from django.utils.translation import gettext as _

from tickets.actors import Actor
from tickets.change import Change, changing
from tickets.errors import Conflict, Missing
from tickets.models import Membership, TicketPerson, User
from tickets.models import Ticket as TicketRow
from tickets.rules import EventType, PersonRelation
from tickets.saying import Phrase
from tickets.services.conversation import add_note
from tickets.services.ownership import assign
from tickets.services.texts import needed


def report_abuse(
    ticket: TicketRow, *, what: str, actor: Actor, now: dt.datetime, seen: int | None = None
) -> User:
    """Say that a contact was abusive, in the words of who bore it. The team's lead, or another who
    supervises it and is here, owns the ticket from then on; returns who that is.

    It stands on the ticket as a note and as an event, so that whoever meets the customer next is
    warned. Raises `Missing` without words or a person, `Conflict` where nobody above is here.
    """
    words = needed(what, what=_("what happened"), field="what", limit=2000)
    if actor.user is None:
        raise Missing(what=_("a person who bore it"), field="actor")
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        above = _somebody_above(change, actor.user)
        note = f"Abusive contact. {words}"
        add_note(ticket, body=note, actor=actor, now=now)
        change.record(EventType.ABUSE_REPORTED, data={"what": words, "to": above.name})
        if change.ticket.owner_id != above.pk:
            brief = f"Abusive contact, handed over by {actor.name}. {words}"[:2000]
            assign(ticket, above, brief=brief, actor=actor, now=now)
        else:
            key = f"abuse:{change.ticket.pk}:{change.ticket.event_count}"
            number = change.ticket.number
            text = Phrase("Abusive contact on {number}: {what}", number=number, what=words)
            change.alert(above, key=key, text=text)
    return above


def _somebody_above(change: Change, who: User) -> User:
    """The lead, else one of those who supervise the team; here, and not whom it is about."""
    ticket = change.ticket
    about = {
        row.user_id
        for row in change.all(TicketPerson)
        if row.relation == PersonRelation.COMPLAINED_ABOUT.value
    }
    members = Membership.objects.filter(team=ticket.team_id).select_related("user")
    rows = list(members.order_by("user_id"))
    lead = ticket.team.lead_id
    ranked = sorted(rows, key=lambda row: (row.user_id != lead, row.user_id))
    for row in ranked:
        user = row.user
        above = row.supervises or user.pk == lead
        here = user.is_active and not user.is_away(change.now)
        if above and here and user.pk != who.pk and user.pk not in about:
            return user
    raise Conflict("Nobody who supervises this team is here. Call somebody above.", field="to")
