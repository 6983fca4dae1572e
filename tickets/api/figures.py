"""The tickets behind a figure of a report, as each report's own endpoint lists them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from tickets.api.pagination import page_size
from tickets.api.problems import BadCursor
from tickets.api.shapes import Shape
from tickets.listed import Cursor, Listed, Page
from tickets.models import Ticket


class FigureTicket(Shape):
    """One thing that a figure counts, on a ticket; a ticket may have several of them."""

    ticket = serializers.CharField(help_text="Its number.")
    subject = serializers.CharField()
    team = serializers.CharField()
    category = serializers.CharField()
    at = serializers.DateTimeField(help_text="When it was: the figure's period is of this moment.")


class FigureTickets(Shape):
    """A page of what a figure counts, the newest first."""

    count = serializers.IntegerField(help_text="The figure: how many there are on all pages.")
    next = serializers.URLField(allow_null=True, help_text="The next page.")
    results = FigureTicket(many=True)


class FigurePromise(FigureTicket):
    """A promise that a figure counts."""

    deadline = serializers.IntegerField(help_text="The id of the clock.")
    kind = serializers.CharField(help_text="What was promised: `next_reply`, `decide`, …")
    due_at = serializers.DateTimeField()
    missed_at = serializers.DateTimeField(allow_null=True, help_text="Null where it was kept.")
    met_at = serializers.DateTimeField(allow_null=True, help_text="Null where it never was met.")


class FigurePromises(FigureTickets):
    """A page of the promises that a figure counts, the newest first."""

    results = FigurePromise(many=True)


def figure(what: list[str], key: str, columns: list[str] | None = None) -> list[OpenApiParameter]:
    """What names a figure of a report, for the schema; `key` says what a line's key is."""
    found = [
        OpenApiParameter("what", str, enum=what, description="Of what it is; all if left out."),
        OpenApiParameter("key", str, description=key),
    ]
    if columns:
        words = "What of it; all if left out."
        found.append(OpenApiParameter("column", str, enum=columns, description=words))
    return found


def page_of(request: Request) -> Page:
    """The page that is asked for. Raises `BadCursor`, `Invalid`."""
    asked = request.query_params.get("cursor", "")
    after = Cursor.of(asked)
    if asked and after is None:
        raise BadCursor(field="cursor")
    return Page(after, page_size(request.query_params.get("page_size")))


def figure_tickets(
    found: Listed, request: Request, *, more: Sequence[Mapping[str, Any]] = ()
) -> Response:
    """The `FigureTickets` of a page, with what `more` tells of each row. One query."""
    tickets = Ticket.objects.select_related("team", "category").in_bulk(
        {ticket for ticket, _ in found.rows}
    )
    here = request.build_absolute_uri()
    after = found.after
    return Response(
        {
            "count": found.count,
            "next": replace_query_param(here, "cursor", after.text) if after else None,
            "results": [
                _row(tickets[ticket], at) | dict(more[place] if more else {})
                for place, (ticket, at) in enumerate(found.rows)
            ],
        }
    )


def _row(ticket: Ticket, at: Any) -> dict[str, Any]:
    return {
        "ticket": ticket.number,
        "subject": ticket.subject,
        "team": ticket.team.key,
        "category": ticket.category.key,
        "at": at,
    }
