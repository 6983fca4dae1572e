"""Who may see and change deadlines and escalations: those who see, or work on, the ticket."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from escalation.models import Deadline, Escalation, Rota
from escalation.models.deadlines import DeadlineQuerySet
from tickets.access import Principal, check_may, visible_tickets
from tickets.errors import NotAllowed, NotFound
from tickets.rules import Role


def visible_deadlines(who: Principal) -> DeadlineQuerySet:
    """Deadlines of the tickets that `who` may see, with all that a row shows."""
    return Deadline.objects.filter(ticket__in=visible_tickets(who)).select_related(
        "ticket__customer",
        "ticket__owner",
        "ticket__team",
        "policy",
        "acknowledged_by",
        "counted_on",
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


def access_rota(who: Principal, key: str, *, change: bool = False) -> Rota:
    """A rota, for anyone who works here or an integration that reads the configuration.

    It is changed by supervisors of its team, managers and administrators. Raises `NotFound`,
    `NotAllowed`.
    """
    if who.scopes is not None and "config:read" not in who.scopes:
        raise NotFound(field="rota")
    rota = Rota.objects.select_related("team").filter(key=key).first()
    if rota is None:
        raise NotFound(field="rota")
    if change and not may_change_rota(who, rota):
        raise NotAllowed(who=_("A supervisor of the team, or a manager"))
    return rota


def may_change_rota(who: Principal, rota: Rota) -> bool:
    """Whether `who` may say who is on duty by this rota."""
    return who.role in {Role.MANAGER, Role.ADMIN} or rota.team_id in who.supervises
