"""Who may see and do what with offers, exceptions and remedies: who may with their ticket."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from remedies.levels import levels_by_key, routed_to, seats_for, seats_of
from remedies.models import (
    ExceptionApproval,
    ExceptionRequest,
    Offer,
    Refusal,
    Remedy,
    RemedyPolicy,
)
from remedies.rules.states import UNDECIDED, PolicyStatus
from tickets.access import Principal, check_may, of_seen, visible_tickets
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
    """Every exception on a ticket that `who` may see, and those that he was asked to decide."""
    # Few wait or were decided today: from them to their tickets, not the other way.
    seen = Q(of_seen(who))
    # A level may name people of other teams: they see the case, not the ticket.
    mine = [s for s in seats_of(who) if who.teams is not None and s.team not in who.teams]
    if mine:
        seen |= routed_to(mine, column="told") & Q(ticket__confidential=False)
    return ExceptionRequest.objects.filter(seen)


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
    found = visible_exceptions(who).select_related(
        "ticket__customer", "offer", "requester", "decider"
    )
    found = found.prefetch_related("approvals__user", "approvals__stands_in_for")
    exception = found.filter(pk=exception_id).first()
    if exception is None:
        raise NotFound(field="exception")
    if verb == "supervise":
        check_may_decide(who, exception)
    elif verb:
        check_may(who, verb, exception.ticket)
    return exception


def may_decide(who: Principal, row: ExceptionRequest) -> bool:
    """Whether `who` has a level at which the request may be decided. Whether he asked for it
    himself, or decided on the ticket before, is another question."""
    return bool(seats_for(seats_of(who), row, team=row.ticket.team_id))


def check_may_decide(who: Principal, row: ExceptionRequest) -> None:
    """Raises `NotAllowed`, saying who can, unless `who` may decide the request."""
    if not may_decide(who, row):
        asked = ", ".join(level.name for level in levels_by_key(row.told))
        raise NotAllowed(who=asked or _("A supervisor of the team"))


def access_remedy(who: Principal, remedy_id: int, *, verb: str = "") -> Remedy:
    """A remedy with its ticket. Raises `NotFound`, `NotAllowed`."""
    remedy = visible_remedies(who).select_related("ticket__customer").filter(pk=remedy_id).first()
    if remedy is None:
        raise NotFound(field="remedy")
    if verb:
        check_may(who, verb, remedy.ticket)
    return remedy


def check_may_set_up(who: Principal) -> None:
    """Those who set the desk up: managers and administrators, in person. Raises `NotAllowed`."""
    if who.user is None or not who.user.is_staff:
        raise NotAllowed(who=_("A manager"))


def check_may_see_ledger(who: Principal) -> None:
    """What concerns the money of all teams is seen by those who see all teams: managers, auditors,
    administrators, and clients that are not limited to some. Raises `NotAllowed`."""
    if who.teams is not None:
        raise NotAllowed(who=_("Somebody who sees all teams"))


def check_may_look(who: Principal) -> None:
    """How the desk is set up is seen by everybody who works here, and by clients with
    `config:read`. Raises `NotAllowed`."""
    if who.user is None and "config:read" not in (who.scopes or ()):
        raise NotAllowed(who=_("A client with config:read"))


def exceptions_to_decide(who: Principal) -> QuerySet[ExceptionRequest]:
    """The inbox of `who`: what he was asked to decide, not his own and not what he said yes to
    already, oldest first. Administrators see all that waits."""
    waiting = visible_exceptions(who).filter(status__in=[status.value for status in UNDECIDED])
    if who.user is not None:
        said = ExceptionApproval.objects.filter(
            exception=OuterRef("pk"), user=who.user, void_at=None
        )
        waiting = waiting.exclude(requester=who.user).exclude(Exists(said))
    if who.role is not None and who.role != "admin":
        waiting = waiting.filter(routed_to(seats_of(who), column="told"))
    return waiting.select_related("ticket__customer", "offer", "requester").order_by(
        "created_at", "id"
    )


def tickets_compared_by(who: Principal, *, category: str = "", team: str = "") -> QuerySet[Ticket]:
    """The tickets whose remedies `who` may compare: those he sees, if he watches over others.

    Imported ones are left out: nobody here decided them. `category` takes those below it in.
    Raises `NotAllowed` for a rep, `Invalid` naming a key that fits nothing.
    """
    if who.user is not None and not who.is_supervisor:
        raise NotAllowed(who=_("Those who supervise a team"))
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


# -- policies -------------------------------------------------------------------------------------

#: What anybody here may read: the rules by which offers are, or were, made.
_OPEN = (PolicyStatus.ACTIVE.value, PolicyStatus.RETIRED.value)


def may_edit_policies(who: Principal) -> bool:
    """Whether `who` writes drafts and puts them in force: managers and administrators."""
    return who.user is not None and who.role in {Role.MANAGER, Role.ADMIN}


def may_see_drafts(who: Principal) -> bool:
    """Whether `who` reads drafts, what waits for its day, and the history, and may try texts:
    supervisors and those above; clients with `config:read` that are not limited to some teams."""
    if who.user is not None:
        return who.is_supervisor
    return "config:read" in (who.scopes or ()) and who.teams is None


def check_may_see_drafts(who: Principal) -> None:
    """Raises `NotAllowed` unless `who` may read and try drafts."""
    if not may_see_drafts(who):
        raise NotAllowed(who=_("A supervisor"))


def check_may_edit_policies(who: Principal) -> None:
    """Raises `NotAllowed` unless `who` writes drafts and puts them in force."""
    if not may_edit_policies(who):
        raise NotAllowed(who=_("A manager"))


def visible_policies(who: Principal) -> QuerySet[RemedyPolicy]:
    """Every version of every policy that `who` may read."""
    rows = RemedyPolicy.objects.select_related("created_by", "saved_by", "activated_by")
    if who.scopes is not None and "config:read" not in who.scopes:
        return rows.none()
    return rows if may_see_drafts(who) else rows.filter(status__in=_OPEN)


def access_policy(
    who: Principal, key: str, version: int | None = None, *, edit: bool = False
) -> RemedyPolicy:
    """One version of a policy; without `version` the one in force.

    Raises `NotFound` where it is not there or not for `who`, `NotAllowed` where he may read it but
    not `edit`.
    """
    rows = visible_policies(who).filter(key=key)
    if version is None:
        rows = rows.filter(status=PolicyStatus.ACTIVE.value)
    elif version < 2**31:
        rows = rows.filter(version=version)
    else:
        rows = rows.none()
    row = rows.first()
    if row is None:
        raise NotFound(field="policy")
    if edit:
        check_may_edit_policies(who)
    return row
