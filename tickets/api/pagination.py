"""Pages by cursor: page 1,000 costs what page 1 costs, and nothing is skipped or seen twice.

A page is asked for by the keys of the row before it, so that one index serves every page.
"""

import base64
import binascii
import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, DateTimeField, F, Func, Model, QuerySet, Value
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from tickets.api.problems import BadCursor
from tickets.errors import Invalid

PAGE_SIZE = 50
PAGE_MAX = 200


@dataclass(frozen=True)
class Order:
    """Columns that together are unique and that an index holds in this order."""

    name: str
    columns: tuple[str, ...]
    descending: bool = False

    @property
    def by(self) -> list[str]:
        """As `order_by` takes it."""
        return [f"-{column}" if self.descending else column for column in self.columns]


BY_ID = Order("id", ("id",))
NEWEST_ID = Order("newest", ("id",), descending=True)


class _RowAfter(Func):
    """`(a, b) > (1, 2)`: one row comparison, which an index on (a, b) answers by itself."""

    output_field = BooleanField()
    arg_joiner = ", "

    def __init__(self, order: Order, values: list[Any]) -> None:
        super().__init__(*(F(column) for column in order.columns), *(Value(v) for v in values))
        self.count = len(order.columns)
        self.sign = "<" if order.descending else ">"

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> tuple[str, Any]:
        """The comparison with its values."""
        parts = [compiler.compile(part) for part in self.source_expressions]
        left = ", ".join(sql for sql, _ in parts[: self.count])
        right = ", ".join(sql for sql, _ in parts[self.count :])
        params = [value for _, values in parts for value in values]
        return f"({left}) {self.sign} ({right})", params


def encode(order: Order, values: list[Any]) -> str:
    """The cursor behind a row with these keys."""
    plain = [v.isoformat() if isinstance(v, dt.datetime) else v for v in values]
    text = json.dumps([order.name, *plain], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(order: Order, model: type[Model], cursor: str) -> list[Any]:
    """The keys in a cursor. Raises `BadCursor` where it is not one of this order."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        name, *values = json.loads(raw)
        if name != order.name or len(values) != len(order.columns):
            raise ValueError
        return [_key(model, column, v) for column, v in zip(order.columns, values, strict=True)]
    except (ValueError, TypeError, OverflowError, binascii.Error, RecursionError):
        raise BadCursor(field="cursor") from None


def _key(model: type[Model], column: str, value: Any) -> Any:
    if isinstance(model._meta.get_field(column), DateTimeField):
        moment = dt.datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(dt.UTC)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 2**63:
        raise ValueError
    return value


def after(rows: QuerySet[Any], order: Order, values: list[Any]) -> QuerySet[Any]:
    """Those of `rows` that stand behind the row with these keys."""
    return rows.filter(_RowAfter(order, values))


def page_size(raw: str | None) -> int:
    """How many rows were asked for. Raises `Invalid`."""
    if raw in (None, ""):
        return PAGE_SIZE
    if not raw.isascii() or not raw.isdigit() or len(raw) > 6 or not 1 <= int(raw) <= PAGE_MAX:
        raise Invalid("A page has 1 to {most} rows.", most=PAGE_MAX, field="page_size")
    return int(raw)


class CursorPages(BasePagination):
    """Pages of a list: `{"next": address or null, "results": [...]}`."""

    def __init__(self, order: Order = BY_ID) -> None:
        self.order = order
        self.next: str | None = None

    def take(
        self,
        rows: QuerySet[Any],
        request: Request,
        *,
        key: Callable[[Any], list[Any]] | None = None,
    ) -> list[Any]:
        """The page that `request` asks for, with one query.

        `key` gives the keys of a row where rows are not model instances or dictionaries.
        """
        size = page_size(request.query_params.get("page_size"))
        cursor = request.query_params.get("cursor")
        if cursor:
            rows = after(rows, self.order, decode(self.order, rows.model, cursor))
        page = list(rows.order_by(*self.order.by)[: size + 1])
        if len(page) > size:
            page.pop()
            last = page[-1]
            keys = key(last) if key else [_value(last, name) for name in self.order.columns]
            url = request.build_absolute_uri()
            self.next = replace_query_param(
                remove_query_param(url, "cursor"), "cursor", encode(self.order, keys)
            )
        return page

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The framework's way to ask for a page; the view may name its `page_order`."""
        self.order = getattr(view, "page_order", self.order)
        return self.take(queryset, request)

    def get_paginated_response(self, data: Any) -> Response:
        """The page with where the next one is."""
        return Response({"next": self.next, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """How a page looks, for the schema."""
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "next": {"type": "string", "format": "uri", "nullable": True},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """What a list may be asked, for the schema."""
        return [
            {
                "name": "cursor",
                "in": "query",
                "description": "Where the page begins, as `next` of the page before says.",
                "schema": {"type": "string"},
            },
            {
                "name": "page_size",
                "in": "query",
                "description": "How many rows.",
                "schema": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": PAGE_MAX,
                    "default": PAGE_SIZE,
                },
            },
        ]


def _value(row: Any, name: str) -> Any:
    return row[name] if isinstance(row, Mapping) else getattr(row, name)
