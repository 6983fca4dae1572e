"""Insight over the API: each tab as tables of figures, and the tickets behind a figure."""

import datetime as dt
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from feedback.access import InsightScope, insight_scope
from feedback.api import render
from feedback.api.shapes import Idea
from feedback.insight.measures import Measure
from feedback.models import Tally
from feedback.rules import IdeaStatus
from feedback.services.insight import behind, ideas
from feedback.services.insight.reading import insight
from feedback.services.insight.shapes import Behind, Line, Part, Tab, Unit
from tickets.api.base import AccessView
from tickets.api.filters import refuse_unknown
from tickets.api.pagination import NEWEST_ID, CursorPages, Order
from tickets.api.schema import PAGE, operation, paged
from tickets.api.shapes import Shape, one_of
from tickets.errors import Invalid
from tickets.periods import Period, period_of

#: Ideas and thanks have lists of their own.
TABS = [tab for tab in Tab if tab is not Tab.IDEAS]
PERIOD = [
    OpenApiParameter("from", dt.date, description="First day, of UTC; 13 weeks if left out."),
    OpenApiParameter("to", dt.date, description="Last day; today if left out."),
    OpenApiParameter("category", str, description="A category's key; those below it count."),
    OpenApiParameter("team", str, description="A team's key."),
]
_LIST = "/api/v1/insight/tickets/?"
_PERIOD = ("from", "to", "category", "team")
_TOLD = Order("told", ("created_at", "id"), descending=True)
_BEHIND = ("measure", "key", "bucket", "alone")


class InsightColumn(Shape):
    """One figure of each line."""

    key = serializers.CharField()
    unit = one_of(Unit, help_text="`share` is 0 to 1, `score` 1 to 5, `money` minor units.")
    better = serializers.IntegerField(help_text="1: more is better; -1: less is; 0: neither.")


class InsightLine(Shape):
    """Figures of one thing by column, in the period and in the one before."""

    key = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)
    now = serializers.DictField(child=serializers.FloatField(allow_null=True))
    before = serializers.DictField(child=serializers.FloatField(allow_null=True))
    tickets = serializers.CharField(
        allow_null=True, help_text="Where the tickets behind the line are listed."
    )
    tickets_by = serializers.DictField(
        child=serializers.CharField(), help_text="The same by column, where it is not all of them."
    )


class InsightPart(Shape):
    """A table."""

    key = serializers.CharField()
    currency = serializers.CharField(allow_blank=True)
    every = serializers.IntegerField(help_text="How many it is of.")
    every_before = serializers.IntegerField()
    columns = InsightColumn(many=True)
    lines = InsightLine(many=True)


class InsightReport(Shape):
    """One tab of insight."""

    tab = one_of(Tab)
    first = serializers.DateField()
    last = serializers.DateField()
    first_before = serializers.DateField()
    last_before = serializers.DateField()
    parts = InsightPart(many=True)


class InsightTicket(Shape):
    """A ticket behind a figure: what it gave to it on a day. A figure is the sum of `n`."""

    ticket = serializers.CharField(help_text="Its number.")
    subject = serializers.CharField()
    team = serializers.CharField()
    category = serializers.CharField()
    measure = one_of(Measure)
    key = serializers.CharField(allow_blank=True)
    bucket = serializers.IntegerField(help_text="-1 where nothing is spread.")
    day = serializers.DateField()
    n = serializers.IntegerField()
    total = serializers.IntegerField(help_text="Seconds, minor units or scores, by measure.")


class IdeasBehind(Shape):
    """A page of the ideas that a figure counts, the newest first."""

    count = serializers.IntegerField(help_text="How many there are on all pages.")
    votes = serializers.IntegerField(help_text="The votes of all of them.")
    next = serializers.URLField(allow_null=True, help_text="The next page.")
    results = Idea(many=True)


class _Insight(AccessView):
    read_scope = "feedback:read"

    def asked(self, *more: str) -> tuple[dict[str, str], Period]:
        """What was asked for, and the period. Raises `Invalid`."""
        given = self.request.query_params
        refuse_unknown(given, (*_PERIOD, *more))
        asked = {name: given.get(name, "") for name in (*_PERIOD, *more)}
        for name, value in asked.items():
            if "\x00" in value or len(value) > 500:
                raise Invalid("This is not valid.", field=name)
        return asked, period_of(asked["from"], asked["to"], now=self.now, zone=dt.UTC)


class InsightTab(_Insight):
    """What customers said, causes, promises, remedies, exceptions, times."""

    @operation(
        "insight_read", "Read a tab of insight", tag="feedback", answers=InsightReport,
        parameters=[
            OpenApiParameter("tab", str, "path", enum=[tab.value for tab in TABS]), *PERIOD,
        ],
    )  # fmt: skip
    def get(self, request: Request, tab: str) -> Response:
        """Of the teams whose complaints you see, a moment behind what happens. Never by person."""
        if tab not in {one.value for one in TABS}:
            raise Invalid("A tab is one of: {known}.", known=", ".join(TABS), field="tab")
        asked, period = self.asked()
        scope, found = insight(
            self.principal, Tab(tab), period, team=asked["team"], category=asked["category"]
        )
        return Response({
            "tab": found.tab.value,
            "first": period.first,
            "last": period.last,
            "first_before": period.before.first,
            "last_before": period.before.last,
            "parts": [_part(part, scope) for part in found.parts.values()],
        })  # fmt: skip


def _part(part: Part, scope: InsightScope) -> dict[str, Any]:
    return {
        "key": part.key,
        "currency": part.currency,
        "every": part.every,
        "every_before": part.every_before,
        "columns": [
            {"key": one.key, "unit": one.unit.value, "better": one.better} for one in part.columns
        ],
        "lines": [_line(line, scope) for line in part.lines],
    }


def _line(line: Line, scope: InsightScope) -> dict[str, Any]:
    return {
        "key": line.key,
        "name": line.name,
        "now": dict(line.now),
        "before": dict(line.before),
        "tickets": _address(line.behind, scope) if line.behind else None,
        "tickets_by": {name: _address(what, scope) for name, what in line.behinds.items()},
    }


def _address(what: Behind, scope: InsightScope) -> str:
    return _LIST + behind.query_of(what, scope)


class InsightIdeas(_Insight):
    """The ideas behind a figure."""

    @operation(
        "insight_ideas", "List the ideas behind a figure", tag="feedback",
        answers=IdeasBehind,
        parameters=[
            OpenApiParameter("status", str, enum=[one.value for one in IdeaStatus]),
            OpenApiParameter(
                "of", str, enum=["ticket"], description="Those that came of a ticket you may see."
            ),
            *PERIOD, *PAGE,
        ],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Told in the period, how many they are, and their votes. What came of a ticket belongs to
        its team and category, any other idea to its author's teams."""
        asked, period = self.asked("status", "of", "cursor", "page_size")
        scope = insight_scope(
            self.principal, period, team=asked["team"], category=asked["category"]
        )  # fmt: skip
        rows, count, votes = ideas.ideas_behind(scope, status=asked["status"], of=asked["of"])
        pages = CursorPages(_TOLD)
        page = [render.idea(row) for row in pages.take(rows, request)]
        return Response({"count": count, "votes": votes, "next": pages.next, "results": page})


class InsightTickets(_Insight):
    """The tickets behind a figure."""

    @operation(
        "insight_tickets", "List the tickets behind a figure", tag="feedback",
        answers=paged(InsightTicket),
        parameters=[
            OpenApiParameter("measure", str, required=True, enum=[one.value for one in Measure]),
            OpenApiParameter("key", str, description="Keys with commas between."),
            OpenApiParameter("bucket", str, description="Buckets with commas between."),
            OpenApiParameter(
                "alone", str, enum=["1"], description="Without the categories below `category`."
            ),
            *PERIOD, *PAGE,
        ],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """What each of them gave to it; the figure is the sum. Take addresses from a tab's
        lines."""
        asked, period = self.asked(*_BEHIND, "cursor", "page_size")
        _, rows = behind.tallies_behind(self.principal, behind.behind_of(asked), period)
        pages = CursorPages(NEWEST_ID)
        page = pages.take(rows, request)
        return pages.get_paginated_response([_tally(row) for row in page])


def _tally(row: Tally) -> dict[str, Any]:
    return {
        "ticket": row.ticket.number,
        "subject": row.ticket.subject,
        "team": row.ticket.team.key,
        "category": row.ticket.category.key,
        "measure": row.measure,
        "key": row.key,
        "bucket": row.bucket,
        "day": row.day,
        "n": row.n,
        "total": row.total,
    }
