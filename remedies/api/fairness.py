"""Reports of fairness: equal remedies for equal facts, and how long an offer takes."""

import datetime as dt

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from remedies.api import fairness_render, fairness_shapes
from remedies.services.fairness import (
    COLUMNS,
    KINDS,
    TIMES_BY,
    Asked,
    Figure,
    fairness,
    first_offers_behind,
    offer_times,
    tickets_behind,
)
from tickets.api import figures
from tickets.api.base import AccessView
from tickets.api.filters import refuse_unknown
from tickets.api.schema import PAGE, operation
from tickets.errors import Invalid
from tickets.listed import Page
from tickets.periods import Period, period_of

PERIOD = [
    OpenApiParameter("from", dt.date, description="First day; 13 weeks if left out."),
    OpenApiParameter("to", dt.date, description="Last day; today if left out."),
    OpenApiParameter("category", str, description="A category's key; those below it count."),
    OpenApiParameter("team", str, description="A team's key."),
]
_NAMES = ("from", "to", "category", "team")
_SPREAD = [
    OpenApiParameter("rule", str, description="Only what this rule gave."),
    OpenApiParameter(
        "currency", str, description="ISO 4217; the one with most offers if left out."
    ),
]


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


class Behind(Report):
    """The tickets behind a figure of a report."""

    def of(self, *names: str) -> tuple[dict[str, str], Page]:
        """What was asked for, by name, and the page of it. Raises `Invalid`."""
        asked = self.asked(*names, "cursor", "page_size")
        return asked, figures.page_of(self.request)


class FairnessSeen(Report):
    """The spread of remedies for equal facts."""

    @operation(
        "reports_fairness", "Report the spread of remedies for equal facts", tag="offers",
        answers=fairness_shapes.FairnessReport,
        parameters=[*PERIOD, *_SPREAD],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """For those who supervise, and integrations. Only tickets that you may see count."""
        asked = self.asked("rule", "currency")
        period = self.period(asked)
        return Response(fairness_render.fairness(fairness(self.principal, period, _wanted(asked))))


def _wanted(asked: dict[str, str]) -> Asked:
    return Asked(**{name: asked[name] for name in ("category", "team", "rule", "currency")})


class FairnessBehind(Behind):
    """What a figure of the spread counts."""

    @operation(
        "reports_fairness_tickets", "List the tickets behind a figure of the spread of remedies",
        tag="offers", answers=figures.FigureTickets,
        parameters=[
            *figures.figure([*KINDS], "The key of the line or of the group.", [*COLUMNS]),
            *PERIOD, *_SPREAD, *PAGE,
        ],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """One for each sum that was compared, by the same days and filters as the report."""
        asked, page = self.of("what", "key", "column", "rule", "currency")
        figure = Figure(asked["what"] or "all", asked["key"], asked["column"] or "all")
        found = tickets_behind(
            self.principal, self.period(asked), _wanted(asked), figure, page
        )  # fmt: skip
        return figures.figure_tickets(found, request)


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


class OfferTimesBehind(Behind):
    """Which first offers a figure counts."""

    @operation(
        "reports_offer_times_tickets", "List the tickets behind a figure of offer times",
        tag="offers", answers=figures.FigureTickets,
        parameters=[
            *figures.figure(
                [*TIMES_BY],
                "A category's or a team's key; of a bucket, its place in `distribution`, from 0.",
            ),
            *PERIOD, *PAGE,
        ],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """One for each first offer, by the same days and filters as the report."""
        asked, page = self.of("what", "key")
        found = first_offers_behind(
            self.principal, self.period(asked), page, category=asked["category"],
            team=asked["team"], by=asked["what"] or "all", key=asked["key"],
        )  # fmt: skip
        return figures.figure_tickets(found, request)
