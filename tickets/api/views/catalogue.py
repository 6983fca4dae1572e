"""What the desk is set up with, for integrations that fill in forms."""

from typing import ClassVar

import django_filters
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from tickets.api import render, shapes
from tickets.api.base import AccessView
from tickets.api.filters import checked, refuse_unknown
from tickets.api.pagination import CursorPages
from tickets.api.schema import PAGE, operation, paged
from tickets.catalogue import catalogue
from tickets.models import Team, User
from tickets.rules import Role


class Categories(AccessView):
    """What a complaint may be about."""

    read_scope = "config:read"

    @operation(
        "categories_list",
        "List categories with their facts",
        tag="configuration",
        answers=shapes.Category(many=True),
        filters=False,
    )
    def get(self, request: Request) -> Response:
        """The whole tree, in order; facts include those of the categories above."""
        refuse_unknown(request.query_params, ())
        entries = sorted(
            catalogue().by_key.values(), key=lambda e: (e.category.order, e.category.name)
        )
        return Response([render.category(entry) for entry in entries])


class OneCategory(AccessView):
    """One category."""

    read_scope = "config:read"

    @operation(
        "categories_read",
        "Read a category with its facts",
        tag="configuration",
        answers=shapes.Category,
    )
    def get(self, request: Request, key: str) -> Response:
        """By its key."""
        entry = catalogue().known(key)
        if entry is None:
            raise Http404
        return Response(render.category(entry))


class Teams(AccessView):
    """Groups of people who share a queue."""

    read_scope = "config:read"

    @operation(
        "teams_list",
        "List teams",
        tag="configuration",
        answers=paged(shapes.Team),
        parameters=PAGE,
    )
    def get(self, request: Request) -> Response:
        """All teams."""
        refuse_unknown(request.query_params)
        pages = CursorPages()
        page = pages.take(Team.objects.all(), request)
        return pages.get_paginated_response([render.team(row) for row in page])


class UserFilter(django_filters.FilterSet):
    """How people are found."""

    name = django_filters.CharFilter(lookup_expr="icontains", label="Part of the name.")
    team = django_filters.CharFilter(field_name="memberships__team__key", label="A team's key.")
    role = django_filters.ChoiceFilter(choices=[(role.value, role.value) for role in Role])

    class Meta:
        model = User
        fields: ClassVar[list[str]] = []


class Users(AccessView):
    """Those who work here."""

    read_scope = "config:read"
    filterset_class = UserFilter

    @operation(
        "users_list",
        "List people",
        tag="configuration",
        answers=paged(shapes.User),
        parameters=PAGE,
        filters=True,
    )
    def get(self, request: Request) -> Response:
        """Everyone who works here now, with his teams; who is away is marked."""
        people = User.objects.filter(is_active=True).prefetch_related("memberships__team")
        rows = checked(people, request.query_params, UserFilter)
        pages = CursorPages()
        page = pages.take(rows, request)
        return pages.get_paginated_response([render.user(row, now=self.now) for row in page])
