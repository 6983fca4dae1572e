"""Reports of what was kept and missed, and drafts that are tried on the past."""

import datetime as dt
from typing import Any

from django.db import transaction
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from escalation import tasks
from escalation.api import report_render, report_shapes
from escalation.policies.kinds import Kind
from escalation.services import reports, simulating, trials
from tickets.api import figures
from tickets.api.base import AccessView, CommandView
from tickets.api.filters import refuse_unknown
from tickets.api.pagination import NEWEST_ID, CursorPages
from tickets.api.schema import PAGE, operation, paged
from tickets.errors import Invalid
from tickets.periods import Period, period_of

KEY = OpenApiParameter("key", int, "path", description="Its id.")
_NARROW = [
    OpenApiParameter("from", dt.date, description="First day; 13 weeks if left out."),
    OpenApiParameter("to", dt.date, description="Last day; today if left out."),
    OpenApiParameter("team", str, description="A team's key."),
    OpenApiParameter("kind", str, enum=[*Kind]),
    OpenApiParameter("category", str, description="A category's key."),
]
_NAMES = ("from", "to", "team", "kind", "category")


class DeadlineReport(AccessView):
    """What was promised, kept and missed."""

    @operation(
        "reports_deadlines", "Report kept and missed deadlines", tag="deadlines",
        answers=report_shapes.DeadlineReport,
        parameters=_NARROW,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Days are those of UTC; the period before is as long. Never by person."""
        period, narrow = _narrowed(request, now=self.now)
        found = reports.report(self.principal, period, now=self.now, **narrow)
        return Response(report_render.report(found))


class PromisesBehind(AccessView):
    """The promises behind a figure of the report."""

    @operation(
        "reports_deadlines_tickets", "List the tickets behind a figure of kept and missed",
        tag="deadlines", answers=figures.FigurePromises,
        parameters=[
            *figures.figure(
                [*reports.KINDS], "The key of the line; the reason, of a pause.",
                ["kept", "missed", "pauses"],
            ),
            *_NARROW, *PAGE,
        ],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """One for each promise, by the same days and filters as the report: which clock it was,
        when it was due, and when it was missed or met."""
        own = ("what", "key", "column")
        refuse_unknown(request.query_params, (*own, *_NAMES, "cursor", "page_size"))
        period, narrow = _narrowed(request, now=self.now)
        what, key, column = (_text(request, name) for name in own)
        found = reports.promises_behind(
            self.principal, period, figures.page_of(request), **narrow,
            by=what or "all", key=key, which=column,
        )  # fmt: skip
        clocks = reports.clocks_behind(found, which=column)
        return figures.figure_tickets(
            found, request, more=[report_render.promise(c) for c in clocks]
        )


def _narrowed(request: Request, *, now: dt.datetime) -> tuple[Period, dict[str, str]]:
    """The days and the filters that were asked for. Raises `Invalid`."""
    asked = {name: _text(request, name) for name in _NAMES}
    if asked["kind"] and asked["kind"] not in set(Kind):
        raise Invalid("A kind is one of {known}.", known=", ".join(Kind), field="kind")
    return period_of(asked.pop("from"), asked.pop("to"), now=now, zone=dt.UTC), asked


def _text(request: Request, name: str) -> str:
    value: str = request.query_params.get(name, "")
    if "\x00" in value or len(value) > 100:
        raise Invalid("This is not valid.", field=name)
    return value


class Simulations(CommandView):
    """Drafts of policies, tried on the past in the background."""

    read_scope = write_scope = "config:read"

    @operation(
        "simulations_list", "List your trials of drafts", tag="deadlines", parameters=PAGE,
        answers=paged(report_shapes.Simulation),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """A page of your own trials, the newest first."""
        trials.check_may_try(self.principal)
        pages = CursorPages(NEWEST_ID)
        page = pages.take(trials.visible_trials(self.principal), request)
        return pages.get_paginated_response([report_render.simulation(row) for row in page])

    @operation(
        "simulations_begin", "Try a draft policy on past tickets", tag="deadlines",
        request=report_shapes.SimulationInput, answers={202: report_shapes.Simulation},
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """It runs in the background and writes nothing; read it again to see how far it is."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Begin it."""
        trials.check_may_try(self.principal)
        data = self.parse(report_shapes.SimulationInput)
        if ("policy" in data) == ("draft" in data):
            raise Invalid("Name a stored `policy`, or send a `draft`: one of them.", field="policy")
        if "policy" in data:
            draft = simulating.stored_draft(data["policy"])
        else:
            draft = simulating.read_draft(data["draft"])
        row = trials.begin(
            draft, since=data["since"], until=data.get("until"), who=self.principal, now=self.now
        )
        transaction.on_commit(lambda: tasks.simulate.delay(row.pk))
        return Response(report_render.simulation(row), status=202)


class OneSimulation(AccessView):
    """One trial."""

    read_scope = "config:read"

    @operation(
        "simulations_read", "Read a trial of a draft", tag="deadlines", parameters=[KEY],
        answers=report_shapes.Simulation,
    )  # fmt: skip
    def get(self, request: Request, key: int) -> Response:
        """How far it is, and the counts so far."""
        row = trials.access_trial(self.principal, key)
        if trials.is_stalled(row, now=self.now):
            tasks.simulate.delay(row.pk)
        return Response(report_render.simulation(row))


class CancelSimulation(CommandView):
    """Stop a trial."""

    read_scope = write_scope = "config:read"

    @operation(
        "simulations_cancel", "Cancel a trial of a draft", tag="deadlines", parameters=[KEY],
        answers=report_shapes.Simulation,
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """What is counted so far stays. One that is over stays as it is."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Cancel it."""
        row = trials.access_trial(self.principal, kwargs["key"])
        return Response(report_render.simulation(trials.cancel(row, now=self.now)))
