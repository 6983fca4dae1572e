"""The public complaint form, and the page that confirms it."""

import datetime as dt
import hashlib
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from desk.build.windows import answer_by
from desk.forms.customer import CURRENCIES, FORM_ZONE, ComplaintForm, FindForm, new_token
from desk.links import send_link_again
from desk.views.shell import theme_of, zone_of
from desk.words import long_day_words, long_moment_words
from tickets.access import access_by_key
from tickets.actors import Actor
from tickets.catalogue import Entry, catalogue
from tickets.errors import Conflict, DomainError
from tickets.languages import speaking, spoken
from tickets.models import Ticket
from tickets.numbers import id_in
from tickets.rates import address_of, seconds_to_wait
from tickets.rules import Channel
from tickets.services import find_or_create_customer, open_ticket
from tickets.services.customers import CustomerDetails
from tickets.services.opening import NewTicket

DEFAULT_ZONE = ZoneInfo(FORM_ZONE)
FORM_SYSTEM = "form"


def brand() -> str:
    """The name of the organisation, as customers know it."""
    return getattr(settings, "BRAND_NAME", "Amends")


def public_context(request: HttpRequest) -> dict[str, Any]:
    """What every page for customers has."""
    return {"theme": theme_of(request), "brand": brand()}


@contextmanager
def in_language(request: HttpRequest, ticket: Ticket) -> Iterator[None]:
    """What the customer chose on this device, else the language of the complaint."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    with speaking(chosen or ticket.language):
        yield


def _tops() -> list[Entry]:
    entries = [
        entry
        for entry in catalogue().by_id.values()
        if len(entry.path) == 1 and entry.category.public and entry.category.active
    ]
    return sorted(entries, key=lambda entry: (entry.category.order, entry.category.name))


def _parts(top: Entry | None) -> list[tuple[str, str]]:
    if top is None:
        return []
    key = top.category.key
    below = [
        entry
        for entry in catalogue().by_id.values()
        if key in entry.keys[1:] and entry.category.public and entry.category.active
    ]
    below.sort(key=lambda entry: (entry.category.order, entry.path))
    return [(entry.category.key, " · ".join(entry.path[1:])) for entry in below]


def _form(data: Any = None, files: Any = None, *, about: str = "") -> ComplaintForm:
    known = catalogue().by_key
    chosen = known.get(data.get("category", "") if data else about)
    part = known.get(data.get("part", "")) if data else None
    inside = part if part and chosen and chosen.category.key in part.keys else chosen
    return ComplaintForm(
        data,
        files,
        initial={"token": new_token(), "currency": "GBP", "category": about},
        tops=[(entry.category.key, entry.category.name) for entry in _tops()],
        entry=inside,
        parts=_parts(chosen),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def complain(request: HttpRequest) -> HttpResponse:
    """Show the form, or take a complaint in."""
    now = timezone.now()
    if not _tops():
        # Whoever stands before a desk that is not set up is told so, and types nothing in vain.
        context = public_context(request)
        return render(request, "desk/customer/not_open.html", context, status=503)
    if request.method != "POST":
        return _show(request, _form(about=request.GET.get("about", "")), now=now)
    form = _form(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, form, now=now, status=422)
    try:
        check_form_rate(request)
        ticket = take_in(form, now=now)
    except DomainError as error:
        form.refuse(error)
        return _show(request, form, now=now, status=max(error.status, 400))
    return redirect(f"/complain/received/{ticket.access_key}/")


class TooMany(DomainError):
    """Many complaints came from your connection in a short time. Nothing of yours is lost: send
    this again in {minutes} minutes, or write to us by e-mail."""

    code = "too_many"
    status = 429


def check_form_rate(request: HttpRequest) -> None:
    """Raises `TooMany` where one network address sends more complaints than `FORM_RATE`."""
    wait = seconds_to_wait(f"form:{address_of(request)}", settings.FORM_RATE)
    if wait:
        raise TooMany(minutes=max(1, math.ceil(wait / 60)), field="body")


def _once(data: dict[str, Any]) -> str:
    """What marks this complaint, so that sending it twice opens one ticket.

    The words count besides the form's token: a form that comes back changed, with another address
    or about another matter, is another complaint, and must not vanish behind the first.
    """
    said = "\0".join((data["email"].casefold(), data["category"], data["body"]))
    digest = hashlib.sha256(said.encode()).hexdigest()[:24]
    return f"{data.get('token') or new_token()}:{digest}"


def take_in(form: ComplaintForm, *, now: dt.datetime) -> Ticket:
    """Open the ticket of a valid form. The same form sent twice is one ticket."""
    data = form.cleaned_data
    customer = find_or_create_customer(
        CustomerDetails(
            name=data["name"],
            email=data["email"],
            phone=data.get("phone") or "",
            support_needs=data.get("needs") or "",
            language=spoken(get_language() or ""),
        ),
        now=now,
    )
    new = NewTicket(
        customer=customer,
        category=data.get("part") or data["category"],
        channel=Channel.FORM,
        body=data["body"],
        wish=form.wish_words,
        language=spoken(get_language() or ""),
        facts=form.facts,
        factors=form.factors,
        loss=form.money_lost,
        uploads=data.get("attachments") or (),
        external=(FORM_SYSTEM, _once(data)),
    )
    try:
        return open_ticket(new, actor=Actor.of_customer(customer), now=now)
    except Conflict as error:
        if "number" not in error.params:
            raise
        return Ticket.objects.get(pk=id_in(error.params["number"]), customer=customer)


def _show(
    request: HttpRequest, form: ComplaintForm, *, now: dt.datetime, status: int = 200
) -> HttpResponse:
    by = answer_by(form.entry, now=now)
    icons = {entry.category.key: entry.icon for entry in _tops()}
    context = {
        **public_context(request),
        "form": form,
        "icons": icons,
        "tiles": [
            {"box": box, "icon": icons.get(box.data["value"], "message-square")}
            for box in form["category"]
        ],
        "currencies": CURRENCIES,
        "answer_by": _by(by.get("first_response"), exact=True),
        "decide_by": _by(by.get("decide") or by.get("resolve"), exact=False),
    }
    return render(request, "desk/customer/complain.html", context, status=status)


def _by(moment: dt.datetime | None, *, exact: bool) -> str:
    if moment is None:
        return ""
    return (long_moment_words if exact else long_day_words)(moment, zone=DEFAULT_ZONE)


@require_safe
def questions(request: HttpRequest) -> HttpResponse:
    """The part of the form that depends on the category, for the page to put in."""
    return render(request, "desk/customer/questions.html", {"form": _form(request.GET)})


@never_cache
@require_safe
def received(request: HttpRequest, key: str) -> HttpResponse:
    """It arrived: the number, what happens next and by when, and the private link."""
    context = public_context(request)
    try:
        ticket = access_by_key(key)
    except DomainError:
        return render(request, "desk/customer/gone.html", context, status=404)
    with in_language(request, ticket):
        return _received(request, ticket, context)


def _received(request: HttpRequest, ticket: Ticket, context: dict[str, Any]) -> HttpResponse:
    zone = zone_of(ticket.customer.time_zone)
    due = {deadline.kind: deadline.due_at for deadline in ticket.deadlines.order_by("-id")}
    answer = due.get("first_response") or due.get("acknowledge")
    decide = due.get("decide") or due.get("resolve")
    return render(
        request,
        "desk/customer/received.html",
        {
            **context,
            "ticket": ticket,
            "link": request.build_absolute_uri(f"/c/{ticket.access_key}/"),
            "answer_by": long_moment_words(answer, zone=zone) if answer else "",
            "decide_by": long_day_words(decide, zone=zone) if decide else "",
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Send the private link again. The answer is the same whether there is such a complaint."""
    form = FindForm(request.POST if request.method == "POST" else None)
    sent = False
    if request.method == "POST" and form.is_valid():
        send_link_again(**form.cleaned_data, now=timezone.now())
        sent = True
    context = {**public_context(request), "form": form, "sent": sent}
    return render(request, "desk/customer/find.html", context, status=422 if form.errors else 200)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """People who work here go to the desk, everybody else to the form."""
    return redirect("/desk/" if request.user.is_authenticated else "/complain/")
