"""The small desk that most tests speak of, and a clean start for what processes keep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.builders import Desk


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    """What a process keeps of the configuration does not outlive the test's database."""
    from django.apps import apps

    if apps.ready:
        from tickets import ids
        from tickets.cached import forget_all

        forget_all()
        ids.forget()
    yield


@pytest.fixture
def desk(db: None) -> Desk:
    """Two teams and the named people."""
    from tests.builders import make_desk

    return make_desk()
