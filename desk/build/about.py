"""The left part of a ticket: who the customer is, what is known, what was before."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext, pgettext

from desk.build.people import customer_avatar
from desk.glyphs import AvatarView
from desk.words import listed, moment_words, money_words, month_words, spoken_now
from escalation.models import Deadline
from escalation.models.deadlines import COUNTED
from tickets.access import Principal, visible_tickets
from tickets.catalogue import catalogue
from tickets.facts import words_of
from tickets.languages import Spoken
from tickets.models import Customer, Event, Ticket
from tickets.rules import EventType, FactKind, Status
from tickets.services.status import outcome_of

EARLIER_SHOWN = 5
#: What is the same with the next complaint: an account, a contract; not a story.
LASTING = re.compile(r"(?=.*\d)[\w/.-]{3,40}")
#: Earlier complaints that are asked for facts.
TOLD_IN = 20

_OUTCOMES = Spoken(
    {
        "upheld": _l("Upheld"),
        "partly_upheld": _l("Partly upheld"),
        "not_upheld": _l("Not upheld"),
        "withdrawn": _l("Withdrawn"),
        "out_of_scope": _l("Not ours to decide"),
    }
)


def outcome_words(outcome: str) -> str:
    """ "Partly upheld" for "partly_upheld"."""
    return _OUTCOMES.get(outcome, outcome.replace("_", " "))


@dataclass(frozen=True, slots=True)
class TraitView:
    """One thing to know about the customer."""

    icon: str
    words: str
    needs: bool = False


@dataclass(frozen=True, slots=True)
class EarlierView:
    """An earlier complaint: the matter, what came of it and when."""

    number: str
    url: str
    matter: str
    outcome: str
    when: str
    done: bool
    upheld: bool
    remedy: str = ""
    broken: str = ""
    #: A contact was abusive: whoever meets the customer next is warned.
    abusive: bool = False
    id: int = 0


@dataclass(frozen=True, slots=True)
class ToldView:
    """A fact from an earlier complaint, and which."""

    label: str
    value: str
    number: str
    url: str


@dataclass(frozen=True, slots=True)
class AboutView:
    """The customer card."""

    name: str
    url: str
    avatar: AvatarView
    since: str
    traits: tuple[TraitView, ...]
    known: tuple[tuple[str, str], ...]
    earlier: tuple[EarlierView, ...]
    earlier_count: int
    #: What he told us with an earlier complaint, and this one asks for, too.
    told: tuple[ToldView, ...] = ()
    #: How the desk handles such a complaint, in paragraphs.
    guidance: tuple[str, ...] = ()
    category: str = ""


def language_words(code: str) -> str:
    """ "German" for "de"; the code where nobody knows it."""
    try:
        return Locale.parse(code.replace("-", "_")).get_display_name(spoken_now()) or code
    except (UnknownLocaleError, ValueError):
        return code


def traits_of(customer: Customer, earlier: Iterable[EarlierView] = ()) -> tuple[TraitView, ...]:
    """Support needs first and what to beware of, then how to reach them, language and tier. Reads
    contacts."""
    found = []
    if customer.support_needs:
        found.append(TraitView("heart", customer.support_needs, needs=True))
    if abusive := [one.number for one in earlier if one.abusive]:
        words = _("Abusive contact on %(numbers)s") % {"numbers": listed(abusive)}
        found.append(TraitView("shield-alert", words, needs=True))
    if customer.preferences:
        found.append(TraitView("info", customer.preferences))
    icons = {"email": "mail", "phone": "phone", "post": "map-pin"}
    for contact in customer.contacts.all():
        found.append(TraitView(icons.get(contact.kind, "mail"), contact.value))
    found.append(TraitView("message-square", language_words(customer.language)))
    if customer.tier:
        found.append(TraitView("badge-check", customer.tier))
    if customer.do_not_survey:
        found.append(TraitView("bell-off", _("No surveys, please")))
    return tuple(found)


def since_words(customer: Customer, *, now: dt.datetime) -> str:
    """ "Customer for 12 years, since March 2014"."""
    if customer.since is None:
        return _("Customer")
    years = (
        now.year
        - customer.since.year
        - ((now.month, now.day) < (customer.since.month, customer.since.day))
    )
    since = month_words(
        dt.datetime.combine(customer.since, dt.time(12), dt.UTC), zone=ZoneInfo("UTC")
    )
    if years < 1:
        return _("Customer since %(since)s") % {"since": since}
    said = ngettext(
        "Customer for %(years)s year, since %(since)s",
        "Customer for %(years)s years, since %(since)s",
        years,
    )
    return said % {"years": years, "since": since}


def known_of(ticket: Ticket, *, zone: ZoneInfo) -> tuple[tuple[str, str], ...]:
    """What should not be asked again: loss, wish and facts, as label and value."""
    entry = catalogue().known(ticket.category_id)
    known = []
    for name, value in ticket.facts.items():
        spec = entry.facts.get(name) if entry else None
        if spec is not None:
            known.append((spec.label, words_of(spec, value, zone=zone.key)))
        else:
            known.append((name.replace("_", " ").capitalize(), str(value)))
    if ticket.loss_minor is not None:
        known.append((_("Loss"), money_words(ticket.loss_minor, ticket.loss_currency)))
    if ticket.wish:
        known.append((_("Would be fair"), ticket.wish))
    return tuple(known)


def earlier_of(
    customer: Customer,
    who: Principal,
    *,
    without: int = 0,
    now: dt.datetime,
    zone: ZoneInfo,
    limit: int = EARLIER_SHOWN,
) -> tuple[tuple[EarlierView, ...], int]:
    """The customer's other complaints that the reader may see, newest first, and how many."""
    # One that became part of another is no complaint of its own.
    tickets = visible_tickets(who).filter(customer=customer, merged_into=None).exclude(pk=without)
    broken = Deadline.objects.filter(COUNTED, kind="promise", breached_at__isnull=False)
    abusive = Event.objects.filter(type=EventType.ABUSE_REPORTED).only("ticket_id")
    shown = list(
        tickets.prefetch_related(
            "points",
            "remedies",
            Prefetch("deadlines", broken, to_attr="broken_promises"),
            Prefetch("events", abusive, to_attr="abusive_contacts"),
        ).order_by("-received_at")[:limit]
    )
    count = len(shown) if len(shown) < limit else tickets.count()
    return tuple(earlier_view(ticket, now=now, zone=zone) for ticket in shown), count


def earlier_view(ticket: Ticket, *, now: dt.datetime, zone: ZoneInfo) -> EarlierView:
    """One earlier complaint. Reads points, remedies, broken promises and abusive contacts, so
    prefetch them."""
    outcome = outcome_of(list(ticket.points.all()))
    done = ticket.status in {Status.RESOLVED, Status.CLOSED}
    standing = pgettext("status", ticket.get_status_display())
    words = outcome_words(outcome.value) if outcome else standing
    when = moment_words(ticket.resolved_at or ticket.received_at, now=now, zone=zone)
    return EarlierView(
        number=ticket.number,
        url=f"/desk/tickets/{ticket.number}/",
        matter=ticket.subject,
        outcome=words[:1].upper() + words[1:],
        when=when.split(",")[0],
        done=done,
        upheld=bool(outcome and outcome.value in {"upheld", "partly_upheld"}),
        remedy=_remedies(ticket),
        broken=_("a promise was not kept") if getattr(ticket, "broken_promises", ()) else "",
        abusive=bool(getattr(ticket, "abusive_contacts", ())),
        id=ticket.pk,
    )


def _remedies(ticket: Ticket) -> str:
    """What was given: sums by kind, and what has none by name."""
    sums: dict[tuple[str, str], int] = {}
    names = []
    for remedy in ticket.remedies.all():
        if remedy.status == "reversed":
            continue
        if remedy.amount:
            key = (remedy.kind, remedy.currency)
            sums[key] = sums.get(key, 0) + remedy.amount
        else:
            names.append(remedy.kind)
    told = [f"{money_words(total, currency)} {kind}" for (kind, currency), total in sums.items()]
    return ", ".join([*told, *dict.fromkeys(names)])


def about(ticket: Ticket, who: Principal, *, now: dt.datetime, zone: ZoneInfo) -> AboutView:
    """The whole card of a ticket's customer."""
    customer = ticket.customer
    entry = catalogue().known(ticket.category_id)
    earlier, count = earlier_of(customer, who, without=ticket.pk, now=now, zone=zone)
    return AboutView(
        name=customer.name,
        url=f"/desk/customers/{customer.pk}/",
        avatar=customer_avatar(customer),
        since=since_words(customer, now=now),
        traits=traits_of(customer, earlier),
        known=known_of(ticket, zone=zone),
        earlier=earlier,
        earlier_count=count,
        told=told_before(ticket, who) if count else (),
        guidance=tuple(entry.guidance.split("\n\n")) if entry and entry.guidance else (),
        category=entry.words if entry else "",
    )


def told_before(ticket: Ticket, who: Principal) -> tuple[ToldView, ...]:
    """Names and numbers that do not change from one complaint to the next, from the newest that
    has them. One query."""
    entry = catalogue().known(ticket.category_id)
    lasting = {
        name: spec
        for name, spec in (entry.facts if entry else {}).items()
        if spec.kind == FactKind.TEXT and name not in ticket.facts
    }
    if not lasting:
        return ()
    others = visible_tickets(who).filter(customer=ticket.customer_id).exclude(pk=ticket.pk)
    found: dict[str, ToldView] = {}
    rows = others.exclude(facts={}).order_by("-received_at").values_list("number", "facts")
    for number, facts in rows[:TOLD_IN]:
        for name in lasting.keys() & facts.keys() - found.keys():
            if LASTING.fullmatch(str(facts[name])):
                url = f"/desk/tickets/{number}/"
                found[name] = ToldView(lasting[name].label, str(facts[name]), number, url)
    return tuple(found[name] for name in lasting if name in found)
