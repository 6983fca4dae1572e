"""A web server sets aside what it loaded, before it forks."""

import gc
from collections.abc import Iterator

import pytest

from config.warming import warm


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_was_loaded_is_not_looked_through_again() -> None:
    warm()
    assert gc.get_freeze_count() > 100_000
    assert len(gc.get_objects()) < 1_000


def test_every_address_is_loaded() -> None:
    from django.urls import clear_url_caches, get_resolver

    clear_url_caches()
    warm()
    assert "url_patterns" in vars(get_resolver())
