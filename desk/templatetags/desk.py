"""Tags for the desk's templates: inline icons, and nothing that decides."""

import functools
from datetime import date
from typing import Any

import lucide
from django import template
from django.template.loader import get_template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from desk.icons import UNKNOWN, icon_names
from desk.scripts import address_of
from desk.words import full_date_words, short_date_words
from remedies.rules.retelling import told
from tickets.saying import retold

register = template.Library()

_LANGUAGE = ' xmlns="http://www.w3.org/2000/svg"'

#: Icons that point along the line; read from right to left, they point the other way.
_TURNS = frozenset(
    "arrow-left arrow-right chevron-left chevron-right corner-up-right external-link log-in log-out"
    " redo-2 reply rotate-ccw send undo-2".split()
)


@functools.lru_cache(maxsize=512)
def _svg(name: str, size: int) -> SafeString:
    """The icon's markup; lucide parses its archive for each one, hence the cache."""
    markup = lucide._render_icon(  # noqa: SLF001 - what its own template tag calls
        name,
        size,
        **{"class": "icon icon-turns" if name in _TURNS else "icon", "aria-hidden": "true"},
    )
    # Within HTML it needs no name of its language; a page has a hundred of them.
    return mark_safe(markup.replace(_LANGUAGE, ""))  # from the installed package, not a person


@register.simple_tag
def icon(name: str, size: int = 16) -> SafeString:
    """A lucide icon as inline SVG, hidden from screen readers: the words beside it are its name.

    A category's icon was typed by somebody: one that there is none of costs nobody the page.
    """
    return _svg(name if name in icon_names() else UNKNOWN, size)


@functools.lru_cache(maxsize=4096)
def _drawn(name: str, values: tuple[tuple[str, Any], ...], _language: str) -> SafeString:
    return mark_safe(get_template(f"desk/components/{name}.html").render(dict(values)))


@register.simple_tag
def drawn(name: str, **values: Any) -> SafeString:
    """The component `name` with nothing but `values`, kept for the next row that shows the same.

    For the small pictures, of which a page shows hundreds and few that differ: a level of pain, a
    face, a chip. `values` are frozen (desk.glyphs), so what is the same looks the same.
    """
    return _drawn(name, tuple(values.items()), get_language() or "")


@register.filter(name="retold")
def said_again(words: Any) -> str:
    """What is kept in English, in the reader's language where the catalogue has it."""
    return retold(str(words or ""))


@register.filter
def short_day(day: date) -> str:
    """A day without its year: "19 Nov", "19. Nov."."""
    return short_date_words(day)


@register.filter
def full_day(day: date) -> str:
    """A day with its year: "19 Nov 2026", "19. Nov. 2026"."""
    return full_date_words(day)


@register.filter
def quoted(words: Any) -> str:
    """What somebody said, between the marks of the reader's language."""
    return gettext("“%(words)s”") % {"words": words}


@register.filter(name="told")
def told_again(words: Any) -> str:
    """What a reckoning said, with its sums, in the reader's language and form."""
    return told(str(words or ""))


@register.simple_tag
def key(*names: str) -> SafeString:
    """Keys as <kbd>, hidden from screen readers (aria-keyshortcuts tells them)."""
    marks = "".join(format_html("<kbd>{}</kbd>", name) for name in names)
    return format_html('<span aria-hidden="true">{}</span>', mark_safe(marks))


@register.simple_tag
def words_of_scripts() -> str:
    """Where the scripts' texts are in the language of the page; "" for their own."""
    return address_of(get_language() or "")


@register.simple_tag
def undo_of(mark: str) -> str:
    """Where what a message tells is undone, by its mark: "undo:7", "undo-view:7"; else ""."""
    kind, _, key = mark.partition(":")
    if not key.isdecimal():
        return ""
    known = {"undo": f"/desk/bulk/{key}/undo/", "undo-view": f"/desk/views/{key}/put-back/"}
    return known.get(kind, "")
