"""Clients of the API: people who signed in, and integrations with a token."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from rest_framework.test import APIClient

    from tests.builders import Desk
    from tickets.models import User


@pytest.fixture
def as_user(desk: Desk) -> Callable[[User], APIClient]:
    """A client of the API for a person who signed in."""
    from rest_framework.test import APIClient

    def sign_in(person: User) -> APIClient:
        client = APIClient()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def as_client(desk: Desk) -> Callable[..., APIClient]:
    """A client of the API with an access token that carries `scopes`."""
    from tests.support.api import token_client

    return token_client


@pytest.fixture
def api(as_client: Callable[..., Any]) -> APIClient:
    """An integration that may do all that integrations may do."""
    client: Any = as_client()
    return client


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    """The views read the clock; in these tests it stands a minute after what builders did."""
    import time_machine

    from tests.builders import NOW

    with time_machine.travel(NOW + dt.timedelta(minutes=1), tick=False):
        yield
