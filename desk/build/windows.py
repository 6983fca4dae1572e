"""Working hours as the pages need them: to shade behind deadlines, and to say by when we answer."""

import datetime as dt

from django.utils.translation import gettext

from escalation.clock import OnDay
from escalation.models import Deadline
from escalation.policies.kinds import Kind
from escalation.policies.policy import Subject
from escalation.services.setup import Version, setup
from escalation.worktime import WorkTimeError
from tickets.catalogue import Entry
from tickets.errors import DomainError
from tickets.saying import retold

_BACK, _AHEAD = dt.timedelta(days=8), dt.timedelta(days=16)


def windows_of(
    deadline: Deadline | None, *, now: dt.datetime
) -> list[tuple[dt.datetime, dt.datetime]]:
    """Opening hours around now in the calendar that this deadline counts in."""
    if deadline is None:
        return []
    known = setup()
    version = known.versions.get(deadline.policy_id)
    target = version.policy.by_kind.get(Kind(deadline.kind)) if version else None
    if version is None or target is None:
        return []
    calendar = known.calendar_for(version, target)
    spans = calendar.windows_between(now - _BACK, now + _AHEAD)
    return [(span.start, span.end) for span in spans]


def version_words(name: str, number: int) -> str:
    """A version of a deadline policy: "Standard v1"."""
    return gettext("%(name)s v%(version)s") % {"name": retold(name), "version": number}


def promised_words(deadline: Deadline) -> tuple[str, ...]:
    """What was promised and by which policy: "2 working days, by close", "Standard v1"."""
    version = setup().versions.get(deadline.policy_id)
    if version is None:
        return ()
    target = version.policy.by_kind.get(Kind(deadline.kind))
    length = target.length.words() if target is not None and target.length is not None else ""
    if deadline.until_on is not None:
        length = OnDay(deadline.until_on).words()
    policy = version_words(version.policy.name, version.number)
    return (f"{length}, {policy}" if length else policy,)


def answer_by(entry: Entry | None, *, now: dt.datetime) -> dict[str, dt.datetime]:
    """By when a complaint that comes in by the form now would be answered and decided:
    {kind: instant}. Empty where no policy fits."""
    known = setup()
    keys = entry.keys if entry is not None else ()
    subject = Subject(categories=keys, channel="form")
    version = next((v for v in known.active if v.policy.match.fits(subject)), None)
    if version is None:
        return {}
    found = {}
    for kind in (Kind.FIRST_RESPONSE, Kind.DECIDE, Kind.RESOLVE):
        due = _due(version, kind, now=now)
        if due is not None:
            found[kind.value] = due
    return found


def _due(version: Version, kind: Kind, *, now: dt.datetime) -> dt.datetime | None:
    target = version.policy.by_kind.get(kind)
    if target is None or target.length is None:
        return None
    try:
        return target.length.due(setup().calendar_for(version, target), now)
    except (WorkTimeError, DomainError):
        return None  # a calendar that never opens promises nothing
