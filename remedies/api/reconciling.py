"""The other side's list beside our ledger, over HTTP; and what the other side tells."""

from typing import Any

from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from remedies import access
from remedies.api.views import KEY
from remedies.gateways import CreditGateway
from remedies.models import Difference, Reconciliation
from remedies.rules.reconciling import KIND_WORDS, DifferenceKind
from remedies.services import reconciling
from tickets.actors import Actor
from tickets.api.base import AccessView, CommandView
from tickets.api.fields import Input, Moment, MoneyInput, Text
from tickets.api.filters import refuse_unknown
from tickets.api.pagination import NEWEST_ID, CursorPages
from tickets.api.render import person
from tickets.api.schema import PAGE, operation, paged
from tickets.api.shapes import Person, Shape, one_of
from tickets.errors import Invalid, NotAllowed, NotFound

OPEN = OpenApiParameter("open", bool, description="Only those that are not settled.")


class RunShape(Shape):
    """One comparison of our ledger with the other side's list."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    since = serializers.DateTimeField()
    checked = serializers.IntegerField(help_text="Remedies of ours.")
    found = serializers.IntegerField(help_text="Differences.")
    error = serializers.CharField(allow_blank=True, help_text="Why it could not be done.")


class RunInput(Input):
    """Since when; 31 days by default."""

    since = Moment(required=False, default=None, allow_null=True)


class DifferenceShape(Shape):
    """Something on which we and the other side disagree."""

    id = serializers.IntegerField()
    kind = one_of(DifferenceKind)
    words = serializers.CharField()
    payout = serializers.CharField(help_text="The id that both sides know.")
    remedy = serializers.IntegerField(allow_null=True)
    ticket = serializers.CharField(allow_null=True)
    ours = serializers.CharField()
    theirs = serializers.CharField()
    first_seen = serializers.DateTimeField()
    last_seen = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)
    settled_by = Person(allow_null=True)
    note = serializers.CharField(allow_blank=True)


class SettleInput(Input):
    """What was found; and whether to take over what the other side says."""

    note = Text(max_length=500)
    take_over = serializers.BooleanField(required=False, default=False)


class PayoutInput(Input):
    """Where a payout stands on the other side."""

    id = Text(max_length=200, help_text="The one that we sent: remedy_77.")
    status = serializers.ChoiceField(choices=["pending", "paid", "failed", "reversed"])
    amount = MoneyInput()
    reference = Text(required=False, default="", allow_blank=True, max_length=200)


class NewsInput(Input):
    """What the other side tells of payouts."""

    payouts = PayoutInput(many=True)


class TakenShape(Shape):
    """How many payouts were told of."""

    taken = serializers.IntegerField()


def _difference(row: Difference) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "words": str(KIND_WORDS[DifferenceKind(row.kind)]),
        "payout": row.payout,
        "remedy": row.remedy_id,
        "ticket": row.remedy.ticket.number if row.remedy is not None else None,
        "ours": row.ours,
        "theirs": row.theirs,
        "first_seen": row.first_seen,
        "last_seen": row.last_seen,
        "settled_at": row.settled_at,
        "settled_by": person(row.settled_by),
        "note": row.note,
    }


def _run(row: Reconciliation) -> dict[str, Any]:
    return {
        "id": row.pk,
        "at": row.at,
        "since": row.since,
        "checked": row.checked,
        "found": row.found,
        "error": row.error,
    }


class Runs(CommandView):
    """Comparisons with the other side's list."""

    read_scope = "remedies:read"
    write_scope = "remedies:write"

    @operation(
        "reconciliations_list", "List comparisons with the gateway's list", tag="remedies",
        answers=RunShape(many=True),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """The newest fifty."""
        refuse_unknown(request.query_params, ())
        access.check_may_see_ledger(self.principal)
        return Response([_run(row) for row in Reconciliation.objects.all()[:50]])

    @operation(
        "reconciliations_run", "Compare the ledger with the gateway's list now", tag="remedies",
        request=RunInput, answers={201: RunShape},
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """It is done each night as well. For managers."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Ask, and compare."""
        access.check_may_set_up(self.principal)
        since = self.parse(RunInput)["since"]
        if since is not None and since >= self.now:
            raise Invalid("This moment is still to come.", field="since")
        row = reconciling.reconcile(since=since, by=self.principal.user, now=self.now)
        return Response(_run(row), status=201)


class Differences(AccessView):
    """On what the two sides disagree."""

    read_scope = "remedies:read"

    @operation(
        "differences_list", "List differences with the gateway", tag="remedies",
        parameters=[OPEN, *PAGE], answers=paged(DifferenceShape),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Newest first, settled ones too unless `open` is true."""
        access.check_may_see_ledger(self.principal)
        refuse_unknown(request.query_params, ("open", "cursor", "page_size"))
        rows = Difference.objects.select_related("remedy__ticket", "settled_by")
        wanted = request.query_params.get("open", "false")
        if wanted not in {"true", "false"}:
            raise Invalid("This should be true or false.", field="open")
        if wanted == "true":
            rows = rows.filter(settled_at__isnull=True)
        pages = CursorPages(NEWEST_ID)
        page = pages.take(rows, request)
        return pages.get_paginated_response([_difference(row) for row in page])


class Settle(CommandView):
    """A difference is settled by a person."""

    read_scope = "remedies:read"
    write_scope = "remedies:write"

    @operation(
        "differences_settle", "Settle a difference", tag="remedies", request=SettleInput,
        answers=DifferenceShape, parameters=[KEY],
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """With a note; or take over what the other side says. For managers."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Settle it."""
        access.check_may_set_up(self.principal)
        row = Difference.objects.filter(pk=kwargs["key"]).first()
        if row is None or self.principal.user is None:
            raise NotFound(field="difference")
        data = self.parse(SettleInput)
        reconciling.settle_difference(
            row, **data, by=self.principal.user, actor=self.actor, now=self.now
        )
        fresh = Difference.objects.select_related("remedy__ticket", "settled_by").get(pk=row.pk)
        return Response(_difference(fresh))


class News(AccessView):
    """The other side tells what became of payouts."""

    authentication_classes: list[Any] = []
    permission_classes: list[Any] = []

    @operation(
        "gateway_news", "Tell what became of payouts (for the gateway)", tag="remedies",
        request=NewsInput, answers=TakenShape, auth=[{"gatewaySignature": []}],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Signed as standard-webhooks says, with the secret of the gateway. Told twice it does
        nothing twice."""
        gateway = CreditGateway.configured()
        if gateway is None:
            raise NotFound(field="gateway")
        try:
            told = Webhook(gateway.secret).verify(request.body, dict(request.headers.items()))
        except (WebhookVerificationError, ValueError):
            raise NotAllowed(who=_("The gateway, with its signature")) from None
        payouts = told.get("payouts") if isinstance(told, dict) else None
        if not isinstance(payouts, list) or not 0 < len(payouts) <= 500:
            raise Invalid("Send 1 to 500 payouts.", field="payouts")
        for one in payouts:
            reconciling.take_news(one, actor=Actor.of_client("Gateway"), now=self.now)
        return Response({"taken": len(payouts)})


PATHS: list[URLPattern] = [
    path("reconciliations/", Runs.as_view(), name="api-reconciliations"),
    path("differences/", Differences.as_view(), name="api-differences"),
    path("differences/<int:key>/settle/", Settle.as_view(), name="api-settle-difference"),
    path("gateway-news/", News.as_view(), name="api-gateway-news"),
]
