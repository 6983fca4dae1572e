"""`make run`: servers, migrations, demo, web, worker and beat, all in one terminal."""

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType

import psycopg

from config.assets import assets_are_collected, remember_assets
from config.embedded import Stack, StackError
from config.paths import BASE_DIR, var_dir

HOST = "127.0.0.1"
READY_WITHIN = 60.0  # seconds for the first page
LOG_LIMIT = 10 * 1024 * 1024
# A service that ends more often than this within a minute is broken, not unlucky.
MAX_RESTARTS = 5


class Stopped(BaseException):
    """A signal asked for the end."""


@dataclass
class Service:
    """One of our processes: how it starts, and how often it had to."""

    name: str
    command: list[str]
    process: "subprocess.Popen[bytes] | None" = None
    starts: list[float] = field(default_factory=list)


def say(text: str = "") -> None:
    """Print a line; a terminal that is gone does not matter."""
    with suppress(OSError):
        print(text, flush=True)


@contextmanager
def step(title: str, doing: str) -> Iterator[None]:
    """Show what is being done, and afterwards how long it took."""
    live = sys.stdout.isatty()
    if live:
        with suppress(OSError):
            print(f"  {title:<20}{doing} ...", end="", flush=True)
    started = time.monotonic()
    yield
    end = f"  {title:<20}{doing:<44}{time.monotonic() - started:6.1f} s"
    say(f"\r{end}" if live else end)


class Launcher:
    """Starts everything in order, watches it, and stops it in the opposite order."""

    def __init__(self, port: int, host: str = HOST) -> None:
        self.port = port
        self.host = host
        self.var = var_dir()
        self.logs = self.var / "log"
        self.stack = Stack(self.var, owner="Amends")
        self.parent = os.getppid()
        self._logins = ""
        python = sys.executable
        celery = [python, "-m", "celery", "--app", "config.celery"]
        self.services = [
            Service(
                "web",
                [python, "-m", "gunicorn", "-c", "python:config.gunicorn_settings", "config.wsgi"],
            ),
            Service(
                "worker",
                [*celery, "worker", "--concurrency=2", "--without-gossip", "--without-mingle"],
            ),
            Service("beat", [*celery, "beat", "--pidfile="]),
        ]

    @property
    def address(self) -> str:
        """Where the first page is."""
        return f"http://localhost:{self.port}/"

    def start(self) -> None:
        """Bring everything up. Raises StackError with one sentence."""
        started = time.monotonic()
        say("Amends")
        self.stack.claim()
        check_port(self.host, self.port)
        with step("servers", "PostgreSQL and Redis"):
            self.stack.start()
        os.environ.update(self.stack.environment())
        os.environ.setdefault("PORT", str(self.port))
        os.environ.setdefault("BRAND_NAME", "Linden")  # whose complaints the demo tells
        self._open_logs()
        self._prepare()
        asked = self._ask_for_logins()
        with step("processes", "web, worker and beat"):
            for service in self.services:
                self._launch(service)
            self._wait_for_page()
        say(f"\nAmends is ready at {self.address} after {time.monotonic() - started:.0f} seconds.")
        if asked is not None:
            self._logins = asked.communicate()[0]
        if self._logins.strip():
            say(f"\n{self._logins.rstrip()}")
        say(f"\nLogs are in {self.logs}. Ctrl-C stops everything; the data stays.")

    def watch(self) -> None:
        """Look after the services until somebody asks for the end."""
        orphan_matters = "MAKELEVEL" in os.environ
        has_terminal = _terminal_is_there()
        while True:
            time.sleep(0.5)
            if orphan_matters and os.getppid() != self.parent:
                raise Stopped  # `make` itself was killed
            if has_terminal and not _terminal_is_there():
                raise Stopped  # and nobody sent us the signal for it
            if not self.stack.tend():
                say("  A server had ended and was started again.")
            for service in self.services:
                if service.process is not None and service.process.poll() is not None:
                    say(f"  {service.name} ended; starting it again.")
                    self._launch(service)

    def stop(self) -> None:
        """Stop the services side by side, then the servers."""
        running = [each for each in self.services if each.process is not None]
        for service in reversed(running):
            if service.process is not None:
                with suppress(ProcessLookupError):
                    service.process.send_signal(signal.SIGTERM)
        for service in reversed(running):
            if service.process is not None:
                self.stack.guard.stop(service.process, grace=15)
                service.process = None
        self.stack.stop()

    def _prepare(self) -> None:
        with step("database", "migrations"):
            collecting = None
            served_collected = os.environ.get("AMENDS_STATIC_MANIFEST", "1") != "0"
            if served_collected and not assets_are_collected(self.var / "static"):
                collecting = self._manage("collectstatic", "--no-input", "--verbosity=0")
            self._finish(self._manage("migrate", "--verbosity=0"), "the migrations fail")
        if collecting is not None:
            with step("pages", "stylesheets, scripts and icons"):
                self._finish(collecting, "the pages' files cannot be collected")
                remember_assets(self.var / "static")
        if self._is_empty():
            self._logins = self._fill_with_demo()

    def _fill_with_demo(self) -> str:
        """Load the demo, showing its progress; who can sign in, as it says at its end."""
        with step("demo", "complaints to try things on"):
            say()
            demo = subprocess.run(
                [sys.executable, "manage.py", "demo"],
                cwd=BASE_DIR,
                stdout=subprocess.PIPE,
                text=True,
                check=False,
            )
        if demo.returncode:
            raise StackError(
                "the demo cannot be loaded; what it said stands above,"
                " and `make demo-reset` begins anew."
            )
        return demo.stdout

    def _manage(self, *arguments: str) -> "subprocess.Popen[bytes]":
        with (self.logs / "prepare.log").open("ab") as log:
            return self.stack.guard.start(
                [sys.executable, "manage.py", *arguments], log=log, cwd=BASE_DIR
            )

    def _finish(self, process: "subprocess.Popen[bytes]", failure: str) -> None:
        if process.wait():
            log = self.logs / "prepare.log"
            lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
            raise StackError(f"{failure}: {lines[-1] if lines else 'no reason given'} (see {log}).")
        self.stack.guard.stop(process)

    def _launch(self, service: Service) -> None:
        now = time.monotonic()
        service.starts = [at for at in service.starts if now - at < 60] + [now]
        log = self.logs / f"{service.name}.log"
        if len(service.starts) > MAX_RESTARTS:
            raise StackError(f"{service.name} does not stay up; see {log}.")
        if service.process is not None:
            self.stack.guard.stop(service.process)
        service.process = self.stack.guard.start(service.command, log=log, cwd=BASE_DIR)

    def _wait_for_page(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        web = self.services[0]
        log = self.logs / "web.log"
        # Not the public form: of a desk that is not set up yet it is closed, and says so.
        page = f"http://{HOST}:{self.port}/accounts/login/"
        while time.monotonic() < deadline:
            if web.process is None or web.process.poll() is not None:
                raise StackError(f"the web server does not start; see {log}.")
            with suppress(OSError):
                try:
                    with urllib.request.urlopen(page, timeout=10):
                        return
                except urllib.error.HTTPError as error:
                    if error.code < 500:
                        return
                    raise StackError(f"the first page fails; see {log}.") from error
            time.sleep(0.1)
        raise StackError(f"no page answered within {READY_WITHIN:.0f} seconds; see {log}.")

    def _open_logs(self) -> None:
        self.logs.mkdir(parents=True, exist_ok=True)
        for log in self.logs.glob("*.log"):
            if log.stat().st_size > LOG_LIMIT:
                log.replace(log.with_suffix(".log.1"))

    def _is_empty(self) -> bool:
        """Whether nobody works here yet."""
        with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
            row = connection.execute("SELECT EXISTS (SELECT 1 FROM tickets_user)").fetchone()
        return row == (False,)

    def _ask_for_logins(self) -> "subprocess.Popen[str] | None":
        """Ask who can sign in, while the processes start; None where the demo has just said it."""
        if self._logins:
            return None
        return subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--logins"],
            cwd=BASE_DIR,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )


def check_port(host: str, port: int) -> None:
    """Raise StackError with one sentence where another program listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise StackError(f"port {port} needs more rights; choose one above 1023.") from None
        except OSError:
            raise StackError(
                f"port {port} is taken by another program; choose another one with"
                f" `make run PORT={port + 1}`."
            ) from None


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise StackError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def _terminal_is_there() -> bool:
    try:
        os.tcgetpgrp(sys.stdout.fileno())
    except OSError:
        return False
    return True


def _stop_on_signals() -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as `nohup` wants it
            signal.signal(number, stop)


def main() -> int:
    """Run until a signal; 0 when asked to stop, 1 when something is wrong."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    _stop_on_signals()
    launcher: Launcher | None = None
    code = 0
    try:
        launcher = Launcher(_port(os.environ.get("PORT") or "8000"))
        launcher.start()
        launcher.watch()
    except StackError as error:
        with suppress(OSError):
            print(f"\nAmends: {error}", file=sys.stderr, flush=True)
        code = 1
    except Stopped:
        say("\n  stopping ...")
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if launcher is not None:
            launcher.stop()
    if code == 0:
        say("  Everything has stopped.")
    return code


if __name__ == "__main__":
    sys.exit(main())
