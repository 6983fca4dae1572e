"""Customers: found, made, changed, merged."""

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from tickets import services
from tickets.access import Principal, access_customer
from tickets.api import customer_inputs, render, shapes
from tickets.api.base import AccessView, CommandView
from tickets.api.filters import checked
from tickets.api.pagination import NEWEST_ID, CursorPages
from tickets.api.schema import PAGE, operation, paged
from tickets.api.versions import etag
from tickets.api.views.tickets import details_of
from tickets.errors import NotAllowed
from tickets.models import ContactPoint, Customer, ExternalId
from tickets.models.customers import ContactKind
from tickets.rules import Role

ID = OpenApiParameter("customer", int, "path", description="The customer's id.")


class CustomerFilter(django_filters.FilterSet):
    """How customers are found."""

    email = django_filters.CharFilter(method="_email", label="His whole address.")
    name = django_filters.CharFilter(lookup_expr="icontains", label="Part of the name.")
    tier = django_filters.CharFilter()
    external_system = django_filters.CharFilter(method="_system", label="With external_id.")
    external_id = django_filters.CharFilter(method="_external", label="The key over there.")

    class Meta:
        model = Customer
        fields: ClassVar[list[str]] = []

    def _email(self, rows: QuerySet[Customer], _name: str, value: str) -> QuerySet[Customer]:
        normal = value.strip().lower()
        found = ContactPoint.objects.filter(kind=ContactKind.EMAIL.value, normalized=normal)
        return rows.filter(pk__in=found.values("customer"))

    def _system(self, rows: QuerySet[Customer], _name: str, value: str) -> QuerySet[Customer]:
        return rows.filter(pk__in=ExternalId.objects.filter(system=value).values("customer"))

    def _external(self, rows: QuerySet[Customer], _name: str, value: str) -> QuerySet[Customer]:
        return rows.filter(pk__in=ExternalId.objects.filter(value=value).values("customer"))


def check_may_change(who: Principal) -> None:
    """Raises `NotAllowed` for one who only reads."""
    if who.role is Role.AUDITOR:
        raise NotAllowed(who=_("Everyone who works on tickets"))


def _shown(customer: Customer) -> Response:
    row = Customer.objects.prefetch_related("contacts", "external_ids").get(pk=customer.pk)
    return Response(render.customer(row), headers={"ETag": etag(row.version)})


class Customers(CommandView):
    """All customers."""

    read_scope = "customers:read"
    write_scope = "customers:write"
    filterset_class = CustomerFilter

    @operation(
        "customers_list",
        "List customers",
        tag="customers",
        answers=paged(shapes.Customer),
        parameters=PAGE,
        filters=True,
    )
    def get(self, request: Request) -> Response:
        """Newest first; those merged into another are left out."""
        rows = Customer.objects.filter(merged_into__isnull=True)
        rows = checked(
            rows.prefetch_related("contacts", "external_ids"), request.query_params, CustomerFilter
        )
        pages = CursorPages(NEWEST_ID)
        page = pages.take(rows, request)
        return pages.get_paginated_response([render.customer(row) for row in page])

    @operation(
        "customers_create",
        "Add a customer, or find the one there is",
        tag="customers",
        request=customer_inputs.NewCustomer,
        answers={201: shapes.Customer},
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        """By e-mail address or external id; who is known already is answered as he is."""
        return super().post(request)

    def do(self, **kwargs: Any) -> Response:
        """Find or make him."""
        check_may_change(self.principal)
        data = self.parse(customer_inputs.NewCustomer)
        customer = services.find_or_create_customer(details_of(data), now=self.now)
        response = _shown(customer.merged_into or customer)
        response.status_code = 201
        return response


class OneCustomer(AccessView):
    """One customer."""

    read_scope = "customers:read"
    write_scope = "customers:write"
    versioned = True

    @operation(
        "customers_read",
        "Read a customer",
        tag="customers",
        answers=shapes.Customer,
        parameters=[ID],
    )
    def get(self, request: Request, customer: int) -> Response:
        """One who was merged leads to the one he was merged into."""
        return _shown(access_customer(self.principal, customer))

    @operation(
        "customers_update",
        "Change what is known of a customer",
        tag="customers",
        request=customer_inputs.CustomerChange,
        answers=shapes.Customer,
        parameters=[ID],
    )
    def patch(self, request: Request, customer: int) -> Response:
        """Only what is sent changes."""
        check_may_change(self.principal)
        row = access_customer(self.principal, customer)
        values = self.parse(customer_inputs.CustomerChange)
        return _shown(
            services.update_customer(
                row, values, now=self.now, seen=self.seen, actor=self.principal.actor
            )
        )


class Merge(CommandView):
    """Two records of one customer become one."""

    read_scope = "customers:read"
    write_scope = "customers:write"

    @operation(
        "customers_merge",
        "Merge two customers",
        tag="customers",
        request=customer_inputs.MergeInput,
        answers={200: shapes.Customer},
        parameters=[ID],
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        """`other` becomes part of this one: tickets, addresses and ids move over."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Merge them."""
        check_may_change(self.principal)
        keep = access_customer(self.principal, kwargs["customer"])
        data = self.parse(customer_inputs.MergeInput)
        other = access_customer(self.principal, data["other"])
        return _shown(services.merge_customers(keep, other, actor=self.actor, now=self.now))
