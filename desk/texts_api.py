"""Reusable texts on a ticket over the API, and a reply as the customer would read it: the same
texts, facts and mail as in the composer."""

from typing import Any
from zoneinfo import ZoneInfo

from django.urls import path
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from desk.build.texts import TextView, texts_for
from tickets.access import access_ticket
from tickets.api.base import AccessView
from tickets.api.fields import Input, Text
from tickets.api.filters import refuse_unknown
from tickets.api.schema import operation
from tickets.api.shapes import Shape
from tickets.api.views.base import NUMBER
from tickets.errors import Invalid, NotFound
from tickets.filling import gaps_in
from tickets.languages import speaking
from tickets.mailed import mailed
from tickets.models import Ticket
from tickets.rules import TextUse
from tickets.services.conversation import BODY_MAX
from tickets.services.texts import clean_text

_MISSING = "What is not known, marked ⟦like this⟧ in the text: with it nothing is sent."


class FilledText(Shape):
    """A reusable text with the facts of a ticket."""

    key = serializers.CharField()
    name = serializers.CharField()
    text = serializers.CharField()
    missing = serializers.ListField(child=serializers.CharField(), help_text=_MISSING)


class FilledTexts(Shape):
    """The texts that fit a ticket: those of its category first, the customer's language before
    others."""

    results = FilledText(many=True)


class ReplyPreviewInput(Input):
    """What would be sent: words, or a reusable text."""

    body = Text(max_length=BODY_MAX, required=False, allow_blank=True, default="")
    text = Text(
        max_length=60, required=False, allow_blank=True, default="",
        help_text="The key of a reusable text for replies; instead of `body`.",
    )  # fmt: skip


class ReplyPreview(Shape):
    """What the customer would read, word for word."""

    subject = serializers.CharField(help_text="Of the mail.")
    text = serializers.CharField(help_text="Of the mail, with the way to answer below it.")
    body = serializers.CharField(help_text="As it stands on the customer's page, and to be sent.")
    missing = serializers.ListField(child=serializers.CharField(), help_text=_MISSING)


class _OnTicket(AccessView):
    """For those who may write to the customer."""

    def filled(self, ticket: Ticket, use: TextUse) -> list[TextView]:
        """Texts for the form, in the words of the customer's language."""
        zone = ZoneInfo(ticket.customer.time_zone)
        with speaking(ticket.language):
            return texts_for(ticket, use, me=self.actor, zone=zone)


class Texts(_OnTicket):
    """The reusable texts for a ticket."""

    @operation(
        "tickets_texts", "List reusable texts with the facts of a ticket", tag="tickets",
        answers=FilledTexts,
        parameters=[
            NUMBER,
            OpenApiParameter(
                "use", str, enum=[*TextUse], description="In which form; `reply` if left out."
            ),
        ],
    )  # fmt: skip
    def get(self, request: Request, number: str) -> Response:
        """Filled in as the composer does it. For those who may work on the ticket."""
        refuse_unknown(request.query_params, ("use",))
        use = request.query_params.get("use", TextUse.REPLY.value)
        if use not in set(TextUse):
            raise Invalid("It is one of: {known}.", known=", ".join(TextUse), field="use")
        ticket = access_ticket(self.principal, number, verb="work")
        return Response({"results": [_text(row) for row in self.filled(ticket, TextUse(use))]})


class PreviewReply(_OnTicket):
    """A reply as the customer would read it."""

    @operation(
        "tickets_reply_preview", "Preview a reply as the customer will read it", tag="tickets",
        request=ReplyPreviewInput, answers=ReplyPreview, parameters=[NUMBER],
    )  # fmt: skip
    def post(self, request: Request, number: str) -> Response:
        """The mail, word for word, of a `body` or of a reusable `text` with the facts of the
        ticket. Changes nothing; needs what sending needs."""
        ticket = access_ticket(self.principal, number, verb="work")
        data: dict[str, Any] = self.parse(ReplyPreviewInput)
        if bool(data["body"].strip()) == bool(data["text"]):
            raise Invalid("Send a `body`, or name a `text`: one of them.", field="body")
        body = data["body"] or self._text_called(ticket, data["text"])
        body = clean_text(body, field="body", limit=BODY_MAX)
        found = mailed(ticket, body)
        return Response(
            {
                "subject": found.subject,
                "text": found.text,
                "body": body,
                "missing": list(gaps_in(body)),
            }
        )

    def _text_called(self, ticket: Ticket, key: str) -> str:
        """Raises `NotFound` for what is not offered for a reply on this ticket."""
        for row in self.filled(ticket, TextUse.REPLY):
            if row.key == key:
                return row.text
        raise NotFound(field="text")


def _text(row: TextView) -> dict[str, Any]:
    return {"key": row.key, "name": row.name, "text": row.text, "missing": list(row.missing)}


PATHS = [
    path("tickets/<str:number>/texts/", Texts.as_view(), name="api-texts"),
    path("tickets/<str:number>/reply/preview/", PreviewReply.as_view(), name="api-reply-preview"),
]
