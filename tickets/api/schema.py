"""What the OpenAPI schema says of every operation, so that no view has to repeat it."""

import datetime as dt
from typing import Any

import django_filters
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    inline_serializer,
)
from rest_framework import serializers


class FieldProblem(serializers.Serializer[Any]):
    """What is wrong with one field."""

    field = serializers.CharField(help_text="Its path in what was sent, such as facts.paid.")
    code = serializers.CharField()
    message = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """RFC 9457 problem details."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="Stable; what programs should read.")
    detail = serializers.CharField(help_text="For people.")
    errors = FieldProblem(many=True)
    params = serializers.DictField(required=False)


_WORDS = {
    400: "The input is not valid; `errors` names the fields.",
    401: "No valid access token, and nobody signed in.",
    403: "Known, but not allowed; or the token lacks the scope.",
    404: "Not there, or not for you to see.",
    405: "This method is not offered here.",
    406: "Only JSON is offered.",
    409: "It clashes with how things stand.",
    412: "Stale: it changed since the version in `If-Match`.",
    413: "Too large.",
    415: "This type of content is not taken.",
    422: "Refused by the rules; or the Idempotency-Key was used for another request.",
    429: "Too many requests; see `Retry-After`.",
}
_READ = (400, 401, 403, 404, 406, 429)
_WRITE = (400, 401, 403, 404, 406, 409, 413, 415, 422, 429)

IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Send the same key again, and nothing is done twice; the answer is the same.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description='The version that you last saw (`ETag`), such as `"7"`; 412 if it is older.',
)


def _parameter(name: str, filter_: django_filters.Filter) -> OpenApiParameter:
    """A filter of a list, as the schema tells it."""
    kind: Any = str
    for known, told in (
        (django_filters.BooleanFilter, bool),
        (django_filters.NumberFilter, int),
        (django_filters.IsoDateTimeFilter, dt.datetime),
        (django_filters.DateFilter, dt.date),
    ):
        if isinstance(filter_, known):
            kind = told
    words, choices = filter_.label or "", [key for key, _ in filter_.extra.get("choices", ())]
    if not choices:
        return OpenApiParameter(name, kind, description=words)
    if isinstance(filter_, django_filters.BaseInFilter):
        several = f"{words} Several with commas between, of: {', '.join(choices)}.".strip()
        return OpenApiParameter(name, str, description=several)
    return OpenApiParameter(name, str, description=words, enum=choices)


class ApiSchema(AutoSchema):
    """Adds error responses and the headers of this API to every operation."""

    def get_override_parameters(self) -> list[Any]:
        """The declared ones, and the headers that the method takes."""
        found = list(super().get_override_parameters())
        if self.method == "POST":
            found.append(IDEMPOTENCY)
        if self._versioned():
            found.append(IF_MATCH)
        filters = getattr(self.view, "filterset_class", None)
        if self.method == "GET" and filters is not None:
            found += [_parameter(name, one) for name, one in filters.base_filters.items()]
        return found

    def _versioned(self) -> bool:
        return self.method != "GET" and bool(getattr(self.view, "versioned", False))

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        if direction != "response":
            return bodies
        codes = set(_READ if self.method == "GET" else _WRITE)
        if self._versioned():
            codes.add(412)
        for code in sorted(codes):
            if str(code) not in bodies:
                answer = OpenApiResponse(Problem, description=_WORDS[code])
                media = ["application/problem+json"]
                bodies[str(code)] = self._get_response_for_code(  # type: ignore[no-untyped-call]
                    answer, str(code), media
                )
        return bodies


def operation(
    name: str, summary: str, *, tag: str, request: Any = None, answers: Any = None, **more: Any
) -> Any:
    """Name an operation in the schema: its id, what it does, and what goes in and out.

    `answers` is a serializer, or one for each status.
    """
    return extend_schema(
        operation_id=name, summary=summary, tags=[tag], request=request, responses=answers, **more
    )


PAGE = [
    OpenApiParameter("cursor", str, description="Where the page begins; see `next`."),
    OpenApiParameter("page_size", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}),
]


def paged(kind: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """The shape of a page of `kind`: where the next page is, and the rows."""
    if kind not in _paged:
        _paged[kind] = inline_serializer(
            f"{kind.__name__}Page",
            {
                "next": serializers.URLField(allow_null=True, help_text="The next page."),
                "results": kind(many=True),
            },
        ).__class__
    return _paged[kind]


_paged: dict[Any, type[serializers.Serializer[Any]]] = {}
