"""What a draft would move before it is saved, and what a saved change moved."""

from typing import Any

from django.db import transaction
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from escalation import tasks
from escalation.api import report_render, report_shapes
from escalation.services import previews
from tickets.api.base import AccessView, CommandView
from tickets.api.fields import storable
from tickets.api.pagination import NEWEST_ID, CursorPages
from tickets.api.schema import PAGE, operation, paged
from tickets.errors import Invalid

#: Conditions of variants of a target lie deepest, and calendars that join others.
DEEPEST = 20
KEY = OpenApiParameter("key", int, "path", description="Its id.")


class Reckonings(CommandView):
    """Open deadlines worked out anew, in the background."""

    read_scope = write_scope = "config:read"

    @operation(
        "reckonings_list", "List previews and new reckonings of deadlines", tag="deadlines",
        parameters=PAGE, answers=paged(report_shapes.Reckoning),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """The newest first. For managers and administrators."""
        pages = CursorPages(NEWEST_ID)
        page = pages.take(previews.visible(self.principal), request)
        found = [previews.look(job, who=self.principal) for job in page]
        return pages.get_paginated_response([report_render.reckoning(one) for one in found])

    @operation(
        "reckonings_preview", "Preview what a draft policy or calendar moves", tag="deadlines",
        request=report_shapes.PreviewInput, answers={202: report_shapes.Reckoning},
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """It runs in the background and changes nothing; read it again to see how far it is."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Begin it."""
        previews.check_may_preview(self.principal)
        data = self.parse(report_shapes.PreviewInput)
        for name, items in data.items():
            if not all(storable(item["data"], DEEPEST) for item in items):
                raise Invalid("This is not valid here.", field=name)
        job = previews.begin(data, who=self.principal, now=self.now)
        transaction.on_commit(tasks.rederive_open.delay)
        found = previews.look(job, who=self.principal)
        return Response(report_render.reckoning(found), status=202)


class OneReckoning(AccessView):
    """One of them."""

    read_scope = "config:read"

    @operation(
        "reckonings_read", "Read a preview or a new reckoning", tag="deadlines", parameters=[KEY],
        answers=report_shapes.Reckoning,
    )  # fmt: skip
    def get(self, request: Request, key: int) -> Response:
        """How far it is, and what it found so far."""
        found = previews.look(previews.access(self.principal, key), who=self.principal)
        return Response(report_render.reckoning(found))


class CancelReckoning(CommandView):
    """Stop a preview."""

    read_scope = write_scope = "config:read"

    @operation(
        "reckonings_cancel", "Cancel a preview", tag="deadlines", parameters=[KEY],
        answers=report_shapes.Reckoning,
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """What is found so far stays. One that is over stays as it is; a reckoning of a change that
        is in force can't be cancelled (409)."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Cancel it."""
        job = previews.access(self.principal, kwargs["key"])
        job = previews.cancel(job, who=self.principal, now=self.now)
        return Response(report_render.reckoning(previews.look(job, who=self.principal)))
