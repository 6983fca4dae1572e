"""What the composer asks for while one types: drafts, files, texts, colleagues."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from desk.actions import ACTIONS
from desk.build.drafts import saved_words
from desk.build.people import avatar, size_words
from desk.build.promised import promised_views
from desk.build.texts import texts_for
from desk.queue import Bounds
from desk.sending import draft_kind, typed_fields
from desk.views.fetching import desk_data
from desk.views.shell import Ask, desk_page, me_of, query
from desk.walking_lists import view_key, walk_through
from tickets.access import access_ticket, people_who_see
from tickets.errors import Missing, NotFound
from tickets.models import Ticket
from tickets.rules import DraftKind, TextUse
from tickets.services.drafts import (
    DraftChanged,
    discard_draft,
    drop_draft_file,
    keep_draft_file,
    save_draft,
)
from tickets.services.files import Upload


def _of(ask: Ask, number: str, verb: str) -> tuple[Ticket, DraftKind]:
    """The ticket, and the kind of draft. Raises `NotFound` for what keeps none."""
    kind = draft_kind(verb)
    if kind is None:
        raise NotFound(field="verb")
    return access_ticket(ask.who, number, verb="work"), kind


@desk_data
@require_POST
def save(request: HttpRequest, ask: Ask, number: str, verb: str) -> HttpResponseBase:
    """Keep what stands in a form; answers with the promises that it finds in it."""
    ticket, kind = _of(ask, number, verb)
    base = request.POST.get("base", "")
    fields = typed_fields(request.POST)
    body = request.POST.get("body", "")
    if kind is DraftKind.REFUSE:
        # What is said of the whole stands for its text.
        body = fields.pop("reason", "")
    try:
        draft = save_draft(
            ticket,
            kind,
            user=me_of(ask),
            body=body,
            fields=fields,
            base=int(base) if base.isascii() and base.isdecimal() and len(base) < 10 else None,
            now=ask.now,
        )
    except DraftChanged as error:
        return _changed(error, ask)
    told: dict[str, Any] = {
        "revision": draft.revision,
        "at": saved_words(draft.saved_at, now=ask.now, zone=ask.zone),
        "promises": [],
    }
    if verb in ACTIONS and "promises" in ACTIONS[verb].form.base_fields:
        told["promises"] = promised_views(body, ticket, now=ask.now, zone=ask.zone)
    return JsonResponse(told)


def _changed(error: DraftChanged, ask: Ask) -> JsonResponse:
    """The other one, for its writer to choose between both."""
    draft = error.draft
    told = {
        "code": error.code,
        "message": error.message,
        "revision": draft.revision,
        "body": draft.body,
        "at": saved_words(draft.saved_at, now=ask.now, zone=ask.zone),
        "sent": bool(draft.sent_at and draft.sent_at >= draft.saved_at),
    }
    return JsonResponse(told, status=409)


@desk_page
@require_POST
def discard(request: HttpRequest, ask: Ask, number: str, verb: str) -> HttpResponse:
    """Throw a draft away, with its files."""
    ticket, kind = _of(ask, number, verb)
    discard_draft(ticket, kind, user=me_of(ask), now=ask.now)
    messages.success(request, _("The draft is gone."))
    if kind is DraftKind.REFUSE:
        return redirect(f"/desk/tickets/{ticket.number}/refusal/")
    return redirect(f"/desk/tickets/{ticket.number}/?do={verb}#composer")


@desk_data
@require_POST
def put_file(request: HttpRequest, ask: Ask, number: str, verb: str) -> HttpResponseBase:
    """Keep one file until the form is sent. Says of one that is refused what is allowed."""
    ticket, kind = _of(ask, number, verb)
    sent = request.FILES.get("file")
    if sent is None or "attachments" not in ACTIONS[verb].form.base_fields:
        raise Missing(what=_("a file"), field="file")
    upload = Upload.read(sent.name or "file", sent, sent.size)
    row = keep_draft_file(ticket, kind, upload, user=me_of(ask), now=ask.now)
    return JsonResponse({"id": row.pk, "name": row.name, "detail": size_words(row.size)})


@desk_data
@require_POST
def drop_file(request: HttpRequest, ask: Ask, number: str, key: int) -> HttpResponseBase:
    """Take a file out again."""
    ticket = access_ticket(ask.who, number, verb="work")
    drop_draft_file(ticket, key, user=me_of(ask))
    return JsonResponse({"dropped": key})


@desk_data
@require_safe
def people(request: HttpRequest, ask: Ask, number: str) -> HttpResponseBase:
    """Who can be mentioned on a ticket: who may see it, without the one who asks."""
    ticket = access_ticket(ask.who, number)
    seeing = people_who_see(ticket).exclude(pk=me_of(ask).pk)
    firsts = [user.get_short_name().casefold() for user in seeing]
    return JsonResponse(
        {
            "people": [
                {
                    "name": user.name,
                    # The first name does where only one has it.
                    "as": user.get_short_name()
                    if firsts.count(user.get_short_name().casefold()) == 1
                    else user.name,
                    "initials": avatar(user).initials,
                    "away": user.is_away(ask.now),
                }
                for user in seeing
            ]
        }
    )


@desk_data
@require_safe
def texts(request: HttpRequest, ask: Ask, number: str) -> HttpResponseBase:
    """Texts for a form, filled in, to choose from."""
    ticket = access_ticket(ask.who, number, verb="work")
    use = query(request, "use")
    if use not in set(TextUse):
        raise NotFound(field="use")
    found = texts_for(ticket, TextUse(use), me=ask.who.actor, zone=ask.zone)
    return render(request, "desk/components/texts.html", {"texts": found, "ticket": ticket})


@desk_page
@require_safe
def walk(request: HttpRequest, ask: Ask, number: str, way: str) -> HttpResponse:
    """On to the next ticket of a view, or back to the one before."""
    ticket = access_ticket(ask.who, number)
    key = view_key(request.GET.get("view", ""))
    through = walk_through(key, ask.who, bounds=Bounds.of(ask.now, ask.zone))
    found = through.after(ticket) if way == "next" else through.before(ticket)
    more = f"?view={through.key}" if key else ""
    if found is None:
        last = _("This is the last one in “%(view)s”.")
        end = last if way == "next" else _("This is the first one in “%(view)s”.")
        messages.info(
            request,
            end % {"view": through.words},
        )
        return redirect(f"/desk/tickets/{ticket.number}/{more}")
    return redirect(f"/desk/tickets/{found}/{more}")
