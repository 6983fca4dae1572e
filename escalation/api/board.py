"""The board over REST: every clock by time left, who owns it, what its path does next."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from escalation.access import visible_deadlines
from escalation.api.filters import BY_DUE
from escalation.clock import Status
from escalation.models import Deadline
from escalation.models.deadlines import OPEN
from escalation.policies.kinds import Kind
from escalation.services.board import STANDINGS, standing_of
from tickets.api.base import AccessView
from tickets.api.pagination import CursorPages
from tickets.api.render import person
from tickets.api.schema import PAGE, operation, paged
from tickets.api.shapes import Person, Shape, one_of
from tickets.errors import Invalid


class NextStep(Shape):
    """What happens if nobody acts."""

    sort = serializers.ChoiceField(choices=["warning", "breach", "path", "resume"])
    at = serializers.DateTimeField()
    to = serializers.ListField(child=serializers.CharField(), help_text="As the path names them.")
    do = serializers.ListField(child=serializers.CharField())


class BoardClock(Shape):
    """One open clock."""

    deadline = serializers.IntegerField(help_text="Its id.")
    ticket = serializers.CharField(help_text="Its number.")
    subject = serializers.CharField()
    team = serializers.CharField(help_text="Its key.")
    owner = Person(allow_null=True)
    pain = serializers.IntegerField(allow_null=True)
    kind = one_of(Kind)
    due_at = serializers.DateTimeField()
    standing = serializers.ChoiceField(choices=STANDINGS)
    left_seconds = serializers.IntegerField(help_text="Working time left.")
    late_seconds = serializers.IntegerField(help_text="Working time since it was due.")
    level = serializers.IntegerField(help_text="Steps of its path that are taken.")
    levels = serializers.IntegerField(help_text="Steps that its path has.")
    acknowledged_by = Person(allow_null=True)
    next = NextStep(allow_null=True)


_STATES = {"running": Status.RUNNING.value, "paused": Status.PAUSED.value}


class Board(AccessView):
    """What runs late, and what will."""

    @operation(
        "deadlines_board", "The board of clocks", tag="deadlines", answers=paged(BoardClock),
        parameters=[
            *PAGE,
            OpenApiParameter("team", str, description="A team's key."),
            OpenApiParameter("kind", str, enum=[*Kind]),
            OpenApiParameter("state", str, enum=[*_STATES], description="Only these."),
            OpenApiParameter("late", bool, description="Only those that are missed."),
        ],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Open clocks, the one that is due first on top; imported tickets are left out."""
        rows = visible_deadlines(self.principal).filter(OPEN, ticket__historical=False)
        pages = CursorPages(BY_DUE)
        page = pages.take(rows.filter(**_narrow(request)), request)
        return pages.get_paginated_response([self._clock(row) for row in page])

    def _clock(self, row: Deadline) -> dict[str, Any]:
        found, ticket = standing_of(row, now=self.now), row.ticket
        step = {
            "sort": found.next_kind,
            "at": row.next_at,
            "to": list(found.next_to),
            "do": list(found.next_do),
        }
        return {
            "deadline": row.pk,
            "ticket": ticket.number,
            "subject": ticket.subject,
            "team": ticket.team.key,
            "owner": person(ticket.owner),
            "pain": ticket.pain,
            "kind": row.kind,
            "due_at": row.due_at,
            "standing": found.standing,
            "left_seconds": int(found.left.total_seconds()),
            "late_seconds": int(found.late.total_seconds()),
            "level": found.level,
            "levels": found.levels,
            "acknowledged_by": person(row.acknowledged_by),
            "next": step if row.next_at is not None else None,
        }


def _narrow(request: Request) -> dict[str, Any]:
    """What the board is narrowed to. Raises `Invalid`."""
    asked = request.query_params
    wanted: dict[str, Any] = {}
    if team := asked.get("team", ""):
        if "\x00" in team:
            raise Invalid("There is no such team.", field="team")
        wanted["ticket__team__key"] = team
    if kind := asked.get("kind", ""):
        if kind not in set(Kind):
            raise Invalid("A kind is one of {known}.", known=", ".join(Kind), field="kind")
        wanted["kind"] = kind
    if state := asked.get("state", ""):
        if state not in _STATES:
            raise Invalid("A state is one of {known}.", known=", ".join(_STATES), field="state")
        wanted["status"] = _STATES[state]
    if late := asked.get("late", ""):
        if late.lower() not in {"true", "false"}:
            raise Invalid("Write true or false.", field="late")
        wanted["breached_at__isnull"] = late.lower() == "false"
    return wanted
