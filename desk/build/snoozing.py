"""Putting aside in words: the moments to choose from, and which clock brings a ticket back."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from desk.aside import Moment, Preset, moments
from desk.build.clocks import is_late
from desk.build.events import kind_words
from desk.words import moment_words, short_moment_words
from escalation.clock import Status
from escalation.models import Deadline
from escalation.plan import RESUME


@dataclass(frozen=True, slots=True)
class PresetView:
    """A moment to choose: its name in forms, its key, its words, and when that is. `early` says
    which clock brings the ticket back before; what is not `shown` is another choice's moment, and
    known only to a page that was opened the day before."""

    name: str
    key: str
    words: str
    when: str
    at: dt.datetime
    early: str = ""
    shown: bool = True


def preset_views(
    *, now: dt.datetime, zone: ZoneInfo, deadlines: Iterable[Deadline] = ()
) -> tuple[PresetView, ...]:
    """The moments by one key, each with the clock that comes before it."""
    first = first_word(deadlines, now=now)
    return tuple(
        PresetView(
            one.preset.value,
            str(place),
            _words(one),
            _when(one.at, now=now, zone=zone),
            one.at,
            _early(first, one.at, now=now, zone=zone),
            shown=not one.twin,
        )
        for place, one in enumerate(moments(now, zone), 1)
    )


def _when(at: dt.datetime, *, now: dt.datetime, zone: ZoneInfo) -> str:
    """The time today, day and time this week, else the date, too."""
    if at - now < dt.timedelta(days=6):
        return short_moment_words(at, now=now, zone=zone)
    return moment_words(at, now=now, zone=zone)


def _words(moment: Moment) -> str:
    return {
        Preset.TODAY: _("This afternoon") if moment.afternoon else _("In three hours"),
        Preset.TOMORROW: _("Tomorrow"),
        Preset.MONDAY: _("Monday"),
        Preset.WEEK: _("In a week"),
    }[moment.preset]


def first_word(deadlines: Iterable[Deadline], *, now: dt.datetime) -> Deadline | None:
    """The clock that says something first: it warns, or is missed. None where none will."""
    running = [
        row
        for row in deadlines
        if row.status == Status.RUNNING
        and row.next_at is not None
        and row.next_at > now
        and row.next_step != RESUME
    ]
    return min(running, key=lambda row: row.next_at or now, default=None)


def _early(first: Deadline | None, until: dt.datetime, *, now: dt.datetime, zone: ZoneInfo) -> str:
    if first is None or first.next_at is None or first.next_at >= until:
        return ""
    return _("back %(when)s: %(clock)s") % {
        "when": moment_words(first.next_at, now=now, zone=zone),
        "clock": kind_words(first.kind),
    }


def clock_lines(
    deadlines: Iterable[Deadline], *, now: dt.datetime, zone: ZoneInfo
) -> tuple[str, ...]:
    """What is said of the clocks before a ticket is put aside."""
    rows = list(deadlines)
    lines = [_("No clock pauses. It is back at once when the customer writes.")]
    first = first_word(rows, now=now)
    if first is not None and first.next_at is not None:
        told = {
            "clock": kind_words(first.kind),
            "when": moment_words(first.next_at, now=now, zone=zone),
        }
        lines.append(
            _("At the latest %(when)s, when the clock of “%(clock)s” has something to say.") % told
        )
    late = [kind_words(row.kind) for row in rows if is_late(row, now=now)]
    if late:
        lines.append(
            _("“%(clock)s” is late already, and stays on the board of what runs late.")
            % {"clock": late[0]}
        )
    return tuple(lines)


def until_words(until: dt.datetime, *, now: dt.datetime, zone: ZoneInfo) -> str:
    """ "until Mon 09:00"."""
    return _("until %(when)s") % {"when": moment_words(until, now=now, zone=zone)}
