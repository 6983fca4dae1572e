"""Reusable texts on a ticket: those that fit it, with its customer's facts filled in."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from desk.words import long_day_words, long_moment_words, money_words
from escalation.models import Deadline
from tickets.actors import Actor
from tickets.catalogue import catalogue
from tickets.facts import words_of
from tickets.filling import ALWAYS, OPEN, SHUT, Filled, fill
from tickets.models import ReusableText, Ticket
from tickets.rules import TextUse

#: The next word is due by the first of these that runs.
_NEXT = ("promise", "first_response", "next_reply", "next_update", "decide", "resolve")


@dataclass(frozen=True, slots=True)
class TextView:
    """A text as it would stand in the form, cut into plain parts and gaps for its preview."""

    key: str
    name: str
    where: str
    text: str
    missing: tuple[str, ...]
    parts: tuple[tuple[str, bool], ...]


def texts_for(ticket: Ticket, use: TextUse, *, me: Actor, zone: ZoneInfo) -> list[TextView]:
    """Texts for a form of this ticket: those of its category first, the customer's language before
    others. Two queries."""
    entry = catalogue().known(ticket.category_id)
    keys = entry.keys if entry else ()
    rows = ReusableText.objects.filter(active=True, use=use.value).select_related("category")
    fitting = [row for row in rows if row.category is None or row.category.key in keys]
    language = ticket.customer.language.split("-")[0]
    fitting.sort(
        key=lambda row: (
            row.language.split("-")[0] != language,
            keys.index(row.category.key) if row.category else len(keys),
        )
    )
    values, labels = values_of(ticket, me=me, zone=zone)
    return [_view(row, fill(row.body, values, labels=labels)) for row in fitting]


def _view(row: ReusableText, filled: Filled) -> TextView:
    where = row.category.name if row.category else _("Every category")
    return TextView(row.key, row.name, where, filled.text, filled.missing, parts_of(filled.text))


def parts_of(text: str) -> tuple[tuple[str, bool], ...]:
    """The text in parts, with whether each is a gap."""
    parts = []
    for place, piece in enumerate(text.split(OPEN)):
        gap, shut, rest = piece.partition(SHUT)
        if place and shut:
            parts.append((gap, True))
            parts.append((rest, False))
        else:
            parts.append((piece, False))
    return tuple((words, gap) for words, gap in parts if words)


def values_of(
    ticket: Ticket, *, me: Actor, zone: ZoneInfo
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """What can be filled in, by name, and what people call each. One query."""
    customer = ticket.customer
    entry = catalogue().known(ticket.category_id)
    specs = entry.facts if entry else {}
    theirs = ZoneInfo(customer.time_zone)
    values = {
        "name": customer.name,
        "first_name": customer.name.split(" ")[0],
        "number": ticket.number,
        "matter": ticket.subject,
        "received": long_day_words(ticket.received_at, zone=theirs),
        "loss": (
            money_words(ticket.loss_minor, ticket.loss_currency)
            if ticket.loss_minor is not None
            else ""
        ),
        "wish": ticket.wish,
        "me": me.name,
        "my_first_name": me.name.split(" ")[0],
        "team": ticket.team.name,
        "brand": settings.BRAND_NAME,
        "next_by": _next_by(ticket, theirs),
    }
    for name, spec in specs.items():
        if name in ticket.facts:
            values[name] = words_of(spec, ticket.facts[name], zone=customer.time_zone)
    labels = {**ALWAYS, **{name: spec.label for name, spec in specs.items()}}
    return values, labels


def _next_by(ticket: Ticket, zone: ZoneInfo) -> str:
    running = Deadline.objects.open().filter(ticket=ticket, kind__in=_NEXT)
    rows = dict(running.order_by("-due_at").values_list("kind", "due_at"))
    found = next((rows[kind] for kind in _NEXT if kind in rows), None)
    return long_moment_words(found, zone=zone) if found is not None else ""
