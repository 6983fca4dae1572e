"""Work in processes of its own, forked from this one, and what each of them says at its end."""

import json
import os
import resource
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.db import connection


def forked(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each of the works gives (JSON), each in its process, all at once.

    Raises RuntimeError where one of them fails.
    """
    return Running(works).results()


class Running:
    """Works that were begun."""

    def __init__(self, works: Sequence[Callable[[], Any]]) -> None:
        connection.close()
        self._children = [_fork(work) for work in works]

    def results(self) -> list[Any]:
        """Wait for all; what they gave. Raises RuntimeError."""
        told = []
        for pid, pipe in self._children:
            with os.fdopen(pipe, encoding="utf-8") as answers:
                told.append(answers.read())
            if os.waitpid(pid, 0)[1]:
                raise RuntimeError(f"a process failed: {told[-1][-3000:]}")
        return [json.loads(text) for text in told]


def _fork(work: Callable[[], Any]) -> tuple[int, int]:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, reading
    code = 1
    try:
        os.close(reading)
        with os.fdopen(writing, "w", encoding="utf-8") as answer:
            try:
                json.dump(work(), answer)
                code = 0
            except Exception as error:  # noqa: BLE001 - told to the one who waits
                answer.write(f"{type(error).__name__}: {error}")
    finally:
        os._exit(code)


def server_seconds() -> float:
    """Seconds of the processor that PostgreSQL has spent on this process's connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def memory() -> int:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
