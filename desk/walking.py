"""From one ticket of a view to the next, and back, in the order of the queue."""

from dataclasses import dataclass

from desk import queue
from desk.queue import Bounds, View
from tickets.access import Principal, may
from tickets.errors import Invalid
from tickets.models import Ticket
from tickets.models.tickets import TicketQuerySet
from tickets.services.views import visible_views

USUAL = "me"


@dataclass(frozen=True, slots=True)
class Walk:
    """A view to walk through, as one reader has it."""

    who: Principal
    view: View
    bounds: Bounds

    @classmethod
    def through(cls, key: str, who: Principal, *, bounds: Bounds) -> "Walk":
        """The view called `key`; the reader's own where there is none such any more."""
        views = queue.views_for(who, bounds)
        saved = list(visible_views(who)) if key.startswith("s-") else []
        try:
            return cls(who, queue.view_called(key or USUAL, views, saved), bounds)
        except Invalid:
            return cls(who, queue.view_called(USUAL, views), bounds)

    def _rows(self) -> TicketQuerySet:
        rows = queue.tickets_in(self.view, self.who, self.bounds)
        if self.view.key != "waiting":
            rows = rows.exclude(self.bounds.paused())
        return rows.only("pk", "number", "attention_at", "team_id", "owner_id")

    def after(self, ticket: Ticket) -> str | None:
        """The number of the ticket that stands after this one, which need not stand there any
        more; None at the end."""
        rows = self._rows().exclude(pk=ticket.pk).order_by("attention_at", "id")
        same = rows.filter(attention_at=ticket.attention_at, pk__gt=ticket.pk)
        later = rows.filter(attention_at__gt=ticket.attention_at)
        return _workable(self.who, same) or _workable(self.who, later)

    def before(self, ticket: Ticket) -> str | None:
        """The one before it; None at the beginning."""
        rows = self._rows().exclude(pk=ticket.pk).order_by("-attention_at", "-id")
        same = rows.filter(attention_at=ticket.attention_at, pk__lt=ticket.pk)
        sooner = rows.filter(attention_at__lt=ticket.attention_at)
        return _workable(self.who, same) or _workable(self.who, sooner)

    def first(self, without: Ticket) -> str | None:
        """The one that comes first of all, other than the one that was just dealt with."""
        rows = self._rows().exclude(pk=without.pk).order_by("attention_at", "id")
        return _workable(self.who, rows)


def _workable(who: Principal, rows: TicketQuerySet) -> str | None:
    """The first that the reader may work on; of the next few only, who may see all may work on
    few of them."""
    return next((row.number for row in rows[:20] if may(who, "work", row)), None)
