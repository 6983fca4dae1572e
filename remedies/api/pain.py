"""The assessment of pain: read it, try facts on it, write its next version."""

from typing import Any

from django.urls import URLPattern, path
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from remedies import access, services
from remedies.active import pain_in_force
from remedies.models import PainScheme
from remedies.pain import Circumstances, Pain, assess
from remedies.pain_schemes import read_scheme, scheme_data
from remedies.rules.states import PolicyStatus
from tickets.api.base import AccessView, CommandView
from tickets.api.fields import Input, MoneyInput, Whole
from tickets.api.filters import refuse_unknown
from tickets.api.schema import operation
from tickets.api.shapes import Shape
from tickets.api.shapes import one_of as one_of_shape
from tickets.errors import NotFound

SCHEME_KEY = OpenApiParameter("key", int, "path", description="Its version.")


class SchemeShape(Shape):
    """A version of the assessment. `data` is as docs/remedies.md has it."""

    version = serializers.IntegerField(help_text="0 for the one that is shipped.")
    title = serializers.CharField()
    status = one_of_shape(PolicyStatus)
    active_from = serializers.DateTimeField(allow_null=True)
    data = serializers.DictField()  # type: ignore[assignment]


class ReasonShape(Shape):
    """One factor: its words, and what it did."""

    factor = serializers.CharField()
    words = serializers.CharField()
    effect = serializers.CharField(help_text="level 3, +1 or makes it worse.")


class PainShape(Shape):
    """A level from 1 to 5, in one line, and why."""

    level = serializers.IntegerField()
    words = serializers.CharField()
    reasons = ReasonShape(many=True)


class SchemeInput(Input):
    """The data of an assessment."""

    data = serializers.DictField(  # type: ignore[assignment]
        help_text="As docs/remedies.md has it."
    )


class TryInput(Input):
    """Facts of one complaint; by default of one that just came in and hurt nobody."""

    answers = serializers.DictField(required=False, default=dict, help_text="{factor: answer}")
    contacts = Whole(required=False, default=1)
    recurrence = Whole(required=False, default=0)
    deadlines_missed = Whole(required=False, default=0)
    promises_broken = Whole(required=False, default=0)
    hand_offs = Whole(required=False, default=0)
    support_needs = serializers.BooleanField(required=False, default=False)
    loss = MoneyInput(required=False, default=None, allow_null=True)
    data = serializers.DictField(  # type: ignore[assignment]
        required=False, default=None, allow_null=True, help_text="Another assessment, to try."
    )


def scheme(row: PainScheme) -> dict[str, Any]:
    """A `SchemeShape`."""
    return {
        "version": row.version,
        "title": row.title,
        "status": row.status,
        "active_from": row.active_from,
        "data": row.data,
    }


def pain(found: Pain) -> dict[str, Any]:
    """A `PainShape`."""
    reasons = [reason.as_json() for reason in found.reasons]
    return {"level": found.level, "words": found.words, "reasons": reasons}


class Config(AccessView):
    """What is seen by those who work here, and by clients with config:read."""

    read_scope = "config:read"


def _row(key: int) -> PainScheme:
    row = PainScheme.objects.filter(version=key).first()
    if row is None:
        raise NotFound(field="scheme")
    return row


class Schemes(CommandView):
    """The versions there are, and the draft."""

    read_scope = "config:read"

    @operation(
        "pain_schemes_list", "List the versions of the pain assessment", tag="offers",
        answers=SchemeShape(many=True),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Newest first; without any, the shipped one is in force."""
        refuse_unknown(request.query_params, ())
        access.check_may_look(self.principal)
        return Response([scheme(row) for row in PainScheme.objects.all()[:100]])

    @operation(
        "pain_schemes_save", "Write a draft of the pain assessment", tag="offers",
        request=SchemeInput, answers={201: SchemeShape},
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Over the draft there is, or as the next version. For managers."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Write it."""
        access.check_may_set_up(self.principal)
        data = self.parse(SchemeInput)["data"]
        row = services.save_pain_scheme(data, by=self.principal.user, now=self.now)
        return Response(scheme(row), status=201)


class InForce(Config):
    """The one by which tickets are assessed."""

    @operation(
        "pain_scheme_in_force", "Read the pain assessment in force", tag="offers",
        answers=SchemeShape,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """With its factors, the anchors of each level, and what counts do."""
        refuse_unknown(request.query_params, ())
        access.check_may_look(self.principal)
        found = pain_in_force()
        row = PainScheme.objects.filter(version=found.version).first()
        if row is not None:
            return Response(scheme(row))
        shipped = PainScheme(version=0, title=found.title, status=PolicyStatus.ACTIVE.value)
        shipped.data = scheme_data(found.scheme, found.title)
        return Response(scheme(shipped))


class OneScheme(Config):
    """One version."""

    @operation(
        "pain_schemes_read", "Read a version of the pain assessment", tag="offers",
        answers=SchemeShape, parameters=[SCHEME_KEY],
    )  # fmt: skip
    def get(self, request: Request, key: int) -> Response:
        """As it was written."""
        access.check_may_look(self.principal)
        return Response(scheme(_row(key)))

    @operation(
        "pain_schemes_drop", "Throw a draft of the pain assessment away", tag="offers",
        answers={204: None}, parameters=[SCHEME_KEY],
    )  # fmt: skip
    def delete(self, request: Request, key: int) -> Response:
        """What was ever in force stays. For managers."""
        access.check_may_set_up(self.principal)
        services.drop_pain_draft(_row(key))
        return Response(status=204)


class Activate(CommandView):
    """Put a draft in force."""

    read_scope = "config:read"

    @operation(
        "pain_schemes_activate", "Put a draft of the pain assessment in force", tag="offers",
        answers=SchemeShape, parameters=[SCHEME_KEY],
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """At once; the version before is retired. For managers."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Put it in force."""
        access.check_may_set_up(self.principal)
        row = _row(kwargs["key"])
        made = services.activate_pain_scheme(row, by=self.principal.user, now=self.now)
        return Response(scheme(made))


class Try(Config):
    """Facts tried on an assessment."""

    write_scope = "config:read"

    @operation(
        "pain_schemes_try", "Try facts on a pain assessment", tag="offers", request=TryInput,
        answers=PainShape,
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """On the one in force, or on the `data` that is sent. Changes nothing."""
        access.check_may_look(self.principal)
        given = self.parse(TryInput)
        answers, loss, data = given.pop("answers"), given.pop("loss"), given.pop("data")
        tried = pain_in_force().scheme if data is None else read_scheme(data)
        return Response(pain(assess(answers, Circumstances(**given), loss=loss, scheme=tried)))


PATHS: list[URLPattern] = [
    path("pain-schemes/", Schemes.as_view(), name="api-pain-schemes"),
    path("pain-schemes/in-force/", InForce.as_view(), name="api-pain-in-force"),
    path("pain-schemes/try/", Try.as_view(), name="api-pain-try"),
    path("pain-schemes/<int:key>/", OneScheme.as_view(), name="api-pain-scheme"),
    path("pain-schemes/<int:key>/activate/", Activate.as_view(), name="api-pain-activate"),
]
