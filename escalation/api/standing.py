"""How a ticket stands in escalation, and what ends it."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from escalation.access import access_escalation
from escalation.api import render, shapes
from escalation.api.views import KEY, NUMBER
from escalation.services import manual
from escalation.services.spells import standing_of
from tickets.access import access_ticket
from tickets.api.base import AccessView, CommandView
from tickets.api.fields import Input, Text
from tickets.api.render import person
from tickets.api.schema import operation
from tickets.api.shapes import Person, Shape
from tickets.api.versions import etag
from tickets.models import Ticket


class OpenCall(Shape):
    """Somebody was called, and nobody has answered."""

    id = serializers.IntegerField()
    level = serializers.CharField()
    reason = serializers.CharField()
    by = Person(allow_null=True)
    started_at = serializers.DateTimeField()
    next_at = serializers.DateTimeField(allow_null=True, help_text="Of the next step.")


class StandingShape(Shape):
    """A ticket in escalation, or not."""

    since = serializers.DateTimeField(allow_null=True, help_text="Since when; null where not.")
    seconds = serializers.IntegerField(help_text="Spent in escalation, all times together.")
    hours = serializers.IntegerField(help_text="The same in whole hours, rounded down.")
    handoffs = serializers.IntegerField()
    steps = serializers.IntegerField(help_text="Steps of paths and calls that were taken.")
    calls = OpenCall(many=True)


class DeescalateInput(Input):
    """Why."""

    reason = Text(max_length=500)


def _shown(ticket: Ticket, *, now: Any) -> Response:
    ticket.refresh_from_db(fields=["version", "handoffs"])
    found = standing_of(ticket, now=now)
    body = {
        "since": found.since,
        "seconds": found.seconds,
        "hours": found.hours,
        "handoffs": found.handoffs,
        "steps": found.calls,
        "calls": [
            {
                "id": row.pk,
                "level": row.level,
                "reason": row.reason,
                "by": person(row.by),
                "started_at": row.started_at,
                "next_at": row.next_at,
            }
            for row in found.waiting
        ],
    }
    return Response(body, headers={"ETag": etag(ticket.version)})


class Standing(AccessView):
    """How a ticket stands in escalation."""

    @operation(
        "tickets_escalation", "See how a ticket stands in escalation", tag="escalations",
        answers=StandingShape, parameters=[NUMBER],
    )  # fmt: skip
    def get(self, request: Request, number: str) -> Response:
        """Since when, how long in all, hand-offs, and calls that nobody has answered."""
        return _shown(access_ticket(self.principal, number), now=self.now)


class _Verb(CommandView):
    versioned = True

    @property
    def common(self) -> dict[str, Any]:
        """What every service takes."""
        return {"actor": self.actor, "now": self.now, "seen": self.seen}


class Deescalate(_Verb):
    """It goes its usual way again."""

    @operation(
        "tickets_de_escalate", "De-escalate a ticket", tag="ticket verbs",
        request=DeescalateInput, answers={200: StandingShape}, parameters=[NUMBER],
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Calls end and paths are climbed no further; what was missed stays missed. For
        supervisors of the ticket's team."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """De-escalate it."""
        ticket = access_ticket(self.principal, kwargs["number"], verb="supervise")
        manual.deescalate(ticket, **self.parse(DeescalateInput), **self.common)
        return _shown(ticket, now=self.now)


class AcknowledgeStep(_Verb):
    """I am on it."""

    @operation(
        "escalations_acknowledge", "Answer a step: you are on it", tag="escalations",
        request=None, answers={200: shapes.Escalation}, parameters=[KEY],
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """The path is climbed no further, a clock's or a call's. For people only."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Acknowledge it."""
        row = access_escalation(self.principal, kwargs["key"], verb="work")
        manual.acknowledge_step(row, **self.common)
        row = access_escalation(self.principal, row.pk)
        return Response(render.escalation(row), headers={"ETag": etag(row.ticket.version)})
