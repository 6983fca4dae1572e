"""The pages of the settings: what there is, one section, one document with its history."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from desk.setup import keeping
from desk.setup.access import ADMIN, check_admin, check_may_change, check_may_see
from desk.setup.controls import controls_of, document_in, others
from desk.setup.errors import SetupInvalid, SetupStale
from desk.setup.fields import told
from desk.setup.invitations import invite
from desk.setup.keeping import Author
from desk.setup.models import SetupChange
from desk.setup.overview import attention_of, groups_of
from desk.setup.section import Doc, Preview, Section, digest, sections
from desk.views.shell import Ask, desk_page, desk_render, me_of
from desk.words import moment_words
from tickets.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from tickets.models import User

#: What stands in the address of a document that is not there yet.
NEW = "+"
#: Changes shown beside a form, and on the page of the history.
RECENT, HISTORY = 4, 100


def author_of(ask: Ask) -> Author:
    """Who asks, as history names him."""
    return Author(ask.who, ask.now)


def page_section(ask: Ask, key: str) -> Section:
    """A section with pages here, for somebody who may see it. Raises `NotFound`, `NotAllowed`."""
    check_may_see(ask.who)
    section = keeping.section_called(key)
    if section.elsewhere:
        raise NotFound(field="section")
    return section


@desk_page
@require_safe
def index(request: HttpRequest, ask: Ask) -> HttpResponse:
    """What is set, and what wants attention."""
    check_may_see(ask.who)
    documents = {key: section.documents() for key, section in sections().items()}
    context = {
        "place": "settings",
        "top_title": gettext("Settings"),
        "groups": groups_of(documents, now=ask.now, zone=ask.zone),
        "attention": attention_of(documents),
    }
    return desk_render(request, ask, "desk/setup/index.html", context)


# -- one document ---------------------------------------------------------------------------------


@desk_page
def edit(request: HttpRequest, ask: Ask, section: str, key: str) -> HttpResponse:
    """A document: read, previewed, kept, removed."""
    found = page_section(ask, section)
    if key == NEW and (only := _not_added(request, ask, found)):
        return only
    held = None if key == NEW else keeping.find(found, key, ask.who).doc
    if request.method != "POST":
        doc = held if held is not None else _empty(found)
        return _page(request, ask, found, key, doc, held=held)
    check_may_change(ask.who, found)
    if not _may_change(found, ask):
        raise NotAllowed(who=str(ADMIN))
    do = request.POST.get("do", "save")
    locked = found.locked(ask.who) | _fixed(found, held)
    doc = document_in(found.fields, request.POST, locked=locked, held=held)
    new_key = request.POST.get("key", "").strip() if key == NEW else key
    sent = _Sent(new_key, request.POST.get("seen", ""), spare=8 if do == "more" else 0)
    if do in {"preview", "more"}:
        return _page(request, ask, found, key, doc, held=held, sent=sent)
    try:
        if do == "remove":
            keeping.remove(found, key, author_of(ask), seen=sent.seen)
            messages.success(request, gettext("Removed. Its history is kept."))
            return redirect(f"{found.url}{key}/history/")
        return redirect(_keep(request, ask, found, doc, sent, fresh=key == NEW))
    except SetupStale:
        return _held(request, ask, found, key, doc, sent)
    except (NotFound, NotAllowed) as error:
        if isinstance(error, NotFound) and error.field == "key":
            raise
        problems = keeping.refused(error)
    except DomainError as error:
        problems = keeping.refused(error)
    return _page(request, ask, found, key, doc, held=held, sent=sent, problems=problems, status=422)


def _not_added(request: HttpRequest, ask: Ask, section: Section) -> HttpResponse | None:
    """Of what there is but one nothing can be added: it leads to that one. Raises `NotFound` where
    something was sent, `NotAllowed` where this person adds none; None where one can be added."""
    if not _may_change(section, ask):
        raise NotAllowed(who=str(ADMIN))
    if not section.single:
        return None
    words = gettext("Nothing is added here: there is only this one.")
    if request.method not in {"GET", "HEAD"}:
        raise NotFound(words, field="key")
    messages.info(request, words)
    return redirect(f"{section.url}{section.single}/")


class _Sent:
    """What came with a form beside the document."""

    def __init__(self, key: str = "", seen: str = "", *, spare: int = 0) -> None:
        self.key, self.seen, self.spare = key, seen, spare


def _keep(
    request: HttpRequest, ask: Ask, section: Section, doc: Doc, sent: _Sent, *, fresh: bool
) -> str:
    """Keep a document; returns where to go on."""
    if fresh and not section.identity:
        _check_new(section, sent.key, doc)
    with transaction.atomic():
        item = keeping.save(section, sent.key, doc, author_of(ask), seen="" if fresh else sent.seen)
        words = gettext("%(key)s is kept.") % {"key": section.title_of(item.key, item.doc)}
        if fresh and section.key == "people":
            person = User.objects.get(email__iexact=item.key)
            if person.is_active:
                invite(person, by=me_of(ask), now=ask.now)
                words = gettext("%(name)s gets a mail with a link to begin.") % {
                    "name": person.name
                }
    messages.success(request, words)
    return f"{section.url}{item.key}/"


def _check_new(section: Section, key: str, doc: Doc) -> None:
    """Raises `SetupInvalid` with what is wrong with the key, and with everything else."""
    try:
        check_key(section, key)
    except Invalid as error:
        wrong = [("key", error.message)]
        try:
            section.checked(doc)
        except SetupInvalid as other:
            wrong += [(place, words) for place, _, words in other.details]
        raise SetupInvalid(wrong) from error


def check_key(section: Section, key: str) -> str:
    """A key that rules and addresses can name. Raises `Invalid`."""
    plain = key.replace("-", "").replace("_", "")
    if not (plain.isascii() and plain.isalnum()) or len(key) > 40:
        raise Invalid(
            "A name of up to 40 letters, digits and hyphens, such as broadband-speed.", field="key"
        )
    return key


def _empty(section: Section) -> Doc:
    return {one.name: one.default for one in section.fields}


def _fixed(section: Section, held: Doc | None) -> frozenset[str]:
    """What a document is known by, which stays once it is made."""
    return frozenset(section.identity) if held is not None else frozenset()


def _held(
    request: HttpRequest, ask: Ask, section: Section, key: str, doc: Doc, sent: _Sent
) -> HttpResponse:
    """Somebody changed it meanwhile: what both typed is there, and saving again keeps mine."""
    theirs = keeping.find(section, key, ask.who).doc
    base = keeping.base_of(section, key, sent.seen)
    mine, both = keeping.merged(base, theirs, doc)
    last = keeping.history(section, key, ask.who).first()
    by_name = section.by_name
    held = {
        "who": last.by_name if last is not None else gettext("Somebody"),
        "when": moment_words(last.at, now=ask.now, zone=ask.zone) if last is not None else "",
        "changes": section.changes(base, theirs) if base is not None else [],
        "both": [
            (told(by_name[name].label), by_name[name].words(theirs.get(name))) for name in both
        ],
    }
    sent = _Sent(sent.key, digest(theirs))
    return _page(request, ask, section, key, mine, held=theirs, sent=sent, stale=held, status=412)


def _page(
    request: HttpRequest,
    ask: Ask,
    section: Section,
    key: str,
    doc: Doc,
    *,
    held: Doc | None,
    sent: _Sent | None = None,
    problems: Sequence[tuple[str, str]] = (),
    stale: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    asked = sent is not None
    sent = sent or _Sent("" if key == NEW else key, digest(held))
    preview, refused = preview_of(section, sent.key, doc, ask)
    # What is looked at while one types says at once what would be refused.
    problems = problems or (refused if asked else ())
    rows = [] if key == NEW else list(keeping.history(section, key, ask.who)[: RECENT + 1])
    locked = section.locked(ask.who) | _fixed(section, held)
    context = {
        "place": "settings", "section": section, "one": told(section.one),
        "key": key, "new": key == NEW,
        "title": _title(section, key, held), "sent": sent, "stale": stale,
        "controls": controls_of(section.fields, doc, locked=locked, problems=problems,
                                spare=sent.spare),
        "others": others(problems, section.fields), "problems": problems,
        "key_problem": next((words for place, words in problems if place == "key"), ""),
        "typed_key": key == NEW and not section.identity,
        "preview": preview, "may_change": _may_change(section, ask),
        "changes": change_views(section, rows[:RECENT], ask), "more_changes": len(rows) > RECENT,
        "newest": rows[0].number if rows and digest(held) == digest(rows[0].after) else 0,
        "removable": held is not None and section.removable and not section.single,
        "may_invite": _may_invite(section, key, ask),
        "back": _back(section),
    }  # fmt: skip
    return desk_render(request, ask, "desk/setup/edit.html", context, status=status)


def _back(section: Section) -> tuple[str, str]:
    return (
        ("/desk/settings/", gettext("Settings"))
        if section.single
        else (section.url, told(section.title))
    )


def _title(section: Section, key: str, held: Doc | None) -> str:
    return (
        gettext("New %(one)s") % {"one": told(section.one)}
        if held is None
        else section.title_of(key, held)
    )


def _may_change(section: Section, ask: Ask) -> bool:
    return section.locked(ask.who) != frozenset(section.by_name)


def _may_invite(section: Section, key: str, ask: Ask) -> bool:
    if section.key != "people" or key == NEW or not _may_change(section, ask):
        return False
    return User.objects.filter(email__iexact=key, is_active=True, last_login=None).exists()


def preview_of(
    section: Section, key: str, doc: Doc, ask: Ask
) -> tuple[Preview | None, list[tuple[str, str]]]:
    """What a document means, and what would be refused of it."""
    try:
        checked = section.checked(doc)
        if not section.previews:
            return None, []
        return section.preview(key, checked, now=ask.now, zone=ask.zone), []
    except DomainError as error:
        return None, keeping.refused(error)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        return None, [("", gettext("There is nothing to show yet: %(error)s") % {"error": error})]


# -- history --------------------------------------------------------------------------------------


def change_views(
    section: Section, rows: Sequence[SetupChange], ask: Ask
) -> list[tuple[SetupChange, str, list[tuple[str, str, str]]]]:
    """Changes with when, and what differs."""
    return [
        (row, moment_words(row.at, now=ask.now, zone=ask.zone),
         [(label, *_apart(old, new)) for label, old, new in section.changes(row.before, row.after)])
        for row in rows
    ]  # fmt: skip


def _apart(old: str, new: str) -> tuple[str, str]:
    """Two long texts, cut down to where they differ."""
    if max(len(old), len(new)) <= 160:
        return old, new
    match = difflib.SequenceMatcher(None, old, new, autojunk=False).find_longest_match()
    lead = match.size - 30 if match.a == 0 and match.b == 0 and match.size > 60 else 0
    dots = "…" if lead else ""
    return tuple(f"{dots}{text[lead:lead + 160]}{'…' if len(text) > lead + 160 else ''}"
                 for text in (old, new))  # type: ignore[return-value] # fmt: skip


@desk_page
@require_safe
def history(request: HttpRequest, ask: Ask, section: str, key: str) -> HttpResponse:
    """Who changed what, and the way back."""
    found = page_section(ask, section)
    rows = list(keeping.history(found, key, ask.who)[:HISTORY])
    held = found.documents().get(key)
    if held is None and not rows:
        raise NotFound(field="key")
    last = held if held is not None else (rows[0].before or {})
    context = {
        "place": "settings", "section": found, "key": key, "held": held,
        "title": found.title_of(key, last), "seen": digest(held),
        "changes": change_views(found, rows, ask),
        "outside": held is not None and bool(rows) and digest(rows[0].after) != digest(held),
        "back": (f"{found.url}{key}/", found.title_of(key, last)) if held else _back(found),
    }  # fmt: skip
    return desk_render(request, ask, "desk/setup/history.html", context)


@desk_page
@require_POST
def restore(request: HttpRequest, ask: Ask, section: str, key: str, number: int) -> HttpResponse:
    """Go back to how it was after a change."""
    found = page_section(ask, section)
    try:
        keeping.restore(found, key, number, author_of(ask), seen=request.POST.get("seen") or None)
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, gettext("Not restored. %(message)s") % {"message": error.message})
        return redirect(f"{found.url}{key}/history/")
    messages.success(request, gettext("It is again as it was then."))
    return redirect(f"{found.url}{key}/")


@desk_page
@require_POST
def undo(request: HttpRequest, ask: Ask, section: str, key: str, number: int) -> HttpResponse:
    """Take the newest change back."""
    found = page_section(ask, section)
    try:
        item = keeping.undo(found, key, number, author_of(ask))
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, gettext("Not undone. %(message)s") % {"message": error.message})
        return redirect(f"{found.url}{key}/history/")
    messages.success(request, gettext("Undone."))
    return redirect(f"{found.url}{key}/" if item is not None else found.url)


@desk_page
@require_POST
def invite_again(request: HttpRequest, ask: Ask, key: str) -> HttpResponse:
    """Send the mail with the link to begin once more."""
    check_may_see(ask.who)
    check_admin(ask.who)
    person = User.objects.filter(email__iexact=key).first()
    if person is None:
        raise NotFound(field="key")
    try:
        with transaction.atomic():
            invite(person, by=me_of(ask), now=ask.now)
    except Conflict as error:
        messages.error(request, error.message)
    else:
        messages.success(
            request, gettext("%(name)s gets a mail with a link to begin.") % {"name": person.name}
        )
    return redirect(f"/desk/settings/people/{key}/")
