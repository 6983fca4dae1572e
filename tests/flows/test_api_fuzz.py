"""Whatever the schema allows, and much that it does not, is answered: never with a failure.

Schemathesis makes the requests, always the same ones; each answer has a status and a form that
the schema knows.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.builders import NOW, Desk, make_ticket, user
from tests.support.api import make_token
from tickets import services
from tickets.models import Ticket

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


_SETTINGS = settings(
    max_examples=4,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def _one_connection(db: None) -> Iterator[None]:
    """Requests stay in the transaction of the test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def api_schema(house: Desk, _one_connection: None) -> Any:
    """The schema of a desk on which something has happened."""
    ticket = make_ticket(house)
    services.take(ticket, actor=user(house.alice), now=NOW)
    return schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", WSGIHandler())


@pytest.mark.slow
def test_every_operation_answers_as_its_schema_says(api_schema: Any) -> None:
    headers = {"Authorization": f"Bearer {make_token()}"}
    wrong: dict[str, str] = {}
    asked: list[Any] = []
    answered: Counter[int] = Counter()
    number = Ticket.objects.get().number

    def ask(case: Any) -> None:
        asked.append(case)
        if "number" in (case.path_parameters or {}) and len(asked) % 4:
            case.path_parameters["number"] = number  # mostly a ticket that is there
        if len(asked) % 4:
            case.headers.clear()  # an If-Match made up ends most requests at once
        with transaction.atomic():
            response = case.call(headers=headers)
            answered[response.status_code] += 1
            case.validate_response(response, checks=CHECKS)
            transaction.set_rollback(True)  # each asks the same desk

    for result in api_schema.get_all_operations():
        operation = result.ok()
        try:
            _SETTINGS(given(operation.as_strategy())(ask))()  # type: ignore[no-untyped-call]
        except (Exception, FailureGroup) as error:  # noqa: BLE001 - all that is found, at the end
            wrong[operation.label] = f"{type(error).__name__}: {error}"[:1500]
    assert not wrong, "\n\n".join(f"{label}\n{words}" for label, words in wrong.items())
    assert len(asked) > 300
    assert answered[200] + answered[201] > 30, answered
