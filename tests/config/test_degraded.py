"""Without Redis: slower at most, never broken."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest
from celery import Celery
from django.conf import settings
from django.core.cache.backends.base import BaseCache

from config.cache import DispensableRedisCache
from config.celery import Doorbell

NOBODY = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def _not_resting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DispensableRedisCache, "_resting_until", 0.0)
    monkeypatch.setattr(Doorbell, "_resting_until", 0.0)


@pytest.fixture
def silent_redis() -> Iterator[str]:
    """A server that takes connections and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(16)
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


def cache_at(url: str) -> BaseCache:
    return DispensableRedisCache(url, {"OPTIONS": settings.CACHES["default"]["OPTIONS"]})


def test_a_cache_without_redis_is_an_empty_cache() -> None:
    cache = cache_at(NOBODY)
    cache.set("name", "value")
    cache.set_many({"name": "value"})
    assert cache.get("name", "otherwise") == "otherwise"
    assert cache.get_many(["name"]) == {}
    assert cache.add("name", "value") is True
    assert cache.touch("name") is False
    assert cache.delete("name") is False
    assert cache.has_key("name") is False
    assert cache.incr("count") == 1
    assert cache.get_or_set("name", "made") == "made"
    cache.delete_many(["name"])
    cache.clear()


def test_a_silent_redis_costs_one_time_out_and_not_one_for_each_look(silent_redis: str) -> None:
    cache = cache_at(silent_redis)
    began = time.monotonic()
    for _ in range(20):
        cache.get("name")
    assert time.monotonic() - began < 1.5


def test_with_redis_the_cache_remembers() -> None:
    from django.core.cache import cache

    cache.set("name", "value")
    assert cache.get("name") == "value"


@pytest.fixture
def app() -> Iterator[Celery[Doorbell]]:
    app = Celery("degraded", task_cls=Doorbell, set_as_current=False)
    app.config_from_object(settings, namespace="CELERY")
    yield app
    app.close()


def ring() -> None:
    """Nobody ever hears it here."""


def test_ringing_without_a_broker_is_harmless(app: Celery[Doorbell]) -> None:
    app.conf.update(broker_url=NOBODY)
    task = app.task(name="ring")(ring)
    began = time.monotonic()
    for _ in range(20):
        assert task.delay().id == "unsent"
    assert time.monotonic() - began < 1.5


def test_ringing_a_silent_broker_costs_one_short_wait(
    app: Celery[Doorbell], silent_redis: str
) -> None:
    app.conf.update(broker_url=silent_redis)
    task = app.task(name="ring")(ring)
    began = time.monotonic()
    for _ in range(20):
        assert task.delay().id == "unsent"
    assert time.monotonic() - began < 4
