"""All that belongs to one ticket, in one query.

Reading a ticket is what integrations do most; seven queries of the ORM take seven times as long
as this one, most of it spent on putting them together. The rows come as tickets.api.shapes has
them; a test compares them with what tickets.api.render makes of the models.
"""

import datetime as dt
import json
from typing import Any

from django.db import connection
from django.urls import reverse

#: A longer conversation is read page by page.
MESSAGES_MAX = 200

_POINTS = """
SELECT json_agg(json_build_object('id', p.id, 'text', p.text, 'outcome', p.outcome,
    'finding', p.finding, 'root_cause', c.key, 'decided_at', p.decided_at) ORDER BY p.id)
FROM tickets_point p LEFT JOIN tickets_rootcause c ON c.id = p.root_cause_id
WHERE p.ticket_id = %(ticket)s"""

_LINKS = """
SELECT json_agg(json_build_object('number', t.number, 'kind', l.kind, 'from_there', l.back)
    ORDER BY l.back, l.id)
FROM (SELECT id, other_id AS there, kind, false AS back FROM tickets_ticketlink
        WHERE ticket_id = %(ticket)s
    UNION ALL SELECT id, ticket_id, kind, true FROM tickets_ticketlink
        WHERE other_id = %(ticket)s) l
JOIN tickets_ticket t ON t.id = l.there"""

_PEOPLE = """
SELECT json_agg(json_build_object('id', u.id, 'name', u.name, 'relation', p.relation)
    ORDER BY p.id)
FROM tickets_ticketperson p JOIN tickets_user u ON u.id = p.user_id
WHERE p.ticket_id = %(ticket)s"""

_ACTIONS = """
SELECT json_agg(json_build_object('id', a.id, 'text', a.text,
    'owner', json_build_object('id', u.id, 'name', u.name), 'point', a.point_id,
    'due_on', a.due_on, 'done_at', a.done_at) ORDER BY a.due_on, a.id)
FROM tickets_correctiveaction a JOIN tickets_user u ON u.id = a.owner_id
WHERE a.ticket_id = %(ticket)s"""

_ATTACHMENTS = """
SELECT json_agg(json_build_object('id', f.id, 'name', f.name, 'content_type', f.content_type,
    'size', f.size, 'sha256', f.sha256, 'internal', f.internal, 'message', f.message_id,
    'created_at', f.created_at) ORDER BY f.id)
FROM tickets_attachment f WHERE f.ticket_id = %(ticket)s"""

_MESSAGES = """
SELECT json_agg(json_build_object('id', m.id, 'kind', m.kind, 'channel', m.channel,
    'author_kind', m.author_kind, 'author', m.author_name, 'automatic', m.automatic,
    'body', m.body, 'at', m.at) ORDER BY m.at, m.id)
FROM (SELECT * FROM tickets_message WHERE ticket_id = %(ticket)s
    ORDER BY at, id LIMIT %(limit)s) m"""

_PARTS = {
    "points": _POINTS,
    "links": _LINKS,
    "people": _PEOPLE,
    "actions": _ACTIONS,
    "attachments": _ATTACHMENTS,
}
_THREAD = _PARTS | {"messages": _MESSAGES}
_MOMENTS = ("decided_at", "done_at", "created_at", "at")


def _query(parts: dict[str, str]) -> str:
    return "SELECT " + ", ".join(f"({one})::text" for one in parts.values())


_QUERIES = {False: _query(_PARTS), True: _query(_THREAD)}


def parts_of(ticket_id: int, *, thread: bool) -> dict[str, list[dict[str, Any]]]:
    """Points, links, people, actions and files of a ticket; with `thread` its messages too."""
    with connection.cursor() as cursor:
        cursor.execute(_QUERIES[thread], {"ticket": ticket_id, "limit": MESSAGES_MAX})
        found = cursor.fetchone()
    names = _THREAD if thread else _PARTS
    parts = {name: _rows(raw) for name, raw in zip(names, found, strict=True)}
    for row in parts["attachments"]:
        row["url"] = reverse("api-attachment", args=[row["id"]])
    for message in parts.get("messages", []):
        key = message["id"]
        message["attachments"] = [f for f in parts["attachments"] if f["message"] == key]
    return parts


def _rows(raw: str | None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(raw) if raw else []
    for row in rows:
        for name in _MOMENTS:
            if row.get(name):
                row[name] = dt.datetime.fromisoformat(row[name])
    return rows
