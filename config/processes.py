"""Child processes that never outlive us: a death signal on Linux, a watchdog everywhere."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from config.paths import BASE_DIR

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Guard:
    """Starts processes, each in a session of its own, and sees that none is left behind.

    Start processes from the main thread: Linux sends the death signal when the
    *thread* that started a process ends.
    """

    def __init__(self) -> None:
        self._watchdog: subprocess.Popen[str] | None = None

    def start(
        self,
        command: Sequence[str | Path],
        *,
        stop_signal: int = signal.SIGTERM,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        log: Path | IO[bytes] | None = None,
        stdin: str | None = None,
        privileges: Callable[[], None] | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start `command`; `stop_signal` is what ends it politely.

        `log` receives its output; `stdin` is written to it; `privileges` runs in
        the child before the program. Raises OSError where it cannot be started.
        """
        owner = os.getpid()

        def before_program() -> None:
            if privileges is not None:
                privileges()
            if _LIBC is not None:  # after the change of user, which clears the death signal
                _LIBC.prctl(PR_SET_PDEATHSIG, int(stop_signal))
                if os.getppid() != owner:
                    os._exit(1)

        output = log.open("ab") if isinstance(log, Path) else log
        try:
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if log is not None else None,
                env=None if env is None else dict(env),
                cwd=cwd,
                start_new_session=True,
                preexec_fn=before_program,  # noqa: PLW1509 - no threads run yet where we start
            )
        finally:
            if output is not None and output is not log:
                output.close()
        self._tell(f"add {process.pid} {int(stop_signal)}")
        if stdin is not None and process.stdin is not None:
            with suppress(BrokenPipeError):
                process.stdin.write(stdin.encode())
                process.stdin.close()
        return process

    def stop(
        self,
        process: subprocess.Popen[bytes],
        *,
        stop_signal: int = signal.SIGTERM,
        grace: float = 10.0,
    ) -> None:
        """End a process and its group; SIGKILL after `grace` seconds."""
        for number, patience in ((stop_signal, grace), (signal.SIGKILL, 5.0)):
            if process.poll() is not None:
                break
            with suppress(ProcessLookupError):
                process.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(patience)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        self._tell(f"drop {process.pid}")

    def close(self) -> None:
        """Send the watchdog home. Whatever still runs is ended by it."""
        if self._watchdog is not None and self._watchdog.stdin is not None:
            with suppress(BrokenPipeError):
                self._watchdog.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                self._watchdog.wait(15)
            self._watchdog = None

    def _tell(self, order: str) -> None:
        if self._watchdog is None or self._watchdog.poll() is not None:
            self._watchdog = subprocess.Popen(
                [sys.executable, "-I", "-S", str(BASE_DIR / "config" / "watchdog.py")],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                text=True,
            )
        if self._watchdog.stdin is not None:
            self._watchdog.stdin.write(order + "\n")
            self._watchdog.stdin.flush()
