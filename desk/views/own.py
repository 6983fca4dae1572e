"""The customer's own page by the private link: where it stands, and what the customer can do."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from desk.build.asked_above import asked_above
from desk.build.customer_offer import offer_for_customer
from desk.build.customer_page import Asked, asked_of, said_to_customer, standing_of
from desk.forms.customer import (
    WISH_KINDS,
    AnswerForm,
    CallForm,
    EscalateForm,
    WhyForm,
    WriteForm,
    wish_in,
)
from desk.views.files import file_response
from desk.views.public import in_language, public_context
from desk.views.shell import zone_of
from remedies.models import Offer
from remedies.services import accept_offer, decline_offer
from tickets.access import access_by_key
from tickets.actors import Actor
from tickets.errors import DomainError, NotFound
from tickets.models import Attachment, Ticket
from tickets.rules import Channel, Status
from tickets.services import (
    ask_review,
    escalated_by_customer,
    give_information,
    receive_message,
)


@dataclass(frozen=True, slots=True)
class Visit:
    """A customer on his own page: his ticket, the moment, and his time zone."""

    ticket: Ticket
    now: dt.datetime
    zone: ZoneInfo

    @property
    def actor(self) -> Actor:
        """The one whom events name."""
        return Actor.of_customer(self.ticket.customer)


def own_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The ticket of the link, or a page that says that there is none; never cached."""

    @never_cache
    @wraps(view)
    def page(request: HttpRequest, key: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        now = timezone.now()
        try:
            ticket = access_by_key(key)
            zone = zone_of(ticket.customer.time_zone)
            with timezone.override(zone), in_language(request, ticket):
                response = view(request, Visit(ticket, now, zone), *args, **kwargs)
        except NotFound:
            response = render(
                request, "desk/customer/gone.html", public_context(request), status=404
            )
        response["X-Robots-Tag"] = "noindex"
        return response

    return page


@own_page
@require_safe
def show(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Where the complaint stands."""
    return render_own(request, visit)


def key_of(request: HttpRequest) -> str:
    """The key of the link that was followed."""
    match = request.resolver_match
    return str(match.kwargs.get("key", "")) if match is not None else ""


def render_own(
    request: HttpRequest, visit: Visit, *, status: int = 200, **forms: Any
) -> HttpResponse:
    """The page, with the form that was refused, if one was."""
    ticket = visit.ticket
    if status != 200:
        ticket = access_by_key(ticket.access_key)
    waiting = ticket.status == Status.WAITING_CUSTOMER
    question = asked_of(ticket) if waiting else Asked()
    offer = offer_for_customer(ticket, now=visit.now, zone=visit.zone)
    asked = waiting and offer.standing.state != "sent"
    standing = standing_of(
        ticket, offer=offer.standing, asked=asked, now=visit.now, zone=visit.zone
    )
    phones = [c.value for c in ticket.customer.contacts.all() if c.kind == "phone"]
    context = {
        **public_context(request),
        "ticket": ticket,
        # The link of one that became part of this one leads here, too.
        "joined": status == 200 and key_of(request) not in ("", ticket.access_key),
        "base": f"/c/{ticket.access_key}/",
        "standing": standing,
        "offer": offer,
        "asked": asked,
        "question": question,
        "said": said_to_customer(
            ticket, base=f"/c/{ticket.access_key}/files/", now=visit.now, zone=visit.zone
        ),
        "answer_form": forms.get("answer_form") or AnswerForm(specs=question.specs, prefix="a"),
        "write_form": forms.get("write_form") or WriteForm(prefix="w"),
        "review_form": forms.get("review_form") or WhyForm(prefix="r"),
        "may_escalate": ticket.is_open,
        "escalate_form": forms.get("escalate_form") or EscalateForm(prefix="e"),
        "call_form": forms.get("call_form")
        or CallForm(initial={"phone": phones[0] if phones else ""}, prefix="p"),
        "opened": forms.get("opened", ""),
        "decline_error": forms.get("decline_error", ""),
        "wish": forms.get("wish", {}),
        "wish_kinds": WISH_KINDS,
    }
    return render(request, "desk/customer/own.html", context, status=status)


def _back(visit: Visit, anchor: str = "") -> HttpResponse:
    return redirect(f"/c/{visit.ticket.access_key}/{anchor}")


@own_page
@require_POST
def answer(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The customer answers what we asked; the clock goes on."""
    form = AnswerForm(request.POST, request.FILES, specs=asked_of(visit.ticket).specs, prefix="a")
    if form.is_valid():
        try:
            give_information(
                visit.ticket,
                facts=form.facts,
                body=form.cleaned_data["body"],
                uploads=form.cleaned_data.get("attachments") or (),
                actor=visit.actor,
                now=visit.now,
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Thank you. We have your answer and go on."))
            return _back(visit)
    return render_own(request, visit, status=422, answer_form=form, opened="answer")


@own_page
@require_POST
def write(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The customer writes to us."""
    form = WriteForm(request.POST, request.FILES, prefix="w")
    if form.is_valid():
        try:
            receive_message(
                visit.ticket,
                body=form.cleaned_data["body"],
                channel=Channel.FORM,
                uploads=form.cleaned_data.get("attachments") or (),
                actor=visit.actor,
                now=visit.now,
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("We have your message."))
            return _back(visit)
    return render_own(request, visit, status=422, write_form=form, opened="write")


@own_page
@require_POST
def review(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The customer asks for a review by another person."""
    form = WhyForm(request.POST, prefix="r")
    if form.is_valid():
        try:
            ask_review(
                visit.ticket,
                reason=form.cleaned_data["reason"],
                actor=visit.actor,
                now=visit.now,
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Somebody else will look at your complaint again."))
            return _back(visit)
    return render_own(request, visit, status=422, review_form=form, opened="review")


@own_page
@require_POST
def escalate(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The customer asks for somebody above: the path that is set up for it is climbed.

    While nobody has answered it climbs by itself, so asking again is not needed.
    """
    wish = asked_above(visit.ticket, now=visit.now, zone=visit.zone)
    if wish is not None and wish.open:
        asked = _("You asked already, %(when)s.") % {"when": wish.asked}
        messages.info(request, f"{asked} {wish.next}")
        return _back(visit)
    form = EscalateForm(request.POST, prefix="e")
    if form.is_valid():
        try:
            escalated_by_customer(
                visit.ticket,
                reason=form.cleaned_data["reason"],
                actor=visit.actor,
                now=visit.now,
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Somebody with more say is told, and looks at it."))
            return _back(visit)
    return render_own(request, visit, status=422, escalate_form=form, opened="escalate")


@own_page
@require_POST
def call(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The customer asks to be called."""
    form = CallForm(request.POST, prefix="p")
    if form.is_valid():
        when = form.cleaned_data.get("when") or _("any time")
        words = _("Please call me on %(phone)s. When it suits me: %(when)s.")
        words %= {"phone": form.cleaned_data["phone"], "when": when}
        try:
            receive_message(
                visit.ticket, body=words, channel=Channel.FORM, actor=visit.actor, now=visit.now
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("We will call you."))
            return _back(visit)
    return render_own(request, visit, status=422, call_form=form, opened="call")


@own_page
@require_POST
def decide(request: HttpRequest, visit: Visit, offer_id: int) -> HttpResponse:
    """The customer accepts the offer, a part of it, or declines it."""
    do = request.POST.get("do", "")
    offer = Offer.objects.filter(pk=offer_id, ticket=visit.ticket).first()
    if offer is None:
        raise NotFound(field="offer")
    who: dict[str, Any] = {"actor": visit.actor, "now": visit.now}
    try:
        if do == "decline":
            decline_offer(offer, **wish_in(request.POST, offer), **who)
            words = _("You declined. We read what you wrote, and you can ask for a review.")
        elif do == "part":
            parts = [int(part) for part in request.POST.getlist("part") if part.isdecimal()]
            accept_offer(offer, components=parts, choices=_forms(request.POST, parts), **who)
            words = _("Thank you. We put right what you accepted.")
        else:
            accept_offer(offer, choices=_forms(request.POST), **who)
            words = _("Thank you. We put it right now.")
    except NotFound:
        raise
    except DomainError as error:
        opened = do if do in {"part", "decline"} else "offer"
        return render_own(
            request,
            visit,
            status=max(error.status, 400),
            opened=opened,
            decline_error=error.message,
            wish={key: request.POST.get(key, "") for key in ("wish", "wish_amount", "wish_kind")},
        )
    messages.success(request, words)
    return _back(visit)


def _forms(typed: Any, parts: list[int] | None = None) -> dict[int, str]:
    """Component → the form that he would rather have it in, of the parts that he takes."""
    found = {}
    for name in typed:
        key = name.removeprefix("form_")
        if name.startswith("form_") and key.isascii() and key.isdecimal() and typed[name]:
            found[int(key)] = typed[name][:60]
    return {key: form for key, form in found.items() if parts is None or key in parts}


@own_page
@require_safe
def attachment(request: HttpRequest, visit: Visit, attachment_id: int) -> HttpResponseBase:
    """A file of this complaint that is for the customer's eyes."""
    found = Attachment.objects.filter(pk=attachment_id, ticket=visit.ticket, internal=False).first()
    if found is None:
        raise NotFound(field="attachment")
    return file_response(found)
