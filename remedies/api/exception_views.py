"""Exceptions over HTTP: the list, asking for one, several decided at once."""

from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from remedies import access, services
from remedies.api import exception_shapes, filters, render
from remedies.api.verbs import request_exception, request_on_ticket
from remedies.api.views import KEY, NUMBER, Command, OfTicket, Reads
from remedies.models import ExceptionRequest
from remedies.rules.grounds import DeclineCode
from remedies.services.exceptions.weighing import weighing_of
from tickets.api.filters import checked
from tickets.api.pagination import NEWEST_ID, CursorPages
from tickets.api.schema import PAGE, operation, paged
from tickets.api.versions import etag


def exceptions_with_all(rows: QuerySet[ExceptionRequest]) -> QuerySet[ExceptionRequest]:
    """Exceptions with what they show."""
    return rows.select_related("ticket", "offer", "requester", "decider").prefetch_related(
        "approvals__user", "approvals__stands_in_for"
    )


class Exceptions(Reads):
    """Exceptions on the tickets that the one who asks may see."""

    filterset_class = filters.ExceptionFilter

    @operation(
        "exceptions_list", "List exceptions", tag="exceptions", parameters=PAGE, filters=True,
        answers=paged(exception_shapes.ExceptionRequest),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """A page of exceptions, newest first."""
        seen = access.visible_exceptions(self.principal)
        if request.query_params.get("to_decide", "").lower() == "true":
            mine = access.exceptions_to_decide(self.principal).order_by()
            seen = seen.filter(pk__in=mine.values("pk"))
        rows = exceptions_with_all(seen)
        pages = CursorPages(NEWEST_ID)
        page = pages.take(checked(rows, request.query_params, filters.ExceptionFilter), request)
        return pages.get_paginated_response([render.exception(row) for row in page])


class OneException(Reads):
    """One exception."""

    @operation(
        "exceptions_read", "Read an exception", tag="exceptions",
        answers=exception_shapes.ExceptionRequest, parameters=[KEY],
    )  # fmt: skip
    def get(self, request: Request, key: int) -> Response:
        """Policy beside wish, and the decision."""
        row = access.access_exception(self.principal, key)
        return Response(render.exception(row), headers={"ETag": etag(row.ticket.version)})


class WeighException(Reads):
    """What somebody weighs before he decides."""

    @operation(
        "exceptions_weighing", "Weigh an exception", tag="exceptions",
        answers=exception_shapes.WeighingShape, parameters=[KEY],
    )  # fmt: skip
    def get(self, request: Request, key: int) -> Response:
        """What was decided in cases like it in the last 60 days, and what a yes costs: beyond the
        policy, this month so far, and of the team's budgets. Of what you may see."""
        row = access.access_exception(self.principal, key)
        user = self.principal.user
        zone = ZoneInfo(user.time_zone if user is not None else "UTC")
        found = weighing_of(row, self.principal, now=self.now, zone=zone)
        return Response(render.weighing(row, found), headers={"ETag": etag(row.ticket.version)})


class AskException(Command):
    """Ask for more than policy or authority allow."""

    @operation(
        "offers_request_exception", "Ask for an exception", tag="exceptions",
        request=exception_shapes.AskExceptionInput,
        answers={201: exception_shapes.ExceptionRequest},
        parameters=[KEY],
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """With a reason, for those who supervise the team. For people only."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Ask."""
        offer = access.access_offer(self.principal, kwargs["key"], verb="work")
        made = request_exception(
            offer, self.parse(exception_shapes.AskExceptionInput), **self.common
        )
        row = access.access_exception(self.principal, made.pk)
        headers = {"ETag": etag(row.ticket.version)}
        return Response(render.exception(row), status=201, headers=headers)


class AskOnTicket(OfTicket):
    """Ask for something on a ticket that has no draft."""

    @operation(
        "tickets_request_exception", "Ask for an exception on a ticket", tag="exceptions",
        request=exception_shapes.AskOnTicketInput,
        answers={201: exception_shapes.ExceptionRequest}, parameters=[NUMBER],
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Such as after everything was granted: a draft is begun for it. For people only."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Ask."""
        ticket = self.ticket(kwargs["number"])
        data = self.parse(exception_shapes.AskOnTicketInput)
        made = request_on_ticket(ticket, data, **self.common)
        row = access.access_exception(self.principal, made.pk)
        headers = {"ETag": etag(row.ticket.version)}
        return Response(render.exception(row), status=201, headers=headers)


class DecideTogether(Command):
    """Several that are alike, decided at once."""

    versioned = False

    @operation(
        "exceptions_decide", "Decide several exceptions at once", tag="exceptions",
        request=exception_shapes.TogetherInput, answers=exception_shapes.Together,
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """As asked, and with one reason. Each is checked alone and what became of it is told; one
        that fails stops no other. For people only."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Decide them."""
        data = self.parse(exception_shapes.TogetherInput)
        found = services.decide_together(
            data["exceptions"], say=data["decision"], reason=data["reason"],
            code=data["code"] or DeclineCode.OTHER, who=self.principal, now=self.now,
        )  # fmt: skip
        return Response(render.together(found))
