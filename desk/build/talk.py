"""The middle of a ticket: what it is about, whose it is, its points."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext_lazy

from desk.build.about import outcome_words
from desk.build.people import avatar
from desk.build.rows import chips_of
from desk.glyphs import AvatarView, ChipView
from tickets.access import Principal, visible_tickets
from tickets.catalogue import catalogue
from tickets.kept import Asking, given
from tickets.languages import Spoken
from tickets.models import Point, Ticket, TicketLink
from tickets.rules import LinkKind, Stage

_STATUS = Spoken(
    {
        "new": _l("New"),
        "open": pgettext_lazy("status", "Open"),
        "waiting_customer": _l("Waiting for the customer"),
        "waiting_third_party": _l("Waiting for others"),
        "resolved": _l("Resolved"),
        "closed": _l("Closed"),
    }
)
_STAGES = Spoken(
    {"1": _l("Stage 1"), "2": _l("Stage 2, review"), "external": _l("With an outside body")}
)


@dataclass(frozen=True, slots=True)
class PointView:
    """A head of complaint with its outcome."""

    id: int
    place: int
    text: str
    cause: str
    outcome: str
    tone: str
    icon: str
    finding: str


@dataclass(frozen=True, slots=True)
class HeadView:
    """The head of the conversation."""

    number: str
    matter: str
    chips: tuple[ChipView, ...]
    owner: AvatarView
    unowned: bool
    points: tuple[PointView, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LinkedView:
    """Another ticket that belongs to this one."""

    words: str
    number: str
    url: str
    #: What kind of link it is, where it can be taken back here.
    kind: str = ""
    #: It is the other that was linked with this one.
    from_there: bool = False


_LINKS = Spoken(
    {
        ("duplicate", True): _l("Duplicate of"),
        ("duplicate", False): _l("Has a duplicate,"),
        ("related", True): _l("Related:"),
        ("related", False): _l("Related:"),
        ("follow_up", True): _l("Follows up"),
        ("follow_up", False): _l("Followed up by"),
    }
)


_LINKED: Asking[TicketLink] = Asking(
    lambda: TicketLink.objects.filter(
        Q(ticket=given("ticket")) | Q(other=given("ticket"))
    ).order_by("id")[:20]
)


def links_of(ticket: Ticket, who: Principal) -> tuple[LinkedView, ...]:
    """Linked tickets that the reader may see. Two queries."""
    rows = _LINKED(ticket=ticket.pk)
    ends = {row.other_id if row.ticket_id == ticket.pk else row.ticket_id for row in rows}
    found_rows = visible_tickets(who).filter(pk__in=ends)
    seen = {
        key: (number, merged is not None)
        for key, number, merged in found_rows.values_list("pk", "number", "merged_into")
    }
    found = []
    for row in rows:
        ours = row.ticket_id == ticket.pk
        there = seen.get(row.other_id if ours else row.ticket_id)
        if there is not None:
            number, merged = there
            words = _LINKS.get((row.kind, ours), _("Linked:"))
            joined = row.kind == LinkKind.DUPLICATE and (
                (merged and not ours) or (ours and ticket.merged_into_id == row.other_id)
            )
            if joined:
                words = _("Part of") if ours else _("Part of this:")
            # One that was merged leads back here, unless its own past is asked for.
            own = "?own=1" if merged else ""
            kind = "" if joined else row.kind
            url = f"/desk/tickets/{number}/{own}"
            found.append(LinkedView(words, number, url, kind, from_there=not ours))
    return tuple(found)


def status_words(status: str) -> str:
    """ "Waiting for the customer" for "waiting_customer"."""
    return _STATUS.get(status, status)


_POINTS: Asking[Point] = Asking(
    lambda: Point.objects.filter(ticket=given("ticket")).select_related("root_cause").order_by("id")
)


def head_of(ticket: Ticket) -> HeadView:
    """The head of a ticket. One query, for its points with their causes."""
    points = _POINTS(ticket=ticket.pk)
    entry = catalogue().known(ticket.category_id)
    chips = [ChipView(status_words(ticket.status)), ChipView(_STAGES[Stage(ticket.stage).value])]
    if entry is not None:
        chips.append(ChipView(entry.words, icon=entry.icon))
    chips.extend(chips_of(ticket, stage=False))
    return HeadView(
        number=ticket.number,
        matter=ticket.subject,
        chips=tuple(chips),
        owner=avatar(ticket.owner),
        unowned=ticket.owner_id is None,
        points=tuple(point_view(point, place) for place, point in enumerate(points, 1)),
        tags=tuple(ticket.tags),
    )


def point_view(point: Point, place: int) -> PointView:
    """One point as a line."""
    upheld = point.outcome in {"upheld", "partly_upheld"}
    return PointView(
        id=point.pk,
        place=place,
        text=point.text,
        cause=point.root_cause.name if point.root_cause else "",
        outcome=outcome_words(point.outcome) if point.outcome else "",
        tone="good" if upheld else "",
        icon="check" if upheld else "minus",
        finding=point.finding,
    )
