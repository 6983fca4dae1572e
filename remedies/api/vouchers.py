"""Pools of voucher codes over HTTP: made, filled, and what became of their codes."""

from typing import Any

from django.urls import URLPattern, path
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from remedies import access
from remedies.models import CodeSource, PoolDeed, PoolEntry, VoucherCode, VoucherPool
from remedies.services import codes
from remedies.services.refilling import give_waiting
from tickets.api.base import AccessView, CommandView
from tickets.api.fields import Input, MoneyInput, MoneyOutput, Text, Whole, money
from tickets.api.filters import refuse_unknown
from tickets.api.pagination import NEWEST_ID, CursorPages
from tickets.api.schema import PAGE, operation, paged
from tickets.api.shapes import Shape, one_of
from tickets.errors import Invalid, NotFound

POOL_KEY = OpenApiParameter("key", str, "path", description="The pool's.")
DEED = OpenApiParameter("deed", str, enum=[*PoolDeed], description="Only what was done so.")


class PoolShape(Shape):
    """A pool of voucher codes, and how many are left."""

    key = serializers.CharField()
    title = serializers.CharField()
    form = serializers.CharField(help_text="Components in this form are paid from it.")
    currency = serializers.CharField()
    amount = MoneyOutput(allow_null=True, help_text="Null: whatever was granted.")
    source_of_codes = one_of(CodeSource)
    left = serializers.IntegerField(allow_null=True, help_text="Null: it makes its own.")
    given = serializers.IntegerField()
    low = serializers.IntegerField(help_text="So few left are low.")
    is_low = serializers.BooleanField()
    valid_days = serializers.IntegerField(allow_null=True)
    active = serializers.BooleanField()


class PoolInput(Input):
    """A new pool."""

    key = Text(max_length=60)
    title = Text(max_length=160)
    form = Text(max_length=60)
    currency = Text(max_length=3)
    source_of_codes = one_of(CodeSource)
    amount = MoneyInput(required=False, default=None, allow_null=True)
    low = Whole(required=False, default=20)
    valid_days = Whole(required=False, default=None, allow_null=True)


class CodesInput(Input):
    """Codes of another system's list."""

    codes = serializers.ListField(child=Text(max_length=200), max_length=codes.MOST_AT_ONCE)


class ImportedShape(Shape):
    """How many codes were new, were known before, and went to remedies that waited for one."""

    added = serializers.IntegerField()
    known = serializers.IntegerField()
    given = serializers.IntegerField()


class CodeShape(Shape):
    """A code that was given. Never the whole of it: that is the customer's."""

    code = serializers.CharField(help_text="Its last four characters.")
    remedy = serializers.IntegerField()
    given_at = serializers.DateTimeField()
    expires_on = serializers.DateField(allow_null=True)
    void_at = serializers.DateTimeField(allow_null=True)


class EntryShape(Shape):
    """One line of a pool's history."""

    deed = one_of(PoolDeed)
    at = serializers.DateTimeField()
    by = serializers.CharField(allow_blank=True, help_text="Who did it; empty for the desk itself.")
    added = serializers.IntegerField(help_text="Of a list that was loaded: codes that were new.")
    known = serializers.IntegerField(help_text="Of that list: codes that were there before.")
    code = serializers.CharField(
        allow_null=True, help_text="Of one that was issued or voided: its last four characters."
    )
    remedy = serializers.IntegerField(allow_null=True)


def _entry(row: PoolEntry) -> dict[str, Any]:
    return {
        "deed": row.deed,
        "at": row.at,
        "by": row.actor_name,
        "added": row.count,
        "known": row.known,
        "code": row.code.masked if row.code is not None else None,
        "remedy": row.code.remedy_id if row.code is not None else None,
    }


def _pool(row: Any) -> dict[str, Any]:
    generated = row.source == CodeSource.GENERATED
    return {
        "key": row.key,
        "title": row.title,
        "form": row.form,
        "currency": row.currency,
        "amount": money(row.amount, row.currency),
        "source_of_codes": row.source,
        "left": None if generated else row.left,
        "given": row.given,
        "low": row.low,
        "is_low": not generated and row.left <= row.low,
        "valid_days": row.valid_days,
        "active": row.active,
    }


class Pools(CommandView):
    """The pools of codes."""

    read_scope = "remedies:read"
    write_scope = "remedies:write"

    @operation(
        "voucher_pools_list", "List the pools of voucher codes", tag="remedies",
        answers=PoolShape(many=True),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """With how many are left. For those who see all teams."""
        refuse_unknown(request.query_params, ())
        access.check_may_see_ledger(self.principal)
        return Response([_pool(row) for row in codes.pools_with_counts()])

    @operation(
        "voucher_pools_make", "Make a pool of voucher codes", tag="remedies", request=PoolInput,
        answers={201: PoolShape},
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Codes that are imported, or made here. For managers."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Make it."""
        access.check_may_set_up(self.principal)
        data = self.parse(PoolInput)
        amount, source = data.pop("amount"), data.pop("source_of_codes")
        if amount is not None and amount.currency != data["currency"]:
            raise Invalid(
                "This pool is in {currency}.", currency=data["currency"], field="amount.currency"
            )
        made = codes.make_pool(
            **data, source=source, amount=None if amount is None else amount.minor,
            by=self.principal.user, now=self.now,
        )  # fmt: skip
        return Response(_pool(codes.pools_with_counts().get(pk=made.pk)), status=201)


def _pool_of(key: str) -> VoucherPool:
    row = VoucherPool.objects.filter(key=key).first()
    if row is None:
        raise NotFound(field="pool")
    return row


class Codes(CommandView):
    """The codes of a pool."""

    read_scope = "remedies:read"
    write_scope = "remedies:write"

    @operation(
        "voucher_codes_list", "List the codes that were given", tag="remedies",
        parameters=[POOL_KEY, *PAGE], answers=paged(CodeShape),
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        """Their last four characters, and to whose remedy they went."""
        access.check_may_see_ledger(self.principal)
        pages = CursorPages(NEWEST_ID)
        refuse_unknown(request.query_params, ("cursor", "page_size"))
        given = VoucherCode.objects.filter(pool=_pool_of(key), remedy__isnull=False)
        page = pages.take(given, request)
        return pages.get_paginated_response(
            [
                {
                    "code": row.masked,
                    "remedy": row.remedy_id,
                    "given_at": row.given_at,
                    "expires_on": row.expires_on,
                    "void_at": row.void_at,
                }
                for row in page
            ]
        )

    @operation(
        "voucher_codes_import", "Import voucher codes", tag="remedies", request=CodesInput,
        answers=ImportedShape, parameters=[POOL_KEY],
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Those who wait for a code get theirs at once. For managers."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Import them."""
        access.check_may_set_up(self.principal)
        pool = _pool_of(kwargs["key"])
        found = codes.import_codes(
            pool, self.parse(CodesInput)["codes"], actor=self.actor, now=self.now
        )
        given = give_waiting(pool, actor=self.actor, now=self.now)
        return Response({"added": found.added, "known": found.known, "given": given})


class History(AccessView):
    """What happened to a pool."""

    read_scope = "remedies:read"

    @operation(
        "voucher_pools_history", "Read the history of a pool", tag="remedies",
        parameters=[POOL_KEY, DEED, *PAGE], answers=paged(EntryShape),
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        """Who made and loaded it, and who issued and voided its codes, newest first. For those who
        see all teams."""
        access.check_may_see_ledger(self.principal)
        refuse_unknown(request.query_params, ("deed", "cursor", "page_size"))
        rows = PoolEntry.objects.filter(pool=_pool_of(key)).select_related("code")
        if deed := request.query_params.get("deed"):
            if deed not in set(PoolDeed):
                known = ", ".join(PoolDeed)
                raise Invalid("This should be one of: {known}.", known=known, field="deed")
            rows = rows.filter(deed=deed)
        pages = CursorPages(NEWEST_ID)
        page = pages.take(rows, request)
        return pages.get_paginated_response([_entry(row) for row in page])


PATHS: list[URLPattern] = [
    path("voucher-pools/", Pools.as_view(), name="api-voucher-pools"),
    path("voucher-pools/<slug:key>/history/", History.as_view(), name="api-voucher-history"),
    path("voucher-pools/<slug:key>/codes/", Codes.as_view(), name="api-voucher-codes"),
]
