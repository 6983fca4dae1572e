"""What a session may hear of on a page: found out in the database once, believed for minutes.

A grant for a ticket holds only while nothing happens to the ticket: whoever loses sight of it is
asked again at once.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db.models import Min
from django.http import HttpRequest

from desk.alerts import unread_of
from desk.glyphs import AvatarView
from desk.live import keys
from desk.live.presence import Face
from tickets.access import Principal, access_ticket
from tickets.models import Alert, Team, User

#: A reader of all teams is told who is here in so many of them.
TEAMS_MOST = 40


@dataclass(frozen=True, slots=True)
class Grant:
    """Who asks, whose tickets concern him, and how his page's ticket and bell were."""

    user: int
    name: str
    initials: str
    tone: int
    #: Teams whose tickets he sees; of one who sees all, those in whose tickets he is told who is.
    teams: tuple[int, ...]
    sees_all: bool
    stands_in: tuple[int, ...]
    #: 0 for a page that is no ticket's.
    ticket: int = 0
    #: Where it is kept who is on the ticket.
    scope: str = ""
    events: int = 0
    stamp: str = ""
    bell_stamp: str = ""
    #: Newest alert that rings, and how many do.
    bell: str = ""

    @property
    def face(self) -> Face:
        """The person as others see him."""
        return Face(self.user, self.name, self.initials, self.tone)

    @property
    def scopes(self) -> list[str]:
        """Where it is kept who is on tickets that this page may show."""
        return [self.scope] if self.ticket else [f"team:{team}" for team in self.teams]

    def packed(self) -> str:
        """As it lies in Redis."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def unpacked(cls, text: str) -> Grant:
        """The same back. Raises `TypeError` or `ValueError` for what another version wrote."""
        data: dict[str, Any] = json.loads(text)
        lists = {name: tuple(data[name]) for name in ("teams", "stands_in")}
        return cls(**{**data, **lists})


def bell_mark(alerts: list[Alert]) -> str:
    """The same while the same alerts ring; `alerts` are those of `unread_of`."""
    return f"{alerts[0].pk}.{len(alerts)}" if alerts else "0.0"


def make(
    who: Principal, *, ticket: int, stamp: str, bell_stamp: str, now: dt.datetime
) -> tuple[Grant, int]:
    """The grant of a person on the page of `ticket` (0: on another page), and for how many seconds
    it holds. Four queries. Raises `NotFound` where he may not see the ticket."""
    user = who.user
    assert user is not None  # only people have pages
    face = AvatarView.of(user.name or user.email, key=user.pk)
    teams = who.teams
    if teams is None:
        teams = frozenset(Team.objects.order_by("pk").values_list("pk", flat=True)[:TEAMS_MOST])
    scope, events = "", 0
    if ticket:
        row = access_ticket(who, ticket)
        scope = f"ticket:{row.pk}" if row.confidential else f"team:{row.team_id or 0}"
        events = row.event_count
    grant = Grant(
        user=user.pk,
        name=face.name,
        initials=face.initials,
        tone=face.tone,
        teams=tuple(sorted(teams)),
        sees_all=who.teams is None,
        stands_in=tuple(sorted(who.stands_in_for)),
        ticket=ticket,
        scope=scope,
        events=events,
        stamp=stamp,
        bell_stamp=bell_stamp,
        bell=bell_mark(unread_of(user, now=now)),
    )
    return grant, _life(user, now=now)


def _life(user: User, *, now: dt.datetime) -> int:
    """Not past the moment at which something begins to ring that quiet hours hold back."""
    held = Alert.objects.filter(user=user, read_at=None, held_until__gt=now)
    ends = held.aggregate(first=Min("held_until"))["first"]
    if ends is None:
        return keys.GRANT_LIFE
    return max(1, min(keys.GRANT_LIFE, int((ends - now).total_seconds()) + 1))


def session_of(request: HttpRequest) -> str:
    """The key of the session that the request names."""
    return request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
