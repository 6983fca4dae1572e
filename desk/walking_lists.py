"""From one ticket to the next of what a search found, of the board of clocks, or of what is behind
a figure: the lists besides the queue that one opens tickets from."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from django.utils.translation import gettext as _

from desk import late, walking
from desk.heads import heads, values_of_first
from desk.queue import Bounds
from desk.sets import Told
from desk.walking import Place, Walk
from escalation.clock import Status
from escalation.models import Deadline
from tickets.access import Principal, may, visible_tickets
from tickets.models import Ticket

#: So many results of a search are shown; and so many tickets of a list are walked through.
RESULTS, MOST = 30, 60
#: So many clocks are looked at for one of another ticket, and of all tickets of these.
_FEW, _OF_THEM = 20, 400
_FIELDS = ("due_at", "id", "ticket_id", "status")
_LISTED = re.compile(rf"(?P<kind>[rl])(?:-\d{{1,12}}){{1,{MOST}}}")
_BOARD = re.compile(r"b-[\w-]{0,300}")


def view_key(said: str) -> str:
    """A key of a list as it stands in an address; "" for what can be none."""
    return said if _LISTED.fullmatch(said) or _BOARD.fullmatch(said) else walking.view_key(said)


def way_through(tickets: Iterable[int], *, found: bool = False) -> str:
    """What the address of a ticket ends with in a list of these, so that one walks through it:
    "?view=l-12-7"; `found` by a search. "" for no tickets."""
    keys = list(dict.fromkeys(tickets))[:MOST]
    kind = "r" if found else "l"
    return f"?view={'-'.join([kind, *map(str, keys)])}" if keys else ""


def list_key(address: str) -> str:
    """The key of the list at an address of the queue or the board; "" where it names none. The
    links of other lists say themselves what is walked through (`way_through`)."""
    came = urlsplit(address)
    if came.path == "/desk/late/":
        asked = {name: values[-1] for name, values in parse_qs(came.query).items()}
        told = urlencode([(name, asked[name]) for name in ("team", "kind") if name in asked])
        return view_key("b-" + base64.urlsafe_b64encode(told.encode()).decode().rstrip("="))
    return walking.list_key(address) if came.path == "/desk/" and came.query else ""


def walk_through(key: str, who: Principal, *, bounds: Bounds) -> Walk | Results | Board:
    """The list called `key`; the reader's own view where there is none such any more."""
    if _LISTED.fullmatch(key):
        kind, *keys = key.split("-")
        return Results(who, kind, tuple(int(one) for one in keys))
    if _BOARD.fullmatch(key) and (board := Board.called(key, who)):
        return board
    return Walk.through(key, who, bounds=bounds)


def after_sending(
    ticket: Ticket, key: str, who: Principal, *, bounds: Bounds
) -> tuple[str | None, str]:
    """The next ticket to work on, and the key of the list that it stands in: of the one that was
    walked through, else of the reader's own view."""
    walk = walk_through(key, who, bounds=bounds)
    number = walk.after(ticket, work=True) or walk.first(ticket)
    if number is None and not isinstance(walk, Walk):
        walk = Walk.through("", who, bounds=bounds)
        number = walk.after(ticket, work=True) or walk.first(ticket)
    return number, walk.done_with(ticket).key


@dataclass(frozen=True, slots=True)
class Results:
    """What a search found, or a list shows, in its order."""

    who: Principal
    kind: str
    keys: tuple[int, ...]

    @property
    def words(self) -> str:
        """What it is called."""
        return _("What was found") if self.kind == "r" else _("The list you came from")

    @property
    def key(self) -> str:
        """What an address calls it."""
        return "-".join([self.kind, *map(str, self.keys)])

    def _rows(self) -> list[Ticket]:
        rows = visible_tickets(self.who).in_bulk(self.keys)
        return [rows[key] for key in self.keys if key in rows]

    def place_of(self, ticket: Ticket) -> Place | None:
        """Where it stands; None where it does not. One query."""
        keys = [row.pk for row in self._rows()]
        return Place(keys.index(ticket.pk) + 1, len(keys)) if ticket.pk in keys else None

    def after(self, ticket: Ticket, *, work: bool = False) -> str | None:
        """The number of the one behind it, or with `work` of the next to work on; None at the
        end."""
        return self._first(self._beyond(ticket, self._rows()), work=work)

    def before(self, ticket: Ticket) -> str | None:
        """The one before it; None at the beginning."""
        return self._first(self._beyond(ticket, self._rows()[::-1]), work=False)

    def first(self, without: Ticket) -> str | None:
        """The first to work on, other than the one that was just dealt with."""
        return self._first([row for row in self._rows() if row.pk != without.pk], work=True)

    def done_with(self, ticket: Ticket) -> Results:
        """The same: what was found or listed stays so."""
        return self

    @staticmethod
    def _beyond(ticket: Ticket, rows: list[Ticket]) -> list[Ticket]:
        place = next((n for n, row in enumerate(rows, 1) if row.pk == ticket.pk), 0)
        return rows[place:]

    def _first(self, rows: list[Ticket], *, work: bool) -> str | None:
        fit = (row for row in rows if not work or (row.is_open and may(self.who, "work", row)))
        return next((row.number for row in fit), None)


@dataclass(frozen=True, slots=True)
class Board:
    """The board of clocks, as it was narrowed: each ticket once, by the first of its clocks."""

    who: Principal
    key: str
    team: str
    kind: str

    @classmethod
    def called(cls, key: str, who: Principal) -> Board | None:
        """The board of that key; None where it is the key of none."""
        told = key.removeprefix("b-")
        try:
            said = base64.urlsafe_b64decode(told + "=" * (-len(told) % 4)).decode()
        except (ValueError, binascii.Error):
            return None
        asked = {name: values[-1] for name, values in parse_qs(said.replace("\0", "")).items()}
        return cls(who, key, asked.get("team", ""), asked.get("kind", ""))

    @property
    def words(self) -> str:
        """What it is called."""
        return _("Running late")

    def place_of(self, ticket: Ticket) -> Place | None:
        """None: on the board clocks are counted, no tickets."""
        return None

    def after(self, ticket: Ticket, *, work: bool = False) -> str | None:
        """The number of the ticket whose first clock comes behind this one's, or with `work` of the
        next such to work on; None at the end. Four queries."""
        return self._next(ticket, ahead=False, work=work)

    def before(self, ticket: Ticket) -> str | None:
        """The one before it; None at the beginning."""
        return self._next(ticket, ahead=True, work=False)

    def first(self, without: Ticket) -> str | None:
        """The first to work on, other than the one that was just dealt with."""
        return self._one_of(late.clocks(self.who, team=self.team, kind=self.kind), without, None)

    def done_with(self, ticket: Ticket) -> Board:
        """The same."""
        return self

    def _next(self, ticket: Ticket, *, ahead: bool, work: bool) -> str | None:
        found = late.clocks(self.who, team=self.team, kind=self.kind)
        here = _firsts(found, [ticket.pk]).get(ticket.pk)
        if here is None and ahead:
            return None
        return self._one_of(found, ticket, here, ahead=ahead, work=work)

    def _one_of(
        self,
        found: late.Clocks,
        ticket: Ticket,
        here: _Spot | None,
        *,
        ahead: bool = False,
        work: bool = True,
    ) -> str | None:
        """The nearest to a spot on either side of it; from the top where there is none."""
        parts = [
            part.that("ticket_id <> %s", ticket.pk) for part in _beside(found, here, ahead=ahead)
        ]
        keys = heads((parts, _FEW))
        rows = list(Deadline.objects.filter(pk__in=keys).select_related("ticket")) if keys else []
        rows.sort(key=_spot, reverse=ahead)
        firsts = _firsts(found, {row.ticket_id for row in rows})
        fit = (
            row.ticket.number
            for row in rows
            if firsts.get(row.ticket_id) == _spot(row)
            and (not work or may(self.who, "work", row.ticket))
        )
        return next(fit, None)


#: Where a clock stands on the board: those that are paused last, and the nearest first.
_Spot = tuple[bool, object, int]


def _spot(row: Deadline) -> _Spot:
    return row.status == Status.PAUSED, row.due_at, row.pk


def _beside(found: late.Clocks, here: _Spot | None, *, ahead: bool) -> Iterator[Told]:
    """What runs and what is paused behind a spot, or ahead of it, the nearest to it first."""
    for paused, parts in ((False, found.running), (True, found.paused)):
        if here is not None and here[0] != paused and paused == ahead:
            continue  # lies on the other side as a whole
        for part in parts:
            rows = (
                part.by(*(f"{by.removesuffix(' ASC')} DESC" for by in part.order))
                if ahead
                else part
            )
            if here is not None and here[0] == paused:
                rows = rows.that(f"(due_at, id) {'<' if ahead else '>'} (%s, %s)", *here[1:])
            yield rows


def _firsts(found: late.Clocks, tickets: Collection[int]) -> dict[int, _Spot]:
    """Where the first clock of each ticket stands. One query, or none for no tickets."""
    every = [*found.running, *found.paused] if tickets else []
    own = [part.that("ticket_id = ANY(%s)", list(tickets)) for part in every]
    firsts: dict[int, _Spot] = {}
    for due_at, pk, ticket, status in values_of_first(own, _OF_THEM, *_FIELDS):
        spot = (status == Status.PAUSED, due_at, pk)
        firsts[ticket] = min(spot, firsts.get(ticket, spot))
    return firsts
