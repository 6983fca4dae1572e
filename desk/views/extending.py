"""A promise gets a later date: the page with the letter that tells the customer."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST

from desk.build.clocks import clock_of
from desk.forms.late import ExtendForm
from desk.views.late import acting
from desk.views.shell import Ask, desk_render, query
from desk.words import long_day_words, long_moment_words, moment_words
from escalation.errors import ExtendedMeanwhile
from escalation.models import Deadline
from escalation.services.extending import INTERNAL
from escalation.services.manual import extend_deadline, how_far
from tickets.errors import DomainError, NotFound
from tickets.languages import speaking

_SOME_ANSWER = gettext_lazy("an answer")
_DECISION = gettext_lazy("our decision")
#: What the customer was promised, as he knows it: what a clock is called among us means nothing
#: to him.
_TO_CUSTOMER = {
    "acknowledge": gettext_lazy("word that your complaint has arrived"),
    "next_update": gettext_lazy("news of how it stands"),
    "decide": _DECISION,
    "resolve": gettext_lazy("the end of the matter"),
    "deliver_remedy": gettext_lazy("what is due to you"),
}
#: Places of the letter that its writer fills in: why, and by when.
_WHY, _DATE = gettext_lazy("[say why]"), gettext_lazy("[the new date]")


@acting
def extend(request: HttpRequest, ask: Ask, deadline: Deadline) -> HttpResponse:
    """Give a promise a later date, with the letter that tells the customer."""
    try:
        latest = moment_words(how_far(deadline, now=ask.now), now=ask.now, zone=ask.zone)
    except DomainError as error:
        status = 200 if request.method != "POST" else max(error.status, 400)
        return _page(request, ask, deadline, refused=error.message, status=status)
    options: dict[str, Any] = {"inside": deadline.kind in INTERNAL, "latest": latest}
    if request.method != "POST":
        seen = deadline.due_at.isoformat()
        form = ExtendForm(initial={"letter": _letter(deadline, ask), "due_seen": seen}, **options)
        return _page(request, ask, deadline, form)
    form = ExtendForm(request.POST, blanks=_blanks(deadline), **options)
    if not form.is_valid():
        return _page(request, ask, deadline, form, status=422)
    try:
        extend_deadline(deadline, **form.given(), actor=ask.who.actor, now=ask.now)
    except NotFound:
        raise
    except DomainError as error:
        form.refuse(error)
        if isinstance(error, ExtendedMeanwhile):  # the new one is shown now
            form.data = {**request.POST.dict(), "due_seen": deadline.due_at.isoformat()}
        return _page(request, ask, deadline, form, status=max(error.status, 400))
    told = (
        gettext("Extended.")
        if options["inside"]
        else gettext("Extended, and the customer is told.")
    )
    messages.success(request, told)
    return redirect(_back(request, deadline))


@acting
@require_POST
def letter(request: HttpRequest, ask: Ask, deadline: Deadline) -> HttpResponse:
    """The letter with the date and the reason as they are typed now, in place of the blanks or of
    what was put there before; whatever else was written in it stays."""
    typed = ExtendForm(request.POST)
    typed.is_valid()
    zone = ZoneInfo(deadline.ticket.customer.time_zone)
    to, text = typed.cleaned_data.get("to"), request.POST.get("letter", "")
    with speaking(deadline.ticket.language):
        date = long_moment_words(to, zone=zone) if to else ""
    words = {"told_why": typed.cleaned_data.get("reason", "").rstrip(), "told_date": date}
    told: dict[str, str] = {}
    for (name, new), blank in zip(words.items(), _blanks(deadline), strict=True):
        old = request.POST.get(name, "")
        stands = next((one for one in (old, blank) if one and one in text), "")
        told[name] = new if stands and new else old
        if stands and new:
            text = text.replace(stands, new, 1)
    return JsonResponse({"letter": text, **told})


def _page(
    request: HttpRequest,
    ask: Ask,
    deadline: Deadline,
    form: ExtendForm | None = None,
    *,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    inside = deadline.kind in INTERNAL
    title = gettext("Extend") if inside else gettext("Extend, with the letter")
    context = {
        "place": "late",
        "top_title": title,
        "title": title,
        "button": gettext("Extend") if inside else gettext("Extend and send the letter"),
        "form": form,
        "refused": refused,
        "deadline": deadline,
        "clock": clock_of(deadline, now=ask.now, zone=ask.zone, size=30),
        "ticket": deadline.ticket,
        "back": _back(request, deadline),
    }
    return desk_render(request, ask, "desk/extend.html", context, status=status)


def _back(request: HttpRequest, deadline: Deadline) -> str:
    """To the ticket where one came from it, else to the board."""
    on_ticket = query(request, "back") == "ticket"
    return f"/desk/tickets/{deadline.ticket.number}/" if on_ticket else "/desk/late/"


def _blanks(deadline: Deadline) -> tuple[str, str]:
    with speaking(deadline.ticket.language):
        return str(_WHY), str(_DATE)


def _letter(deadline: Deadline, ask: Ask) -> str:
    """The letter to begin with, in the language in which the customer is written to."""
    customer = deadline.ticket.customer
    with speaking(deadline.ticket.language):
        told = {
            "name": customer.name,
            "what": str(_TO_CUSTOMER.get(deadline.kind, _SOME_ANSWER)),
            "when": long_day_words(deadline.due_at, zone=ZoneInfo(customer.time_zone)),
            "who": ask.who.actor.name,
            "why": str(_WHY),
            "date": str(_DATE),
        }
        words = gettext(
            "Dear %(name)s,\n\n"
            "We promised you %(what)s by %(when)s. We need longer, and you "
            "should know why:\n\n%(why)s\n\n"
            "You will hear from us by %(date)s. That it takes longer is our fault, not yours."
            "\n\n%(who)s"
        )
        return words % told
