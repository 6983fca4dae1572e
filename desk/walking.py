"""From one ticket of a view to the next, and back, in the order in which its reader has it; or
through some that were chosen."""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.db.models import Q
from django.utils.translation import gettext as _

from desk import queue
from desk.counting import MOST as COUNTED
from desk.counting import counted, shown
from desk.heads import first_of
from desk.orders import BACK, ahead, cursor_of, in_order, past
from desk.queue import Bounds, View
from desk.sets import Told
from tickets.access import Principal, may, seen_in_parts
from tickets.errors import Invalid
from tickets.models import Ticket
from tickets.models.desk import Sort
from tickets.models.tickets import TicketQuerySet
from tickets.selecting import NAMES
from tickets.services.together import MOST
from tickets.services.views import queue_settings, views_of

USUAL = "me"
#: So many are looked at for one to work on.
_FEW = 20
#: Before the keys of tickets that were chosen, as the key of a view: "x-17-21".
_CHOSEN = re.compile(rf"x(?:-\d{{1,12}}){{0,{MOST}}}")
#: A view with a filter or an order of its own, as the key of one.
_FILTERED = re.compile(r"f-[\w-]{4,1000}")


def view_key(said: str) -> str:
    """A key of a view as it stands in an address; "" for what can be none."""
    known = re.fullmatch(r"[\w-]{1,80}", said) or _CHOSEN.fullmatch(said)
    return said if known or _FILTERED.fullmatch(said) else ""


def list_key(address: str) -> str:
    """The key of the list at an address of the queue; "" where it names none."""
    try:
        asked = {name: values[-1] for name, values in parse_qs(urlsplit(address).query).items()}
    except ValueError:
        return ""
    view, sort = asked.get("view", ""), asked.get("sort", "")
    criteria = {name: asked[name] for name in NAMES if asked.get(name)}
    if not (criteria or sort or "filter" in asked):
        return view_key(view)
    told = json.dumps([view, sort, criteria if "filter" in asked or criteria else None])
    key = "f-" + base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")
    return view_key(key) or view_key(view)


def _told(key: str) -> tuple[str, str, dict[str, Any] | None]:
    """View, order and filter that `list_key` made a key of. Raises `Invalid`."""
    if not _FILTERED.fullmatch(key):
        return key, "", None
    try:
        padded = key[2:] + "=" * (-len(key[2:]) % 4)
        view, sort, criteria = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise Invalid(_("There is no such view."), field="view") from None
    if not (isinstance(view, str) and isinstance(sort, str) and isinstance(criteria, dict | None)):
        raise Invalid(_("There is no such view."), field="view")
    return view, sort, criteria


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ticket stands in a list, from 1, and how many stand there (above `counting.MOST`
    it is just more)."""

    number: int
    total: int


def place_words(place: Place | None) -> str:
    """ "3 of 14", "3 of 999+"; "" for no place."""
    if place is None:
        return ""
    return _("%(number)s of %(total)s") % {"number": place.number, "total": shown(place.total)}


@dataclass(frozen=True, slots=True)
class Walk:
    """A view to walk through, as one reader has it."""

    who: Principal
    view: View
    bounds: Bounds
    #: What an address calls it.
    key: str
    sort: str = Sort.DUE.value
    #: Keys of the tickets that were chosen, where it goes through these.
    chosen: tuple[int, ...] = ()

    @classmethod
    def through(cls, key: str, who: Principal, *, bounds: Bounds) -> "Walk":
        """The list called `key`; the reader's own view where there is none such any more."""
        if _CHOSEN.fullmatch(key):
            return cls._through_chosen([int(one) for one in key.split("-")[1:]], who, bounds)
        views = queue.views_for(who, bounds)
        assert who.user is not None  # walks are people's
        try:
            name, sort, criteria = _told(key)
            saved = views_of(who) if name.startswith("s-") else []
            view = queue.view_called(name or USUAL, views, saved)
            if criteria is not None:
                view = queue.narrowed(view, criteria)
        except Invalid:
            key, sort, view = USUAL, "", queue.view_called(USUAL, views)
        known = {*map(str, Sort), *([BACK] if view.aside else [])}
        if sort not in known:
            sort = view.saved.sort if view.saved else queue_settings(who.user).sort
            sort = BACK if view.aside else sort
        return cls(who, view, bounds, key or view.key, sort)

    @classmethod
    def _through_chosen(cls, keys: list[int], who: Principal, bounds: Bounds) -> "Walk":
        name = "-".join(["x", *map(str, keys)])
        view = View(name, _("What you selected"), "list-checks", Q(pk__in=keys))
        return cls(who, view, bounds, name, chosen=tuple(keys))

    def done_with(self, ticket: Ticket) -> "Walk":
        """The same; of what was chosen without the one that was just dealt with."""
        if not self.chosen:
            return self
        rest = [key for key in self.chosen if key != ticket.pk]
        return self._through_chosen(rest, self.who, self.bounds)

    @property
    def _apart(self) -> bool:
        """Whether those that wait stand apart, where one does not walk."""
        return self.sort == Sort.DUE and self.view.key != "waiting" and not self.chosen

    def _rows(self) -> TicketQuerySet:
        rows = queue.tickets_in(self.view, self.who, self.bounds)
        if self._apart:
            rows = rows.exclude(self.bounds.paused())
        fields = ("pk", "number", "attention_at", "received_at", "pain", "team_id", "owner_id")
        return in_order(rows, self.sort).only(*fields, "snoozed_until")

    @property
    def words(self) -> str:
        """What the list is called."""
        return str(self.view.words)

    def after(self, ticket: Ticket, *, work: bool = True) -> str | None:
        """The number of the ticket that stands after this one, which need not stand there any
        more; None at the end. In the queue one walks through what one may work on (`work`)."""
        rest = past(cursor_of(ticket, self.sort), self.sort)
        return self._workable(self._rows().exclude(pk=ticket.pk).filter(rest))

    def before(self, ticket: Ticket) -> str | None:
        """The one before it; None at the beginning."""
        rest = ahead(cursor_of(ticket, self.sort), self.sort)
        return self._workable(self._rows().exclude(pk=ticket.pk).filter(rest).reverse())

    def place_of(self, ticket: Ticket) -> Place | None:
        """Where it stands; None where it does not, or stands too far behind to be counted. One
        query, and two more where the list is filtered by words."""
        if self.chosen:
            rows = in_order(queue.tickets_in(self.view, self.who, self.bounds), self.sort)
            parts = [*Told.all_of([rows])]
        else:
            parts = queue.sorted_parts(self.view, self.who, self.bounds, self.sort)
        if self._apart:
            waits = queue.resting(self.bounds)
            parts = [part.among(waits, but=True) for part in parts]
        before = ahead(cursor_of(ticket, self.sort), self.sort)
        earlier = Told.of(in_order(Ticket.objects.filter(), self.sort).filter(before))
        found = counted(
            {
                "here": [part.that(f"{part.table}.id = %s", ticket.pk) for part in parts],
                "before": [part.among(earlier) for part in parts],
                "all": parts,
            }
        )
        if not found["here"] or found["before"] >= COUNTED:
            return None
        return Place(found["before"] + 1, found["all"])

    def first(self, without: Ticket) -> str | None:
        """The one that comes first of all, other than the one that was just dealt with."""
        return self._workable(self._rows().exclude(pk=without.pk))

    def _workable(self, rows: TicketQuerySet) -> str | None:
        """The first that the reader may work on; of the next few only, who may see all may work on
        few of them. Two queries, and one more for a reader of some teams."""
        parts = [rows]
        if not (self.chosen or self.view.settled or self.view.also):
            parts = [rows.filter(part.which) for part in seen_in_parts(self.who)]
        some = first_of(rows, parts, _FEW)
        return next((row.number for row in some if may(self.who, "work", row)), None)
