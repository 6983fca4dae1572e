"""Texts that people begin with."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext, gettext_noop

from desk.build.texts import parts_of
from desk.setup.errors import SetupInvalid
from desk.setup.fields import Choice, Flag, Text, Whole
from desk.setup.section import Doc, Preview, Section, held, referred, stored
from desk.setup.sections import options
from tickets.catalogue import catalogue
from tickets.filling import ALWAYS, fill, unknown_in
from tickets.models import Category, ReusableText, User
from tickets.rules import TextUse

_PLAIN = ("name", "use", "language", "body", "active", "order")
#: What stands in a preview; facts of a category stay gaps, since each customer has others.
_SAMPLE = {
    "name": "Ines Calloway",
    "first_name": "Ines",
    "number": "A-10485",
    "matter": "Nine days offline",
    "received": "Thursday 19 November",
    "me": "Nadia Rahman",
    "my_first_name": "Nadia",
    "team": "Home",
    "next_by": "Tuesday 24 November, 12:00",
}


def labels_for(category: str) -> dict[str, str]:
    """What can be filled in where a text belongs to this category ("" for every one), by name."""
    entries = catalogue().by_key
    entry = entries.get(category)
    found = [entry] if entry else list(entries.values())
    facts = {name: spec.label for one in found for name, spec in one.facts.items()}
    return {**ALWAYS, **facts}


class ReusableTexts(Section):
    """Texts with facts in braces."""

    key = "texts"
    title = gettext_noop("Reusable texts")
    one = gettext_noop("text")
    about = gettext_noop(
        "What replies, questions and notes may begin with; the customer's facts are filled in."
    )
    icon = "notebook-text"
    group = gettext_noop("Customers")
    columns = ("use", "category", "language", "active")
    previews = True
    fields = (
        Text(
            name="name",
            label=gettext_noop("Name"),
            required=True,
            help=gettext_noop("As it is found."),
        ),
        Choice(
            name="use",
            label=gettext_noop("Offered in"),
            required=True,
            default=TextUse.REPLY.value,
            options=options.of_enum(
                TextUse,
                reply=gettext_noop("replies"),
                ask=gettext_noop("questions"),
                note=gettext_noop("notes"),
            ),
        ),
        Choice(
            name="category",
            label=gettext_noop("Category"),
            options=options.categories,
            open=True,
            blank=gettext_noop("every category"),
            help=gettext_noop("Those below it have the text, too."),
        ),
        Choice(
            name="language",
            label=gettext_noop("Language"),
            options=options.fixed(*options.LANGUAGES),
            default="en",
            required=True,
        ),
        Text(
            name="body",
            label=gettext_noop("Text"),
            limit=8000,
            rows=10,
            required=True,
            help=gettext_noop(
                "Facts in braces, such as {first_name}, {number}, {me} or a fact's name for "
                "rules. What is not known is marked, and nobody sends it so."
            ),
        ),
        Flag(name="active", label=gettext_noop("In use"), default=True),
        Whole(name="order", label=gettext_noop("Place in lists"), default=100),
    )

    def documents(self) -> dict[str, Doc]:
        """In the order in which they are offered."""
        rows = ReusableText.objects.select_related("category")
        return {
            row.key: {
                **{name: getattr(row, name) for name in _PLAIN},
                "category": row.category.key if row.category else "",
            }
            for row in rows
        }

    def write(
        self, key: str, doc: Doc, *, before: Doc | None, by: User | None, now: dt.datetime
    ) -> None:
        """Raises for a fact that does not exist, naming those that do."""
        known = labels_for(doc["category"])
        if wrong := unknown_in(doc["body"], known):
            names = ", ".join(f"{{{name}}}" for name in wrong)
            there = ", ".join(sorted(known))
            words = gettext("There is no such fact: %(names)s. There are: %(there)s.") % {
                "names": names,
                "there": there,
            }
            raise SetupInvalid([("body", words)])
        row = held(ReusableText, before, key=key) or ReusableText(key=key)
        row.category = referred(Category, doc["category"], "category")
        for name in _PLAIN:
            setattr(row, name, doc[name])
        stored(row, later=True)

    def remove(self, key: str, *, by: User | None, now: dt.datetime) -> None:
        """What was written with it stays as it is."""
        ReusableText.objects.get(key=key).delete()

    def preview(self, key: str, doc: Doc, *, now: dt.datetime, zone: dt.tzinfo) -> Preview | None:
        """As it would stand in a reply, with gaps for what depends on the customer."""
        filled = fill(doc["body"], _SAMPLE, labels=labels_for(doc["category"]))
        return Preview(
            "desk/setup/preview_text.html",
            {
                "parts": parts_of(filled.text),
                "missing": filled.missing,
                "unknown": unknown_in(doc["body"], labels_for(doc["category"])),
            },
        )
