"""Who may see and change deadlines and escalations: those who see, or work on, the ticket."""

from django.db.models import QuerySet

from escalation.models import Deadline, Escalation
from escalation.models.deadlines import DeadlineQuerySet
from tickets.access import Principal, check_may, visible_tickets
from tickets.errors import NotFound


def visible_deadlines(who: Principal) -> DeadlineQuerySet:
    """Deadlines of the tickets that `who` may see, with all that a row shows."""
    return Deadline.objects.filter(ticket__in=visible_tickets(who)).select_related(
        "ticket__customer", "ticket__owner", "ticket__team", "policy", "acknowledged_by"
    )


def access_deadline(who: Principal, key: int, *, verb: str = "") -> Deadline:
    """One deadline; `verb` is what is going to be done to its ticket ("work", "supervise").

    Raises `NotFound` where it is not there or not for `who`, `NotAllowed` where he may see it but
    not do that.
    """
    row = visible_deadlines(who).filter(pk=key).first()
    if row is None:
        raise NotFound(field="deadline")
    if verb:
        check_may(who, verb, row.ticket)
    return row


def visible_escalations(who: Principal) -> QuerySet[Escalation]:
    """Steps taken on tickets that `who` may see."""
    return Escalation.objects.filter(ticket__in=visible_tickets(who)).select_related(
        "ticket", "deadline", "by", "acknowledged_by"
    )


def access_escalation(who: Principal, key: int, *, verb: str = "") -> Escalation:
    """One step that was taken. Raises as `access_deadline` does."""
    row = visible_escalations(who).filter(pk=key).first()
    if row is None:
        raise NotFound(field="escalation")
    if verb:
        check_may(who, verb, row.ticket)
    return row
