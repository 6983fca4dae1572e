"""From one ticket of a view to the next, and back, in the order in which its reader has it; or
through some that were chosen."""

import re
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from desk import queue
from desk.heads import first_of
from desk.queue import Bounds, View
from tickets.access import Principal, may, seen_in_parts
from tickets.errors import Invalid
from tickets.models import Ticket
from tickets.models.desk import Sort
from tickets.models.tickets import TicketQuerySet
from tickets.services.together import MOST
from tickets.services.views import queue_settings, visible_views

USUAL = "me"
#: So many are looked at for one to work on.
_FEW = 20
#: Before the keys of tickets that were chosen, as the key of a view: "x-17-21".
_CHOSEN = re.compile(rf"x(?:-\d{{1,12}}){{0,{MOST}}}")


def view_key(said: str) -> str:
    """A key of a view as it stands in an address; "" for what can be none."""
    return said if re.fullmatch(r"[\w-]{1,80}", said) or _CHOSEN.fullmatch(said) else ""


@dataclass(frozen=True, slots=True)
class Walk:
    """A view to walk through, as one reader has it."""

    who: Principal
    view: View
    bounds: Bounds
    sort: str = Sort.DUE.value
    #: Keys of the tickets that were chosen, where it goes through these.
    chosen: tuple[int, ...] = ()

    @classmethod
    def through(cls, key: str, who: Principal, *, bounds: Bounds) -> "Walk":
        """The view called `key`; the reader's own where there is none such any more."""
        if _CHOSEN.fullmatch(key):
            return cls._through_chosen([int(one) for one in key.split("-")[1:]], who, bounds)
        views = queue.views_for(who, bounds)
        saved = list(visible_views(who)) if key.startswith("s-") else []
        try:
            view = queue.view_called(key or USUAL, views, saved)
        except Invalid:
            view = queue.view_called(USUAL, views)
        assert who.user is not None  # walks are people's
        usual = queue.BACK if view.aside else queue_settings(who.user).sort
        return cls(who, view, bounds, view.saved.sort if view.saved else usual)

    @classmethod
    def _through_chosen(cls, keys: list[int], who: Principal, bounds: Bounds) -> "Walk":
        name = "-".join(["x", *map(str, keys)])
        view = View(name, _("What you selected"), "list-checks", Q(pk__in=keys))
        return cls(who, view, bounds, chosen=tuple(keys))

    def done_with(self, ticket: Ticket) -> "Walk":
        """The same; of what was chosen without the one that was just dealt with."""
        if not self.chosen:
            return self
        rest = [key for key in self.chosen if key != ticket.pk]
        return self._through_chosen(rest, self.who, self.bounds)

    def _rows(self) -> TicketQuerySet:
        rows = queue.tickets_in(self.view, self.who, self.bounds)
        apart = self.sort == Sort.DUE and self.view.key != "waiting" and not self.chosen
        if apart:
            rows = rows.exclude(self.bounds.paused())
        fields = ("pk", "number", "attention_at", "received_at", "pain", "team_id", "owner_id")
        return queue.in_order(rows, self.sort).only(*fields, "snoozed_until")

    def after(self, ticket: Ticket) -> str | None:
        """The number of the ticket that stands after this one, which need not stand there any
        more; None at the end."""
        return self._workable(self._rows().exclude(pk=ticket.pk).filter(self._past(ticket)))

    def before(self, ticket: Ticket) -> str | None:
        """The one before it; None at the beginning."""
        rows = self._rows().exclude(pk=ticket.pk)
        if self.sort != Sort.DUE:
            return self._workable(rows.exclude(self._past(ticket)).reverse())
        rows = rows.order_by("-attention_at", "-id")
        same = rows.filter(attention_at=ticket.attention_at, pk__lt=ticket.pk)
        sooner = rows.filter(attention_at__lt=ticket.attention_at)
        return self._workable(same) or self._workable(sooner)

    def first(self, without: Ticket) -> str | None:
        """The one that comes first of all, other than the one that was just dealt with."""
        return self._workable(self._rows().exclude(pk=without.pk))

    def _past(self, ticket: Ticket) -> Q:
        """What stands after it."""
        return queue.past(queue.cursor_of(ticket, self.sort), self.sort)

    def _workable(self, rows: TicketQuerySet) -> str | None:
        """The first that the reader may work on; of the next few only, who may see all may work on
        few of them. Two queries, and one more for a reader of some teams."""
        parts = [rows]
        if not (self.chosen or self.view.settled or self.view.also):
            parts = [rows.filter(part.which) for part in seen_in_parts(self.who)]
        some = first_of(rows, parts, _FEW)
        return next((row.number for row in some if may(self.who, "work", row)), None)
