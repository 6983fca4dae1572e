"""The servers of a test run, started once and shared by all xdist workers."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from config.embedded import Stack, StackBusy, StackError
from config.paths import BASE_DIR

SLOTS = 8  # test runs that may go on side by side in one checkout
PURE = {"rules", "oracle"}  # folders of tests/ whose tests need no server
TEMPLATE = "AMENDS_TEST_TEMPLATE"


def is_controller(config: pytest.Config) -> bool:
    """Whether this is the process a person started, not a worker of xdist."""
    return not hasattr(config, "workerinput")


def only_pure_tests(config: pytest.Config) -> bool:
    """Whether all that was asked for lies in folders of pure tests."""
    asked = [Path(str(argument).split("::")[0]).resolve() for argument in config.args]
    pure = [BASE_DIR / "tests" / name for name in PURE]
    return bool(asked) and all(
        any(path == folder or folder in path.parents for folder in pure) for path in asked
    )


class TestStack:
    """One throwaway stack below var/test, or the given servers, with a migrated template."""

    __test__ = False

    def __init__(self) -> None:
        self._stack: Stack | None = None

    def start(self) -> None:
        """Start what is not given in the first free slot; publish it all in the environment."""
        self._stack = self._first_free()
        os.environ.update(self._stack.environment())
        os.environ[TEMPLATE] = migrated_template()

    def stop(self) -> None:
        """Stop the servers; the data folder stays, for the next run starts faster on it."""
        if self._stack is not None:
            self._stack.stop()
            self._stack = None

    @staticmethod
    def _first_free() -> Stack:
        for slot in range(SLOTS):
            stack = Stack(BASE_DIR / "var" / "test" / str(slot), owner="A test run", throwaway=True)
            try:
                stack.start()
            except StackBusy:
                continue
            except StackError as error:
                pytest.exit(f"Amends: {error}", returncode=2)
            return stack
        pytest.exit(f"Amends: {SLOTS} test runs are going on already.", returncode=2)


def database_url(name: str) -> str:
    """The address of another database on the server of DATABASE_URL."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def server_connection() -> "psycopg.Connection[tuple[object, ...]]":
    """An autocommit connection for making and dropping databases."""
    return psycopg.connect(database_url("postgres"), autocommit=True)


def clone_template(name: str) -> None:
    """Make database `name` anew from the template, whoever is connected to the old one."""
    with server_connection() as connection:
        drop_database(connection, name)
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(os.environ[TEMPLATE])
            )
        )


def number_from(name: str, first: int) -> None:
    """Let every sequence of database `name` go on at `first`."""
    with psycopg.connect(database_url(name)) as connection:
        connection.execute(
            "SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass, %s, false)"
            " FROM pg_sequences",
            [first],
        )


def drop_database(connection: "psycopg.Connection[tuple[object, ...]]", name: str) -> None:
    """Drop a database if it is there, whoever is connected to it."""
    connection.execute(
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    )


def migrated_template() -> str:
    """The name of a database with every migration applied, made anew when one has changed.

    Empty where the migrations fail.
    """
    name = f"amends_template_{_fingerprint()}"
    with server_connection() as connection:
        known = [
            str(row[0])
            for row in connection.execute(
                r"SELECT datname FROM pg_database WHERE datname LIKE 'amends\_template\_%'"
            )
        ]
        if name in known:
            return name
        for old in known:
            drop_database(connection, old)
        draft = f"amends_template_draft_{os.getpid()}"
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(draft)))
        result = subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity=0"],
            cwd=BASE_DIR,
            env=os.environ | {"DATABASE_URL": database_url(draft)},
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            # Tests without a database can still run; the others will show this again.
            sys.stderr.write(f"Amends: the migrations fail.\n{result.stderr[-2000:]}\n")
            return ""
        connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                sql.Identifier(draft), sql.Identifier(name)
            )
        )
    return name


def _fingerprint() -> str:
    """A hash of everything that shapes the empty database."""
    mark = hashlib.sha256()
    sources = [BASE_DIR / "requirements" / "base.txt", *BASE_DIR.glob("*/migrations/*.py")]
    for path in sorted(sources):
        mark.update(path.as_posix().encode() + b"\0" + path.read_bytes())
    return mark.hexdigest()[:16]
