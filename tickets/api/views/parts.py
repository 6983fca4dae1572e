"""What belongs to a ticket: conversation, events, links, people, files."""

from typing import Any

from django.http import FileResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from tickets import services
from tickets.access import access_attachment, access_ticket
from tickets.api import inputs, render, shapes
from tickets.api.base import AccessView, CommandView, UploadView
from tickets.api.filters import refuse_unknown
from tickets.api.pagination import CursorPages, Order
from tickets.api.schema import PAGE, operation, paged
from tickets.api.views.base import NUMBER, answer, undoable
from tickets.errors import NotFound, at_place, named_as
from tickets.models import User
from tickets.rules import LinkKind
from tickets.services import pairing
from tickets.services.files import Upload

BY_MOMENT = Order("thread", ("at", "id"))
BY_SEQ = Order("events", ("seq",))


class Messages(AccessView):
    """The conversation of a ticket."""

    @operation(
        "tickets_messages",
        "Read the conversation",
        tag="tickets",
        answers=paged(shapes.Message),
        parameters=[NUMBER, *PAGE],
    )
    def get(self, request: Request, number: str) -> Response:
        """What was said, oldest first; notes included."""
        ticket = access_ticket(self.principal, number)
        refuse_unknown(request.query_params)
        pages = CursorPages(BY_MOMENT)
        page = pages.take(ticket.messages.prefetch_related("attachments"), request)
        return pages.get_paginated_response([render.message(row) for row in page])


class TicketEvents(AccessView):
    """What happened to a ticket."""

    read_scope = "events:read"

    @operation(
        "tickets_events",
        "Read what happened to a ticket",
        tag="events",
        answers=paged(shapes.Event),
        parameters=[NUMBER, *PAGE],
    )
    def get(self, request: Request, number: str) -> Response:
        """Its events in order of recording."""
        ticket = access_ticket(self.principal, number)
        refuse_unknown(request.query_params)
        pages = CursorPages(BY_SEQ)
        page = pages.take(ticket.events.all(), request)
        return pages.get_paginated_response([render.event(row, ticket.number) for row in page])


class Links(CommandView):
    """Other tickets that belong to this one."""

    versioned = True

    @operation(
        "tickets_link",
        "Link two tickets",
        tag="ticket verbs",
        request=inputs.LinkInput,
        answers={200: shapes.Ticket},
        parameters=[NUMBER],
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Both remember it."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Link them."""
        ticket = access_ticket(self.principal, kwargs["number"], verb="work")
        data = self.parse(inputs.LinkInput)
        other = access_ticket(self.principal, data["other"])
        with self.at_version(ticket):
            act = pairing.link_undoably(self.principal, ticket, other, data["kind"], now=self.now)
        return undoable(answer(ticket), act)


class Link(AccessView):
    """One link."""

    versioned = True

    @operation(
        "tickets_unlink",
        "Take a link back",
        tag="ticket verbs",
        answers={200: shapes.Ticket},
        parameters=[
            NUMBER,
            OpenApiParameter("kind", str, "path", enum=[kind.value for kind in LinkKind]),
            OpenApiParameter("other", str, "path", description="The other ticket's number."),
        ],
    )
    def delete(self, request: Request, number: str, kind: str, other: str) -> Response:
        """Where there is none, this is a 404."""
        ticket = access_ticket(self.principal, number, verb="work")
        there = access_ticket(self.principal, other)
        with self.at_version(ticket):
            act = pairing.unlink_undoably(self.principal, ticket, there, kind, now=self.now)
        return undoable(answer(ticket), act)


class NamedPerson(AccessView):
    """One colleague who is named on a ticket."""

    versioned = True

    @operation(
        "tickets_unname_person",
        "Take a colleague off a ticket",
        tag="ticket verbs",
        answers={200: shapes.Ticket},
        parameters=[NUMBER, OpenApiParameter("user", int, "path")],
    )
    def delete(self, request: Request, number: str, user: int) -> Response:
        """Where he was not on it, this is a 404."""
        ticket = access_ticket(self.principal, number, verb="work")
        person = User.objects.filter(pk=user).first()
        if person is None:
            raise NotFound(field="user")
        with self.at_version(ticket):
            services.unname_person(ticket, person, actor=self.actor, now=self.now)
        return answer(ticket)


class Attachments(UploadView):
    """The files of a ticket."""

    versioned = True

    @operation(
        "tickets_attachments",
        "List a ticket's files",
        tag="tickets",
        answers=paged(shapes.Attachment),
        parameters=[NUMBER, *PAGE],
    )
    def get(self, request: Request, number: str) -> Response:
        """Oldest first."""
        ticket = access_ticket(self.principal, number)
        refuse_unknown(request.query_params)
        pages = CursorPages()
        page = pages.take(ticket.attachments.all(), request)
        return pages.get_paginated_response([render.attachment(row) for row in page])

    @operation(
        "tickets_attach",
        "Add files to a ticket",
        tag="ticket verbs",
        request={"multipart/form-data": inputs.UploadInput},
        answers={200: shapes.Ticket},
        parameters=[NUMBER],
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Pictures, PDF, office documents, mail and text, each of at most 10 MB. What a file
        is, is read from its content."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Check all, then keep all."""
        ticket = access_ticket(self.principal, kwargs["number"], verb="work")
        data = self.parse(inputs.UploadInput)
        with self.at_version(ticket), named_as(attachments="files"):
            uploads = []
            for position, one in enumerate(data["files"]):
                with at_place(position):
                    uploads.append(Upload.read(one.name, one.file, one.size))
            services.attach(
                ticket, uploads, internal=data["internal"], actor=self.actor, now=self.now
            )
        return answer(ticket)


class File(AccessView):
    """The content of a file."""

    @operation(
        "attachments_download",
        "Download a file",
        tag="tickets",
        answers={
            (200, "application/octet-stream"): OpenApiResponse(
                OpenApiTypes.BINARY, description="The file's content, to be saved."
            )
        },
        parameters=[OpenApiParameter("attachment", int, "path")],
    )
    def get(self, request: Request, attachment: int) -> HttpResponseBase:
        """Always as something to save: nothing of a sender's is shown under our address."""
        row = access_attachment(self.principal, attachment)
        try:
            content = row.file.open("rb")
        except FileNotFoundError:
            raise NotFound(field="attachment") from None
        response = FileResponse(content, as_attachment=True, filename=row.name)
        response["Content-Type"] = "application/octet-stream"
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "sandbox"
        return response
