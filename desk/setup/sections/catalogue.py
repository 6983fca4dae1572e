"""What complaints may be about, the facts they ask for, why things go wrong, and the way on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext, gettext_noop

from desk.icons import icon_names, icons_like
from desk.setup.compound import Rows
from desk.setup.errors import SetupInvalid
from desk.setup.fields import Choice, Flag, Text, Whole, Words
from desk.setup.section import Attention, Doc, Preview, Section, held, referred, stored
from desk.setup.sections import options
from tickets.catalogue import catalogue
from tickets.models import Category, FactDefinition, Recourse, RootCause, Team, User
from tickets.rules import FactKind, Stage

#: The key of what holds for every category.
EVERY = "every"

FACTS = Rows(
    name="facts",
    label=gettext_noop("Facts"),
    help=gettext_noop("Asked of the customer, and seen by rules. In this order."),
    columns=(
        Text(
            name="name",
            label=gettext_noop("Name for rules"),
            limit=60,
            required=True,
            form=r"[a-zA-Z0-9_-]+",
            like=gettext_noop("a name such as delay_minutes"),
        ),
        Text(name="label", label=gettext_noop("As people read it"), limit=120, required=True),
        Choice(
            name="kind",
            label=gettext_noop("Kind"),
            options=options.of_enum(FactKind),
            required=True,
            default=FactKind.TEXT.value,
        ),
        Words(name="choices", label=gettext_noop("Choices")),
        Text(name="unit", label=gettext_noop("Unit"), limit=20),
        Flag(name="required", label=gettext_noop("Needed")),
        Flag(name="on_form", label=gettext_noop("On the form"), default=True),
        Text(name="help", label=gettext_noop("Hint"), limit=200),
    ),
)
#: Columns of a category that a document has as they are.
_PLAIN = ("name", "icon", "public", "active", "order", "guidance")
_FACT = ("name", "label", "kind", "choices", "unit", "required", "on_form", "help")


def fact_docs(rows: Iterable[FactDefinition]) -> list[Doc]:
    """Facts in their order."""
    ordered = sorted(rows, key=lambda row: (row.order, row.pk))
    return [
        {name: list(row.choices) if name == "choices" else getattr(row, name) for name in _FACT}
        for row in ordered
    ]


def write_facts(category: Category | None, docs: list[Doc], *, new: bool = False) -> None:
    """Give a category these facts, in this order, and no others; a new one has none yet."""
    rows = () if new else FactDefinition.objects.filter(category=category)
    there = {row.name: row for row in rows}
    for name in set(there) - {doc["name"] for doc in docs}:
        there[name].delete()
    _check_facts(docs)
    for index, doc in enumerate(docs):
        row = there.get(doc["name"]) or FactDefinition(category=category, name=doc["name"])
        was = {name: getattr(row, name) for name in (*_FACT, "order")}
        for name in _FACT:
            setattr(row, name, doc[name])
        row.order = (index + 1) * 10
        if row._state.adding or was != {name: getattr(row, name) for name in was}:
            stored(row, at=f"facts[{index}]", later=True)


def _check_facts(docs: list[Doc]) -> None:
    """One fact of each name, and something to choose where one is to be chosen."""
    wrong, seen = [], set()
    for index, doc in enumerate(docs):
        if doc["name"] in seen:
            words = gettext("There is a fact “%(name)s” above already.") % {"name": doc["name"]}
            wrong.append((f"facts[{index}].name", words))
        if doc["kind"] == FactKind.CHOICE.value and not doc["choices"]:
            words = gettext("Say what there is to choose from, with commas.")
            wrong.append((f"facts[{index}].choices", words))
        seen.add(doc["name"])
    if wrong:
        raise SetupInvalid(wrong)


class CommonFacts(Section):
    """Facts that every complaint may carry."""

    key = "facts"
    title = gettext_noop("Facts of every complaint")
    one = gettext_noop("set of facts")
    about = gettext_noop(
        "What may be known of a complaint whatever it is about, such as the order number."
    )
    icon = "list-checks"
    group = gettext_noop("What complaints are about")
    single = EVERY
    fields = (FACTS,)
    previews = True

    def documents(self) -> dict[str, Doc]:
        """One."""
        rows = FactDefinition.objects.filter(category=None)
        return {EVERY: {"facts": fact_docs(rows)}}

    def title_of(self, key: str, doc: Doc) -> str:
        """What it is."""
        return self.title

    def write(
        self, key: str, doc: Doc, *, before: Doc | None, by: User | None, now: dt.datetime
    ) -> None:
        """All of them."""
        write_facts(None, doc["facts"])

    def preview(self, key: str, doc: Doc, *, now: dt.datetime, zone: dt.tzinfo) -> Preview | None:
        """What the form asks."""
        return Preview("desk/setup/preview_facts.html", {"facts": doc["facts"]})


class Categories(Section):
    """A tree."""

    key = "categories"
    title = gettext_noop("Categories")
    one = gettext_noop("category")
    about = gettext_noop("What complaints may be about, which team gets them, and what is asked.")
    icon = "folder-tree"
    group = gettext_noop("What complaints are about")
    columns = ("parent", "team", "facts", "public", "active")
    above = "parent"
    previews = True
    fields = (
        Text(name="name", label=gettext_noop("Name"), required=True),
        Choice(
            name="parent",
            label=gettext_noop("Belongs to"),
            options=options.categories,
            open=True,
            blank=gettext_noop("nothing above it"),
            help=gettext_noop("It takes team, icon and facts from there."),
        ),
        Choice(
            name="team",
            label=gettext_noop("Team"),
            options=options.teams,
            open=True,
            blank=gettext_noop("as the one above, or the default team"),
        ),
        Text(
            name="icon",
            label=gettext_noop("Icon"),
            limit=40,
            form=r"[a-z0-9-]+",
            like=gettext_noop("a name such as wifi"),
            help=gettext_noop("Name of a lucide icon, such as wifi, truck, plane or receipt."),
        ),
        Flag(name="public", label=gettext_noop("Offered on the public form"), default=True),
        Flag(name="active", label=gettext_noop("In use"), default=True),
        Whole(name="order", label=gettext_noop("Place in lists"), default=100),
        Text(
            name="guidance",
            label=gettext_noop("Guidance"),
            limit=4000,
            rows=5,
            help=gettext_noop(
                "How we handle it: shown beside the conversation. Empty: as the one above."
            ),
        ),
        FACTS,
    )

    def documents(self) -> dict[str, Doc]:
        """Each below the one it belongs to."""
        rows = Category.objects.select_related("parent", "team").prefetch_related(
            "fact_definitions"
        )
        found: dict[str, Doc] = {}
        below: dict[int | None, list[Category]] = {}
        for row in rows.order_by("order", "name"):
            below.setdefault(row.parent_id, []).append(row)
        todo = list(reversed(below.get(None, [])))
        while todo:
            row = todo.pop()
            found[row.key] = self._doc(row)
            todo += reversed(below.pop(row.pk, []))
        return found

    def _doc(self, row: Category) -> Doc:
        doc: Doc = {name: getattr(row, name) for name in _PLAIN}
        return doc | {
            "parent": row.parent.key if row.parent else "",
            "team": row.team.key if row.team else "",
            "facts": fact_docs(row.fact_definitions.all()),
        }

    def write(
        self, key: str, doc: Doc, *, before: Doc | None, by: User | None, now: dt.datetime
    ) -> None:
        """With its facts. That it does not lie below itself is checked with all of them."""
        if doc["icon"] and doc["icon"] not in icon_names():
            words = gettext("There is no icon “%(name)s”. Those most like it: %(like)s.")
            told = {"name": doc["icon"], "like": ", ".join(icons_like(doc["icon"]))}
            raise SetupInvalid([("icon", words % told)])
        row = held(Category, before, key=key) or Category(key=key)
        row.parent = referred(Category, doc["parent"], "parent")
        row.team = referred(Team, doc["team"], "team")
        for name in _PLAIN:
            setattr(row, name, doc[name])
        new = row._state.adding
        stored(row, later=True)
        write_facts(row, doc["facts"], new=new)

    def remove(self, key: str, *, by: User | None, now: dt.datetime) -> None:
        """One that no complaint has."""
        Category.objects.get(key=key).delete()

    def preview(self, key: str, doc: Doc, *, now: dt.datetime, zone: dt.tzinfo) -> Preview | None:
        """Where it goes, and what the form asks, with what comes from above."""
        entries = catalogue().by_key
        above = entries.get(doc["parent"]) or None
        own = {one["name"] for one in doc["facts"]}
        asked: list[Any] = [
            spec for name, spec in (above.facts if above else {}).items() if name not in own
        ]
        names = dict(options.teams())
        inherited = above.team if above else None
        default = catalogue().default_team
        team = names.get(doc["team"]) or getattr(inherited or default, "name", "")
        return Preview(
            "desk/setup/preview_category.html",
            {
                "path": [*(above.path if above else ()), doc["name"]],
                "team": team,
                "inherited": asked,
                "facts": doc["facts"],
                "doc": doc,
            },
        )

    def attention(self, documents: dict[str, Doc]) -> Iterable[Attention]:
        """Nothing that can be chosen."""
        if not any(doc["active"] for doc in documents.values()):
            yield Attention(
                gettext_noop("There is no category to file a complaint under."),
                self.url,
                stops=True,
            )
        elif not any(doc["active"] and doc["public"] for doc in documents.values()):
            yield Attention(gettext_noop("The public form offers no category."), self.url)


class Causes(Section):
    """Root causes."""

    key = "causes"
    title = gettext_noop("Root causes")
    one = gettext_noop("root cause")
    about = gettext_noop("Why things go wrong, in your own list. Reports count by it.")
    icon = "git-branch"
    group = gettext_noop("What complaints are about")
    columns = ("active",)
    fields = (
        Text(name="name", label=gettext_noop("Name"), limit=120, required=True),
        Flag(name="active", label=gettext_noop("In use"), default=True),
    )

    def documents(self) -> dict[str, Doc]:
        """By name."""
        rows = RootCause.objects.order_by("name")
        return {row.key: {"name": row.name, "active": row.active} for row in rows}

    def write(
        self, key: str, doc: Doc, *, before: Doc | None, by: User | None, now: dt.datetime
    ) -> None:
        """One."""
        row = held(RootCause, before, key=key) or RootCause(key=key)
        row.name, row.active = doc["name"], doc["active"]
        stored(row, later=True)

    def remove(self, key: str, *, by: User | None, now: dt.datetime) -> None:
        """One that no finding names."""
        RootCause.objects.get(key=key).delete()


class RecourseSection(Section):
    """The way on from our answer."""

    key = "recourse"
    title = gettext_noop("After our answer")
    one = gettext_noop("way on")
    about = gettext_noop(
        "How long a review may be asked for, and which outside body can be turned to."
    )
    icon = "signpost"
    group = gettext_noop("What complaints are about")
    identity = ("category",)
    named = "category"
    columns = ("review_days", "body", "body_months")
    fields = (
        Choice(
            name="category",
            label=gettext_noop("Category"),
            options=options.categories,
            open=True,
            blank=gettext_noop("every category that has none of its own"),
        ),
        Words(
            name="formal_stages",
            label=gettext_noop("Formal at"),
            boxes=True,
            options=options.of_enum(
                Stage, **{"1": gettext_noop("first answer"), "2": gettext_noop("review")}
            ),
            help=gettext_noop("A refusal goes out there only when nothing lacks."),
        ),
        Whole(
            name="review_days",
            label=gettext_noop("Days for a review"),
            default=None,
            help=gettext_noop("Calendar days from our answer. Empty: without limit."),
        ),
        Text(
            name="body",
            label=gettext_noop("Outside body"),
            limit=160,
            help=gettext_noop("Such as the ombudsman."),
        ),
        Text(name="body_address", label=gettext_noop("Its address"), limit=300),
        Text(name="body_web", label=gettext_noop("Its page"), limit=200),
        Whole(
            name="body_months",
            label=gettext_noop("Months to turn there"),
            default=None,
            help=gettext_noop("From our final answer. Empty: no limit."),
        ),
        Text(name="body_note", label=gettext_noop("What else to know"), limit=300),
    )

    def key_of(self, doc: Doc) -> str:
        """The category's."""
        return doc["category"] or EVERY

    def title_of(self, key: str, doc: Doc) -> str:
        """The category's name."""
        names = dict(options.categories())
        return names.get(doc["category"], gettext("Every other category"))

    def documents(self) -> dict[str, Doc]:
        """That of all first."""
        rows = Recourse.objects.select_related("category").order_by("category__name")
        found = [(row.category.key if row.category else "", row) for row in rows]
        return {
            key or EVERY: {"category": key}
            | {one.name: _plain(getattr(row, one.name)) for one in self.fields[1:]}
            for key, row in sorted(found, key=lambda pair: pair[0] != "")
        }

    def write(
        self, key: str, doc: Doc, *, before: Doc | None, by: User | None, now: dt.datetime
    ) -> None:
        """One."""
        category = referred(Category, doc["category"], "category")
        row = held(Recourse, before, category=category) or Recourse(category=category)
        for one in self.fields[1:]:
            setattr(row, one.name, doc[one.name])
        stored(row, later=True)

    def remove(self, key: str, *, by: User | None, now: dt.datetime) -> None:
        """One."""
        found = {"category": None} if key == EVERY else {"category__key": key}
        for row in Recourse.objects.filter(**found):
            row.delete()


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, list | tuple) else value
