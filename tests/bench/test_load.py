"""The clients, against a server of the standard library."""

import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench.load import Call, Unexpected, drive


class Echo(BaseHTTPRequestHandler):
    """Answers 200, or the status that is asked for by the path."""

    protocol_version = "HTTP/1.1"
    seen: Counter[str]
    connections: set[object]

    def do_GET(self) -> None:
        """Count the request and answer."""
        Echo.seen[self.path] += 1
        Echo.connections.add(self.client_address)
        status = 500 if self.path == "/broken" else 200
        self.send_response(status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    """Where the server listens."""
    Echo.seen, Echo.connections = Counter(), set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def test_each_client_keeps_its_connection_and_no_piece_is_done_twice(port: int) -> None:
    run = drive(port, lambda n: [Call("GET", f"/{n}")], clients=3, seconds=0.1, first=7)
    assert len(run.latencies) == sum(Echo.seen.values()) > 3
    assert max(Echo.seen.values()) == 1
    assert "/7" in Echo.seen
    assert len(Echo.connections) == 3
    assert run.elapsed >= 0.1


def test_a_piece_of_work_may_take_several_requests(port: int) -> None:
    run = drive(port, lambda n: [Call("GET", "/a"), Call("GET", "/b")], clients=1, seconds=0.05)
    assert Echo.seen["/a"] == Echo.seen["/b"] == len(run.latencies)


def test_an_answer_that_was_not_expected_stops_the_run(port: int) -> None:
    with pytest.raises(Unexpected, match="/broken: 500"):
        drive(port, lambda n: [Call("GET", "/broken")], clients=2, seconds=5)
