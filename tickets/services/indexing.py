"""The words that tickets are found by, kept a moment behind what happens."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.db import connection, transaction

from tickets.finding import FOLLOWER as NAME
from tickets.following import Part, read_on, settled
from tickets.models import Ticket
from tickets.models.search import Follower, SearchEntry

#: Events of one transaction, and tickets of one statement of a rebuild.
MOST = 2_000
BATCH = 500

_INDEX = """
INSERT INTO tickets_searchentry (ticket_id, words)
SELECT id, amends_words_of(id) FROM tickets_ticket WHERE id = ANY(%s)
ON CONFLICT (ticket_id) DO UPDATE SET words = excluded.words
WHERE tickets_searchentry.words IS DISTINCT FROM excluded.words
"""
#: Words of letters that are long enough to be mistyped. The few that are new are written in the
#: order of their names, so that no two processes wait for each other.
_WORDS = r"""
INSERT INTO tickets_searchword (word)
SELECT DISTINCT lexeme FROM tickets_searchentry, unnest(words) WHERE ticket_id = ANY(%s)
    AND lexeme ~ '^[[:alpha:]]{5,30}$'
    AND NOT EXISTS (SELECT FROM tickets_searchword WHERE word = lexeme)
ORDER BY lexeme ON CONFLICT DO NOTHING
"""


def index(tickets: Collection[int]) -> None:
    """Write the entries of these tickets (keys), and the words that are new. Two statements,
    harmless to repeat."""
    with connection.cursor() as cursor:
        cursor.execute(_INDEX, [sorted(tickets)])
        cursor.execute(_WORDS, [sorted(tickets)])


def index_what_happened() -> Part | None:
    """Index the tickets of the next part of the stream of events; None where another process is at
    it. What is read and where it stopped are written together, so that nothing is left out."""
    with transaction.atomic():
        part = read_on(NAME, most=MOST)
        if part is not None and part.tickets:
            index(part.tickets)
    return part


def rebuild() -> Iterator[int]:
    """Index every ticket anew, in parts; yields how many were done. What happens meanwhile is
    followed from where it began."""
    now = settled()
    with transaction.atomic():
        Follower.objects.update_or_create(
            name=NAME, defaults={"transaction": now.oldest - 1, "event": 2**62}
        )
    done, last = 0, 0
    while keys := list(
        Ticket.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        index(keys)
        done, last = done + len(keys), keys[-1]
        yield done


def count() -> int:
    """How many tickets have an entry."""
    return SearchEntry.objects.count()
