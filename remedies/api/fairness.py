"""Reports of fairness: equal remedies for equal facts, and how long an offer takes."""

import datetime as dt

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from remedies.api import fairness_render, fairness_shapes
from remedies.services.fairness import Asked, fairness, offer_times
from tickets.api.base import AccessView
from tickets.api.filters import refuse_unknown
from tickets.api.schema import operation
from tickets.errors import Invalid
from tickets.periods import Period, period_of

PERIOD = [
    OpenApiParameter("from", dt.date, description="First day; 13 weeks if left out."),
    OpenApiParameter("to", dt.date, description="Last day; today if left out."),
    OpenApiParameter("category", str, description="A category's key; those below it count."),
    OpenApiParameter("team", str, description="A team's key."),
]
_NAMES = ("from", "to", "category", "team")


class Report(AccessView):
    """A report over a period. Days are those of UTC."""

    read_scope = "remedies:read"

    def asked(self, *more: str) -> dict[str, str]:
        """What was asked for, by name. Raises `Invalid`."""
        given = self.request.query_params
        refuse_unknown(given, (*_NAMES, *more))
        asked = {name: given.get(name, "") for name in (*_NAMES, *more)}
        for name, value in asked.items():
            if "\x00" in value or len(value) > 100:
                raise Invalid("This is not valid.", field=name)
        return asked

    def period(self, asked: dict[str, str]) -> Period:
        """The days that were asked for. Raises `Invalid`."""
        return period_of(asked["from"], asked["to"], now=self.now, zone=dt.UTC)


class FairnessSeen(Report):
    """The spread of remedies for equal facts."""

    @operation(
        "reports_fairness", "Report the spread of remedies for equal facts", tag="offers",
        answers=fairness_shapes.FairnessReport,
        parameters=[
            *PERIOD,
            OpenApiParameter("rule", str, description="Only what this rule gave."),
            OpenApiParameter(
                "currency", str, description="ISO 4217; the one with most offers if left out."
            ),
        ],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """For those who supervise, and integrations. Only tickets that you may see count."""
        asked = self.asked("rule", "currency")
        period = self.period(asked)
        wanted = Asked(**{n: asked[n] for n in ("category", "team", "rule", "currency")})
        return Response(fairness_render.fairness(fairness(self.principal, period, wanted)))


class OfferTimesSeen(Report):
    """How long an offer takes."""

    @operation(
        "reports_offer_times", "Report the time from complaint to offer", tag="offers",
        answers=fairness_shapes.OfferTimeReport, parameters=PERIOD,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Of first offers sent in the period; elapsed time. Never by person."""
        asked = self.asked()
        period = self.period(asked)
        found = offer_times(self.principal, period, category=asked["category"], team=asked["team"])
        return Response(fairness_render.offer_times(found))
