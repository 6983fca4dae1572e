"""What the customer will read, before it is sent; and what an apology has in it."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from remedies import access, services
from remedies.api import render, shapes
from remedies.api.views import KEY, Reads
from remedies.apology import check_apology
from tickets.api.schema import operation


class PreviewOffer(Reads):
    """A draft as the customer will read it."""

    @operation(
        "offers_preview", "Preview an offer as the customer will read it", tag="offers",
        request=shapes.LetterPreviewInput, answers=shapes.OfferPreview, parameters=[KEY],
    )  # fmt: skip
    def post(self, request: Request, key: int) -> Response:
        """Mail and page, word for word, and the checklist of the apology. Changes nothing."""
        offer = access.access_offer(self.principal, key, verb="work")
        data: dict[str, Any] = self.parse(shapes.LetterPreviewInput)
        found = services.preview_offer(
            offer,
            body=data["body"],
            expires_at=data["expires_at"],
            sender=self.actor.name,
            now=self.now,
        )
        return Response(render.preview(found, offer))


class CheckApology(Reads):
    """The parts of an apology in a text."""

    @operation(
        "apology_check", "See what a text has of an apology that is meant", tag="offers",
        request=shapes.ApologyInput, answers=shapes.Apology,
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Regret, explanation, responsibility, what changes, repair, and forgiveness last."""
        return Response(render.apology(check_apology(self.parse(shapes.ApologyInput)["text"])))
