"""What the embedded servers share: errors for people, old processes, waiting."""

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


class StackError(Exception):
    """Something about the machine or the data folder; the text is one sentence for a person."""


class StackBusy(StackError):
    """Another process runs the stack of this folder."""


def wait_for(
    ready: Callable[[], bool],
    process: subprocess.Popen[bytes],
    *,
    seconds: float,
    failure: Callable[[], str],
) -> None:
    """Poll until `ready`; raises StackError with `failure()` if the process ends or time is up."""
    deadline = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise StackError(failure())
        time.sleep(0.02)


def end_leftover(pid_file: Path, *, marker: str, stop_signal: int) -> None:
    """End the server that a killed owner left behind, if the file still names it.

    `marker` must appear in the process's command line: a number may have been
    given to somebody else since.
    """
    try:
        pid = int(pid_file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return
    for number, patience in ((stop_signal, 10.0), (signal.SIGKILL, 3.0)):
        if not _runs(pid, marker):
            return
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
        deadline = time.monotonic() + patience
        while _runs(pid, marker) and time.monotonic() < deadline:
            time.sleep(0.05)


def _runs(pid: int, marker: str) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return False
    shown = subprocess.run(
        shlex.split(f"ps -ww -o stat=,command= -p {pid}"),
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return marker in shown and not shown.startswith("Z")


def last_line(log: Path, *words: str) -> str:
    """The last line of a log that holds one of `words`, without what stands before the word."""
    with suppress(OSError):
        for line in reversed(log.read_text(errors="replace").splitlines()[-200:]):
            for word in words:
                if word in line:
                    return line.split(word, 1)[1].strip(" :").rstrip(".")
    return "its log is empty"
