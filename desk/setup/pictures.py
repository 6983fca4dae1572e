"""What a calendar, a path, a deadline policy and limits mean, worked out for a picture of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, gettext_noop, pgettext

from desk.build.codes import ROLES
from desk.setup.fields import told
from desk.words import moment_words
from escalation.clock import Clock
from escalation.hours import Calendar
from escalation.models import EscalationPath
from escalation.policies.kinds import DEFAULTS, Kind
from escalation.policies.paths import Path
from escalation.policies.policy import Policy
from escalation.services.explaining import whom_words
from escalation.services.setup import ALWAYS, setup
from escalation.worktime import WorkTimeError
from tickets.errors import DomainError
from tickets.rules import Role
from tickets.saying import retold

#: Weeks in the picture of a calendar, and how wide a day is in it.
WEEKS = 5
DAY_WIDTH = 96


@dataclass(frozen=True)
class DayView:
    """One day: bars from (x) of a width, in parts of `DAY_WIDTH`."""

    day: dt.date
    bars: tuple[tuple[float, float], ...]
    words: str
    holiday: bool
    today: bool


def weeks_of(calendar: Calendar, *, now: dt.datetime) -> list[list[DayView]]:
    """The weeks from this one on, each of seven days from Monday."""
    zone = calendar.zone
    today = now.astimezone(zone).date()
    first = today - dt.timedelta(days=today.weekday())
    days = [_day(calendar, first + dt.timedelta(days=n), zone, today) for n in range(7 * WEEKS)]
    return [days[n : n + 7] for n in range(0, len(days), 7)]


def _day(calendar: Calendar, day: dt.date, zone: dt.tzinfo, today: dt.date) -> DayView:
    start = dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone).astimezone(dt.UTC)
    spans = _spans(calendar, start, end)
    whole = (end - start).total_seconds()
    bars = tuple(
        (round((a - start).total_seconds() / whole * DAY_WIDTH, 1),
         round((b - a).total_seconds() / whole * DAY_WIDTH, 1)) for a, b in spans
    )  # fmt: skip
    words = ", ".join(
        gettext("%(zone)s to %(b)s")
        % {"zone": f"{a.astimezone(zone):%H:%M}", "b": _end(b, end, zone)}
        for a, b in spans
    )
    holiday = calendar.is_holiday(day)
    return DayView(day, bars, words or gettext("closed"), holiday=holiday, today=day == today)


def _end(moment: dt.datetime, midnight: dt.datetime, zone: dt.tzinfo) -> str:
    return "24:00" if moment == midnight else f"{moment.astimezone(zone):%H:%M}"


def _spans(
    calendar: Calendar, start: dt.datetime, end: dt.datetime
) -> list[tuple[dt.datetime, dt.datetime]]:
    try:
        spans = calendar.windows_between(start, end)
    except WorkTimeError:
        return []
    return [(max(one.start, start), min(one.end, end)) for one in spans]


@dataclass(frozen=True)
class RungView:
    """One step of a path."""

    when: str
    to: tuple[str, ...]
    do: tuple[str, ...]
    only: str
    answer: str


_DO = {
    "notify": gettext_noop("an alert"),
    "mail": gettext_noop("a mail"),
    "webhook": gettext_noop("systems are told"),
    "reassign": gettext_noop("it gets another owner"),
    "raise_pain": gettext_noop("pain is raised"),
    "call_back": gettext_noop("a call back is promised"),
    "add_delay": gettext_noop("our delay goes into the offer"),
    "tell_customer": gettext_noop("the customer is told"),
}


def ladder_of(path: Path, steps: Sequence[Mapping[str, Any]]) -> list[RungView]:
    """Steps in words, the first one first."""
    found = []
    for parsed, raw in zip(path.steps, steps, strict=True):
        only = raw.get("for") or {}
        found.append(
            RungView(
                when=_when(raw, timed=parsed.timed),
                to=tuple(map(whom_words, parsed.to)),
                do=tuple(told(_DO.get(a.partition(":")[0], a)) for a in parsed.actions),
                only=", ".join(f"{name} {_said(value)}" for name, value in only.items()),
                answer=str(raw.get("answer_within") or ""),
            )
        )
    return found


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{name} {one}" for name, one in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _when(raw: Mapping[str, Any], *, timed: bool) -> str:
    text = str(raw.get("before") or "").strip()
    if text:
        return gettext("%(text)s before it is due") % {"text": text}
    text = str(raw.get("after", raw.get("at", "")) or "").strip()
    if not text:
        return gettext("when it is due") if timed else gettext("when nobody answered in time")
    if text.endswith("%"):
        return gettext("when %(text)s of the time is used") % {"text": text}
    if text in ("0m", "0h", "due"):
        return gettext("when it is due")
    if text.startswith("-"):
        return gettext("%(text)s before it is due") % {"text": text[1:]}
    words = gettext("%(text)s of working time after it was due")
    if raw.get("time") == "calendar":
        words = gettext("%(text)s on the clock on the wall after it was due")
    return words % {"text": text}


@dataclass(frozen=True)
class PromiseView:
    """One promise, for a complaint that comes in now."""

    words: str
    within: str
    due: str
    path: str
    path_name: str
    warn: str


def _kind_said(kind: Kind) -> str:
    return pgettext("kind of deadline", str(DEFAULTS[kind].words))


def promises_of(policy: Policy, *, now: dt.datetime, zone: dt.tzinfo) -> list[PromiseView]:
    """Each promise with the moment at which it would be due, were it to start now."""
    rules, found = setup(), []
    names = dict(EscalationPath.objects.values_list("key", "name"))
    for target in policy.targets:
        key = target.calendar or policy.calendar
        calendar = rules.calendars.get(key, rules.default_calendar) if key else (
            ALWAYS if target.any_hour else rules.default_calendar)  # fmt: skip
        due = ""
        if target.length is not None:
            try:
                clock = Clock(calendar=calendar, length=target.length, started_at=now)
                due = moment_words(clock.due(), now=now, zone=zone)
            except (WorkTimeError, DomainError, ValueError):
                due = gettext("depends on the complaint")
        path = rules.paths.get(target.path)
        found.append(
            PromiseView(
                words=_kind_said(target.kind),
                within=target.length.words()
                if target.length is not None
                else gettext("as promised"),
                due=due,
                path=target.path if path is not None else "",
                path_name=retold(names.get(target.path, target.path)),
                warn=", ".join(step.key.partition(":")[2] for step in target.warnings),
            )
        )
    return found


@dataclass(frozen=True)
class GrantView:
    """What one role may grant."""

    role: str
    kind: str
    sums: tuple[tuple[str, float], ...]
    here: bool


def grants_of(
    docs: Iterable[Mapping[str, Any]], currency: str, shown: Mapping[str, Any]
) -> list[GrantView]:
    """Who may grant what in a currency; each sum with its share (0 to 100) of the largest."""
    rows = [doc for doc in docs if doc["currency"] == currency]
    names = ("per_remedy", "per_ticket", "per_customer")
    sums = [float(doc[name]) for doc in rows for name in names if doc[name] is not None]
    most = max(sums, default=0) or 1
    return [
        GrantView(
            role=str(ROLES[Role(doc["role"])]),
            kind=doc["kind"] or gettext("everything"),
            sums=tuple(
                (doc[name] if doc[name] is not None else gettext("no limit"),
                 100.0 if doc[name] is None else round(100 * float(doc[name]) / most, 1))
                for name in names
            ),
            here=doc is shown,
        )
        for doc in rows
    ]  # fmt: skip
