"""The right part of the policy editor: a real ticket by both versions, and the checks."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_lazy, ngettext

from desk.words import listed, money_words
from remedies.rules import Component
from remedies.rules.checks.checking import Look, Mark
from remedies.rules.checks.findings import Finding, Flaw
from remedies.rules.editing.grids import Grid
from remedies.rules.retelling import told, told_all
from remedies.searched import Searched
from remedies.services.previewing import Line, Preview
from tickets.access import Principal, visible_tickets
from tickets.catalogue import catalogue
from tickets.models import Ticket
from tickets.saying import retold

#: So many tickets can be chosen from; others by their number.
OFFERED = 15
_BARE = {"apology": gettext_lazy("in words"), "callback": gettext_lazy("a call")}


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
        delta = (
            f"{sign} {money_words(abs(more), draft.offer.currency)}" if more else gettext("same")
        )
    notes = []
    if found.falls_under:
        notes.append(
            gettext("This ticket falls under the policy “%(policy)s”.")
            % {"policy": found.falls_under}
        )
    if left_out:
        words = ngettext(
            "%(rules)s is left out until its error is mended.",
            "%(rules)s are left out until their errors are mended.",
            len(left_out),
        )
        notes.append(words % {"rules": listed(list(left_out))})
    side = draft or active
    if side is not None:
        notes += side.problems
        if side.offer.missing:
            names = listed([fact.label for fact in side.offer.missing])
            notes.append(gettext("Not known on this ticket: %(names)s.") % {"names": names})
    return SideView(
        number=found.ticket.number,
        url=f"/desk/tickets/{found.ticket.number}/",
        active_head=gettext("active %(version)s") % {"version": in_force}
        if in_force
        else gettext("none in force"),
        draft_head="" if own else _draft_head(status, version),
        lines=tuple(_line(line) for line in found.lines),
        active_total=_total(active.offer.total, active.offer.currency) if active else "",
        draft_total=_total(draft.offer.total, draft.offer.currency) if draft else "",
        delta=delta,
        notes=tuple(notes),
    )


def _draft_head(status: str, version: int) -> str:
    words = {
        "active": gettext("active %(version)s"),
        "scheduled": gettext("scheduled %(version)s"),
        "retired": gettext("retired %(version)s"),
    }.get(status, gettext("draft %(version)s"))
    return words % {"version": version}


def _total(minor: int, currency: str) -> str:
    return money_words(minor, currency)


def _line(line: Line) -> SideLine:
    why = ""
    if line.changed:
        part = line.draft or line.active
        steps = told_all(part.steps) if part is not None else ""
        why = steps if line.draft is not None else gettext("No longer given.")
    return SideLine(
        name=retold(line.title),
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
        return str(_BARE.get(str(part.kind), gettext("yes")))
    return money_words(part.amount, part.currency)


# -- checks ---------------------------------------------------------------------------------------


def check_views(
    look: Look,
    grids: Sequence[tuple[str, Grid]],
    searched: Searched | None,
) -> tuple[CheckView, ...]:
    """The five checks. `grids` are (rule, grid); `searched` is None where nobody asked for it."""
    findings = searched.findings if searched is not None else None
    done = searched is not None and searched.done
    return (
        _form(look),
        _cases(look),
        _reach(look, findings if done else None),
        _references(look),
        _proportion(look, grids, findings, done=done),
    )


def _at(first: Mark, more: int) -> str:
    """Where the first mistake stands, and how many more there are."""
    told = {"rule": first.rule, "line": first.line}
    words = gettext("%(rule)s, line %(line)s") if first.rule else gettext("line %(line)s")
    words %= told
    return (
        gettext("%(where)s and %(count)s more") % {"where": words, "count": more} if more else words
    )


def _flaws(flaw: Flaw, count: int) -> str:
    counted = {"count": count}
    if flaw is Flaw.UNREACHABLE:
        return ngettext("%(count)s dead rule", "%(count)s dead rules", count) % counted
    if flaw is Flaw.GAP:
        return ngettext("%(count)s gap", "%(count)s gaps", count) % counted
    if flaw is Flaw.OVERLAP:
        return ngettext("%(count)s overlap", "%(count)s overlaps", count) % counted
    if flaw is Flaw.CHOSEN_EARLY:
        return ngettext("%(count)s early choice", "%(count)s early choices", count) % counted
    return (
        ngettext("%(count)s fact that nothing reads", "%(count)s facts that nothing reads", count)
        % counted
    )


def _form(look: Look) -> CheckView:
    wrong = [mark for mark in look.marks if mark.code != "unknown_name"]
    if wrong:
        first = wrong[0]
        words = _at(first, len(wrong) - 1) if first.line else told(first.message)
        return CheckView("wrong", gettext("Form and facts."), words, first.rule, first.line)
    facts = len(look.policy.facts) if look.policy is not None else 0
    return CheckView(
        "ok",
        gettext("Form and facts."),
        ngettext("%(count)s fact, all defined", "%(count)s facts, all defined", facts)
        % {"count": facts},
    )


def _references(look: Look) -> CheckView:
    wrong = [mark for mark in look.marks if mark.code == "unknown_name"]
    if not wrong:
        return CheckView("ok", gettext("References."), gettext("Every name is known"))
    first = wrong[0]
    words = _at(first, len(wrong) - 1)
    return CheckView("wrong", gettext("References."), words, first.rule, first.line)


def _cases(look: Look) -> CheckView:
    if look.policy is None:
        return CheckView("waits", gettext("Own cases."), gettext("Not run: the text can’t be read"))
    held = look.cases - len(look.failed)
    words = gettext("It has none yet")
    if look.cases:
        words = gettext("%(held)s of %(count)s as expected") % {"held": held, "count": look.cases}
    details = tuple(told(f"{name}: {'; '.join(wrong)}") for name, wrong in look.failed[:5])
    if look.left_out and look.failed:
        left = listed(list(look.left_out))
        return CheckView(
            "doubt",
            gettext("Own cases."),
            gettext("%(words)s, without %(left)s") % {"words": words, "left": left},
            details=details,
        )
    return CheckView(
        "wrong" if look.failed else "ok", gettext("Own cases."), words, details=details
    )


def _reach(look: Look, findings: Sequence[Finding] | None) -> CheckView:
    if look.policy is None or findings is None:
        return CheckView(
            "waits", gettext("Reach."), gettext("Looking for dead rules, gaps and overlaps")
        )
    doubts = [one for one in findings if not one.is_wrong]
    if not doubts:
        return CheckView("ok", gettext("Reach."), gettext("No rule is dead, no gap, no overlap"))
    kinds = (Flaw.UNREACHABLE, Flaw.GAP, Flaw.OVERLAP, Flaw.CHOSEN_EARLY, Flaw.UNUSED)
    counts = {flaw: sum(1 for one in doubts if one.flaw is flaw) for flaw in kinds}
    said = [_flaws(flaw, n) for flaw, n in counts.items() if n]
    first = doubts[0]
    return CheckView(
        "doubt",
        gettext("Reach."),
        listed(said)
        or ngettext("%(count)s doubt", "%(count)s doubts", len(doubts)) % {"count": len(doubts)},
        first.rules[0] if first.rules else "",
        first.line,
        tuple(told(str(one)) for one in doubts[:5]),
    )


def _proportion(
    look: Look,
    grids: Sequence[tuple[str, Grid]],
    findings: Sequence[Finding] | None,
    *,
    done: bool,
) -> CheckView:
    cells = [(rule, one) for rule, grid in grids for one in grid.disorders]
    wrong = [one for one in findings or () if one.is_wrong]
    if wrong:
        rule = wrong[0].rules[0] if wrong[0].rules else ""
        said = ngettext("%(count)s counter-example", "%(count)s counter-examples", len(wrong))
        said %= {"count": len(wrong)}
        if cells:
            words = ngettext("%(count)s cell", "%(count)s cells", len(cells))
            said += f", {words % {'count': len(cells)}}"
        if not done:
            said = gettext("%(found)s. Still searching…") % {"found": said}
        details = tuple(told(str(one)) for one in wrong[:5])
        at = cells[0][0] if cells else rule
        return CheckView("wrong", gettext("Proportionality."), said, at, wrong[0].line, details)
    if cells:
        words = ngettext("%(count)s cell out of order", "%(count)s cells out of order", len(cells))
        words %= {"count": len(cells)}
        state = "doubt" if done and not look.left_out else "wrong"
        return CheckView(state, gettext("Proportionality."), words, cells[0][0])
    if look.policy is None or findings is None:
        return CheckView(
            "waits", gettext("Proportionality."), gettext("Searching for counter-examples")
        )
    if not done:
        words = gettext("None at a first look. Still searching…")
        return CheckView("waits", gettext("Proportionality."), words)
    return CheckView(
        "ok",
        gettext("Proportionality."),
        gettext("More harm never gives less, as far as was searched"),
    )
