"""The stack of a run: PostgreSQL and Redis of its own, databases, web servers, agents."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import socket
from typing import Any

from psycopg import sql

from config.embedded import Stack
from config.paths import BASE_DIR
from config.postgres import Postgres

FOLDER = BASE_DIR / "var" / "bench"
#: As many as the issue of this benchmark names, with the threads that our own web server has.
WORKERS, THREADS = 2, 4


class Failed(Exception):
    """Something of the run did not work; the text says what."""


class Bench:
    """Everything that a run starts, and stops again."""

    def __init__(self, folder: Path = FOLDER, *, keep: bool = False) -> None:
        """Below `folder`; `keep` leaves the filled databases for the next run."""
        self.folder = folder
        self.keep = keep
        # Both sides are measured on this stack, whatever the environment names.
        for name in ("DATABASE_URL", "REDIS_URL", "CACHE_URL"):
            os.environ.pop(name, None)
        self.stack = Stack(folder, owner="make bench")
        self._sites: list[Site] = []
        self._agents: list[Agent] = []

    def start(self) -> None:
        """Start PostgreSQL (fsync on) and Redis. Raises StackError."""
        self.stack.claim()
        if not self.keep:
            shutil.rmtree(self.folder / "postgres", ignore_errors=True)
        (self.folder / "log").mkdir(exist_ok=True)
        self.stack.start()

    def close(self) -> None:
        """Stop everything, and take the data away unless they are kept."""
        for agent in self._agents:
            agent.close()
        for site in self._sites:
            site.stop()
        self.stack.stop()
        if not self.keep:
            shutil.rmtree(self.folder / "postgres", ignore_errors=True)

    @property
    def postgres(self) -> Postgres:
        """The server."""
        if self.stack.postgres is None:
            raise Failed("PostgreSQL is not up.")
        return self.stack.postgres

    def databases(self) -> set[str]:
        """The names of all databases."""
        with self.postgres.connect() as connection:
            return {str(name) for (name,) in connection.execute("SELECT datname FROM pg_database")}

    def create_database(self, name: str, *, like: str = "") -> None:
        """Make a database anew: empty, or a copy of another one."""
        command = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if like:
            # File copy: one checkpoint, and then as fast as the disk.
            copy = sql.SQL(" TEMPLATE {} STRATEGY file_copy").format(sql.Identifier(like))
            command = command + copy
        self.drop_database(name)
        with self.postgres.connect() as connection:
            connection.execute(command)

    def drop_database(self, name: str) -> None:
        """Drop a database if it is there."""
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        with self.postgres.connect() as connection:
            connection.execute(drop)

    def rename_database(self, name: str, to: str) -> None:
        """Give a database its name, which says that it is complete."""
        command = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        with self.postgres.connect() as connection:
            connection.execute(command.format(sql.Identifier(name), sql.Identifier(to)))

    @contextmanager
    def quick_writes(self) -> Iterator[None]:
        """Fill without whole pages in the log: a crash would cost a throwaway database."""
        with self.postgres.connect() as connection:
            connection.execute("ALTER SYSTEM SET full_page_writes = off")
            connection.execute("SELECT pg_reload_conf()")
            try:
                yield
            finally:
                connection.execute("ALTER SYSTEM RESET full_page_writes")
                connection.execute("SELECT pg_reload_conf()")

    def settle(self) -> None:
        """Have what was written reach the disk now, not in the middle of a measurement."""
        with self.postgres.connect() as connection:
            connection.execute("CHECKPOINT")

    def size_of(self, database: str) -> int:
        """Bytes on disk."""
        with self.postgres.connect() as connection:
            row = connection.execute("SELECT pg_database_size(%s)", [database]).fetchone()
        return int(str(row[0])) if row else 0

    def environment(self, database: str, settings: str) -> dict[str, str]:
        """What a process of one side is told."""
        return (
            os.environ
            | self.stack.environment()
            | {
                "DATABASE_URL": self.postgres.url_of(database),
                "DJANGO_SETTINGS_MODULE": settings,
                "AMENDS_LOCAL": "1",
                "LOG_FORMAT": "json",
                "PYTHONWARNINGS": "ignore",
            }
        )

    def agent(self, database: str, settings: str) -> "Agent":
        """A process with that side's Django on that database."""
        agent = Agent(self.environment(database, settings), self.folder / "log" / "agents.log")
        self._agents.append(agent)
        return agent

    @contextmanager
    def site(self, name: str, database: str, settings: str, wsgi: str) -> Iterator["Site"]:
        """gunicorn with that side's application on that database, while the block runs."""
        site = Site(self, name, self.environment(database, settings), wsgi)
        self._sites.append(site)
        try:
            site.start()
            yield site
        finally:
            site.stop()
            self._sites.remove(site)


class Agent:
    """See bench.agent: functions of one side, called from here."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bench.agent"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environment,
                cwd=BASE_DIR,
                text=True,
                # What it forks ends with it.
                start_new_session=True,
            )
        self._log = log

    @property
    def is_alive(self) -> bool:
        """Whether it still answers."""
        return self._process.poll() is None

    def call(self, function: str, *, within: float | None = None, **arguments: Any) -> Any:
        """The result of `module:function`. Raises `Failed` with its traceback, or where it takes
        more seconds than `within`: then the process is ended, with all that it forked."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(
                json.dumps({"function": function, "arguments": arguments}) + "\n"
            )
            self._process.stdin.flush()
        except BrokenPipeError:
            raise Failed(f"{function}: its process has ended; see {self._log}") from None
        # An answer is one line, so nothing of it lies in Python's buffer yet.
        if not select.select([self._process.stdout], [], [], within)[0]:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            raise Failed(f"{function} took more than {within:g} s")
        line = self._process.stdout.readline()
        if not line:
            raise Failed(f"{function}: its process has ended; see {self._log}")
        answer = json.loads(line)
        if "error" in answer:
            raise Failed(f"{function} failed:\n{answer['error']}")
        return answer["result"]

    def close(self) -> None:
        """Let it go; its connections end with it."""
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Site:
    """gunicorn with the settings of our own web server, for both sides alike."""

    def __init__(self, bench: Bench, name: str, environment: dict[str, str], wsgi: str) -> None:
        self._bench = bench
        self._wsgi = wsgi
        self._log = bench.folder / "log" / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.port = _free_port()
        self._environment = environment | {
            "BIND": f"127.0.0.1:{self.port}",
            "PORT": str(self.port),
            "WEB_CONCURRENCY": str(WORKERS),
            "WEB_THREADS": str(THREADS),
            # No worker is replaced in the middle of a measurement.
            "WEB_MAX_REQUESTS": "0",
        }

    def start(self) -> None:
        """Start it and wait until it answers. Raises `Failed`."""
        self._log.unlink(missing_ok=True)
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "-c",
            "python:config.gunicorn_settings",
            self._wsgi,
        ]
        self._process = self._bench.stack.guard.start(
            command, env=self._environment, cwd=BASE_DIR, log=self._log
        )
        deadline = time.monotonic() + 60
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise Failed(f"{self._wsgi} does not start; see {self._log}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop it."""
        if self._process is not None:
            self._bench.stack.guard.stop(self._process, grace=20)
            self._process = None

    def cpu_seconds(self) -> float:
        """Processor time that its web processes, all together, have taken so far."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        ticks = 0
        for pid in children.read_text().split():
            # After the name, which may hold anything: user and system time are the 14th and 15th.
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5).close()
        except urllib.error.HTTPError:
            return True  # the limit has no such page, but something answers
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
