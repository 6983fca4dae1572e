"""The OpenAPI schema: builds without a warning, and says of each operation what it should."""

from typing import Any

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from rest_framework.test import APIClient

from tickets.api.filters import TicketFilter

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def schema() -> Any:
    GENERATOR_STATS.reset()
    with GENERATOR_STATS.silence():
        return SchemaGenerator().get_schema(request=None, public=True)


def _operations(schema: Any) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method} {path}", operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]


def test_it_builds_without_a_warning_and_is_valid(schema: Any) -> None:
    validate_schema(schema)
    problems = {
        *GENERATOR_STATS._warn_cache,
        *GENERATOR_STATS._error_cache,
    }
    assert not problems


def test_every_operation_has_a_name_words_a_tag_and_its_errors(schema: Any) -> None:
    operations = _operations(schema)
    names = [operation["operationId"] for _, operation in operations]
    assert len(names) == len(set(names)) > 40
    for where, operation in operations:
        assert operation.get("summary"), where
        assert operation.get("description"), where
        assert operation["tags"] != ["api"], where
        refused = operation["responses"]["401"]["content"]["application/problem+json"]
        assert refused["schema"]["$ref"].endswith("/Problem"), where
        assert operation["security"], where


def test_every_post_takes_an_idempotency_key(schema: Any) -> None:
    posts = [one for where, one in _operations(schema) if where.startswith("post")]
    for operation in posts:
        assert "Idempotency-Key" in {p["name"] for p in operation["parameters"]}


def test_anybody_may_read_the_schema_and_its_page() -> None:
    assert APIClient().get("/api/v1/schema/?format=json").status_code == 200
    page = APIClient().get("/api/v1/docs/")
    assert page.status_code == 200


def test_every_filter_of_a_list_stands_in_it(schema: Any) -> None:
    told = {
        path.rsplit("/v1/")[1]: {p["name"]: p for p in methods["get"].get("parameters", [])}
        for path, methods in schema["paths"].items()
        if "get" in methods
    }
    assert set(TicketFilter.base_filters) <= set(told["tickets/"])
    assert told["tickets/"]["open"]["schema"] == {"type": "boolean"}
    assert set(told["tickets/"]["order"]["schema"]["enum"]) == {"newest", "oldest", "queue"}
    assert {"ticket", "kind", "late"} <= set(told["deadlines/"])
    assert {"ticket", "status", "waiting"} <= set(told["exceptions/"])
    assert {"handling_at_most", "after"} <= set(told["answers/"])
