"""The HTTP clients: each keeps its connection, and asks again as soon as it was answered.

They run in the process of the benchmark, which does nothing else meanwhile; the servers are
processes of their own.
"""

import itertools
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException


class Unexpected(Exception):
    """An answer that was not the one that is measured; a number made of those would be a lie."""


@dataclass(frozen=True)
class Call:
    """One request, and the status of the only answer that counts."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    expect: int = 200


#: The requests that the nth piece of work (0, 1, 2 …) takes, one after the other.
Work = Callable[[int], Sequence[Call]]


class Connection:
    """One client's connection, kept alive."""

    def __init__(self, port: int) -> None:
        self._http = HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, call: Call) -> bytes:
        """The body of the answer. Raises `Unexpected` for another status."""
        for attempt in (1, 2):
            fresh = self._http.sock is None
            if fresh:
                self._http.connect()
                self._http.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                self._http.request(call.method, call.path, call.body, dict(call.headers))
                response = self._http.getresponse()
                body = response.read()
            except (HTTPException, OSError):
                # A server may close an idle connection; what only reads can be asked again.
                self._http.close()
                if fresh or attempt == 2 or call.method != "GET":
                    raise
                continue
            if response.status != call.expect:
                words = body[:500].decode("utf-8", "replace")
                raise Unexpected(f"{call.method} {call.path}: {response.status} {words}")
            return body
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Hang up."""
        self._http.close()


@dataclass(frozen=True)
class Run:
    """What one round of load gave."""

    latencies: list[float]
    elapsed: float


def drive(port: int, work: Work, *, clients: int, seconds: float, first: int = 0) -> Run:
    """Have `clients` clients do `work(first)`, `work(first + 1)` … for about `seconds`.

    Raises `Unexpected`, or the network's error, if any answer was not the expected one.
    """
    counter = itertools.count(first)
    start = threading.Barrier(clients + 1)
    results: list[list[float]] = [[] for _ in range(clients)]
    errors: list[Exception] = []

    def client(timings: list[float]) -> None:
        connection = Connection(port)
        start.wait()
        stop = time.perf_counter() + seconds
        try:
            while not errors and time.perf_counter() < stop:
                calls = work(next(counter))
                began = time.perf_counter()
                for call in calls:
                    connection.ask(call)
                timings.append(time.perf_counter() - began)
        except Exception as error:  # noqa: BLE001 - raised again where the clients are waited for
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=client, args=(timings,)) for timings in results]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - began
    if errors:
        raise errors[0]
    return Run(_flat(results), elapsed)


def _flat(results: Sequence[Sequence[float]]) -> list[float]:
    return [latency for timings in results for latency in timings]
