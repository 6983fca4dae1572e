"""Policies as their pages list them: versions, who did what, and what changed."""

import datetime as dt
import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, gettext_lazy, ngettext

from desk.glyphs import ChipView
from desk.words import day_words, moment_words
from remedies.models import PolicyAct, RemedyPolicy
from remedies.rules.checks.difference import Difference
from remedies.rules.editing.text import as_yaml
from remedies.rules.states import PolicyDeed, PolicyStatus
from tickets.models import Category

_CHIPS = {
    PolicyStatus.DRAFT: (gettext_lazy("draft"), "accent"),
    PolicyStatus.SCHEDULED: (gettext_lazy("planned"), "neutral"),
    PolicyStatus.ACTIVE: (gettext_lazy("in force"), "good"),
    PolicyStatus.RETIRED: (gettext_lazy("retired"), "neutral"),
}
_DEEDS = {
    PolicyDeed.BEGUN: gettext_lazy("began draft %(version)s"),
    PolicyDeed.SAVED: gettext_lazy("saved draft %(version)s"),
    PolicyDeed.DISCARDED: gettext_lazy("discarded draft %(version)s"),
    PolicyDeed.SCHEDULED: gettext_lazy("planned version %(version)s"),
    PolicyDeed.UNSCHEDULED: gettext_lazy("took back the plan of version %(version)s"),
    PolicyDeed.ACTIVATED: gettext_lazy("put in force version %(version)s"),
    PolicyDeed.RETIRED: gettext_lazy("retired version %(version)s"),
}
_PARTS = {
    "heads": gettext_lazy("Policy"),
    "facts": gettext_lazy("Fact"),
    "values": gettext_lazy("Value"),
    "groups": gettext_lazy("Group"),
    "rules": gettext_lazy("Rule"),
    "exclusions": gettext_lazy("Exclusion"),
    "caps": gettext_lazy("Cap"),
    "set_offs": gettext_lazy("Set-off"),
    "cases": gettext_lazy("Case"),
}


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version in a list."""

    version: int
    url: str
    title: str
    chip: ChipView
    when: str
    who: str
    changes_url: str
    status: str


@dataclass(frozen=True, slots=True)
class PolicyView:
    """One policy: what is in force, what is being written, what waits."""

    key: str
    url: str
    title: str
    concerns: str
    rules: str
    active: VersionView | None
    draft: VersionView | None
    planned: VersionView | None
    versions: str


@dataclass(frozen=True, slots=True)
class ActView:
    """What somebody did, in a sentence; several savings in a row are one line."""

    who: str
    words: str
    when: str


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One part that differs: its name, what happened, and the words before and after."""

    part: str
    name: str
    what: str
    words: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of the text: "same", "less", "more" or "gap"."""

    kind: str
    sign: str
    text: str


def version_view(row: RemedyPolicy, *, now: dt.datetime, zone: ZoneInfo) -> VersionView:
    """A version; its people were read with it."""
    status = PolicyStatus(row.status)
    words, tone = _CHIPS[status]
    address = f"/desk/policies/{row.key}/{row.version}/"
    return VersionView(
        version=row.version,
        url=address,
        title=row.title,
        chip=ChipView(str(words), tone),
        when=_when(row, status, now=now, zone=zone),
        who=_who(row, status),
        changes_url=f"{address}changes/",
        status=row.status,
    )


def _when(row: RemedyPolicy, status: PolicyStatus, *, now: dt.datetime, zone: ZoneInfo) -> str:
    if status is PolicyStatus.DRAFT:
        return gettext("saved %(when)s") % {
            "when": moment_words(row.saved_at or row.created_at, now=now, zone=zone)
        }
    since = day_words(row.active_from or row.created_at, now=now, zone=zone)
    if status is PolicyStatus.SCHEDULED and row.active_from is not None:
        return gettext("from %(when)s") % {
            "when": moment_words(row.active_from, now=now, zone=zone)
        }
    if status is PolicyStatus.RETIRED and row.retired_at is not None:
        until = day_words(row.retired_at, now=now, zone=zone)
        return gettext("%(since)s to %(until)s") % {"since": since, "until": until}
    return gettext("since %(when)s") % {"when": since}


def _who(row: RemedyPolicy, status: PolicyStatus) -> str:
    writer = row.saved_by or row.created_by
    wrote = gettext("written by a program")
    if writer is not None:
        wrote = gettext("written by %(name)s") % {"name": writer.name}
    if status is PolicyStatus.DRAFT or row.activated_by is None:
        return wrote
    done = gettext("put in force by %(name)s")
    if status is PolicyStatus.SCHEDULED:
        done = gettext("planned by %(name)s")
    return f"{wrote}, {done % {'name': row.activated_by.name}}"


def policy_views(
    rows: Iterable[RemedyPolicy], *, now: dt.datetime, zone: ZoneInfo
) -> list[PolicyView]:
    """Policies from their versions, newest version first; those in force on top."""
    by_key: dict[str, list[RemedyPolicy]] = {}
    for row in rows:
        by_key.setdefault(row.key, []).append(row)
    names = dict(Category.objects.values_list("key", "name"))
    found = [_policy(versions, names, now=now, zone=zone) for versions in by_key.values()]
    return sorted(found, key=lambda one: (one.active is None, one.title.lower()))


def _policy(
    versions: Sequence[RemedyPolicy], names: dict[str, str], *, now: dt.datetime, zone: ZoneInfo
) -> PolicyView:
    first: dict[str, RemedyPolicy] = {}
    for row in versions:
        first.setdefault(row.status, row)
    views = {status: version_view(row, now=now, zone=zone) for status, row in first.items()}
    shown = first.get(PolicyStatus.ACTIVE.value) or versions[0]
    rules = shown.data.get("rules") if isinstance(shown.data, dict) else None
    return PolicyView(
        key=shown.key,
        url=f"/desk/policies/{shown.key}/",
        title=shown.title,
        concerns=", ".join(names.get(key, key) for key in shown.categories)
        or gettext("everything that no other policy is for"),
        rules=ngettext("%(count)s rule", "%(count)s rules", len(rules)) % {"count": len(rules)}
        if isinstance(rules, list)
        else "",
        active=views.get(PolicyStatus.ACTIVE.value),
        draft=views.get(PolicyStatus.DRAFT.value),
        planned=views.get(PolicyStatus.SCHEDULED.value),
        versions=ngettext("%(count)s version", "%(count)s versions", len(versions))
        % {"count": len(versions)},
    )


def act_views(rows: Iterable[PolicyAct], *, now: dt.datetime, zone: ZoneInfo) -> list[ActView]:
    """The history, newest first."""
    found: list[ActView] = []
    before: tuple[Any, ...] = ()
    times = 0
    for row in rows:
        deed = PolicyDeed(row.deed)
        key = (row.version, deed, row.by_name)
        who = row.by_name or gettext("Amends")
        if deed is PolicyDeed.SAVED and key == before:
            times += 1
            last = found.pop()
            found.append(
                ActView(
                    who,
                    gettext("saved draft %(version)s, %(count)s times")
                    % {"version": row.version, "count": times},
                    last.when,
                )
            )
            continue
        before, times = key, 1
        words = _DEEDS[deed] % {"version": row.version}
        if row.words and deed is not PolicyDeed.SCHEDULED:
            words += f" ({row.words})"
        elif row.words:
            at = dt.datetime.fromisoformat(row.words)
            told = {"version": row.version, "when": moment_words(at, now=now, zone=zone)}
            words = gettext("planned version %(version)s for %(when)s") % told
        found.append(ActView(who, words, moment_words(row.at, now=now, zone=zone)))
    return found


def change_views(found: Iterable[Difference]) -> list[ChangeView]:
    """What changed, part by part."""
    return [
        ChangeView(
            part=str(_PARTS.get(one.part, one.part)),
            name=one.name.replace("_", " "),
            what=one.what,
            words=tuple(
                (path, _shown(was), _shown(now))
                for word, before, after in one.words
                for path, was, now in _deeper(word, before, after)
            ),
        )
        for one in found
    ]


def _deeper(word: str, was: Any, now: Any) -> Iterator[tuple[str, Any, Any]]:
    """A change by the words inside it, where both sides are made of words."""
    if not isinstance(was, dict) or not isinstance(now, dict):
        yield word, was, now
        return
    for key in dict.fromkeys([*was, *now]):
        if was.get(key) != now.get(key):
            yield from _deeper(f"{word} {key}".strip(), was.get(key), now.get(key))


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return as_yaml(_plain(value))
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return str(value)


def _plain(value: Any) -> Any:
    """Floats of JSON as texts of numbers; everything else as it is."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, float) else value


def diff_lines(before: str, after: str, *, around: int = 2) -> list[DiffLine]:
    """Two texts line by line, with a few lines around each change."""
    found: list[DiffLine] = []
    for line in difflib.unified_diff(
        before.splitlines(), after.splitlines(), lineterm="", n=around
    ):
        if line.startswith(("---", "+++")):
            continue
        if line.startswith("@@"):
            if found:
                found.append(DiffLine("gap", "", "…"))
            continue
        kind = {"+": "more", "-": "less"}.get(line[:1], "same")
        found.append(DiffLine(kind, {"more": "+", "less": "−"}.get(kind, ""), line[1:]))
    return found
