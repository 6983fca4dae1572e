"""Dead letters: what could not be delivered, listed and tried again."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from integrations.access import access_dead_letter, dead_letters
from integrations.models import DeadLetter
from integrations.outbox import retry_dead
from tickets.api.base import AccessView, CommandView
from tickets.api.filters import refuse_unknown
from tickets.api.pagination import NEWEST_ID, CursorPages
from tickets.api.schema import PAGE, operation, paged
from tickets.api.shapes import Shape

ID = OpenApiParameter("letter", int, "path", description="The dead letter's id.")


class DeadLetterShape(Shape):
    """Something that could not be delivered."""

    id = serializers.IntegerField()
    kind = serializers.CharField(help_text="mail, webhook or what another app carries.")
    ticket = serializers.CharField(allow_null=True, help_text="The ticket's number.")
    attempts = serializers.IntegerField()
    error = serializers.CharField()
    created_at = serializers.DateTimeField()


def shown(row: DeadLetter) -> dict[str, Any]:
    """A `DeadLetterShape`."""
    return {
        "id": row.pk,
        "kind": row.kind,
        "ticket": row.ticket.number if row.ticket else None,
        "attempts": row.attempts,
        "error": row.last_error,
        "created_at": row.created_at,
    }


class DeadLetters(AccessView):
    """All that was given up."""

    @operation(
        "dead_letters_list",
        "List what could not be delivered",
        tag="dead letters",
        answers=paged(DeadLetterShape),
        parameters=PAGE,
    )
    def get(self, request: Request) -> Response:
        """Newest first."""
        refuse_unknown(request.query_params)
        pages = CursorPages(NEWEST_ID)
        rows = pages.take(dead_letters(self.principal), request)
        return pages.get_paginated_response([shown(row) for row in rows])


class Retry(CommandView):
    """One more try, from the start."""

    @operation(
        "dead_letters_retry",
        "Have a dead letter tried again",
        tag="dead letters",
        answers=DeadLetterShape,
        parameters=[ID],
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        """It is delivered at once if it can be now."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Put it back into the outbox."""
        found = access_dead_letter(self.principal, kwargs["letter"])
        retry_dead(found.pk, actor=self.actor, now=self.now)
        found.refresh_from_db()
        return Response(shown(found))
