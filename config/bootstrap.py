"""Builds .venv from the locked requirements, then runs a module in it.

    python3 -m config.bootstrap run config.run
    python3 -m config.bootstrap dev pytest -q

`run` installs what the product needs, `dev` also what tests and checks need.
Standard library only, and written so that an old Python can still read it and
say that it is too old.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time

from config.paths import BASE_DIR

VENV = BASE_DIR / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "amends-stamp.json"
LOCKS = {"run": ["base"], "dev": ["base", "dev"]}
OLDEST = (3, 11)


class BootstrapError(Exception):
    """What is missing; the text is one sentence for a person."""


def main(arguments: list[str]) -> int:
    """Make the environment fit and become the program that was asked for."""
    try:
        kind, module, rest = arguments[0], arguments[1], arguments[2:]
        prepare(kind)
    except BootstrapError as error:
        print(f"Amends: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    os.chdir(BASE_DIR)
    os.environ["PATH"] = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    sys.stdout.flush()
    return os.execv(str(PYTHON), [str(PYTHON), "-m", module, *rest])


def prepare(kind: str) -> None:
    """Build or complete .venv where it does not match the locks.

    Raises BootstrapError where Python is too old or something cannot be installed.
    """
    if sys.version_info < OLDEST:
        raise BootstrapError(
            "Python 3.11 or later is needed, and {} is {}.{}; name another one with"
            " PYTHON=/path/to/python3.".format(sys.executable, *sys.version_info[:2])
        )
    locks = [BASE_DIR / "requirements" / f"{name}.txt" for name in LOCKS[kind]]
    wanted = {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in locks}
    # Two commands at once build one environment: the second waits for the first.
    folder = os.open(BASE_DIR / "requirements", os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if wanted.items() <= _stamp().items() and _works(PYTHON):
            return
        started = time.monotonic()
        print("  packages            installing into .venv ...", flush=True)
        if not _works(PYTHON):
            _make_venv()
        _install([str(path) for path in locks])
        known = {} if not STAMP.exists() else _stamp()
        STAMP.write_text(json.dumps(known | wanted))
        print(f"  packages            ready after {time.monotonic() - started:.0f} s", flush=True)
    finally:
        os.close(folder)


def _stamp() -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return found


def _works(python: os.PathLike[str]) -> bool:
    if not os.access(python, os.X_OK):
        return False
    return _run([str(python), "-I", "-c", "import sys; sys.exit(sys.version_info < (3, 11))"])


def _run(command: list[str], **environment: str) -> bool:
    try:
        done = subprocess.run(
            command, capture_output=True, check=False, env=os.environ | environment
        )
    except OSError:
        return False
    return done.returncode == 0


def _make_venv() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode == 0:
        return
    uv = shutil.which("uv")
    if uv and _run([uv, "venv", "--clear", "--python", sys.executable, str(VENV)]):
        return
    said = " ".join((made.stdout + made.stderr).split())[-200:]
    raise BootstrapError(
        "no virtual environment can be made; install Python's venv module (on Debian and Ubuntu"
        f" the package python3-venv). Python said: {said}"
    )


def _install(locks: list[str]) -> None:
    """Install with uv where it can be had, for it takes a tenth of the time; else with pip."""
    requirements = [part for path in locks for part in ("-r", path)]
    uv = _find_uv()
    if uv and _run(
        [uv, "pip", "install", "--python", str(PYTHON), "--require-hashes", *requirements],
        **_indexes_for_uv(),
    ):
        return
    _run([str(PYTHON), "-m", "ensurepip"])
    pip = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "--disable-pip-version-check"]
    done = subprocess.run(
        [*pip, "-qq", *requirements], stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        said = next(
            (line for line in done.stderr.splitlines() if line.startswith("ERROR")), "no reason"
        )
        raise BootstrapError(f"the packages cannot be installed; pip said: {said}")


def _find_uv() -> str | None:
    for candidate in (shutil.which("uv"), str(VENV / "bin" / "uv")):
        if candidate and _run([candidate, "--version"]):
            return candidate
    lock = (BASE_DIR / "requirements" / "dev.txt").read_text()
    pinned = re.search(r"^uv==.*(?:\\\n.*)*", lock, re.MULTILINE)
    if pinned is None:
        return None
    only_uv = VENV / "uv.txt"
    only_uv.write_text(pinned.group() + "\n")
    pip = [str(PYTHON), "-m", "pip", "install", "-qq", "--require-hashes", "-r", str(only_uv)]
    return str(VENV / "bin" / "uv") if _run(pip) else None


def _indexes_for_uv() -> dict[str, str]:
    """What pip is told about package indexes, in uv's words, which does not read pip's files."""
    asked = subprocess.run(
        [str(PYTHON), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    told = {}
    for line in asked.stdout.splitlines():
        name, _, value = line.partition("=")
        told[name.split(".")[-1]] = value.strip("'\"")
    # Safe, because every file's hash is locked.
    found = {"UV_INDEX_STRATEGY": "unsafe-best-match", "UV_HTTP_TIMEOUT": "30"}
    names = {
        "index-url": "UV_DEFAULT_INDEX",
        "extra-index-url": "UV_INDEX",
        "find-links": "UV_FIND_LINKS",
    }
    for theirs, ours in names.items():
        if theirs in told and ours not in os.environ:
            found[ours] = told[theirs]
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
