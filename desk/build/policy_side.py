"""The right part of the policy editor: a real ticket by both versions, and the checks."""

from collections.abc import Sequence
from dataclasses import dataclass

from desk.words import count_words, listed
from remedies.active import flaws_of
from remedies.rules import Component
from remedies.rules.checks.checking import Look
from remedies.rules.checks.findings import Finding, Flaw
from remedies.rules.editing.grids import Grid
from remedies.services.previewing import Line, Preview
from tickets.access import Principal, visible_tickets
from tickets.catalogue import catalogue
from tickets.models import Ticket
from tickets.money import words as money_words

#: So many tickets can be chosen from; others by their number.
OFFERED = 15
_BARE = {"apology": "in words", "callback": "a call"}


@dataclass(frozen=True, slots=True)
class SideLine:
    """One rule on both sides; `why` has the steps where it differs."""

    name: str
    rule: str
    active: str
    draft: str
    why: str
    changed: bool


@dataclass(frozen=True, slots=True)
class SideView:
    """A ticket by what is in force and by the draft."""

    number: str
    url: str
    active_head: str
    draft_head: str
    lines: tuple[SideLine, ...]
    active_total: str
    draft_total: str
    delta: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckView:
    """One check: "ok", "wrong", "doubt" or "waits"; where it leads: a rule, or a line."""

    state: str
    lead: str
    words: str
    rule: str = ""
    line: int = 0
    details: tuple[str, ...] = ()

    @property
    def icon(self) -> str:
        """Its sign."""
        return {"ok": "check", "wrong": "x", "doubt": "circle-question-mark", "waits": "loader"}[
            self.state
        ]


def tickets_to_try(who: Principal, categories: Sequence[str]) -> list[Ticket]:
    """The newest tickets that the policy is for and `who` may see; those with most pain first."""
    rows = visible_tickets(who).filter(historical=False, merged_into=None)
    if categories:
        wanted = set(categories)
        below = [e.category.pk for e in catalogue().by_id.values() if wanted & set(e.keys)]
        rows = rows.filter(category_id__in=below)
    found = list(rows.select_related("customer").order_by("-received_at", "-pk")[:OFFERED])
    return sorted(found, key=lambda ticket: -(ticket.pain or 0))


def side_view(found: Preview, *, version: int, status: str, left_out: Sequence[str]) -> SideView:
    """Both sides, line by line."""
    active, draft = found.active, found.draft
    in_force = found.version.version if found.version is not None else 0
    own = in_force == version and status == "active"
    delta = ""
    if active is not None and draft is not None and found.comparable and not own:
        more = draft.offer.total - active.offer.total
        sign = "+" if more > 0 else "−"
        delta = f"{sign} {money_words(abs(more), draft.offer.currency)}" if more else "same"
    notes = []
    if found.falls_under:
        notes.append(f"This ticket falls under the policy “{found.falls_under}”.")
    if left_out:
        verb, whose = ("are", "their errors are") if len(left_out) > 1 else ("is", "its error is")
        notes.append(f"{listed(list(left_out))} {verb} left out until {whose} mended.")
    side = draft or active
    if side is not None:
        notes += side.problems
        if side.offer.missing:
            names = listed([fact.label for fact in side.offer.missing])
            notes.append(f"Not known on this ticket: {names}.")
    return SideView(
        number=found.ticket.number,
        url=f"/desk/tickets/{found.ticket.number}/",
        active_head=f"active {in_force}" if in_force else "none in force",
        draft_head="" if own else f"{status} {version}",
        lines=tuple(_line(line) for line in found.lines),
        active_total=_total(active.offer.total, active.offer.currency) if active else "",
        draft_total=_total(draft.offer.total, draft.offer.currency) if draft else "",
        delta=delta,
        notes=tuple(notes),
    )


def _total(minor: int, currency: str) -> str:
    return money_words(minor, currency)


def _line(line: Line) -> SideLine:
    why = ""
    if line.changed:
        part = line.draft or line.active
        steps = ". ".join(step.rstrip(".") for step in part.steps) if part is not None else ""
        why = steps if line.draft is not None else "No longer given."
    return SideLine(
        name=line.title,
        rule=line.rule,
        active=_sum(line.active),
        draft=_sum(line.draft),
        why=why,
        changed=line.changed,
    )


def _sum(part: Component | None) -> str:
    if part is None:
        return "–"
    if part.amount is None:
        return _BARE.get(str(part.kind), "yes")
    return money_words(part.amount, part.currency)


# -- checks ---------------------------------------------------------------------------------------


def searched(look: Look) -> tuple[Finding, ...]:
    """What the search finds in all that can be read. Takes about a second; kept by the text."""
    return flaws_of(look.readable) if look.policy is not None else ()


def check_views(
    look: Look,
    grids: Sequence[tuple[str, Grid]],
    findings: Sequence[Finding] | None,
) -> tuple[CheckView, ...]:
    """The five checks. `grids` are (rule, grid); `findings` is None until the search is done."""
    return (
        _form(look),
        _cases(look),
        _reach(look, findings),
        _references(look),
        _proportion(look, grids, findings),
    )


def _form(look: Look) -> CheckView:
    wrong = [mark for mark in look.marks if mark.code != "unknown_name"]
    if wrong:
        first = wrong[0]
        where = f"{first.rule}, " if first.rule else ""
        more = f" and {count_words(len(wrong) - 1, 'more')}" if len(wrong) > 1 else ""
        words = f"{where}line {first.line}{more}" if first.line else first.message
        return CheckView("wrong", "Form and facts.", words, first.rule, first.line)
    facts = len(look.policy.facts) if look.policy is not None else 0
    return CheckView("ok", "Form and facts.", f"{count_words(facts, 'fact')}, all defined")


def _references(look: Look) -> CheckView:
    wrong = [mark for mark in look.marks if mark.code == "unknown_name"]
    if not wrong:
        return CheckView("ok", "References.", "Every name is known")
    first = wrong[0]
    where = f"{first.rule}, " if first.rule else ""
    more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
    return CheckView(
        "wrong", "References.", f"{where}line {first.line}{more}", first.rule, first.line
    )


def _cases(look: Look) -> CheckView:
    if look.policy is None:
        return CheckView("waits", "Own cases.", "Not run: the text can’t be read")
    held = look.cases - len(look.failed)
    words = f"{held} of {look.cases} as expected" if look.cases else "It has none yet"
    details = tuple(f"{name}: {'; '.join(wrong)}" for name, wrong in look.failed[:5])
    if look.left_out and look.failed:
        left = listed(list(look.left_out))
        return CheckView("doubt", "Own cases.", f"{words}, without {left}", details=details)
    return CheckView("wrong" if look.failed else "ok", "Own cases.", words, details=details)


def _reach(look: Look, findings: Sequence[Finding] | None) -> CheckView:
    if look.policy is None or findings is None:
        return CheckView("waits", "Reach.", "Looking for dead rules, gaps and overlaps")
    doubts = [one for one in findings if not one.is_wrong]
    if not doubts:
        return CheckView("ok", "Reach.", "No rule is dead, no gap, no overlap")
    names = {
        Flaw.UNREACHABLE: "dead rule", Flaw.GAP: "gap", Flaw.OVERLAP: "overlap",
        Flaw.CHOSEN_EARLY: "early choice", Flaw.UNUSED: "fact that nothing reads",
    }  # fmt: skip
    counts = {words: sum(1 for one in doubts if one.flaw is flaw) for flaw, words in names.items()}
    said = [
        count_words(n, words, "facts that nothing reads" if words.startswith("fact") else "")
        for words, n in counts.items()
        if n
    ]
    first = doubts[0]
    return CheckView(
        "doubt",
        "Reach.",
        listed(said) or count_words(len(doubts), "doubt"),
        first.rules[0] if first.rules else "",
        first.line,
        tuple(str(one) for one in doubts[:5]),
    )


def _proportion(
    look: Look, grids: Sequence[tuple[str, Grid]], findings: Sequence[Finding] | None
) -> CheckView:
    cells = [(rule, one) for rule, grid in grids for one in grid.disorders]
    wrong = [one for one in findings or () if one.is_wrong]
    if wrong:
        rule = wrong[0].rules[0] if wrong[0].rules else ""
        said = count_words(len(wrong), "counter-example")
        if cells:
            said += f", {count_words(len(cells), 'cell')}"
        details = tuple(str(one) for one in wrong[:5])
        at = cells[0][0] if cells else rule
        return CheckView("wrong", "Proportionality.", said, at, wrong[0].line, details)
    if cells:
        words = f"{count_words(len(cells), 'cell')} out of order"
        state = "doubt" if findings is not None and not look.left_out else "wrong"
        return CheckView(state, "Proportionality.", words, cells[0][0])
    if look.policy is None or findings is None:
        return CheckView("waits", "Proportionality.", "Searching for counter-examples")
    return CheckView("ok", "Proportionality.", "More harm never gives less, as far as was searched")
