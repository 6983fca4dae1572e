"""Looking at processes from outside, as a person with `ps` would."""

import os
import subprocess
import sys
from pathlib import Path

from config.paths import BASE_DIR


def descendants(pid: int) -> set[int]:
    """Every process below `pid`, at whatever depth."""
    shown = subprocess.run(
        ["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True
    ).stdout
    parents = {int(child): int(parent) for child, parent in map(str.split, shown.splitlines())}
    found: set[int] = set()
    ring = {pid}
    while ring:
        ring = {child for child, parent in parents.items() if parent in ring} - found
        found |= ring
    return found


def alive(pids: set[int]) -> set[int]:
    """Those of `pids` that still run (a zombie does not)."""
    numbers = ",".join(map(str, pids))
    shown = subprocess.run(
        ["ps", "-o", "pid=,stat=", "-p", numbers], capture_output=True, text=True, check=False
    ).stdout
    return {int(row[0]) for row in map(str.split, shown.splitlines()) if not row[1].startswith("Z")}


def start_python(*arguments: str, var: Path, **environment: str) -> "subprocess.Popen[str]":
    """Start our Python on a data folder of its own, without the servers of the test run."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "REDIS_URL", "CACHE_URL", "PORT", "MAKELEVEL"}
    }
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=BASE_DIR,
        env=kept | {"AMENDS_VAR": str(var), "PYTHONWARNINGS": "ignore"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
