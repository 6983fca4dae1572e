"""Writing down in Redis, after each commit, what tickets something happened to, and who is alerted.

Nothing depends on it: what Redis has not heard of, pages see a little later.
"""

from __future__ import annotations

import time
import uuid
from typing import Any

from django.core.cache import cache
from django.db import transaction

from desk.live import keys
from tickets.change import Change
from tickets.models import Event

_HERE = ("live",)


class _Heard:
    """What one unit of work did, told when it is committed."""

    def __init__(self, memo: dict[tuple[str, ...], Any]) -> None:
        self._memo = memo
        self._changes: dict[int, Change] = {}
        self._owners: dict[int, set[int]] = {}
        self._teams: dict[int, set[int]] = {}
        #: Tickets that became confidential: who is on them is no longer their teams' to know.
        self._hidden: set[int] = set()

    def note(self, change: Change, event: Event) -> None:
        """Whose the ticket was before is told too: it leaves his queue."""
        key = change.ticket.pk
        self._changes[key] = change
        if owner := event.replaced.get("owner"):
            self._owners.setdefault(key, set()).add(int(owner))
        elif "owner" in event.changes:
            self._owners.setdefault(key, set()).add(0)
        if event.changes.get("confidential"):
            self._hidden.add(key)
        if team := event.replaced.get("team"):
            self._teams.setdefault(key, set()).add(int(team))

    def tell(self) -> None:
        """One round trip for all of it."""
        alerted = {int(name[1]) for name in self._memo if name[0] == "alert" and len(name) == 3}
        cache.ask(lambda redis: self._write(redis, alerted), None)  # type: ignore[attr-defined]

    def _write(self, redis: Any, alerted: set[int]) -> None:
        pipe = redis.pipeline(transaction=False)
        for key, change in self._changes.items():
            ticket = change.ticket
            owners = {ticket.owner_id or 0, *self._owners.get(key, ())}
            teams = {ticket.team_id or 0, *self._teams.get(key, ())}
            pipe.set(keys.stamp_of(key), uuid.uuid4().hex[:12], ex=keys.STAMP_LIFE)
            told = f"{key}|{_listed(teams)}|{_listed(owners)}|{int(ticket.confidential)}"
            pipe.xadd(keys.TOLD, {"t": told}, maxlen=keys.TOLD_MOST, approximate=True)
        pipe.set(keys.BORN, int(time.time() * 1000), nx=True)
        ring(pipe, alerted)
        pipe.execute()
        for key in self._hidden:
            place = keys.here_in(f"team:{self._changes[key].ticket.team_id or 0}")
            names = [name for name in redis.hkeys(place) if name.startswith(b"%d." % key)]
            if names:
                redis.hdel(place, *names)


def _listed(numbers: set[int]) -> str:
    return ",".join(map(str, sorted(numbers)))


def ring(redis: Any, people: set[int]) -> None:
    """The bells of these people are not as they were."""
    for user in people:
        redis.set(keys.bell_of(user), uuid.uuid4().hex[:12], ex=keys.BELL_LIFE)


def note(change: Change, event: Event) -> None:
    """Tell of this event once its unit has committed. Tickets from the past, as an
    import brings them by the thousand, are nobody's news."""
    if change.ticket.historical:
        return
    memo = change.unit.memo
    heard = memo.get(_HERE)
    if heard is None:
        heard = memo[_HERE] = _Heard(memo)
        transaction.on_commit(heard.tell, robust=True)
    heard.note(change, event)


def bell_rang(user: int) -> None:
    """Let the open pages of a person know that he read his alerts."""
    cache.ask(lambda redis: ring(redis, {user}), None)  # type: ignore[attr-defined]
