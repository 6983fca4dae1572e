"""Names in Redis of what is shown live, and how long each lives, in seconds."""

import hashlib

from django.core.cache import cache

#: What happened to tickets, in order: a stream that is cut at about `TOLD_MOST` entries.
TOLD = "amends:live:told"
TOLD_MOST = 5000
#: Since when Redis has heard of everything, in milliseconds: it may have lost what was before.
BORN = "amends:live:born"
#: An hour without a change: whoever asks looks at the table once.
STAMP_LIFE = 3600
BELL_LIFE = 24 * 3600
#: What a page was found to be allowed is believed for so long.
GRANT_LIFE = 300
#: Somebody who does not ask again has gone; and has stopped writing.
HERE_LIFE = 40
WRITING_LIFE = 15


def stamp_of(ticket: int) -> str:
    """Another value whenever something happened to the ticket."""
    return f"amends:live:t:{ticket}"


def bell_of(user: int) -> str:
    """Another value whenever the person was alerted, or read his alerts."""
    return f"amends:live:b:{user}"


def here_in(scope: str) -> str:
    """Who looks at the tickets of a team, or at one that is confidential."""
    return f"amends:live:h:{scope}"


def grant_of(session: str, ticket: int) -> str:
    """What a session may hear of on a page; the session's own key is not given away."""
    return f"amends:live:g:{hashlib.sha256(session.encode()).hexdigest()[:32]}:{ticket}"


def session_in_cache(session: str) -> str:
    """Where Django keeps the session (`cached_db`); gone with it."""
    return str(cache.make_key(f"django.contrib.sessions.cached_db{session}"))
