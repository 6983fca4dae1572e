"""Telling a person: the alert is written at once, and reaches him when he wants to be reached."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from zoneinfo import available_timezones

from tickets.cached import Cached
from tickets.models import Alert, AlertSettings, User
from tickets.reaching import Quiet


class Writer(Protocol):
    """What an alert is added to: a unit of work."""

    def add(self, row: Alert) -> Alert:
        """Have the row inserted when the unit ends."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a person wants to be told."""

    quiet: Quiet = field(default_factory=Quiet)
    urgent_anyway: bool = False
    digest_after: int = 5
    digest_window: dt.timedelta = dt.timedelta(minutes=15)
    #: His browser shows what rings: a mail waits this long for it, and is not written then.
    browser_first: dt.timedelta = dt.timedelta()


USUAL = Wishes()
#: A browser asks every 30 seconds, even one that nobody looks at.
BROWSER_FIRST = dt.timedelta(minutes=2)


def _load() -> Mapping[int, Wishes]:
    return {
        row.user_id: Wishes(
            quiet=Quiet(
                zone=row.user.time_zone if row.user.time_zone in available_timezones() else "UTC",
                start=row.quiet_from,
                end=row.quiet_until,
                days=frozenset(row.quiet_days),
            ),
            urgent_anyway=row.urgent_anyway,
            digest_after=row.digest_after,
            digest_window=dt.timedelta(minutes=row.digest_minutes),
            browser_first=BROWSER_FIRST if row.notify else dt.timedelta(),
        )
        for row in AlertSettings.objects.select_related("user")
    }


_wishes = Cached(_load, AlertSettings, User)


def wishes_of(user: int) -> Wishes:
    """How the person with this key wants to be told. No query, most of the time."""
    return _wishes().get(user, USUAL)


def ring(
    unit: Writer,
    memo: dict[tuple[str, ...], Any],
    alert: Alert,
    *,
    mail: bool = False,
    anyway: bool = False,
    fold: str = "",
) -> None:
    """Add an alert to what the unit writes, held back while its person wants quiet.

    `mail` has it mailed as well, unless his browser shows it before; `anyway` reaches him in quiet
    hours (he is on duty). Of several alerts with the same `fold` in one unit the person hears the
    last only: the others are kept as read, so that after an outage nobody is told step by step what
    is long past.
    """
    person, now = alert.user_id, alert.created_at
    same = memo.get(("alert", str(person), alert.key))
    if same is None:
        wishes = wishes_of(person)
        loud = anyway or (alert.urgent and wishes.urgent_anyway)
        until = now if loud else wishes.quiet.until(now)
        alert.held_until = until if until > now else None
        memo["alert", str(person), alert.key] = unit.add(alert)
        if fold:
            _fold(memo, alert, fold)
        same = alert
    if mail and same.mail_at is None:
        same.mail_at = (same.held_until or now) + wishes_of(person).browser_first


def _fold(memo: dict[tuple[str, ...], Any], alert: Alert, fold: str) -> None:
    place = ("folded", str(alert.user_id), fold)
    before = memo.get(place)
    if before is not None:
        wait = wishes_of(alert.user_id).browser_first
        alert.mail_at = before.mail_at and (alert.held_until or alert.created_at) + wait
        before.read_at, before.mail_at = alert.created_at, None
    memo[place] = alert
