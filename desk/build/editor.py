"""The policy editor, put together: rules, the one that is open, its text, a ticket, the checks."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, gettext_lazy

from desk.build.kinds import kind_of_remedy
from desk.build.policy_code import (
    CodeLine,
    Excerpt,
    GridView,
    MarkView,
    code_lines,
    excerpts,
    grid_view,
    mark_views,
)
from desk.build.policy_side import CheckView, SideView, check_views, side_view
from desk.words import day_words, short_moment_words
from remedies.errors import PolicyInvalid
from remedies.models import RemedyPolicy
from remedies.rules.checks.checking import Look, look_through
from remedies.rules.editing.grids import Grid, Reader
from remedies.rules.editing.outline import Item, changed_items, grids_of, items_of, said_of
from remedies.rules.editing.ruleforms import TESTS, RuleForm, form_of
from remedies.rules.editing.text import Parts, parts_of
from remedies.rules.states import PolicyStatus
from remedies.searched import Searched, search
from remedies.services.previewing import preview
from tickets.models import Ticket
from tickets.saying import retold

#: What may be added beside a rule.
_NEW = {
    "exclusion": gettext_lazy("An exclusion"),
    "cap": gettext_lazy("A cap"),
    "set_off": gettext_lazy("A set-off"),
    "fact": gettext_lazy("A fact"),
    "value": gettext_lazy("A value"),
    "case": gettext_lazy("A case"),
}
TABS = {"matrix": gettext_lazy("Matrix"), "form": gettext_lazy("Form"), "yaml": "YAML"}


@dataclass(frozen=True)
class Typed:
    """What the page holds at this moment: the text, the open rule and tab, the ticket."""

    text: str
    rule: str = ""
    tab: str = ""
    #: A line of the text that was asked for; 0 for none.
    line: int = 0
    ticket: Ticket | None = None
    tickets: tuple[Ticket, ...] = ()
    #: The last text that could be read, and when a text can't, what is shown in its place.
    valid: str = ""
    #: By the name of the control: what could not be brought into the text, and why not.
    kept: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    #: The saving that the text was made from.
    seen: int = 0
    search: bool = False


@dataclass(frozen=True, slots=True)
class ItemView:
    """A rule in the list."""

    name: str
    title: str
    changed: bool
    wrong: bool
    owed: bool
    current: bool


@dataclass(frozen=True)
class EditorView:
    """Everything on the page."""

    row: RemedyPolicy
    url: str
    editable: bool
    chip: str
    context: str
    saved: str
    dirty: bool
    typed: Typed
    groups: tuple[tuple[str, tuple[ItemView, ...]], ...]
    #: The head of the policy, its facts, values and cases, in the same way.
    said: tuple[tuple[str, tuple[ItemView, ...]], ...]
    item: Item | None
    subtitle: str
    tab: str
    tabs: tuple[tuple[str, str], ...]
    grids: tuple[GridView, ...]
    form: RuleForm | None
    code: tuple[CodeLine, ...]
    excerpts: tuple[Excerpt, ...]
    marks: tuple[MarkView, ...]
    side: SideView | None
    checks: tuple[CheckView, ...]
    #: What the search knows by now; None where it was not asked for.
    searched: Searched | None
    text_searched: str
    valid: str
    #: Why the text as it is can't be tried.
    stands_in: str
    names: tuple[tuple[str, str], ...]
    tests: tuple[tuple[str, str], ...] = tuple(TESTS.items())
    #: What may be added beside a rule.
    new: tuple[tuple[str, Any], ...] = tuple(_NEW.items())

    @property
    def searching(self) -> bool:
        """Whether the search goes on, so that the page asks again."""
        return self.searched is not None and not self.searched.done

    @property
    def line(self) -> int:
        """The line that the text is shown at: the one that was asked for, else the open rule's."""
        return self.typed.line or (self.item.first if self.item is not None else 1)

    @property
    def left(self) -> int:
        """How many checks keep it from being put in force."""
        return sum(1 for check in self.checks if check.state == "wrong")


def editor_view(
    row: RemedyPolicy,
    typed: Typed,
    *,
    active: RemedyPolicy | None,
    editable: bool,
    tries: bool,
    now: dt.datetime,
    zone: ZoneInfo,
) -> EditorView:
    """The page of one version. `active` is the version in force; `tries` whether the reader may
    try drafts on tickets."""
    look, parts, stands_in = _look(typed)
    searched = search(look.readable, now=now) if typed.search and look.policy and tries else None
    marks = mark_views(look)
    items = items_of(parts) if parts is not None else ()
    said = said_of(parts) if parts is not None else ()
    item = next((one for one in (*items, *said) if one.name == typed.rule), None)
    item = item or _first(items, marks)
    reader = Reader.of(parts, look.policy) if parts is not None else None
    every = [
        (one.name, grid) for one in items for grid in (grids_of(reader, one.path) if reader else ())
    ]
    shown = [grid for name, grid in every if item is not None and name == item.name]
    if item is not None and item.word == "value" and reader is not None:
        shown = list(grids_of(reader, item.path))
    tab = typed.tab if typed.tab in TABS else ("matrix" if shown else "form")
    if item is None:
        tab = "yaml"
    return EditorView(
        row=row,
        url=f"/desk/policies/{row.key}/{row.version}/",
        editable=editable,
        chip=f"{_word(row)} {row.version}",
        context=_context(row, active, now=now, zone=zone),
        saved=gettext("saved %(saved_at)s")
        % {"saved_at": short_moment_words(row.saved_at, now=now, zone=zone)}
        if row.saved_at
        else "",
        dirty=typed.text != row.source,
        typed=typed,
        groups=_groups(items, item, marks, _changed(active, row, parts), every),
        said=_groups(said, item, marks, frozenset(), []),
        item=item,
        subtitle=_subtitle(look, item),
        tab=tab,
        tabs=tuple((key, str(words)) for key, words in TABS.items()),
        grids=tuple(grid_view(grid, typed.kept, editable=editable) for grid in shown),
        form=form_of(parts, item) if parts is not None and item is not None else None,
        code=code_lines(typed.text, marks) if tab == "yaml" else (),
        excerpts=excerpts(look, items, marks),
        marks=marks,
        side=_side(row, typed, look, stands_in, now=now) if tries else None,
        checks=check_views(look, _once(every), searched) if tries else (),
        searched=searched,
        text_searched=look.readable,
        valid=look.readable if look.policy is not None else typed.valid,
        stands_in=stands_in,
        names=_names(look),
    )


def _look(typed: Typed) -> tuple[Look, Parts | None, str]:
    """The text; in the place of one that can't be read at all, the parts of the last that could."""
    look = look_through(typed.text)
    for text in (typed.text, typed.valid):
        try:
            parts = parts_of(text)
        except PolicyInvalid:
            continue
        if isinstance(parts.data, dict):
            said = (
                ""
                if text == typed.text and look.policy is not None
                else (
                    gettext(
                        "The text can’t be read as a policy. Shown is its last form that could."
                    )
                )
            )
            return look, parts, said if look.policy is None else ""
    return look, None, gettext("The text can’t be read as a policy.")


def _first(items: tuple[Item, ...], marks: tuple[MarkView, ...]) -> Item | None:
    """The rule that is open where none was chosen: the first with a mistake, else the first."""
    rules = [one for one in items if one.word == "rule"]
    for one in rules:
        if any(one.first <= mark.line <= one.last for mark in marks):
            return one
    return rules[0] if rules else None


def _word(row: RemedyPolicy) -> str:
    return {
        PolicyStatus.ACTIVE: gettext("in force:"),
        PolicyStatus.SCHEDULED: gettext("planned:"),
        PolicyStatus.RETIRED: gettext("retired"),
    }.get(PolicyStatus(row.status), gettext("draft"))


def _context(
    row: RemedyPolicy, active: RemedyPolicy | None, *, now: dt.datetime, zone: ZoneInfo
) -> str:
    if row.status == PolicyStatus.SCHEDULED and row.active_from is not None:
        return gettext("from %(when)s") % {"when": day_words(row.active_from, now=now, zone=zone)}
    if active is None:
        return gettext("none in force")
    since = day_words(active.active_from or active.created_at, now=now, zone=zone)
    if active.pk == row.pk:
        return gettext("since %(when)s") % {"when": since}
    told = {"version": active.version, "when": since}
    return gettext("active: %(version)s, since %(when)s") % told


def _changed(active: RemedyPolicy | None, row: RemedyPolicy, parts: Parts | None) -> frozenset[str]:
    """Names of the items that say something else than what is in force."""
    if active is None or active.pk == row.pk or parts is None:
        return frozenset()
    return changed_items(parts_of(active.source), parts)


def _groups(
    items: tuple[Item, ...],
    current: Item | None,
    marks: tuple[MarkView, ...],
    changed: frozenset[str],
    grids: list[tuple[str, Grid]],
) -> tuple[tuple[str, tuple[ItemView, ...]], ...]:
    out_of_order = {name for name, grid in grids if grid.disorders}
    found: dict[str, list[ItemView]] = {}
    for item in items:
        wrong = any(item.first <= mark.line <= item.last for mark in marks)
        found.setdefault(item.heading, []).append(
            ItemView(
                item.name,
                retold(item.title),
                item.name in changed,
                wrong or item.name in out_of_order,
                item.owed,
                current is not None and current.path == item.path,
            )
        )
    return tuple((retold(heading), tuple(views)) for heading, views in found.items())


def _once(grids: list[tuple[str, Grid]]) -> list[tuple[str, Grid]]:
    """Each grid once, under the first rule that reads it."""
    return list({grid.path: (name, grid) for name, grid in reversed(grids)}.values())


def _subtitle(look: Look, item: Item | None) -> str:
    """What the rule tells the customer, or what it does."""
    if look.policy is None or item is None or item.word != "rule":
        return ""
    rule = next((one for one in look.policy.rules if one.name == item.name), None)
    if rule is None:
        return gettext("It can’t be read as it is, and is left out until it can.")
    return retold(rule.says) or gettext("Gives %(kind)s.") % {"kind": kind_of_remedy(rule.kind)}


def _side(
    row: RemedyPolicy, typed: Typed, look: Look, stands_in: str, *, now: dt.datetime
) -> SideView | None:
    if typed.ticket is None:
        return None
    policy = look.policy
    if policy is None and stands_in and typed.valid:
        policy = look_through(typed.valid).policy
    found = preview(typed.ticket, policy, key=row.key, now=now)
    status = "draft" if row.status == PolicyStatus.DRAFT else str(row.status)
    return side_view(found, version=row.version, status=status, left_out=look.left_out)


def _names(look: Look) -> tuple[tuple[str, str], ...]:
    """Facts and values that fields may name, for completion."""
    if look.policy is None:
        return ()
    facts = [(name, fact.label) for name, fact in look.policy.facts.items()]
    data = look.source.data
    values = data.get("values") if isinstance(data, dict) else None
    derived = (
        [(name, gettext("derived value")) for name in values] if isinstance(values, dict) else []
    )
    return tuple(facts + derived)
