"""What the API tells that joins several apps: cost against satisfaction."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from desk.satisfaction import Band, answers_behind, satisfaction
from remedies.api.fairness import PERIOD, Behind, Report
from tickets.api import figures
from tickets.api.fields import MoneyOutput, money
from tickets.api.schema import PAGE, operation
from tickets.api.shapes import Shape
from tickets.errors import Invalid


class SatisfactionBand(Shape):
    """Answers of customers who were granted a sum above `above` and up to `up_to`."""

    place = serializers.IntegerField(help_text="Its tickets are listed with `band` and this.")
    above = MoneyOutput(allow_null=True)
    up_to = MoneyOutput(allow_null=True, help_text="Null: no end. Zero: nothing was granted.")
    answers = serializers.IntegerField()
    granted = MoneyOutput(help_text="In all.")
    handling = serializers.FloatField(allow_null=True, help_text="Mean of 1 to 5, 5 is best.")
    result = serializers.FloatField(allow_null=True)
    fair = serializers.FloatField(allow_null=True)
    poor = serializers.IntegerField(help_text="Who gave the result a 1 or a 2.")
    enough = serializers.BooleanField(help_text="Whether five or more: fewer tell nothing.")


class SatisfactionReport(Shape):
    """What remedies cost beside what customers said."""

    first = serializers.DateField()
    last = serializers.DateField()
    currency = serializers.CharField(allow_blank=True)
    bands = SatisfactionBand(many=True)


def _band(band: Band) -> dict[str, Any]:
    return {
        "place": band.place,
        "above": money(band.above, band.currency),
        "up_to": money(band.up_to, band.currency),
        "answers": band.answers,
        "granted": money(band.granted, band.currency),
        "handling": band.handling,
        "result": band.result,
        "fair": band.fair,
        "poor": band.poor,
        "enough": band.enough,
    }


class Satisfaction(Report):
    """Answers by what was granted."""

    read_scope = "feedback:read"

    @operation(
        "reports_satisfaction", "Report cost against satisfaction", tag="feedback",
        answers=SatisfactionReport,
        parameters=[*PERIOD, OpenApiParameter("currency", str, description="ISO 4217.")],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Of answers given in the period, by the sum granted before. Never by person."""
        asked = self.asked("currency")
        period = self.period(asked)
        narrow = {name: asked[name] for name in ("currency", "category", "team")}
        currency, bands = satisfaction(self.principal, period, **narrow)
        return Response(
            {
                "first": period.first,
                "last": period.last,
                "currency": currency,
                "bands": [_band(band) for band in bands],
            }
        )


class SatisfactionBehind(Behind):
    """Whose answers a figure counts."""

    read_scope = "feedback:read"

    @operation(
        "reports_satisfaction_tickets", "List the tickets behind a band of answers", tag="feedback",
        answers=figures.FigureTickets,
        parameters=[
            OpenApiParameter("currency", str, required=True, description="That of the report."),
            OpenApiParameter("band", int, required=True, description="Its `place` in the report."),
            OpenApiParameter("poor", bool, description="Those alone that gave the result 1 or 2."),
            *PERIOD, *PAGE,
        ],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """One for each answer, by the same days and filters as the report."""
        asked, page = self.of("currency", "band", "poor")
        if asked["poor"] not in {"", "true", "false"}:
            raise Invalid("Send true or false.", field="poor")
        found = answers_behind(
            self.principal, self.period(asked), page, currency=asked["currency"],
            category=asked["category"], team=asked["team"], band=asked["band"],
            poor=asked["poor"] == "true",
        )  # fmt: skip
        return figures.figure_tickets(found, request)
