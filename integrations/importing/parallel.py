"""An import in several processes: one reads the file, the others load.

Each worker gets the rows of its own customers, in order, so that two never make the same customer
at once; each is at most two batches behind, so memory stays flat.
"""

import datetime as dt
import multiprocessing
import os
import threading
import time
import zlib
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from django.db import connections, transaction

from integrations.importing.loading import Loader, Outcome, load_rows
from integrations.importing.mapping import ImportMapping
from integrations.importing.reading import Reject, Row
from tickets.errors import DomainError

#: Batches that a worker may have: one in work, one at hand.
_AHEAD = 2


class _Mine:
    """What a worker process has."""

    loader: Loader | None = None


def _begin(mapping: ImportMapping, now: dt.datetime, parent: int) -> None:
    """What a worker does first: a connection of its own, and an eye on its parent."""
    connections.close_all()
    _Mine.loader = Loader(mapping, now=now)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """End when the parent is gone, however it went."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _work(rows: list[Row | Reject]) -> Outcome:
    if _Mine.loader is None:
        raise RuntimeError("This process is no worker.")
    return load_rows(_Mine.loader, rows)


class Crew:
    """The workers of one run. On leaving, all that was taken is loaded.

    Raises `concurrent.futures.process.BrokenProcessPool` where a worker was killed, and what the
    loading raises.
    """

    def __init__(
        self,
        mapping: ImportMapping,
        *,
        now: dt.datetime,
        size: int,
        batch: int,
        tell: Callable[[Outcome], None],
    ) -> None:
        if not transaction.get_autocommit():
            raise RuntimeError("Several processes can't share the transaction that is open.")
        self._mapping = mapping
        self._batch = batch
        self._tell = tell
        self._shares: list[list[Row | Reject]] = [[] for _ in range(size)]
        self._waiting: list[list[Future[Outcome]]] = [[] for _ in range(size)]
        connections.close_all()  # a child must not inherit them
        fork = multiprocessing.get_context("fork")
        self._stack = ExitStack()
        self._workers = [
            self._stack.enter_context(
                ProcessPoolExecutor(
                    1, mp_context=fork, initializer=_begin, initargs=(mapping, now, os.getpid())
                )
            )
            for _ in range(size)
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._stack:
            for number, share in enumerate(self._shares):
                if share:
                    self._send(number)
            for futures in self._waiting:
                for future in futures:
                    self._tell(future.result())

    def take(self, rows: list[Row | Reject]) -> None:
        """Give rows to the workers; waits while they have enough."""
        for row in rows:
            number = self._share_of(row) if isinstance(row, Row) else 0
            self._shares[number].append(row)
            if len(self._shares[number]) >= self._batch:
                self._send(number)

    def _send(self, number: int) -> None:
        while len(self._waiting[number]) >= _AHEAD:
            self._tell(self._waiting[number].pop(0).result())
        self._waiting[number].append(self._workers[number].submit(_work, self._shares[number]))
        self._shares[number] = []

    def _share_of(self, row: Row) -> int:
        """The worker of the row's customer."""
        customer = self._mapping.customer
        for value in (customer.get("external_id"), customer.get("email"), self._mapping.id):
            try:
                found = value.read(row.values) if value else None
            except DomainError:
                found = None
            if found is not None:
                key = str(found).strip().lower().encode()
                return zlib.crc32(key) % len(self._workers)
        return 0
