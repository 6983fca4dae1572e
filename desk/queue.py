"""What stands in the queue: views, groups in the order of urgency, and keyset pages.

The order is that of the nearest running deadline (`attention_at`, then id), which one partial index
serves. Tickets that wait for the customer and have nothing due today stand apart, since nobody can
act on them.
"""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import BooleanField, Case, Count, Exists, OuterRef, Q, Value, When

from desk.build.clocks import late_rows
from escalation.models import Deadline
from feedback.models import FollowUp
from tickets.access import Principal, visible_tickets
from tickets.catalogue import catalogue
from tickets.errors import Invalid
from tickets.models import Ticket
from tickets.models.tickets import TicketQuerySet
from tickets.rules import OPEN_STATUSES, WAITING_STATUSES

PAGE = 50
WAITING_SHOWN = 10
SOON = dt.timedelta(hours=2)
_WAITING = sorted(status.value for status in WAITING_STATUSES)


@dataclass(frozen=True, slots=True)
class View:
    """A named selection of open tickets; `settled` adds those that are resolved or closed, `also`
    names some of these that belong here all the same."""

    key: str
    words: str
    icon: str
    which: Q
    settled: bool = False
    also: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the queue: rows to act on, some that wait, and where the next page begins."""

    rows: list[Ticket]
    waiting: list[Ticket]
    after: str
    first: bool


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where the groups of the queue begin, for one reader."""

    now: dt.datetime
    soon: dt.datetime
    tomorrow: dt.datetime

    @classmethod
    def of(cls, now: dt.datetime, zone: ZoneInfo) -> "Bounds":
        """Today ends at midnight in the reader's zone."""
        midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return cls(now, now + SOON, midnight + dt.timedelta(days=1))

    def paused(self) -> Q:
        """Waiting for somebody, and nothing is due today."""
        return Q(status__in=_WAITING, attention_at__gte=self.tomorrow)

    def group_of(self, ticket: Ticket, *, late: bool) -> str:
        """The key of the group that the ticket stands in; `late` as its nearest clock says."""
        if late:
            return "late"
        if ticket.attention_at < self.soon:
            return "soon"
        return "today" if ticket.attention_at < self.tomorrow else "later"


def views_for(who: Principal, bounds: Bounds) -> list[View]:
    """The views that everyone has, in order. One query, for the reader's own follow-ups."""
    assert who.user is not None
    mine = Q(owner=who.user)
    standing_in = Q(owner_id__in=who.stands_in_for)
    unowned = Q(owner__isnull=True)
    # A poor score comes when the ticket is settled; somebody has to get in touch all the same.
    poor = Q(pk__in=FollowUp.objects.filter(closed_at=None).values("ticket_id"))
    to_call = _own_followups(who)
    of_me = tuple(key for key, owner in to_call if owner == who.user.pk)
    return [
        View(
            "me",
            "For me",
            "zap",
            mine | standing_in | unowned,
            also=tuple(key for key, _ in to_call),
        ),
        View("mine", "Mine", "user-round", mine, also=of_me),
        View("team", "My team", "users-round", Q()),
        View("unowned", "Unowned", "circle-question-mark", unowned),
        View("waiting", "Waiting", "hourglass", Q(status__in=_WAITING)),
        View("today", "Due today", "clock", Q(attention_at__lt=bounds.tomorrow)),
        View("followups", "Follow-ups", "message-circle-reply", poor, settled=True),
    ]


def _own_followups(who: Principal) -> list[tuple[int, int]]:
    """Settled tickets (id, owner) of the reader and of those he stands in for whose customer was
    not content. A handful, so their ids go into the queries of the queue as they are."""
    assert who.user is not None
    owners = [who.user.pk, *who.stands_in_for]
    poor = FollowUp.objects.filter(closed_at=None, ticket__owner_id__in=owners)
    settled = (
        visible_tickets(who)
        .filter(pk__in=poor.values("ticket_id"), owner__isnull=False)
        .exclude(status__in=sorted(OPEN_STATUSES))
    )
    return [(ticket.pk, ticket.owner_id or 0) for ticket in settled.only("pk", "owner_id")]


def category_views(counts: dict[int, int]) -> list[tuple[View, int]]:
    """A view for each top category that has open tickets, with how many."""
    known = catalogue()
    tops: dict[str, int] = {}
    for category_id, count in counts.items():
        entry = known.by_id.get(category_id)
        if entry is not None:
            tops[entry.keys[-1]] = tops.get(entry.keys[-1], 0) + count
    views = []
    for key, count in sorted(tops.items(), key=lambda item: -item[1]):
        entry = known.by_key[key]
        views.append((View(f"c-{key}", entry.category.name, entry.icon, _below(key)), count))
    return views


def _below(key: str) -> Q:
    ids = [pk for pk, entry in catalogue().by_id.items() if key in entry.keys]
    return Q(category_id__in=ids)


def view_called(key: str, views: list[View]) -> View:
    """The one of `views` with this key; "c-…" names a category. Raises `Invalid`."""
    for view in views:
        if view.key == key:
            return view
    entry = catalogue().by_key.get(key.removeprefix("c-")) if key.startswith("c-") else None
    if entry is None:
        raise Invalid("There is no such view.", field="view")
    return View(key, entry.category.name, entry.icon, _below(entry.category.key))


def open_tickets(who: Principal) -> TicketQuerySet:
    """Everything that is still to be done and that this reader may see."""
    return visible_tickets(who).still_open()


def tickets_in(view: View, who: Principal) -> TicketQuerySet:
    """What stands in the view."""
    if view.also:
        here = Q(status__in=sorted(OPEN_STATUSES)) & view.which
        return visible_tickets(who).filter(here | Q(pk__in=view.also))
    tickets = visible_tickets(who) if view.settled else open_tickets(who)
    return tickets.filter(view.which)


def counts_of(who: Principal, views: list[View]) -> tuple[dict[str, int], dict[int, int]]:
    """How many tickets each of `views` has, and each category. Three queries."""
    every = {
        f"n_{view.key}": Count("id", filter=view.which) if view.which else Count("id")
        for view in views
        if not view.settled
    }
    tickets = open_tickets(who)
    found = tickets.aggregate(**every)
    for view in views:
        if view.settled:
            found[f"n_{view.key}"] = tickets_in(view, who).count()
        found[f"n_{view.key}"] += len(view.also)
    by_category = tickets.order_by().values_list("category_id").annotate(n=Count("id"))
    return {key.removeprefix("n_"): count for key, count in found.items()}, dict(by_category)


def group_counts(who: Principal, view: View, bounds: Bounds) -> dict[str, int]:
    """How many tickets of the view stand in each group. One query."""
    paused = bounds.paused()
    active = ~paused
    missed = Deadline.objects.filter(late_rows(bounds.now), ticket=OuterRef("pk"))
    # Only what is past its date is looked up: a date at closing is not late before the opening.
    late = Case(
        When(attention_at__lt=bounds.now, then=Exists(missed)),
        default=Value(False),
        output_field=BooleanField(),
    )
    after = max(bounds.soon, bounds.tomorrow)
    return (
        tickets_in(view, who)
        .annotate(is_late=late)
        .aggregate(
            late=Count("id", filter=active & Q(is_late=True)),
            soon=Count("id", filter=active & Q(is_late=False, attention_at__lt=bounds.soon)),
            today=Count(
                "id",
                filter=active & Q(attention_at__gte=bounds.soon, attention_at__lt=bounds.tomorrow),
            ),
            later=Count("id", filter=active & Q(attention_at__gte=after)),
            waiting=Count("id", filter=paused),
        )
    )


def cursor_of(ticket: Ticket) -> str:
    """Where the page after this ticket begins."""
    return f"{ticket.attention_at.timestamp():.6f}_{ticket.pk}"


def _after(cursor: str) -> Q:
    stamp, _, key = cursor.partition("_")
    try:
        at = dt.datetime.fromtimestamp(float(stamp), dt.UTC)
        pk = int(key)
    except (ValueError, OverflowError, OSError):
        raise Invalid(
            "This page does not exist any more. Start from the top.", field="after"
        ) from None
    return Q(attention_at__gte=at) & (Q(attention_at__gt=at) | Q(id__gt=pk))


def page_of(who: Principal, view: View, bounds: Bounds, *, after: str = "") -> Page:
    """A page of the view. One query, on the first page one more for those that wait."""
    tickets = tickets_in(view, who).with_names().order_by("attention_at", "id")
    active = tickets if view.key == "waiting" else tickets.exclude(bounds.paused())
    chosen = active.filter(_after(after)) if after else active
    rows = list(chosen[: PAGE + 1])
    more = rows[PAGE:]
    waiting: list[Ticket] = []
    if not after and view.key != "waiting":
        waiting = list(tickets.filter(bounds.paused())[:WAITING_SHOWN])
    rows = rows[:PAGE]
    return Page(rows, waiting, cursor_of(rows[-1]) if more else "", not after)
