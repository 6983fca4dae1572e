"""The page on which a refusal is composed, beside the letter as the customer will read it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from desk.build.customer_page import paragraphs_of
from desk.build.drafts import DraftView, draft_view, put_back
from desk.collision import changed_by_others
from desk.forms.refusal import RefusalForm
from desk.present import NoticeView
from desk.views.shell import Ask, desk_page, desk_render, me_of
from desk.views.ticket import held_notice
from desk.words import moment_words
from remedies.models import Refusal
from remedies.services.refusing import Basis, Composed, basis_of, compose, refuse
from tickets.access import access_ticket
from tickets.change import Change, Unit
from tickets.errors import DomainError, Stale
from tickets.models import Ticket
from tickets.rules import DraftKind, Stage
from tickets.services.drafts import draft_was_sent, drafts_on
from tickets.services.reviews import had_part


@dataclass(frozen=True, slots=True)
class LetterView:
    """The letter in its paragraphs, and what it lacks."""

    paragraphs: tuple[tuple[str, ...], ...]
    blocked: tuple[str, ...]
    advised: tuple[str, ...]
    notes: tuple[str, ...]
    formal: bool
    #: What can't be composed, in words; "" where it can.
    error: str = ""


def _letter(ticket: Ticket, form: RefusalForm, ask: Ask) -> LetterView:
    try:
        made = compose(
            ticket,
            findings=form.findings(),
            no=form.no(),
            sender=ask.who.actor.name,
            now=ask.now,
        )
    except DomainError as error:
        return LetterView((), (), (), (), False, error.message)
    return _view(made)


def _view(made: Composed) -> LetterView:
    return LetterView(
        paragraphs=tuple(tuple(part.split("\n")) for part in paragraphs_of(made.letter)),
        blocked=tuple(lack.words for lack in made.lacking if lack.blocks),
        advised=tuple(lack.words for lack in made.lacking if not lack.blocks),
        notes=made.notes,
        formal=made.formal,
    )


def _form(ticket: Ticket, basis: Basis, data: Any = None) -> RefusalForm:
    initial = {"version": ticket.version, "events": ticket.event_count}
    points = list(ticket.points.all())
    return RefusalForm(
        data, initial=initial, auto_id="no_%s", points=points, basis=basis, stage=ticket.stage
    )


@desk_page
def show(request: HttpRequest, ask: Ask, number: str) -> HttpResponse:
    """Compose it; POST sends it."""
    ticket = access_ticket(ask.who, number, verb="work")
    basis = basis_of(ticket, now=ask.now)
    form = _form(ticket, basis, request.POST if request.method == "POST" else None)
    draft = drafts_on(ticket, user=me_of(ask)).get(DraftKind.REFUSE.value)
    put_back(form, draft)
    held, status = None, 200
    if request.method == "POST" and form.is_valid():
        others = changed_by_others(
            ticket, seen_event=form.cleaned_data.get("events"), me=me_of(ask)
        )
        try:
            with transaction.atomic():
                refuse(
                    ticket,
                    findings=form.findings(),
                    no=form.no(),
                    actor=ask.who.actor,
                    now=ask.now,
                    seen=form.cleaned_data.get("version") if others else None,
                )
                draft_was_sent(ticket, DraftKind.REFUSE, user=me_of(ask), now=ask.now)
        except Stale:
            held, status = held_notice(others, ask), 409
            fresh = access_ticket(ask.who, ticket.pk)
            seen = {"version": str(fresh.version), "events": str(fresh.event_count)}
            form.data = {**request.POST.dict(), **seen}
        except DomainError as error:
            form.refuse(error)
            status = 422
        else:
            words = gettext("The refusal is sent, with its reasons and the way to a review.")
            messages.success(request, words)
            return redirect(f"/desk/tickets/{ticket.number}/")
    elif form.errors:
        status = 422
    kept = draft_view(draft, now=ask.now, zone=ask.zone)
    return _page(request, ask, ticket, form=form, basis=basis, draft=kept, held=held, status=status)


def _barred(ticket: Ticket, ask: Ask) -> bool:
    """Whether the reader had part in the answer that is reviewed: somebody else decides it."""
    change = Change(Unit(ask.now), ticket, ask.who.actor)
    return ticket.stage == Stage.REVIEW and had_part(change, me_of(ask))


def _warning(ticket: Ticket, ask: Ask) -> NoticeView | None:
    """What whoever begins to write should know: it is not his, or it was refused already."""
    if _barred(ticket, ask):
        return NoticeView(
            gettext("Somebody else decides this review."),
            gettext("You had part in the first answer. Hand it over, or leave it to your team."),
        )
    before = Refusal.objects.filter(ticket=ticket, stage=ticket.stage).select_related("refused_by")
    last = before.order_by("-at", "-pk").first()
    if last is None:
        return None
    told = {
        "name": last.refused_by.name if last.refused_by else "",
        "when": moment_words(last.at, now=ask.now, zone=ask.zone),
    }
    return NoticeView(
        gettext("%(name)s refused it already, %(when)s.") % told,
        gettext("What you send now is one more letter to the customer."),
        tone="accent",
    )


def _page(
    request: HttpRequest,
    ask: Ask,
    ticket: Ticket,
    *,
    form: RefusalForm,
    basis: Basis,
    draft: DraftView,
    held: NoticeView | None,
    status: int,
) -> HttpResponse:
    context = {
        "place": "queue",
        "ticket": ticket,
        "form": form,
        "draft": draft,
        "me": me_of(ask),
        "held": held or _warning(ticket, ask),
        "barred": _barred(ticket, ask),
        "letter": _letter(ticket, form, ask),
        "formal": basis.setting.formal,
        "stage": {
            Stage.FIRST.value: gettext("first answer"),
            Stage.REVIEW.value: gettext("review"),
            Stage.EXTERNAL.value: gettext("outside body"),
        }[ticket.stage],
        "faults": basis.setting.our_faults,
        "said": basis.said[:5],
        "grounds": [one for one in basis.grounds if one.words][:12],
    }
    return desk_render(request, ask, "desk/refusal.html", context, status=status)


@desk_page
@require_POST
def preview(request: HttpRequest, ask: Ask, number: str) -> HttpResponse:
    """The letter as it would go out now, for the page to show while one types."""
    ticket = access_ticket(ask.who, number, verb="work")
    form = _form(ticket, basis_of(ticket, now=ask.now), request.POST)
    context = {"letter": _letter(ticket, form, ask), "ticket": ticket}
    return render(request, "desk/components/refusal_letter.html", context)
