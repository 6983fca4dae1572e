"""The list of a section: its documents, found by their words, page by page."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from desk.setup.fields import Choice, told
from desk.setup.section import Doc, Section
from desk.setup.views import page_section
from desk.views.shell import Ask, desk_page, desk_render, query
from desk.words import number_words

#: Rows of a list on one page, and how many need no field to find one.
ROWS, FEW = 100, 15


@desk_page
@require_safe
def show(request: HttpRequest, ask: Ask, section: str) -> HttpResponse:
    """The documents of a section."""
    found = page_section(ask, section)
    if found.single:
        return redirect(f"{found.url}{found.single}/")
    documents = found.documents()
    by_name = found.by_name
    heads = [told(by_name[name].label) for name in found.columns]
    # What is chosen among other documents is asked for once, not in each row.
    names = {name: dict(one.options()) for name in found.columns
             if isinstance(one := by_name[name], Choice)}  # fmt: skip
    rows = [
        (
            found.title_of(key, doc),
            f"{found.url}{key}/",
            [_short(found, name, doc, names.get(name)) for name in found.columns],
            doc.get("active", True),
        )
        for key, doc in documents.items()
    ]
    asked = query(request, "q").strip()
    shown = [row for row in rows if _answers(asked, row[0], *row[2])]
    pages = Paginator(shown, ROWS).get_page(query(request, "page", "1"))
    context = {
        "place": "settings", "section": found, "one": told(found.one), "heads": heads,
        "rows": pages, "asked": asked, "count": number_words(len(shown)),
        "all": number_words(len(rows)), "may_find": len(rows) > FEW,
        "attention": list(found.attention(documents)), "may_make": _may_make(found, ask),
        "back": ("/desk/settings/", gettext("Settings")),
    }  # fmt: skip
    return desk_render(request, ask, "desk/setup/list.html", context)


def _answers(asked: str, *words: str) -> bool:
    """Whether every word that is looked for stands somewhere in a row."""
    there = " ".join(words).casefold()
    return all(word in there for word in asked.casefold().split())


def _short(section: Section, name: str, doc: Doc, names: dict[str, str] | None) -> str:
    """A value in a cell of a list: of a list of mappings, how many."""
    value = doc.get(name)
    if names is not None:
        return names.get(str(value), str(value)) if value else "–"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return str(len(value))
    if value in (None, "", [], {}):
        return "–"
    text = section.by_name[name].words(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _may_make(section: Section, ask: Ask) -> bool:
    if section.key == "people":
        return not section.locked(ask.who)
    return True
