"""A real site under test: gunicorn, a Celery worker and beat, as processes of their own.

They work on a database of their own, cloned from the migrated template. While
a test uses it, the ORM of the test process looks at the same database.
"""

import email
import email.policy
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from config.paths import BASE_DIR
from config.processes import Guard
from tests.support.stack import clone_template, database_url, number_from

if TYPE_CHECKING:
    from playwright.sync_api import Page

PATIENCE = 90.0  # seconds: a busy machine starts a process slowly


def eventually(condition: Callable[[], object], *, seconds: float = PATIENCE) -> None:
    """Wait until `condition()` is true; an AssertionError when time is up.

    Only for what another process does: everything else is tested without waiting.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:.0f} seconds: {condition}")
        time.sleep(0.05)


def until(page: "Page", true: str) -> None:
    """Wait until a JavaScript expression is true in the page. Playwright's own way evaluates a text
    in the page again and again, which the pages' CSP forbids from the second time on."""
    eventually(lambda: page.evaluate(true))


def free_port() -> int:
    """A port of 127.0.0.1 at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class LiveSite:
    """The site's processes. Each is started when first asked for."""

    folder: Path
    database: str
    port: int = field(default_factory=free_port)
    guard: Guard = field(default_factory=Guard)
    processes: "dict[str, subprocess.Popen[bytes]]" = field(default_factory=dict)
    resets: int = 0
    #: All that were made in this process.
    every: ClassVar[list["LiveSite"]] = []

    def __post_init__(self) -> None:
        self.every.append(self)

    @property
    def url(self) -> str:
        """Where the site is, without a closing slash."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def mail_folder(self) -> Path:
        """Where the site's processes write their mail."""
        return self.folder / "mail"

    def environment(self) -> dict[str, str]:
        """What the processes are told."""
        return os.environ | {
            "DATABASE_URL": database_url(self.database),
            "PORT": str(self.port),
            "SITE_URL": self.url,
            "WEB_CONCURRENCY": "1",
            "WEB_THREADS": "4",
            "TICK_SECONDS": "1",
            "EMAIL_FILE_PATH": str(self.mail_folder),
            "MEDIA_ROOT": str(self.folder / "media"),
            "BEAT_SCHEDULE_FILE": str(self.folder / "beat-schedule"),
            "PYTHONWARNINGS": "ignore",
            "LOG_LEVEL": "INFO",
        }

    def start_web(self) -> None:
        """Start gunicorn and wait for its answer."""
        self._start("web", "gunicorn", "-c", "python:config.gunicorn_settings", "config.wsgi")
        eventually(self._answers)

    def start_worker(self) -> None:
        """Start one Celery worker and wait until it takes tasks."""
        self._start(
            "worker",
            *("celery", "--app", "config.celery", "worker", "--concurrency=2"),
            *("--without-gossip", "--without-mingle", "--hostname", f"{self.database}@%h"),
        )
        eventually(lambda: "ready." in self.log("worker"))

    def start_beat(self) -> None:
        """Start beat, which rings every second."""
        self._start("beat", "celery", "--app", "config.celery", "beat", "--pidfile=")

    def stop(self, name: str, *, number: int = signal.SIGTERM) -> None:
        """End one process; SIGKILL is for tests of failure."""
        process = self.processes.pop(name, None)
        if process is not None:
            if number == signal.SIGKILL:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            self.guard.stop(process, stop_signal=number, grace=10)

    def rest(self) -> None:
        """End what would ring each second though nobody waits for it."""
        for name in ("beat", "worker"):
            self.stop(name)

    def close(self) -> None:
        """End all processes at once: nothing of theirs is kept."""
        for name in list(self.processes):
            self.stop(name, number=signal.SIGKILL)
        self.guard.close()

    def reset(self) -> None:
        """Give the site an empty, migrated database and an empty mailbox.

        Processes that go on hold keys of the database before (`tickets.ids`): the new one gives
        out none that they may still have.
        """
        self.resets += 1
        clone_template(self.database)
        number_from(self.database, self.resets * 100_000)
        for path in self.mail_folder.glob("*"):
            path.unlink()

    def mails(self) -> list[EmailMessage]:
        """The mail sent so far, oldest first."""
        found: list[EmailMessage] = []
        for path in sorted(self.mail_folder.glob("*.log")):
            for part in path.read_bytes().split(b"-" * 79 + b"\n"):
                if part.strip():
                    message = email.message_from_bytes(part, policy=email.policy.default)
                    assert isinstance(message, EmailMessage)
                    found.append(message)
        return found

    def log(self, name: str) -> str:
        """What one process has said so far."""
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _start(self, name: str, *module_and_arguments: str) -> None:
        if name in self.processes and self.processes[name].poll() is None:
            return
        path = self.folder / f"{name}.log"
        path.unlink(missing_ok=True)
        self.processes[name] = self.guard.start(
            [sys.executable, "-m", *module_and_arguments],
            env=self.environment(),
            cwd=BASE_DIR,
            log=path,
        )

    def _answers(self) -> bool:
        if self.processes["web"].poll() is not None:
            raise AssertionError(f"gunicorn ended:\n{self.log('web')[-3000:]}")
        with (
            suppress(urllib.error.URLError, OSError),
            urllib.request.urlopen(f"{self.url}/healthz", timeout=5),
        ):
            return True
        return False
