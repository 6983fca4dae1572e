"""What is wrong with a policy that reads well: searched for before it is put in force. Pure.

`check_soundness` tries a policy with the facts at which it may change its mind (probing) and tells

- a rule that never gives anything, whatever the facts (unreachable);
- facts for which nothing applies: between two for which something does, or in a table (gap);
- rules that give the same and can apply at once, where nothing says that it is meant (overlap);
- a group that gives the best, and a cap that may leave less of it than of another (chosen early);
- a cap below a floor, and a range whose ends are upside down;
- *disproportion*: more pain, more loss, a longer delay or more recurrence that yields less.

Each comes with facts that show it. A search finds what it finds: no finding is no proof.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from remedies.rules.checks.findings import Finding, Flaw
from remedies.rules.checks.rows import rows_out_of_reach
from remedies.rules.checks.searching import Search
from remedies.rules.language.policy import Choice, Policy
from remedies.rules.language.source import Path, Source

#: Evaluations that a check may take; about a second of work.
BUDGET = 12_000
#: Of one kind so many findings are told; the rest says the same again.
MOST_OF_A_KIND = 10


def check_soundness(source: Source, policy: Policy, *, budget: int = BUDGET) -> list[Finding]:
    """Everything doubtful about a policy, mistakes first. Deterministic; `budget` evaluations."""
    search = Search(source, policy, budget)
    search.run()
    found = [
        *_caps_below_floors(source, policy),
        *search.findings(),
        *rows_out_of_reach(source),
        *_chosen_early(source, policy),
        *_unused(source, policy),
    ]
    told: dict[Flaw, int] = {}
    kept = []
    for finding in sorted(found, key=lambda one: (not one.is_wrong, one.line)):
        told[finding.flaw] = told.get(finding.flaw, 0) + 1
        if told[finding.flaw] <= MOST_OF_A_KIND:
            kept.append(finding)
    return kept


# -- what is seen without a search ----------------------------------------------------------------


def _caps_below_floors(source: Source, policy: Policy) -> Iterator[Finding]:
    data: Mapping[str, Any] = source.data
    floors: dict[str, Decimal] = {}
    for index, raw in enumerate(data.get("rules") or []):
        name = str(raw.get("rule"))
        fixed = _plain(raw.get("amount"), data)
        if fixed is not None:
            floors[name] = fixed
        for low, high, path in _limits(raw.get("amount"), ("rules", index, "amount"), data):
            if high is not None and low is not None and low > high:
                said = f"{name}: the lowest sum, {low}, is above the highest, {high}."
                line = source.lines.get(path, 0)
                yield Finding(Flaw.CAP_BELOW_FLOOR, said, (name,), (), line)
            if low is not None:
                floors[name] = max(low, floors.get(name, low))
        spread = raw.get("range")
        low = _plain(spread.get("from"), data) if isinstance(spread, dict) else None
        if low is not None:
            floors[name] = low
    for index, cap in enumerate(policy.caps):
        limit = _plain((data.get("caps") or [])[index].get("at_most"), data)
        for name in cap.rules:
            if limit is not None and floors.get(name, limit) > limit:
                said = f"{cap.name} cuts {name} to {limit}, below its lowest sum of {floors[name]}."
                line = source.lines.get(("caps", index), 0)
                yield Finding(Flaw.CAP_BELOW_FLOOR, said, (name,), (), line)


def _chosen_early(source: Source, policy: Policy) -> Iterator[Finding]:
    """Groups that give the best, where a cap leaves of some what rules outside don't take."""
    best = {name for name, choice in policy.groups.items() if choice is Choice.BEST}
    for name in sorted(best):
        group = [rule.name for rule in policy.rules if rule.group == name]
        for index, cap in enumerate(policy.caps):
            inside = [rule for rule in cap.rules if rule in group]
            outside = [rule for rule in cap.rules if rule not in group]
            if inside and (outside or cap.late) and len(inside) < len(group):
                beside = f" beside {', '.join(outside)}" if outside else ""
                said = (
                    f"The group {name} chooses its best before it is known what {cap.name} "
                    f"leaves: the cap covers {', '.join(inside)}{beside}, and not all of the group."
                )
                line = source.lines.get(("caps", index), 0)
                yield Finding(Flaw.CHOSEN_EARLY, said, tuple(inside), (), line)


#: Behind these stand tests: their bounds are no limits of a sum.
_TESTED = frozenset({"when", "unless", "where", "columns", "fact", "value", "choose", "rows"})


def _limits(
    raw: Any, path: Path, data: Mapping[str, Any]
) -> Iterator[tuple[Decimal | None, Decimal | None, Path]]:
    """Lowest and highest sums that stand beside a form; the bounds of tests are none."""
    if isinstance(raw, list):
        for index, inner in enumerate(raw):
            yield from _limits(inner, (*path, index), data)
    if not isinstance(raw, dict) or raw.keys() & {"fact", "value"}:
        return
    low, high = _plain(raw.get("at_least"), data), _plain(raw.get("at_most"), data)
    if low is not None or high is not None:
        yield low, high, (*path, "at_most")
    for key, inner in raw.items():
        if key not in _TESTED:
            yield from _limits(inner, (*path, key), data)


def _plain(raw: Any, data: Mapping[str, Any]) -> Decimal | None:
    """The number that a part comes to whatever the facts: written there, or a named value."""
    for _ in range(8):  # names of names of names
        if isinstance(raw, str):
            raw = (data.get("values") or {}).get(raw)
        elif isinstance(raw, dict) and raw.keys() - {"type", "title", "unit"} == {"amount"}:
            raw = raw["amount"]
    return raw if isinstance(raw, Decimal) else None


def _unused(source: Source, policy: Policy) -> Iterator[Finding]:
    read = {name for rule in policy.rules for name in rule.reads}
    read |= {name for cap in policy.caps for name in cap.reads}
    read |= {name for off in policy.set_offs for name in off.reads}
    for name in policy.facts:
        if name not in read:
            line = source.lines.get(("facts", name), 0)
            yield Finding(Flaw.UNUSED, f"No rule reads the fact {name}.", (), (), line)
