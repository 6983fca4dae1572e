"""Whether a connection still works is seen without asking the server."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connections

from config.database.base import DatabaseWrapper


@pytest.fixture
def one(transactional_db: None) -> Iterator[DatabaseWrapper]:
    """A connection of its own, as a request has."""
    wrapper: Any = connections["default"].copy()
    wrapper.ensure_connection()
    yield wrapper
    wrapper.close()


@pytest.fixture
def other(one: DatabaseWrapper) -> Iterator[psycopg.Connection]:
    """A second connection, to end the first by."""
    values = {k: v for k, v in one.get_connection_params().items() if k != "cursor_factory"}
    values.pop("context", None)
    values.pop("prepare_threshold", None)
    with psycopg.connect(**values, autocommit=True) as found:
        yield found


def backend(one: DatabaseWrapper) -> int:
    """The process on the server that serves a connection."""
    with one.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def test_a_connection_that_works_is_usable_and_is_asked_nothing(one: DatabaseWrapper) -> None:
    before = backend(one)
    one.force_debug_cursor = True
    asked = len(one.queries_log)
    assert one.is_usable()
    assert (len(one.queries_log), backend(one)) == (asked, before)


def test_one_that_the_server_ended_is_not_and_the_next_request_has_another(
    one: DatabaseWrapper, other: psycopg.Connection
) -> None:
    before = backend(one)
    other.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
    assert not one.is_usable()
    request: Any = one  # as each begins
    request.health_check_enabled, request.health_check_done = True, False
    assert backend(one) != before


def test_one_that_was_closed_here_is_not(one: DatabaseWrapper) -> None:
    one.close()
    assert not one.is_usable()


def test_a_word_that_came_unasked_leaves_it_usable(
    one: DatabaseWrapper, other: psycopg.Connection
) -> None:
    with one.cursor() as cursor:
        cursor.execute("LISTEN news")
    other.execute("NOTIFY news")
    assert one.is_usable()
    assert backend(one)
