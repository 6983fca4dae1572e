"""The form of a verb: find the ticket, read the input, call one service, answer.

A verb is one entry of a table (tickets.api.verbs); `view_of` makes its view. Other apps make
views of verbs of their own with it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tickets.access import access_ticket
from tickets.api import inputs, render, shapes
from tickets.api.base import CommandView
from tickets.api.fields import Input
from tickets.api.schema import operation
from tickets.api.versions import etag
from tickets.models import BulkAct, Ticket

NUMBER = OpenApiParameter("number", str, "path", description="The ticket's, such as A-10019.")


@dataclass(frozen=True, kw_only=True)
class Verb:
    """Something that can be done to a ticket.

    `run(ticket, data, **common)` calls one service with the checked input; `common` holds
    `actor` and `now`, and whatever else stands in the address. What it returns is what was
    made, shown by `show` (201); None leads to the ticket as it is then (200).
    """

    name: str
    summary: str
    run: Callable[..., Any]
    words: str = ""
    takes: type[Input] = inputs.Nothing
    makes: type[serializers.Serializer[Any]] | None = None
    show: Callable[[Any], dict[str, Any]] | None = None
    #: What is asked of access: "work" or "supervise".
    needs: str = "work"
    #: The address behind the ticket's, where it is not the name.
    path: str = ""

    @property
    def address(self) -> str:
        """The rest of the address."""
        return self.path or f"{self.name.replace('_', '-')}/"


class TicketCommand(CommandView):
    """A verb's view. `If-Match` is heeded by each: it is compared under the row's lock."""

    versioned = True
    does: ClassVar[Verb]

    def do(self, **kwargs: Any) -> Response:
        """Find, check, act, answer."""
        ticket = access_ticket(self.principal, kwargs.pop("number"), verb=self.does.needs)
        data = self.parse(self.does.takes)
        common = {"actor": self.actor, "now": self.now, **kwargs}
        with self.at_version(ticket):
            made = self.does.run(ticket, data, **common)
        if self.does.show is None:
            return answer(ticket)
        version = Ticket.objects.values_list("version", flat=True).get(pk=ticket.pk)
        return Response(self.does.show(made), status=201, headers={"ETag": etag(version)})


def answer(ticket: Ticket) -> Response:
    """The ticket as it is now."""
    row = Ticket.objects.all().with_names().get(pk=ticket.pk)
    return Response(render.full(row), headers={"ETag": etag(row.version)})


def undoable(response: Response, act: BulkAct | None) -> Response:
    """The same, saying by which act it is undone; nothing where an integration asked."""
    if act is not None:
        response["Amends-Undo"] = str(act.pk)
    return response


def view_of(verb: Verb, *, tag: str = "ticket verbs", prefix: str = "tickets") -> Any:
    """The view of a verb, described for the schema."""
    described = operation(
        f"{prefix}_{verb.name}",
        verb.summary,
        tag=tag,
        request=verb.takes,
        answers={201: verb.makes} if verb.makes else {200: shapes.Ticket},
        parameters=[NUMBER],
        description=verb.words or verb.summary,
    )

    def post(self: TicketCommand, request: Request, **kwargs: Any) -> Response:
        return super(TicketCommand, self).post(request, **kwargs)

    name = "".join(part.title() for part in verb.name.split("_"))
    members = {"does": verb, "post": described(post), "__doc__": verb.summary}
    return type(name, (TicketCommand,), members).as_view()  # type: ignore[attr-defined]
