"""A trial of a draft as its page shows it."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, gettext_lazy, ngettext

from desk.build.events import kind_words
from desk.words import date_words, listed, moment_words, number_words
from escalation.models import Simulation
from escalation.services.simulating import Tally
from tickets.models import Team

WIDTH = 200
_STATES = {
    "waiting": gettext_lazy("Waiting for a worker"),
    "running": gettext_lazy("Under way"),
    "done": gettext_lazy("Done"),
    "cancelled": gettext_lazy("Stopped"),
    "failed": gettext_lazy("It broke"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """What was and what would have been, of a kind or a team; bars are of missed promises."""

    name: str
    kept_now: int
    missed_now: int
    kept_then: int
    missed_then: int
    lost: int
    won: int
    w_now: str
    w_then: str


@dataclass(frozen=True, slots=True)
class TrialView:
    """One trial."""

    id: int
    name: str
    state: str
    state_words: str
    under_way: bool
    percent: int
    span: str
    counts: str
    finding: str
    error: str
    kinds: tuple[Row, ...]
    teams: tuple[Row, ...]
    named: tuple[tuple[str, tuple[str, ...]], ...]
    begun: str


def trial_view(row: Simulation, *, now: dt.datetime, zone: ZoneInfo) -> TrialView:
    """A trial in words; one query for the names of teams."""
    tally = Tally.of(row.result)
    teams = dict(Team.objects.values_list("key", "name")) if tally.cells else {}
    told = {"since": date_words(row.since, zone=zone), "until": date_words(row.until, zone=zone)}
    return TrialView(
        id=row.pk,
        name=row.name,
        state=row.state,
        state_words=str(_STATES[row.state]),
        under_way=row.is_under_way,
        percent=row.percent,
        span=gettext("Complaints from %(since)s to %(until)s") % told,
        counts=(
            ngettext(
                "%(count)s complaint looked at, %(concerned)s concerned",
                "%(count)s complaints looked at, %(concerned)s concerned",
                tally.looked_at,
            )
            % {
                "count": number_words(tally.looked_at),
                "concerned": number_words(tally.concerned),
            }
        ),
        finding=_finding(tally),
        error=row.error,
        kinds=_rows({_capital(kind_words(key)): one for key, one in tally.by(1).items()}),
        teams=_rows({teams.get(key, key or "–"): one for key, one in tally.by(0).items()}),
        named=tuple(
            (_capital(kind_words(kind)), tuple(numbers))
            for kind, numbers in sorted(tally.named.items())
        ),
        begun=moment_words(row.created_at, now=now, zone=zone),
    )


def _finding(tally: Tally) -> str:
    total = tally.total()
    if not tally.cells:
        return gettext("The draft fits none of them.") if tally.looked_at else ""
    parts = []
    if total["lost"]:
        worst = max(tally.by(1).items(), key=lambda item: item[1]["lost"])
        words = gettext("%(count)s more would have been missed, most of them %(kind)s (%(most)s)")
        parts.append(
            words
            % {
                "count": number_words(total["lost"]),
                "kind": kind_words(worst[0]),
                "most": number_words(worst[1]["lost"]),
            }
        )
    if total["won"]:
        words = gettext("%(count)s that were missed would have been kept")
        parts.append(words % {"count": number_words(total["won"])})
    return f"{_capital(listed(parts))}." if parts else gettext("Nothing would have been different.")


def _rows(lines: dict[str, dict[str, int]]) -> tuple[Row, ...]:
    most = max([1, *(max(c["missed_now"], c["missed_then"]) for c in lines.values())])
    return tuple(
        Row(
            name,
            **counts,
            w_now=f"{WIDTH * counts['missed_now'] / most:.1f}",
            w_then=f"{WIDTH * counts['missed_then'] / most:.1f}",
        )
        for name, counts in lines.items()
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
