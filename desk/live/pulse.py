"""The answer to an open page that asks what is new: small, and from Redis alone.

`first` looks whether there is a session and a grant; `second` has all that may have changed, in one
round trip; `Answer` is what the page is told. Whoever calls `second` knows that the session is
alive.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desk.live import keys, presence
from desk.live.grants import Grant

#: Entries of the stream that are read for one answer: a page that missed more looks at it all.
READ = 400
#: After how many seconds to ask again: beside somebody on a ticket, alone on it, on a list, and on
#: pages that only have a bell.
PACE_TOGETHER, PACE_TICKET, PACE_LIST, PACE_ELSE = 5, 15, 15, 30
PACE_WITHOUT_REDIS = 30
_SINCE = re.compile(r"\d{1,15}-\d{1,10}")


@dataclass(frozen=True, slots=True)
class Wants:
    """What a page says of itself."""

    ticket: int
    #: The kind of list it shows: "me", "mine", "unowned", another view; "" for none.
    view: str
    since: str
    events: int
    here: str
    bell: str
    writing: bool
    gone: bool

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Wants:
        """From the address; what makes no sense is as if it was not there."""
        since = given.get("since", "")
        return cls(
            ticket=_number(given.get("t", "")),
            view=given.get("v", "")[:40],
            since=since if _SINCE.fullmatch(since) else "",
            events=_number(given.get("e", "")),
            here=given.get("h", "")[:8],
            bell=given.get("b", "")[:40],
            writing=given.get("w") == "1",
            gone=given.get("gone") == "1",
        )

    @property
    def pace(self) -> int:
        """How soon it asks again where nobody else is there."""
        if self.ticket:
            return PACE_TICKET
        return PACE_LIST if self.view else PACE_ELSE


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def first(redis: Any, session: str, wants: Wants) -> tuple[bool, Grant | None]:
    """Whether the session is known to the cache, and its grant for this page; none where something
    happened to the ticket since it was given."""
    pipe = redis.pipeline(transaction=False)
    pipe.exists(keys.session_in_cache(session))
    pipe.get(keys.grant_of(session, wants.ticket))
    pipe.get(keys.stamp_of(wants.ticket))
    alive, stored, stamp = pipe.execute()
    if not alive or stored is None:
        return bool(alive), None
    try:
        grant = Grant.unpacked(stored)
    except (TypeError, ValueError, KeyError):
        return True, None
    moved = bool(grant.ticket) and grant.stamp != _text(stamp)
    return True, None if moved else grant


@dataclass(frozen=True, slots=True)
class Found:
    """What Redis has for one page."""

    bell_stamp: str
    here: dict[str, str]
    told: list[tuple[str, str]]
    born: int


def second(redis: Any, grant: Grant, wants: Wants, *, now: float) -> Found:
    """Say that the person is here, and read what may have changed. One round trip."""
    pipe = redis.pipeline(transaction=False)
    pipe.mget(keys.bell_of(grant.user), keys.BORN)
    reads = 0
    if grant.ticket:
        place = keys.here_in(grant.scope)
        if wants.gone:
            pipe.hdel(place, *presence.names_of(grant.face, grant.ticket))
        else:
            fields = presence.fields_of(grant.face, grant.ticket, writing=wants.writing, now=now)
            pipe.hset(place, mapping=fields)
            pipe.expire(place, 4 * keys.HERE_LIFE)
    asks_told = bool(wants.view and wants.since)
    if asks_told:
        pipe.xrange(keys.TOLD, f"({wants.since}", "+", READ)
    if wants.view or grant.ticket:
        for scope in grant.scopes:
            pipe.hgetall(keys.here_in(scope))
            reads += 1
    answers = pipe.execute()
    bell, born = answers[0]
    here: dict[str, str] = {}
    for stored in answers[len(answers) - reads :] if reads else ():
        here.update({_text(name): _text(value) for name, value in stored.items()})
    entries = answers[len(answers) - reads - 1] if asks_told else []
    told = [(_text(key), _text(fields[b"t"])) for key, fields in entries]
    return Found(_text(bell), here, told, int(born or 0))


def _text(value: bytes | None) -> str:
    return value.decode() if value is not None else ""


def is_stale(grant: Grant, found: Found) -> bool:
    """Whether the grant has to be thought out anew before the page is told anything."""
    return found.bell_stamp != grant.bell_stamp


def answer(grant: Grant, found: Found, wants: Wants, *, now: float) -> dict[str, Any]:
    """What the page is told: only what it does not know already."""
    told: dict[str, Any] = {"pace": wants.pace, "me": grant.user}
    if grant.ticket and grant.events > wants.events:
        told["events"] = grant.events
    if grant.bell != wants.bell:
        told["bell"] = grant.bell
    if wants.view or grant.ticket:
        seen, _ = presence.read(found.here, now=now, but=grant.user, ticket=grant.ticket)
        if grant.ticket and seen:
            told["pace"] = PACE_TOGETHER
        mark = presence.mark_of(seen)
        if mark != wants.here:
            told |= {"here": [one.shown() for one in seen], "mark": mark}
    if wants.view:
        told |= _news(grant, found, wants)
    return told


def _news(grant: Grant, found: Found, wants: Wants) -> dict[str, Any]:
    """Tickets that something happened to and that this list may show."""
    if not wants.since:
        return {"since": f"{int(time.time() * 1000)}-0"}
    if found.born > int(wants.since.partition("-")[0]) or len(found.told) >= READ:
        return {"since": f"{max(found.born, int(time.time() * 1000))}-0", "again": True}
    if not found.told:
        return {}
    changed = {
        int(ticket)
        for ticket, *rest in (entry.split("|") for _, entry in found.told)
        if _concerns(grant, wants.view, *rest)
    }
    news: dict[str, Any] = {"since": found.told[-1][0]}
    return news | ({"told": sorted(changed)} if changed else {})


def _concerns(grant: Grant, view: str, teams: str, owners: str, hidden: str) -> bool:
    owned = {int(owner) for owner in owners.split(",")}
    if hidden == "1" and grant.user not in owned:
        return False
    own = {grant.user, *grant.stands_in}
    wanted = {"me": own | {0}, "mine": {grant.user}, "unowned": {0}}.get(view)
    if wanted is not None and not owned & wanted:
        return False
    if grant.sees_all or owned & own:
        return True
    return any(int(team) in grant.teams for team in teams.split(","))


def past_fields(found: Found, *, now: float) -> list[str]:
    """Fields of people who went without saying so."""
    return presence.read(found.here, now=now, but=0)[1]
