"""Ticking off by hand what was granted."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from desk.views.shell import Ask, desk_page
from remedies.access import access_remedy
from remedies.services import fulfil_remedy
from tickets.errors import DomainError, NotFound


@desk_page
@require_POST
def fulfil(request: HttpRequest, ask: Ask, remedy_id: int) -> HttpResponse:
    """A person says that the customer has it."""
    remedy = access_remedy(ask.who, remedy_id, verb="work")
    try:
        fulfil_remedy(
            remedy,
            actor=ask.who.actor,
            now=ask.now,
            reference=request.POST.get("reference", ""),
        )
    except NotFound:
        raise
    except DomainError as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, gettext("%(title)s: delivered.") % {"title": remedy.title})
    if request.POST.get("next") == "ledger":
        return redirect("/desk/ledger/")
    return redirect(f"/desk/tickets/{remedy.ticket.number}/")
