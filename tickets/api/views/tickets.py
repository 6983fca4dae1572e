"""Tickets: open one, list them, read one."""

from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from tickets import services
from tickets.access import access_customer, access_ticket, lead_on, visible_tickets
from tickets.api import inputs, render, shapes
from tickets.api.auth import sender_of
from tickets.api.base import AccessView, CommandView
from tickets.api.filters import ORDERS, TicketFilter, checked
from tickets.api.idempotency import once_in_unit
from tickets.api.pagination import CursorPages
from tickets.api.schema import PAGE, operation, paged
from tickets.api.versions import etag
from tickets.api.views.saved import chosen_view
from tickets.change import unit_of_work
from tickets.errors import Invalid, named_as
from tickets.models import Customer, ExternalId, Ticket
from tickets.models.tickets import TicketQuerySet
from tickets.rules import OPEN_STATUSES, Channel
from tickets.selecting import selected
from tickets.services.customers import CustomerDetails
from tickets.services.opening import NewTicket

_OPEN = sorted(status.value for status in OPEN_STATUSES)


class Tickets(CommandView):
    """All tickets that the one who asks may see."""

    filterset_class = TicketFilter

    @operation(
        "tickets_list",
        "List tickets",
        tag="tickets",
        parameters=[
            *PAGE,
            OpenApiParameter("view", int, description="The id of a saved view."),
        ],
        filters=True,
        answers=paged(shapes.TicketSummary),
    )
    def get(self, request: Request) -> Response:
        """A page of tickets. `order=queue` lists open ones by their nearest deadline; `view` what
        a saved view holds, in the order that you ask for."""
        asked = request.query_params.copy()
        views = asked.pop("view", [])
        rows: QuerySet[Ticket] = visible_tickets(self.principal)
        if views:
            rows = self._in_view(visible_tickets(self.principal), str(views[-1]))
        rows = checked(rows, asked)
        name = asked.get("order") or "newest"
        if name == "queue":
            rows = rows.filter(status__in=_OPEN)
        pages = CursorPages(ORDERS[name])
        page = pages.take(render.columns(rows), request)
        return pages.get_paginated_response([render.summary_of(row) for row in page])

    def _in_view(self, rows: TicketQuerySet, key: str) -> TicketQuerySet:
        user = self.principal.user
        zone = ZoneInfo(user.time_zone if user is not None else "UTC")
        criteria = chosen_view(self.principal, key).criteria
        return selected(rows, criteria, who=self.principal, now=self.now, zone=zone)

    @operation(
        "tickets_create",
        "Open a ticket",
        tag="tickets",
        request=inputs.TicketInput,
        answers={201: shapes.Ticket},
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        """A complaint comes in. The customer is found by e-mail address or external id, or
        made. `external` names the record in your system: sent twice it is one ticket, and
        the second time is answered 409 with its number in `params`."""
        return once_in_unit(request, self.do, sender=sender_of(request), now=self.now)

    def do(self, **kwargs: Any) -> Response:
        """Open it."""
        ticket = self._open(self.parse(inputs.TicketInput))
        headers = {"ETag": etag(ticket.version), "Location": f"{self.request.path}{ticket.number}/"}
        return Response(render.full(ticket), status=201, headers=headers)

    def _open(self, data: dict[str, Any]) -> Ticket:
        with unit_of_work(now=self.now):
            external = data.get("external")
            new = NewTicket(
                customer=self._customer(data["customer"]),
                category=data["category"],
                channel=Channel(data["channel"]),
                body=data["body"],
                subject=data.get("subject", ""),
                wish=data.get("wish", ""),
                facts=data.get("facts", {}),
                factors=data.get("factors", {}),
                loss=data.get("loss"),
                points=data.get("points", ()),
                tags=data.get("tags", ()),
                language=data.get("language", ""),
                confidential=data["confidential"],
                external=(external["system"], external["id"]) if external else None,
                received_at=data.get("received_at"),
                team=data.get("team"),
            )
            with named_as(external_id="external.id"):
                return services.open_ticket(new, actor=self.actor, now=self.now)

    def _customer(self, data: dict[str, Any]) -> Customer:
        """The customer meant. Raises `NotFound`, `Invalid`."""
        if "id" in data:
            with named_as(customer="customer.id"):
                return access_customer(self.principal, data["id"])
        if "name" not in data:
            external = data["external"]
            link = ExternalId.objects.select_related("customer__merged_into").filter(
                system=external["system"], value=external["id"]
            )
            for found in link:
                return found.customer.merged_into or found.customer
            raise Invalid(
                "Nobody is known by this id; send at least a name.", field="customer.external"
            )
        with named_as(**{name: f"customer.{name}" for name in data}):
            return services.find_or_create_customer(details_of(data), now=self.now)


def details_of(data: dict[str, Any]) -> CustomerDetails:
    """A customer's details as the service takes them."""
    plain = {name: value for name, value in data.items() if name != "external"}
    external = data.get("external")
    return CustomerDetails(
        **plain, external=(external["system"], external["id"]) if external else None
    )


class OneTicket(AccessView):
    """One ticket."""

    @operation(
        "tickets_read",
        "Read a ticket",
        tag="tickets",
        answers=shapes.TicketDetail,
        parameters=[
            OpenApiParameter("number", str, "path", description="Such as A-10019."),
            OpenApiParameter(
                "include",
                str,
                enum=["messages"],
                description="With the conversation, at most its first 200 messages.",
            ),
        ],
    )
    def get(self, request: Request, number: str) -> Response:
        """A ticket with its points, links, people, actions and files. Its version is in `ETag`.

        One that was merged leads to the ticket that it is part of now."""
        ticket = lead_on(self.principal, access_ticket(self.principal, number))
        include = request.query_params.get("include", "")
        if include not in {"", "messages"}:
            raise Invalid("What can be included is: messages.", field="include")
        body = render.detail(ticket, self.principal, thread=bool(include))
        return Response(body, headers={"ETag": etag(ticket.version)})
