"""One's own alerts: what was told, and when and how one wants to be told."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_POST, require_safe

from desk.forms.me import AlertSettingsForm
from desk.views.shell import AlertView, Ask, desk_page, desk_render, me_of, query
from desk.words import moment_words
from tickets.errors import DomainError
from tickets.languages import Spoken
from tickets.models import Alert, Untold
from tickets.rules import ToldBy
from tickets.services.alerts import alerts_of, set_alert_settings, settings_of

PAGE = 50
#: How an alert reached its person, where that was no mail of its own.
_TOLD = Spoken(
    {
        ToldBy.BROWSER.value: _l("shown by your browser"),
        ToldBy.DAILY.value: _l("in the mail of the day"),
    }
)


@desk_page
@require_safe
def show(request: HttpRequest, ask: Ask) -> HttpResponse:
    """Everything one was told, newest first, with what quiet hours hold back."""
    return _page(request, ask, AlertSettingsForm.of(settings_of(me_of(ask))))


@desk_page
@require_POST
def save(request: HttpRequest, ask: Ask) -> HttpResponse:
    """Say when and how one wants to be told."""
    form = AlertSettingsForm(request.POST, person=me_of(ask))
    if form.is_valid():
        try:
            set_alert_settings(me_of(ask), **form.values, now=ask.now)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Kept. It holds from now on."))
            return redirect("/desk/alerts/")
    return _page(request, ask, form, status=422)


def _page(
    request: HttpRequest, ask: Ask, form: AlertSettingsForm, *, status: int = 200
) -> HttpResponse:
    number = query(request, "page", "1")
    pages = Paginator(alerts_of(me_of(ask)).order_by("-id"), PAGE).get_page(number)
    context: dict[str, Any] = {
        "place": "alerts",
        "top_title": _("Your alerts"),
        "alerts": [_line(row, ask) for row in pages],
        "pages": pages,
        "form": form,
        "zone": ask.zone.key,
        "untold": _untold(ask),
    }
    return desk_render(request, ask, "desk/alerts.html", context, status=status)


def _untold(ask: Ask) -> str:
    """Since when mails to the reader can't be written, and when that is tried again; or ""."""
    row = Untold.objects.filter(user=me_of(ask)).first()
    if row is None:
        return ""
    since = moment_words(row.since, now=ask.now, zone=ask.zone)
    again = moment_words(max(row.next_attempt_at, ask.now), now=ask.now, zone=ask.zone)
    return _(
        "We could not mail you since %(since)s. We try again %(again)s; all of it stands here."
    ) % {"since": since, "again": again}


def _line(row: Alert, ask: Ask) -> tuple[AlertView, str]:
    """One alert, and what became of it: read, mailed, held back."""
    when = moment_words(row.created_at, now=ask.now, zone=ask.zone)
    view = AlertView(row.text, f"/desk/tickets/{row.ticket.number}/", when, urgent=row.urgent)
    if row.held_until is not None and row.held_until > ask.now:
        until = moment_words(row.held_until, now=ask.now, zone=ask.zone)
        return view, (_("held back until %(until)s") % {"until": until})
    if row.read_at is not None:
        return view, _("read")
    if row.mailed_at is not None:
        return view, _("mailed")
    return view, _TOLD.get(row.told_by, "")
