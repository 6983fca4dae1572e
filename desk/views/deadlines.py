"""How the deadlines of a ticket came about: each with its picture and the numbers behind it."""

from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from desk.build.events import KINDS
from desk.build.explained import explained_view
from desk.views.shell import Ask, desk_page, desk_render, query
from escalation.services.explaining import explain
from tickets.access import access_ticket, may


@desk_page
@require_safe
def explained(request: HttpRequest, ask: Ask, number: str) -> HttpResponse:
    """Every deadline of one ticket, or those of one kind; what still runs comes first."""
    ticket = access_ticket(ask.who, number)
    kind = query(request, "kind")
    if kind and kind not in KINDS:
        raise Http404
    every = explain(ticket, now=ask.now)
    kinds = list(dict.fromkeys(one.deadline.kind for one in every))
    found = [one for one in every if not kind or one.deadline.kind == kind]
    prefetch_related_objects([one.deadline for one in found], "pauses")
    found.sort(key=lambda one: (not one.deadline.is_open, one.reading.due_at, one.deadline.pk))
    context = {
        "place": "queue",
        "ticket": ticket,
        "may_work": may(ask.who, "work", ticket),
        "kind": kind,
        "kinds": [(key, KINDS[key]) for key in KINDS if key in kinds],
        "explained": [explained_view(one, now=ask.now, zone=ask.zone) for one in found],
    }
    return desk_render(request, ask, "desk/explained.html", context)


@desk_page
@require_safe
def picture(request: HttpRequest, ask: Ask, number: str, deadline_id: int) -> HttpResponse:
    """The time line of one deadline as an SVG file, to keep or to send on."""
    ticket = access_ticket(ask.who, number)
    for one in explain(ticket, now=ask.now):
        if one.deadline.pk == deadline_id:
            name = f"{ticket.number}-{one.deadline.kind}.svg"
            return HttpResponse(
                one.picture(zone=ask.zone, standalone=True),
                content_type="image/svg+xml",
                headers={"Content-Disposition": f'attachment; filename="{name}"'},
            )
    raise Http404
