"""Saying no over REST: composed, looked at, sent."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from remedies import access, services
from remedies.api import filters, refusal_shapes
from remedies.api.views import NUMBER, OfTicket, Reads
from remedies.models import Refusal
from remedies.services.refusing import Basis, Composed, basis_of, compose
from tickets.access import access_ticket
from tickets.api.filters import checked
from tickets.api.pagination import NEWEST_ID, CursorPages
from tickets.api.render import person
from tickets.api.schema import PAGE, operation, paged
from tickets.api.versions import etag
from tickets.models import Ticket

_PARTS = ("reason", "next_stage", "regret", "instead", "would_change", "outside")


def refusal(row: Refusal) -> dict[str, Any]:
    """A `Refusal`; the row comes with its ticket and its author."""
    blank = {"quote": "", "rule": "", "rule_words": ""}
    return {
        "id": row.pk,
        "ticket": row.ticket.number,
        "stage": row.stage,
        "points": [{**blank, **item} for item in row.points],
        "reason": row.reason,
        "regret": row.regret,
        "instead": row.instead,
        "would_change": row.would_change,
        "next_stage": row.next_stage,
        "outside": row.outside,
        "message": row.message_id,
        "refused_by": person(row.refused_by),
        "at": row.at,
    }


def preview(ticket: Ticket, made: Composed, basis: Basis) -> dict[str, Any]:
    """A `RefusalPreview`."""
    names = ("point", "text", "quote", "outcome", "finding", "rule", "rule_words")
    return {
        "stage": ticket.stage,
        "formal": made.formal,
        "may_send": not made.blocked,
        "letter": made.letter,
        "points": [{name: getattr(item, name) for name in names} for item in made.points],
        "lacking": [lack._asdict() for lack in made.lacking],
        "notes": list(made.notes),
        "grounds": [
            {
                "rule": one.rule,
                "title": one.title,
                "clause": one.clause,
                "why": one.why,
                "quoted": one.quoted,
                "policy": one.policy,
            }
            for one in basis.grounds
        ],
        "our_faults": list(basis.setting.our_faults),
    }


def _given(data: dict[str, Any]) -> dict[str, Any]:
    """What was sent, as the service takes it."""
    return {
        "findings": [services.Finding(**item) for item in data["findings"]],
        "no": services.No(**{name: data[name] for name in _PARTS}),
        "body": data["body"],
    }


class Refusals(Reads):
    """Refusals that were sent."""

    filterset_class = filters.RefusalFilter

    @operation(
        "refusals_list", "List refusals", tag="offers", parameters=PAGE, filters=True,
        answers=paged(refusal_shapes.Refusal),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """A page of refusals, newest first."""
        rows = access.visible_refusals(self.principal).select_related("ticket", "refused_by")
        pages = CursorPages(NEWEST_ID)
        page = pages.take(checked(rows, request.query_params, filters.RefusalFilter), request)
        return pages.get_paginated_response([refusal(row) for row in page])


class PreviewRefusal(Reads):
    """A refusal as the customer will read it."""

    @operation(
        "tickets_refusal_preview", "Preview a refusal, and see what it lacks", tag="offers",
        request=refusal_shapes.RefuseInput, answers=refusal_shapes.RefusalPreview,
        parameters=[NUMBER],
    )  # fmt: skip
    def post(self, request: Request, number: str) -> Response:
        """The letter, each missing part, and the rules that may be quoted. Changes nothing."""
        ticket = access_ticket(self.principal, number, verb="work")
        given = _given(self.parse(refusal_shapes.RefuseInput))
        made = compose(ticket, sender=self.actor.name, now=self.now, **given)
        return Response(preview(ticket, made, basis_of(ticket, now=self.now)))


class Refuse(OfTicket):
    """A reasoned no."""

    @operation(
        "tickets_refuse", "Refuse, with reasons", tag="offers",
        request=refusal_shapes.RefuseInput, answers={201: refusal_shapes.Refusal},
        parameters=[NUMBER],
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Each point answered, and what the customer can do next. It goes out as a reply. What
        lacks is listed in `errors`, each part with its field."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Refuse."""
        ticket = self.ticket(kwargs["number"])
        given = _given(self.parse(refusal_shapes.RefuseInput))
        made = services.refuse(ticket, **given, **self.common)
        row = Refusal.objects.select_related("ticket", "refused_by").get(pk=made.pk)
        headers = {"ETag": etag(row.ticket.version)}
        return Response(refusal(row), status=201, headers=headers)
