"""What is found while one types: tickets and customers, in the palette places too."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from desk.present import LinkView
from desk.queue import Bounds, views_for
from desk.views.shell import Ask, RailItem, desk_page, places_of, query
from tickets.catalogue import catalogue
from tickets.finding import find
from tickets.models import Ticket
from tickets.rules import Role
from tickets.services.views import views_of

#: So many of each kind are shown while one types.
MOST = 6
#: Words from so many letters on; before, nearly everything is found.
LEAST = 2


@dataclass(frozen=True, slots=True)
class FoundView:
    """A ticket in one line."""

    number: str
    url: str
    customer: str
    matter: str
    state: str
    icon: str


@desk_page
@require_safe
def suggest(request: HttpRequest, ask: Ask) -> HttpResponse:
    """A few of each kind, as options of a list. Nothing that the reader may not see or open."""
    text = " ".join(query(request, "q").split())
    context: dict[str, object] = {"text": text}
    if query(request, "all"):
        context["places"] = _places(ask, text)
    if len(text) >= LEAST:
        found = find(ask.who, text, most=MOST)
        context["meant"] = found.meant
        context["tickets"] = [_ticket(ticket) for ticket in found.tickets]
        context["customers"] = [
            LinkView(customer.name, f"/desk/customers/{customer.pk}/", "user-round")
            for customer in found.customers
        ]
    response = render(request, "desk/components/found.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _ticket(ticket: Ticket) -> FoundView:
    entry = catalogue().known(ticket.category_id)
    return FoundView(
        number=ticket.number,
        url=f"/desk/tickets/{ticket.number}/",
        customer=ticket.customer.name,
        matter=ticket.subject,
        state="" if ticket.is_open else pgettext("status", ticket.get_status_display()),
        icon=entry.icon if entry else "message-square",
    )


def _places(ask: Ask, text: str) -> list[RailItem]:
    """Where the reader may go, by a part of its name; views of the queue among it, everybody's once
    something is typed. Two queries."""
    places = list(places_of(ask))
    places.append(RailItem(_("Your alerts, and quiet hours"), "/desk/alerts/", "bell"))
    places.append(RailItem(_("Who is on duty"), "/desk/rota/", "calendar"))
    if ask.who.is_supervisor:
        places.append(
            RailItem(_("Report of deadlines"), "/desk/reports/deadlines/", "chart-column")
        )
        places.append(
            RailItem(_("Outcomes and answers"), "/desk/reports/outcomes/", "chart-column")
        )
        places.append(RailItem(_("Drafts of deadlines, tried"), "/desk/drafts/", "flask-conical"))
        places.append(
            RailItem(_("Differences with the pay system"), "/desk/ledger/differences/", "scale")
        )
        places.append(RailItem(_("Vouchers"), "/desk/ledger/vouchers/", "ticket"))
    if ask.who.role in {Role.MANAGER, Role.ADMIN}:
        places.append(RailItem(_("How pain is assessed"), "/desk/pain/", "gauge"))
    for every in views_for(ask.who, Bounds.of(ask.now, ask.zone)) if text else ():
        words = _("View: %(view)s") % {"view": every.words}
        places.append(RailItem(words, f"/desk/?view={every.key}", every.icon))
    for view in views_of(ask.who):
        icon = "users-round" if view.team_id else "star"
        places.append(
            RailItem((_("View: %(view)s") % {"view": view.name}), f"/desk/?view=s-{view.pk}", icon)
        )
    wanted = text.lower()
    return [place for place in places if wanted in place.words.lower()]
