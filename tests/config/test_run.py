"""`make run`: one sentence where it cannot, and nothing left behind where it could."""

import os
import signal
import socket
import subprocess
from pathlib import Path

import psycopg
import pytest

from config import bootstrap
from config.embedded import Stack
from tests.config.processes import alive, descendants, start_python
from tests.support.live import eventually, free_port
from tests.support.stack import clone_template, database_url, drop_database, server_connection


def refusal(var: Path, **environment: str) -> str:
    """What `make run` says when it cannot; never a traceback."""
    process = start_python("-m", "config.run", var=var, **environment)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Traceback" not in said
    sentences = [line for line in said.splitlines() if line]
    assert len(sentences) == 1
    return sentences[0]


def test_a_busy_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert refusal(tmp_path, PORT=str(port)) == (
            f"Amends: port {port} is taken by another program;"
            f" choose another one with `make run PORT={port + 1}`."
        )


@pytest.mark.parametrize("port", ["http", "0", "70000", "-1"])
def test_a_port_that_is_none_is_one_sentence(tmp_path: Path, port: str) -> None:
    assert "PORT must be a number from 1 to 65535" in refusal(tmp_path, PORT=port)


def test_a_second_run_says_that_one_is_running(tmp_path: Path) -> None:
    stack = Stack(tmp_path, owner="Amends")
    stack.claim()
    try:
        assert "is already running on" in refusal(tmp_path)
    finally:
        stack.stop()


def test_a_broken_data_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "postgres" / "data" / "base").mkdir(parents=True)
    assert "is not a PostgreSQL data folder" in refusal(tmp_path, PORT=str(free_port()))


def test_an_old_python_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "OLDEST", (9, 0))
    assert bootstrap.main(["run", "config.run"]) == 2
    assert "Python 3.11 or later is needed" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_however_it_ends_no_process_is_left(
    tmp_path: Path, number: signal.Signals, worker_id: str
) -> None:
    name = f"run_{worker_id}"
    clone_template(name)
    with psycopg.connect(database_url(name), autocommit=True) as connection:
        # Somebody works here already, so no demo is loaded.
        connection.execute(SOMEBODY)
    port = str(free_port())
    process = start_python(
        "-m",
        "config.run",
        var=tmp_path,
        PORT=port,
        AMENDS_STATIC_MANIFEST="0",
        DATABASE_URL=database_url(name),
        REDIS_URL=os.environ["REDIS_URL"],
    )
    try:
        said = _said_until(process, "Ctrl-C stops everything")
        assert f"Amends is ready at http://localhost:{port}/" in said
        below = descendants(process.pid)
        assert len(below) >= 5  # gunicorn with a worker, Celery with a child, beat, watchdog
        os.kill(process.pid, number)
        process.communicate(timeout=30)
        if number != signal.SIGKILL:
            assert process.returncode == 0
            assert not alive(below)
        eventually(lambda: not alive(below))
    finally:
        process.kill()
        process.communicate()
        with server_connection() as connection:
            drop_database(connection, name)


SOMEBODY = """
    INSERT INTO tickets_user (email, name, role, password, language, time_zone, is_active,
                              is_superuser, created_at, next_after_sending)
    VALUES ('ada@example.org', 'Ada', 'admin', '!', 'en', 'Europe/London', true, true, now(),
            true)
"""


def _said_until(process: "subprocess.Popen[str]", words: str) -> str:
    assert process.stdout is not None
    assert process.stderr is not None
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(said + process.stderr.read())
