"""Configuration that every request needs and nobody changes often, kept in the process.

A change in this process is seen at once, one in another process within `MAX_AGE` seconds.
It is never the truth: what must hold is held by the database.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Generic, TypeVar

from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save

T = TypeVar("T")

MAX_AGE = 2.0
_all: "list[Cached[Any]]" = []


class Cached(Generic[T]):
    """The result of `load`, made again when one of `models` changes or it is too old."""

    def __init__(self, load: Callable[[], T], *models: type[Model]) -> None:
        self._load = load
        self._value: tuple[float, T] | None = None
        self._trial: ContextVar[T | None] = ContextVar("trial", default=None)
        _all.append(self)
        for model in models:
            for signal in (post_save, post_delete):
                signal.connect(self.forget, sender=model, weak=False)
        m2m_changed.connect(self.forget, weak=False)

    def forget(self, **_: Any) -> None:
        """Drop the value; the next reader makes it again."""
        self._value = None

    def again(self) -> T:
        """The value as it is now, for a reader who misses in it what another process may have
        added in the last `MAX_AGE` seconds."""
        self.forget()
        return self()

    @contextmanager
    def instead(self, value: T) -> Iterator[None]:
        """Let readers inside the block, and nobody else, find `value`: a draft that is tried."""
        token = self._trial.set(value)
        try:
            yield
        finally:
            self._trial.reset(token)

    def __call__(self) -> T:
        """The value, at most `MAX_AGE` seconds old."""
        if (trial := self._trial.get()) is not None:
            return trial
        stamp = time.monotonic()
        held = self._value
        if held is None or stamp - held[0] > MAX_AGE:
            held = self._value = (stamp, self._load())
        return held[1]


def forget_all() -> None:
    """Drop everything that is kept, such as between tests."""
    for cached in _all:
        cached.forget()
