"""Ends what a dead owner left running. Started as a process of its own; standard library only.

The owner writes `add PID SIGNAL` and `drop PID` lines to its standard input.
End of input means that the owner is gone, however it went: a pipe closes even
when its writer is killed with SIGKILL or its terminal vanishes.
"""

import os
import signal
import sys
import time
from contextlib import suppress

GRACE = 10.0  # seconds between asking and killing


def main() -> None:
    """Read orders until the owner is gone, then end every process group that is left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    guarded: dict[int, int] = {}
    for line in sys.stdin:
        order, pid, *rest = line.split()
        if order == "add":
            guarded[int(pid)] = int(rest[0])
        else:
            guarded.pop(int(pid), None)
    end_groups(guarded)


def end_groups(guarded: dict[int, int]) -> None:
    """Send each group its signal; after GRACE seconds, SIGKILL to those still there."""
    for pid, number in guarded.items():
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, number)
    deadline = time.monotonic() + GRACE
    while guarded and time.monotonic() < deadline:
        time.sleep(0.05)
        guarded = {pid: number for pid, number in guarded.items() if _alive(pid)}
    for pid in guarded:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def _alive(pid: int) -> bool:
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    main()
