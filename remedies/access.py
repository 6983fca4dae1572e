"""Who may see and do what with offers, exceptions and remedies: who may with their ticket."""

from django.db.models import QuerySet

from remedies.models import ExceptionRequest, Offer, Refusal, Remedy
from remedies.rules.states import UNDECIDED
from tickets.access import Principal, check_may, visible_tickets
from tickets.catalogue import catalogue
from tickets.errors import Invalid, NotAllowed, NotFound
from tickets.models import Team, Ticket
from tickets.rules import Role


def _seen(who: Principal) -> QuerySet[Ticket]:
    return visible_tickets(who)


def visible_offers(who: Principal) -> QuerySet[Offer]:
    """Every offer on a ticket that `who` may see."""
    return Offer.objects.filter(ticket__in=_seen(who))


def visible_exceptions(who: Principal) -> QuerySet[ExceptionRequest]:
    """Every exception on a ticket that `who` may see."""
    return ExceptionRequest.objects.filter(ticket__in=_seen(who))


def visible_remedies(who: Principal) -> QuerySet[Remedy]:
    """Every remedy on a ticket that `who` may see."""
    return Remedy.objects.filter(ticket__in=_seen(who))


def visible_refusals(who: Principal) -> QuerySet[Refusal]:
    """Every refusal on a ticket that `who` may see."""
    return Refusal.objects.filter(ticket__in=_seen(who))


def access_offer(who: Principal, offer_id: int, *, verb: str = "") -> Offer:
    """An offer with its ticket. Raises `NotFound`; `NotAllowed` where he may not `verb` it."""
    found = visible_offers(who).select_related("ticket__customer", "policy").filter(pk=offer_id)
    offer = found.first()
    if offer is None:
        raise NotFound(field="offer")
    if verb:
        check_may(who, verb, offer.ticket)
    return offer


def access_exception(who: Principal, exception_id: int, *, verb: str = "") -> ExceptionRequest:
    """An exception with its ticket and offer. Raises `NotFound`, `NotAllowed`."""
    found = visible_exceptions(who).select_related("ticket__customer", "offer", "requester")
    exception = found.filter(pk=exception_id).first()
    if exception is None:
        raise NotFound(field="exception")
    if verb:
        check_may(who, verb, exception.ticket)
    return exception


def access_remedy(who: Principal, remedy_id: int, *, verb: str = "") -> Remedy:
    """A remedy with its ticket. Raises `NotFound`, `NotAllowed`."""
    remedy = visible_remedies(who).select_related("ticket__customer").filter(pk=remedy_id).first()
    if remedy is None:
        raise NotFound(field="remedy")
    if verb:
        check_may(who, verb, remedy.ticket)
    return remedy


def exceptions_to_decide(who: Principal) -> QuerySet[ExceptionRequest]:
    """The inbox of `who`: what waits in teams he supervises, not his own, oldest first."""
    waiting = visible_exceptions(who).filter(status__in=[status.value for status in UNDECIDED])
    if who.user is not None:
        waiting = waiting.exclude(requester=who.user)
    if who.role is not None and who.role != "admin":
        waiting = waiting.filter(ticket__team_id__in=who.supervises)
    return waiting.select_related("ticket__customer", "offer", "requester").order_by(
        "created_at", "id"
    )


def tickets_compared_by(who: Principal, *, category: str = "", team: str = "") -> QuerySet[Ticket]:
    """The tickets whose remedies `who` may compare: those he sees, if he watches over others.

    Imported ones are left out: nobody here decided them. `category` takes those below it in.
    Raises `NotAllowed` for a rep, `Invalid` naming a key that fits nothing.
    """
    if who.user is not None and not who.is_supervisor:
        raise NotAllowed(who="Those who supervise a team")
    seen = _seen(who).filter(historical=False)
    if category:
        entries = catalogue().by_id.values()
        below = [entry.category.pk for entry in entries if category in entry.keys]
        if not below:
            raise Invalid("There is no such category.", field="category")
        seen = seen.filter(category_id__in=below)
    if team:
        found = Team.objects.filter(key=team).values_list("pk", flat=True).first()
        if found is None or (who.teams is not None and found not in who.teams):
            raise Invalid("There is no such team.", field="team")
        seen = seen.filter(team_id=found)
    return seen


def reps_compared_by(who: Principal) -> frozenset[int] | None:
    """Teams within which `who` may tell reps apart: those he supervises; None: every team.

    Managers and administrators: every team. Auditors and integrations: none.
    """
    if who.role in {Role.MANAGER, Role.ADMIN}:
        return None
    return who.supervises if who.role is Role.SUPERVISOR else frozenset()
