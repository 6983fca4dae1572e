"""A real worker and beat, while PostgreSQL and Redis are killed under them again and again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from config.embedded import Stack
from config.paths import BASE_DIR
from tests.support.live import eventually

pytestmark = pytest.mark.long

ROUNDS = 6


class Yard:
    """A stack of its own with a worker and a beat, none of which the test is connected to."""

    def __init__(self, folder: Path, stack: Stack) -> None:
        self.folder = folder
        self.stack = stack
        self.environment = os.environ | stack.environment() | {
            "EMAIL_FILE_PATH": str(folder / "mail"),
            "MEDIA_ROOT": str(folder / "media"),
            "BEAT_SCHEDULE_FILE": str(folder / "beat-schedule"),
            "TICK_SECONDS": "1",
            "PYTHONWARNINGS": "ignore",
        }  # fmt: skip
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def run(self, *module_and_arguments: str) -> str:
        """Run a module to its end; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", *module_and_arguments],
            env=self.environment,
            cwd=BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def start(self, name: str, *arguments: str) -> None:
        """Start a Celery process in the background."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "celery", "--app", "config.celery", *arguments],
                env=self.environment,
                cwd=BASE_DIR,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def left(self) -> int:
        """How many deadlines are due."""
        return int(self.run("tests.faults.yard", "left"))

    def close(self) -> None:
        """End everything at once."""
        for process in self.processes.values():
            with suppress(ProcessLookupError):  # it ended by itself: the test says so
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.stack.stop()


@pytest.fixture
def yard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Yard]:
    for name in ("DATABASE_URL", "REDIS_URL", "CACHE_URL"):
        monkeypatch.delenv(name, raising=False)
    stack = Stack(tmp_path / "var", owner="A test of faults")
    stack.start()
    found = Yard(tmp_path, stack)
    try:
        found.run("manage", "migrate", "--verbosity=0")
        yield found
    finally:
        found.close()


def test_servers_killed_under_load_lose_and_double_nothing(yard: Yard) -> None:
    yard.run("tests.faults.yard", "prepare", "120")
    wanted = str(yard.folder / "wanted")
    yard.run("tests.faults.yard", "wanted", wanted)
    yard.start("worker", "worker", "--concurrency=2", "--without-gossip", "--without-mingle")
    yard.start("beat", "beat", "--pidfile=")
    chance = random.Random(3)
    postgres, redis = yard.stack.postgres, yard.stack.redis
    assert postgres is not None and redis is not None
    for number in range(ROUNDS):
        time.sleep(chance.uniform(1, 3))
        victim = redis if number % 3 == 2 else postgres
        assert victim._process is not None
        os.kill(victim._process.pid, signal.SIGKILL)
        victim._process.wait()
        time.sleep(chance.uniform(0.2, 1))
        victim.start()
    eventually(lambda: yard.left() == 0, seconds=120)
    for name, process in yard.processes.items():
        assert process.poll() is None, f"{name} did not survive"
    yard.run("tests.faults.yard", "check", wanted)


def test_a_worker_survives_a_redis_that_goes_again_and_again(yard: Yard) -> None:
    """Killed at any moment of a connection, at work or just connecting again."""
    yard.run("tests.faults.yard", "prepare", "60")
    wanted = str(yard.folder / "wanted")
    yard.run("tests.faults.yard", "wanted", wanted)
    yard.start("worker", "worker", "--concurrency=2", "--without-gossip", "--without-mingle")
    yard.start("beat", "beat", "--pidfile=")
    chance = random.Random(7)
    redis = yard.stack.redis
    assert redis is not None
    for _ in range(70):
        time.sleep(chance.uniform(0, 2))
        assert redis._process is not None
        os.kill(redis._process.pid, signal.SIGKILL)
        redis._process.wait()
        time.sleep(chance.uniform(0, 1))
        redis.start()
        for name, process in yard.processes.items():
            assert process.poll() is None, f"{name} did not survive"
    eventually(lambda: yard.left() == 0, seconds=120)
    yard.run("tests.faults.yard", "check", wanted)


def test_two_beats_and_an_emptied_broker_change_nothing(yard: Yard) -> None:
    import redis as client

    yard.run("tests.faults.yard", "prepare", "60")
    wanted = str(yard.folder / "wanted")
    yard.run("tests.faults.yard", "wanted", wanted)
    assert yard.stack.urls is not None
    broker = client.Redis.from_url(yard.stack.urls.redis)
    yard.start("worker", "worker", "--concurrency=2", "--without-gossip", "--without-mingle")
    yard.start("beat", "beat", "--pidfile=")
    schedule = str(yard.folder / "second-schedule")
    yard.start("beat2", "beat", "--pidfile=", f"--schedule={schedule}")
    for _ in range(20):
        time.sleep(0.3)
        broker.flushdb()
    eventually(lambda: yard.left() == 0, seconds=120)
    yard.run("tests.faults.yard", "check", wanted)
