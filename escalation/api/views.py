"""Deadlines and escalations: read them, and the verbs of people."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from escalation.access import (
    access_deadline,
    access_escalation,
    visible_deadlines,
    visible_escalations,
)
from escalation.api import render, shapes
from escalation.api.filters import BY_DUE, ORDERS, DeadlineFilter, EscalationFilter
from escalation.models.deadlines import OPEN
from escalation.policies.kinds import Kind
from escalation.services import explaining, manual
from tickets.access import access_ticket
from tickets.api.base import AccessView, CommandView
from tickets.api.filters import checked
from tickets.api.pagination import NEWEST_ID, CursorPages
from tickets.api.schema import PAGE, operation, paged
from tickets.api.versions import etag
from tickets.errors import Invalid
from tickets.models import Ticket

KEY = OpenApiParameter("key", int, "path", description="Its id.")
NUMBER = OpenApiParameter("number", str, "path", description="The ticket's, such as A-10019.")


class Deadlines(AccessView):
    """Deadlines of the tickets that the one who asks may see."""

    filterset_class = DeadlineFilter

    @operation(
        "deadlines_list", "List deadlines", tag="deadlines", parameters=PAGE, filters=True,
        answers=paged(shapes.Deadline),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """A page of deadlines. `order=due` lists open ones, the nearest first."""
        rows = checked(visible_deadlines(self.principal), request.query_params, DeadlineFilter)
        order = ORDERS[request.query_params.get("order") or "id"]
        if order is BY_DUE:
            rows = rows.filter(OPEN)
        pages = CursorPages(order)
        page = pages.take(rows, request)
        return pages.get_paginated_response([render.deadline(row) for row in page])


class OneDeadline(AccessView):
    """One deadline."""

    @operation(
        "deadlines_read", "Read a deadline", tag="deadlines", answers=shapes.Deadline,
        parameters=[KEY],
    )  # fmt: skip
    def get(self, request: Request, key: int) -> Response:
        """The deadline; the version of its ticket is in `ETag`."""
        row = access_deadline(self.principal, key)
        return Response(render.deadline(row), headers={"ETag": etag(row.ticket.version)})


class Explain(AccessView):
    """How a deadline came about."""

    @operation(
        "deadlines_explain", "Explain a deadline", tag="deadlines", answers=shapes.Explanation,
        parameters=[KEY],
    )  # fmt: skip
    def get(self, request: Request, key: int) -> Response:
        """Each stretch that counted, each pause and why, each extension, each step."""
        row = access_deadline(self.principal, key)
        found = explaining.explain(row.ticket, kind=row.kind, now=self.now)
        mine = next(one for one in found if one.deadline.pk == row.pk)
        return Response(render.explanation(mine, row))


class ExplainTicket(AccessView):
    """How all deadlines of a ticket came about."""

    @operation(
        "tickets_explain_deadlines", "Explain the deadlines of a ticket", tag="deadlines",
        answers={200: shapes.Explanation(many=True)},
        parameters=[NUMBER, OpenApiParameter("kind", str, enum=[*Kind], description="Only these.")],
    )  # fmt: skip
    def get(self, request: Request, number: str) -> Response:
        """Each deadline, the oldest first, as `deadlines/{key}/explain/` has it."""
        kind = request.query_params.get("kind", "")
        if kind and kind not in set(Kind):
            raise Invalid("A kind is one of {known}.", known=", ".join(Kind), field="kind")
        ticket = access_ticket(self.principal, number)
        rows = {row.pk: row for row in visible_deadlines(self.principal).filter(ticket=ticket)}
        found = explaining.explain(ticket, kind=kind, now=self.now)
        return Response([render.explanation(one, rows[one.deadline.pk]) for one in found])


class _OfDeadline(CommandView):
    """Something is done about one deadline; answered with the deadline."""

    versioned = True

    def answer(self, key: int, status: int = 200) -> Response:
        """The deadline as it is now."""
        row = access_deadline(self.principal, key)
        headers = {"ETag": etag(row.ticket.version)}
        return Response(render.deadline(row), status=status, headers=headers)

    @property
    def common(self) -> dict[str, Any]:
        """What every service takes."""
        return {"actor": self.actor, "now": self.now, "seen": self.seen}


class AcknowledgeDeadline(_OfDeadline):
    """I am on it."""

    @operation(
        "deadlines_acknowledge", "Say that you are on it", tag="deadlines",
        answers=shapes.Deadline, parameters=[KEY],
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """The path is climbed no further; the clock runs on. For people only."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Acknowledge it."""
        row = access_deadline(self.principal, kwargs["key"], verb="work")
        manual.acknowledge_escalation(row, **self.common)
        return self.answer(row.pk)


class ExtendDeadline(_OfDeadline):
    """A later date, written to the customer."""

    @operation(
        "deadlines_extend", "Extend a deadline", tag="deadlines", request=shapes.ExtendInput,
        answers=shapes.Deadline, parameters=[KEY],
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """The customer is told by `letter`. What has passed stays missed. For people only."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Extend it."""
        row = access_deadline(self.principal, kwargs["key"], verb="work")
        manual.extend_deadline(row, **self.parse(shapes.ExtendInput), **self.common)
        return self.answer(row.pk)


class Escalations(AccessView):
    """Steps that were taken."""

    filterset_class = EscalationFilter

    @operation(
        "escalations_list", "List escalations", tag="escalations", parameters=PAGE, filters=True,
        answers=paged(shapes.Escalation),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """A page of steps, newest first."""
        rows = checked(visible_escalations(self.principal), request.query_params, EscalationFilter)
        pages = CursorPages(NEWEST_ID)
        page = pages.take(rows, request)
        return pages.get_paginated_response([render.escalation(row) for row in page])


class OneEscalation(AccessView):
    """One step that was taken."""

    @operation(
        "escalations_read", "Read an escalation", tag="escalations", answers=shapes.Escalation,
        parameters=[KEY],
    )  # fmt: skip
    def get(self, request: Request, key: int) -> Response:
        """The step."""
        return Response(render.escalation(access_escalation(self.principal, key)))


class _OfTicket(CommandView):
    """A verb about a ticket that runs late."""

    versioned = True

    @property
    def common(self) -> dict[str, Any]:
        """What every service takes."""
        return {"actor": self.actor, "now": self.now, "seen": self.seen}


class Escalate(_OfTicket):
    """Call somebody above."""

    @operation(
        "tickets_escalate", "Escalate a ticket", tag="ticket verbs", request=shapes.CallAboveInput,
        answers={201: shapes.Escalation}, parameters=[NUMBER],
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """The path that is set up for it is climbed, with the reason, until one of those who
        are told acknowledges; by default the team's lead and supervisors. Calling again after an
        hour hurries the next step."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Escalate it."""
        ticket = access_ticket(self.principal, kwargs["number"], verb="work")
        data = self.parse(shapes.CallAboveInput)
        made = manual.escalate_by_hand(ticket, reason=data["reason"], **self.common)
        row = access_escalation(self.principal, made.pk)
        return Response(render.escalation(row), status=201, headers=_version(ticket))


class TakeOver(_OfTicket):
    """Take a ticket that runs late."""

    @operation(
        "tickets_take_over", "Take a late ticket over", tag="ticket verbs",
        request=shapes.TakeOverInput, answers={200: shapes.Deadline(many=True)},
        parameters=[NUMBER],
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Ownership moves with the brief, and you answer for its clocks. For people only.
        Answered with the ticket's open deadlines."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Take it over."""
        ticket = access_ticket(self.principal, kwargs["number"], verb="work")
        manual.take_over(ticket, **self.parse(shapes.TakeOverInput), **self.common)
        rows = visible_deadlines(self.principal).filter(OPEN, ticket=ticket).order_by("due_at")
        return Response([render.deadline(row) for row in rows], headers=_version(ticket))


def _version(ticket: Ticket) -> dict[str, str]:
    version = Ticket.objects.values_list("version", flat=True).get(pk=ticket.pk)
    return {"ETag": etag(version)}
