"""The embedded stack: a real PostgreSQL and a real Redis of our own, below var/.

It serves `make run`, the tests and a bare `manage.py` alike. Both servers
listen only to this machine, ask for a password of their own, and end with the
process that started them.
"""

import fcntl
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit, urlunsplit

from config.local_secrets import local_secrets
from config.paths import var_dir
from config.postgres import Postgres
from config.processes import Guard
from config.redis_server import RedisServer
from config.server import StackBusy, StackError

__all__ = ["Stack", "StackBusy", "StackError", "Urls", "borrowed_stack", "stack_urls"]

STATE = "stack.json"
LOCK = "stack.lock"


@dataclass(frozen=True)
class Urls:
    """Where database, broker and cache are."""

    database: str
    redis: str
    cache: str


# Addresses at which nobody listens: for commands that need no database.
NOWHERE = Urls("postgres://amends@127.0.0.1:1/amends", "redis://127.0.0.1:1/0", "")


def stack_urls() -> Urls:
    """The addresses from the environment, else those of the stack that is up, else nowhere.

    The cache takes the Redis database after the broker's unless CACHE_URL says
    otherwise, for clearing a cache empties its database.
    """
    running = _read_state(var_dir()) or NOWHERE
    database = os.environ.get("DATABASE_URL") or running.database
    redis = os.environ.get("REDIS_URL") or running.redis
    return Urls(database, redis, os.environ.get("CACHE_URL") or cache_beside(redis))


def cache_beside(redis: str) -> str:
    """The address of the Redis database after the one that `redis` names."""
    parts = urlsplit(redis)
    number = parts.path.strip("/")
    if parts.scheme not in {"redis", "rediss"} or not (number.isdigit() or number == ""):
        return redis
    return urlunsplit(parts._replace(path=f"/{int(number or 0) + 1}"))


def is_given() -> bool:
    """Whether the environment names both servers, so that none of ours is needed."""
    return bool(os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))


class Stack:
    """One pair of servers below one folder; at most one process runs it at a time."""

    def __init__(self, var: Path, *, owner: str, throwaway: bool = False) -> None:
        """`owner` names the user of the stack in messages.

        A `throwaway` stack (of tests) trades safety against power cuts for speed.
        """
        self.var = var
        self.owner = owner
        self.guard = Guard()
        self._throwaway = throwaway
        self._lock: IO[str] | None = None
        self.postgres: Postgres | None = None
        self.redis: RedisServer | None = None
        self.urls: Urls | None = None

    def claim(self) -> None:
        """Take the folder for this process. Raises StackBusy where another one has it."""
        if self._lock is None:
            self._take_lock()

    def start(self) -> Urls:
        """Start what the environment does not name, and return all addresses.

        Raises StackError, whose text is one sentence for a person.
        """
        self.claim()
        try:
            return self._start_servers()
        except BaseException:
            self.stop()
            raise

    def tend(self) -> bool:
        """Start again a server that has ended; False where one had. Raises StackError."""
        fine = True
        for server in (self.postgres, self.redis):
            if server is not None and server.has_ended():
                server.start()
                fine = False
        return fine

    def _start_servers(self) -> Urls:
        try:
            secrets = local_secrets(self.var)
        except (OSError, ValueError) as error:
            raise StackError(
                f"{self.var / 'secrets.json'} cannot be read or written ({error})."
            ) from error
        database = os.environ.get("DATABASE_URL", "")
        redis = os.environ.get("REDIS_URL", "")
        if not redis:
            self.redis = RedisServer(self.var / "redis", secrets["redis_password"], self.guard)
            self.redis.launch()
        if not database:
            self.postgres = Postgres(
                self.var / "postgres",
                secrets["database_password"],
                self.guard,
                throwaway=self._throwaway,
            )
            self.postgres.start()
            database = self.postgres.url
        if self.redis is not None:
            self.redis.wait_until_ready()
            redis = self.redis.url
        self.urls = Urls(database, redis, os.environ.get("CACHE_URL") or cache_beside(redis))
        self._write_state()
        return self.urls

    def environment(self) -> dict[str, str]:
        """The variables by which a child finds this stack."""
        if self.urls is None:
            raise RuntimeError("The stack is not up.")
        return {
            "AMENDS_LOCAL": os.environ.get("AMENDS_LOCAL", "1"),
            "AMENDS_VAR": str(self.var),
            "DATABASE_URL": self.urls.database,
            "REDIS_URL": self.urls.redis,
            "CACHE_URL": self.urls.cache,
        }

    def stop(self) -> None:
        """Stop what was started and give the folder free. Harmless when nothing runs."""
        if self._lock is not None:
            (self.var / STATE).unlink(missing_ok=True)
        if self.postgres is not None:
            self.postgres.stop()
        if self.redis is not None:
            self.redis.stop()
        self.guard.close()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _take_lock(self) -> None:
        try:
            self.var.mkdir(parents=True, exist_ok=True)
            lock = (self.var / LOCK).open("a+")
        except OSError as error:
            raise StackError(
                f"the data folder {self.var} cannot be used ({error.strerror})."
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            holder = lock.read().strip() or "Another process"
            lock.close()
            raise StackBusy(f"{holder} is already running on {self.var}.") from error
        lock.truncate(0)
        lock.write(f"{self.owner} (process {os.getpid()})")
        lock.flush()
        self._lock = lock

    def _write_state(self) -> None:
        if self.urls is None:
            return
        path = self.var / STATE
        draft = path.with_suffix(".tmp")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(self.urls), file)
        draft.replace(path)


def _read_state(var: Path) -> Urls | None:
    """The addresses of the stack that some process runs on `var`, if one does."""
    try:
        with (var / LOCK).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return None  # nobody holds it, so whatever the state says is stale
    except FileNotFoundError:
        return None
    except OSError:
        try:
            return Urls(**json.loads((var / STATE).read_text()))
        except (OSError, ValueError, TypeError):
            return None


@contextmanager
def borrowed_stack(*, needed: bool) -> Iterator[None]:
    """For one command: use the stack that is given or up, else start one and stop it after.

    Raises StackError where it has to start one and cannot.
    """
    if not needed or is_given() or _read_state(var_dir()) is not None:
        yield
        return
    stack = Stack(var_dir(), owner=" ".join(["manage.py", *sys.argv[1:2]]))
    try:
        stack.start()
        os.environ.update(stack.environment())
        yield
    finally:
        stack.stop()
