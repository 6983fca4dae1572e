"""The feed: everything that happened, for those who poll."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tickets.access import visible_tickets
from tickets.api import render, shapes
from tickets.api.base import AccessView
from tickets.api.filters import refuse_unknown
from tickets.api.pagination import Order, after, decode, encode, page_size
from tickets.api.problems import BadCursor
from tickets.api.schema import operation
from tickets.following import settled
from tickets.models import Event

FEED = Order("feed", ("transaction", "id"))
LATEST = "latest"

_page = inline_serializer(
    "EventFeed",
    {
        "after": serializers.CharField(help_text="What to ask with next time; keep it."),
        "more": serializers.BooleanField(help_text="There is more to read at once."),
        "results": shapes.Event(many=True),
    },
)


class Feed(AccessView):
    """Events of all tickets that the one who asks may see."""

    read_scope = "events:read"

    @operation(
        "events_feed",
        "Read what happened to all tickets",
        tag="events",
        answers=_page,
        parameters=[
            OpenApiParameter(
                "after",
                str,
                description="`after` of the answer before; `latest` to begin with what comes "
                "next; nothing to begin at the beginning.",
            ),
            OpenApiParameter("type", str, description="Types, with commas between."),
            OpenApiParameter(
                "page_size", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}
            ),
        ],
    )
    def get(self, request: Request) -> Response:
        """In an order in which nothing is ever inserted behind you: poll with the `after` of
        the last answer and you see every event once, however long writers take."""
        refuse_unknown(request.query_params, ("after", "type", "page_size"))
        size = page_size(request.query_params.get("page_size"))
        place = settled()
        asked = request.query_params.get("after", "")
        if asked == LATEST:
            return Response(
                {"after": encode(FEED, [place.oldest - 1, 2**62]), "more": False, "results": []}
            )
        rows = place.events().filter(ticket__in=visible_tickets(self.principal))
        types = request.query_params.get("type", "")
        if types:
            wanted = [one for one in types.split(",")[:50] if "\0" not in one]
            rows = rows.filter(type__in=wanted)
        if asked:
            position = decode(FEED, Event, asked)
            if position[0] > max(place.coming, place.own):
                # Of another server: this database was restored from a dump since.
                raise BadCursor(field="after")
            rows = after(rows, FEED, position)
        page: list[Any] = list(rows.select_related("ticket").order_by(*FEED.by)[: size + 1])
        more = len(page) > size
        page = page[:size]
        last = [page[-1].transaction, page[-1].pk] if page else [0, 0]
        behind = encode(FEED, last) if page or not asked else asked
        shown = [render.event(row, row.ticket.number) for row in page]
        return Response({"after": behind, "more": more, "results": shown})
