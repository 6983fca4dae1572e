"""The report of what complaints came to, as published returns count."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from remedies.api.fairness import PERIOD, Behind, Report
from remedies.services import outcomes_behind
from remedies.services.outcomes import Count, Outcomes, outcomes
from tickets.api import figures
from tickets.api.fields import MoneyOutput, money
from tickets.api.schema import PAGE, operation
from tickets.api.shapes import Shape


class OutcomeCount(Shape):
    """Complaints by what they came to; partly upheld counts as upheld."""

    key = serializers.CharField(allow_blank=True)
    name = serializers.CharField()
    settled = serializers.IntegerField()
    upheld = serializers.IntegerField()
    rejected = serializers.IntegerField(help_text="Goodwill turns no rejection.")
    neither = serializers.IntegerField(help_text="Withdrawn, out of scope, or without a finding.")
    upheld_share = serializers.FloatField(allow_null=True, help_text="Of what was decided, 0 to 1.")


class RedressKind(Shape):
    """What was granted of one kind."""

    kind = serializers.CharField()
    count = serializers.IntegerField()
    total = MoneyOutput()


class RedressTotal(Shape):
    """What was granted in one currency."""

    currency = serializers.CharField()
    total = MoneyOutput()
    kinds = RedressKind(many=True)


class ReviewedLine(Shape):
    """Decisions that were looked at again."""

    by = serializers.ChoiceField(choices=["stage", "team", "rule", "reason"])
    key = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)
    reviewed = serializers.IntegerField()
    overturned = serializers.IntegerField()


class NamedCount(Shape):
    """How many."""

    key = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField()


class OutcomeReport(Shape):
    """What the complaints settled in a period came to."""

    first = serializers.DateField()
    last = serializers.DateField()
    total = OutcomeCount()
    by_category = OutcomeCount(many=True)
    by_team = OutcomeCount(many=True)
    findings = NamedCount(many=True, help_text="As they were made.")
    time_bands = NamedCount(many=True, help_text="Calendar days from receipt to the end.")
    answers = NamedCount(many=True, help_text="In the categories of the CFPB's portal.")
    redress = RedressTotal(many=True, help_text="Granted in the period.")
    reviews = ReviewedLine(many=True)


def _count(line: Count) -> dict[str, Any]:
    return {
        "key": line.key,
        "name": line.name,
        "settled": line.settled,
        "upheld": line.upheld,
        "rejected": line.rejected,
        "neither": line.neither,
        "upheld_share": line.share,
    }


def _named(counts: Any) -> list[dict[str, Any]]:
    return [{"key": str(key), "count": count} for key, count in counts.items()]


def render(found: Outcomes) -> dict[str, Any]:
    """An `OutcomeReport`."""
    return {
        "first": found.period.first,
        "last": found.period.last,
        "total": _count(found.total),
        "by_category": [_count(line) for line in found.by["category"]],
        "by_team": [_count(line) for line in found.by["team"]],
        "findings": _named(found.findings),
        "time_bands": _named(found.bands),
        "answers": _named(found.answers),
        "redress": [
            {
                "currency": one.currency,
                "total": money(one.total, one.currency),
                "kinds": [
                    {"kind": kind, "count": count, "total": money(total, one.currency)}
                    for kind, (count, total) in one.kinds.items()
                ],
            }
            for one in found.redress
        ],
        "reviews": [
            {
                "by": by,
                "key": line.key,
                "name": line.name,
                "reviewed": line.count,
                "overturned": line.overturned,
            }
            for by, lines in found.reviews.items()
            for line in lines
        ],
    }


class OutcomesSeen(Report):
    """What complaints came to."""

    @operation(
        "reports_outcomes", "Report what complaints came to", tag="offers",
        answers=OutcomeReport, parameters=PERIOD,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Of those settled in the period, counted as published returns count. Never by person."""
        asked = self.asked()
        period = self.period(asked)
        found = outcomes(self.principal, period, category=asked["category"], team=asked["team"])
        return Response(render(found))


class OutcomesBehind(Behind):
    """Which complaints a figure counts."""

    @operation(
        "reports_outcomes_tickets", "List the tickets behind a figure of outcomes", tag="offers",
        answers=figures.FigureTickets,
        parameters=[
            *figures.figure(
                [*outcomes_behind.KINDS],
                "The key of the line; of redress its kind and currency, `refund GBP`.",
                [*outcomes_behind.COLUMNS],
            ),
            *PERIOD, *PAGE,
        ],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """One for each complaint, remedy or review, by the same days and filters as the report."""
        asked, page = self.of("what", "key", "column")
        figure = outcomes_behind.Figure(
            asked["what"] or "all", asked["key"], asked["column"] or "all"
        )  # fmt: skip
        found = outcomes_behind.tickets_behind(
            self.principal, self.period(asked), figure, page,
            category=asked["category"], team=asked["team"],
        )  # fmt: skip
        return figures.figure_tickets(found, request)
