"""The embedded servers: they start on any folder, say what is wrong, and never stay behind."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
import redis

from config.embedded import Stack, StackBusy, StackError, cache_beside, stack_urls
from config.server import end_leftover
from tests.config.processes import alive, descendants, start_python
from tests.support.live import eventually


@pytest.fixture(autouse=True)
def _no_given_servers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "CACHE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AMENDS_VAR", str(tmp_path / "var"))


@pytest.fixture
def stacks() -> Iterator[ExitStack]:
    with ExitStack() as stopping:
        yield stopping


def started(stopping: ExitStack, var: Path) -> Stack:
    stack = Stack(var, owner="A test", throwaway=True)
    stopping.callback(stack.stop)
    stack.start()
    return stack


def test_data_and_port_outlive_a_restart_and_a_second_stack_is_refused(
    stacks: ExitStack, tmp_path: Path
) -> None:
    # A path longer than a socket's address may be, and with a space in it.
    var = tmp_path / ("a long way down " * 6) / "var"
    first = started(stacks, var)
    assert first.urls is not None
    with psycopg.connect(first.urls.database, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    assert redis.Redis.from_url(first.urls.redis).ping()

    with pytest.raises(StackBusy, match=r"^A test \(process \d+\) is already running on"):
        Stack(var, owner="Another").start()

    first.stop()
    again = started(stacks, var)
    assert again.urls == first.urls
    with psycopg.connect(again.urls.database) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_stack_that_is_up_is_found_and_one_that_is_down_is_not(
    stacks: ExitStack, tmp_path: Path
) -> None:
    stack = started(stacks, tmp_path / "var")
    assert stack_urls() == stack.urls
    stack.stop()
    assert ":1/" in stack_urls().database


def test_a_server_that_ended_is_started_again_at_its_old_address(
    stacks: ExitStack, tmp_path: Path
) -> None:
    stack = started(stacks, tmp_path / "var")
    assert stack.urls is not None
    assert stack.redis is not None
    assert stack.tend()
    client = redis.Redis.from_url(stack.urls.redis)
    client.shutdown(nosave=True)
    eventually(stack.redis.has_ended)
    assert not stack.tend()
    assert client.ping()


def test_after_kill_nine_no_server_is_left_and_the_next_start_recovers(
    stacks: ExitStack, tmp_path: Path
) -> None:
    var = tmp_path / "var"
    script = (
        "import pathlib, signal; from config.embedded import Stack;"
        f"stack = Stack(pathlib.Path({str(var)!r}), owner='A victim', throwaway=True);"
        "stack.start(); print('up', flush=True); signal.pause()"
    )
    process = start_python("-c", script, var=var)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline() == "up\n", process.stderr.read()
    below = descendants(process.pid)
    assert len(below) >= 3  # PostgreSQL, Redis and the watchdog at least
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    eventually(lambda: not alive(below))
    started(stacks, var)


def test_a_stale_pid_file_that_names_a_stranger_harms_nobody(tmp_path: Path) -> None:
    pid_file = tmp_path / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{tmp_path}\n")
    end_leftover(pid_file, marker=str(tmp_path), stop_signal=signal.SIGKILL)


def test_a_data_folder_that_is_none_is_named(tmp_path: Path) -> None:
    data = tmp_path / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "base").mkdir()
    with pytest.raises(StackError, match="is not a PostgreSQL data folder"):
        Stack(tmp_path, owner="A test").start()


def test_data_of_another_version_are_left_alone(tmp_path: Path) -> None:
    data = tmp_path / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(StackError, match=r"was made by PostgreSQL 9\.6, but the package has"):
        Stack(tmp_path, owner="A test").start()


def test_a_file_in_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    with pytest.raises(StackError, match=r"the data folder .* cannot be used"):
        Stack(tmp_path / "var", owner="A test").start()


def test_damaged_secrets_are_named(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text("{")
    with pytest.raises(StackError, match=r"secrets\.json cannot be read"):
        Stack(tmp_path, owner="A test").start()


def test_a_snatched_port_is_exchanged_for_a_free_one(stacks: ExitStack, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        (tmp_path / "redis").mkdir()
        (tmp_path / "redis" / "port.json").write_text(f'{{"port": {taken.getsockname()[1]}}}')
        stack = started(stacks, tmp_path)
        assert stack.redis is not None
        assert stack.redis.port != taken.getsockname()[1]


def test_a_machine_without_redis_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("config.redis_server.find_spec", lambda name: None)
    with pytest.raises(StackError, match="install redis-server or valkey-server, or set REDIS_URL"):
        Stack(tmp_path, owner="A test").start()


@pytest.mark.parametrize(
    ("broker", "cache"),
    [
        ("redis://h:1/0", "redis://h:1/1"),
        ("redis://:p@h:1", "redis://:p@h:1/1"),
        ("rediss://h:1/4?ssl_cert_reqs=none", "rediss://h:1/5?ssl_cert_reqs=none"),
        ("sentinel://h:1/name", "sentinel://h:1/name"),
    ],
)
def test_the_cache_is_the_database_beside_the_broker(broker: str, cache: str) -> None:
    assert cache_beside(broker) == cache
