"""Two tickets become one, and one becomes two."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from tickets.access import access_ticket
from tickets.api import inputs, render, shapes
from tickets.api.base import CommandView
from tickets.api.schema import operation
from tickets.api.versions import etag
from tickets.api.views.base import NUMBER, answer, undoable
from tickets.errors import named_as
from tickets.models import Ticket
from tickets.services import pairing


class MergeTickets(CommandView):
    """Another ticket becomes part of this one."""

    versioned = True

    @operation(
        "tickets_merge",
        "Merge another ticket into this one",
        tag="ticket verbs",
        request=inputs.MergeTicketInput,
        answers={200: shapes.Ticket},
        parameters=[NUMBER],
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        """This one lives on: it gets the other's points, conversation, files, tags and promises,
        and the facts that it lacks; clocks keep the earliest start of each kind. The other is
        closed, and leads here. Both are of one customer, open, and yours to work on."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Both are locked in the order of their keys, so `If-Match` is compared by the service."""
        ticket = access_ticket(self.principal, kwargs["number"], verb="work")
        data = self.parse(inputs.MergeTicketInput)
        with named_as(ticket="other"):
            other = access_ticket(self.principal, data["other"], verb="work")
        act = pairing.merge_undoably(
            self.principal, ticket, other, reason=data["reason"], now=self.now, seen=self.seen
        )
        return undoable(answer(ticket), act)


class SplitTicket(CommandView):
    """Points of this ticket get one of their own."""

    versioned = True

    @operation(
        "tickets_split",
        "Split points off into a ticket of their own",
        tag="ticket verbs",
        request=inputs.SplitTicketInput,
        answers={201: shapes.Ticket},
        parameters=[NUMBER],
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        """The new ticket is the answer. It was received when this one was: its clocks run from
        then, and what the customer was told already is not owed again."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Split, and show the new one."""
        ticket = access_ticket(self.principal, kwargs["number"], verb="work")
        data = self.parse(inputs.SplitTicketInput)
        new, act = pairing.split_undoably(
            self.principal, ticket, **data, now=self.now, seen=self.seen
        )
        row = Ticket.objects.all().with_names().get(pk=new.pk)
        made = Response(render.full(row), status=201, headers={"ETag": etag(row.version)})
        return undoable(made, act)
