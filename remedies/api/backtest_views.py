"""Policies tried on the past over REST: begun, read, cancelled, and looked at ticket by ticket."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from remedies import tasks
from remedies.api import backtest_render, backtest_shapes
from remedies.services import backtests, replaying
from remedies.services.backtests import Text
from tickets.access import Principal, access_ticket
from tickets.api.base import AccessView, CommandView
from tickets.api.pagination import NEWEST_ID, CursorPages
from tickets.api.schema import PAGE, operation, paged
from tickets.errors import Missing

KEY = OpenApiParameter("key", int, "path", description="Its id.")
NUMBER = OpenApiParameter("number", str, "path", description="The ticket's, such as A-10019.")


class Backtests(CommandView):
    """Policies tried on the past, in the background."""

    read_scope = write_scope = "config:read"

    @operation(
        "backtests_list", "List what was tried on the past", tag="policies", parameters=PAGE,
        answers=paged(backtest_shapes.BacktestSummary),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """The newest first. For supervisors and those above, and clients that see all teams."""
        pages = CursorPages(NEWEST_ID)
        page = pages.take(backtests.visible_backtests(self.principal), request)
        return pages.get_paginated_response(
            [backtest_render.summary(row, now=self.now) for row in page]
        )

    @operation(
        "backtests_begin", "Try a policy on past tickets", tag="policies",
        request=backtest_shapes.BacktestInput, answers={202: backtest_shapes.Backtest},
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """It runs in the background and writes nothing; read it again to see how far it is. The
        same question that you have under way is not asked twice. For managers."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Begin it."""
        backtests.check_may_begin(self.principal)
        data = self.parse(backtest_shapes.BacktestInput)
        text = _text(self.principal, data, "policy", "source")
        if text is None:
            raise Missing(what=_("a stored `policy`, or a text as `source`"), field="policy")
        row = backtests.begin(
            text,
            beside=_text(self.principal, data, "beside", "beside_source"),
            since=data["since"],
            until=data.get("until"),
            who=self.principal,
            now=self.now,
        )
        transaction.on_commit(lambda: tasks.run_backtests.delay(row.pk))
        transaction.on_commit(lambda: tasks.run_backtests.delay(row.pk))
        return Response(_whole(self, row), status=202)


def _text(who: Principal, data: Mapping[str, Any], ref: str, source: str) -> Text | None:
    """A version or a text, one of the two; None where neither was sent. Raises `Missing`."""
    if ref in data and source in data:
        raise Missing(
            what=_("either `%(one)s` or `%(other)s`, not both") % {"one": ref, "other": source},
            field=source,
        )
    if ref in data:
        return Text.stored(who, data[ref], field=ref)
    return Text.written(data[source], field=source) if source in data else None


def _whole(view: AccessView, row: Any) -> dict[str, Any]:
    return backtest_render.whole(row, who=view.principal, now=view.now)


class OneBacktest(AccessView):
    """One of them."""

    read_scope = "config:read"

    @operation(
        "backtests_read", "Read what came of it", tag="policies", parameters=[KEY],
        answers=backtest_shapes.Backtest,
    )  # fmt: skip
    def get(self, request: Request, key: int) -> Response:
        """How far it is; once it is over, in words and in tables."""
        return Response(_whole(self, backtests.access_backtest(self.principal, key)))


class CancelBacktest(CommandView):
    """Stop one."""

    read_scope = write_scope = "config:read"

    @operation(
        "backtests_cancel", "Stop trying a policy on the past", tag="policies", parameters=[KEY],
        answers=backtest_shapes.Backtest,
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """What is counted so far stays. One that is over stays as it is."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Stop it."""
        row = backtests.access_backtest(self.principal, kwargs["key"], stop=True)
        row = backtests.cancel(row, who=self.principal, now=self.now)
        return Response(_whole(self, row))


class BacktestTicket(AccessView):
    """One ticket under both policies."""

    read_scope = "config:read"

    @operation(
        "backtests_ticket", "Explain a ticket under both policies", tag="policies",
        parameters=[KEY, NUMBER], answers=backtest_shapes.BacktestBoth,
    )  # fmt: skip
    def get(self, request: Request, key: int, number: str) -> Response:
        """Every component with its steps, and for every other rule why not."""
        row = backtests.access_backtest(self.principal, key)
        found = replaying.explain(row, access_ticket(self.principal, number))
        return Response(backtest_render.both(found))
