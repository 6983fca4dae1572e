"""Who sees the dead letters and may have them tried again."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from integrations.models import DeadLetter
from tickets.access import Principal, check_may, visible_tickets
from tickets.errors import NotAllowed, NotFound
from tickets.models.stream import OutboxState
from tickets.rules import Role

_SEE_ALL = frozenset({Role.MANAGER, Role.AUDITOR, Role.ADMIN})


def dead_letters(who: Principal) -> QuerySet[DeadLetter]:
    """Dead letters of tickets that `who` may see; those of no ticket are for who sees all."""
    seen = Q(ticket__in=visible_tickets(who).values("pk"))
    if who.role in _SEE_ALL:
        seen |= Q(ticket=None)
    return DeadLetter.objects.filter(seen, state=OutboxState.DEAD).select_related("ticket")


def access_dead_letter(who: Principal, key: int) -> DeadLetter:
    """A dead letter that `who` may have tried again. Raises `NotFound`, `NotAllowed`."""
    row = dead_letters(who).filter(pk=key).first()
    if row is None:
        raise NotFound(field="outbox")
    if row.ticket is not None:
        check_may(who, "work", row.ticket)
    elif who.role is Role.AUDITOR:
        raise NotAllowed(who=_("A manager"))
    return row
