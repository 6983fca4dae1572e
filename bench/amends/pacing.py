"""So many deadlines fall due each second, rung once a second: how long after is each step done."""

import datetime as dt
import os
import tempfile
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

from bench.amends.processes import Running, forked, memory
from bench.amends.righting import put_right
from bench.stats import percentile
from escalation.models import Deadline, Escalation
from escalation.services import stepping

#: As beat rings, see TICK_SECONDS.
TICK = 1.0
_GOLDEN = 0.6180339887
#: A stretch of the day without openings and closings, at which much falls due at one instant.
_STEADY_HOURS = (10, 16)
#: When the last ring has come, what is left may take so long.
_PATIENCE = 20.0


@dataclass(frozen=True)
class Pace:
    """The desk's clock, run so that so many deadlines fall due in each of our seconds."""

    moments: list[dt.datetime]
    #: Seconds after the beginning at which the desk's clock shows each of them.
    falls: list[float]
    seconds: float
    began: float

    @classmethod
    def of(cls, moments: list[dt.datetime], per_second: int, seconds: int) -> Self:
        """From now on. In no step with the rings: each falls anywhere between two of them."""
        falls = [(n + n * _GOLDEN % 1) / per_second for n in range(len(moments))]
        return cls(moments, falls, seconds, time.perf_counter())

    def now(self, elapsed: float) -> dt.datetime:
        """What the desk's clock shows so many seconds after the beginning."""
        return self.moments[max(0, bisect_right(self.falls, elapsed) - 1)]

    def due(self, moment: dt.datetime) -> float:
        """Seconds after the beginning at which the desk's clock passes a moment."""
        return self.falls[min(bisect_left(self.moments, moment), len(self.falls) - 1)]


@dataclass
class Sweeper:
    """One process that sweeps by the desk's clock, and notes when each batch was committed."""

    pace: Pace
    folder: Path
    place: int
    batches: int = 0

    def sweep(self) -> None:
        """Do what is due, to the end."""
        with (self.folder / str(self.place)).open("a", encoding="utf-8") as notes:
            while (elapsed := self._elapsed()) <= self.pace.seconds + _PATIENCE:
                # The moments of batches differ, so that each step tells which one it was in.
                self.batches += 1
                own = dt.timedelta(microseconds=1 + self.place + 10 * self.batches)
                now = self.pace.now(elapsed) + own
                if not stepping.sweep_batch(now=now)[0]:
                    break
                notes.write(f"{now.isoformat()} {self._elapsed()}\n")

    def _elapsed(self) -> float:
        return time.perf_counter() - self.pace.began


Beside = Callable[[Pace, Path], Any]


def delays(per_second: int, seconds: int, processes: int = 2) -> dict[str, Any]:
    """How long after it fell due each step was done, in seconds, swept by so many processes."""
    return measured(per_second, seconds, processes)


def measured(
    per_second: int, seconds: int, processes: int, beside: Beside | None = None
) -> dict[str, Any]:
    """The same while something else goes on, which may sweep too; its result is `beside`."""
    moments = _stretch(per_second * seconds + 1)
    last = Escalation.objects.order_by("-id").values_list("id", flat=True).first() or 0
    seconds = min(seconds, int((len(moments) - 1) / per_second))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pace = Pace.of(moments, per_second, seconds)
        other = Running([partial(beside, pace, folder)]) if beside is not None else None
        peak = _ring(pace, folder, processes)
        left = Deadline.objects.due(moments[-1]).count()
        results = other.results() if other is not None else [None]
        done = dict(_read(line) for log in folder.iterdir() for line in log.open())
    late = []
    steps = Escalation.objects.filter(id__gt=last, due_at__range=(moments[0], moments[-1]))
    for due, at in steps.values_list("due_at", "done_at"):
        if (fell := pace.due(due)) <= seconds:
            late.append(done[at] - fell)
    return {
        "steps": len(late),
        # Those that nobody came to in time; their delay is not known, only that it is long.
        "left": left,
        "seconds": seconds,
        "p50": percentile(late, 0.5),
        "p99": percentile(late, 0.99),
        "peak": peak,
        "beside": results[0],
    }


def _read(line: str) -> tuple[dt.datetime, float]:
    moment, seconds = line.split()
    return dt.datetime.fromisoformat(moment), float(seconds)


def _ring(pace: Pace, folder: Path, processes: int) -> int:
    """Ring once a second; whichever process is free answers. Returns the most memory of one."""
    bell, hand = os.pipe()
    sweepers = [Sweeper(pace, folder, place) for place in range(processes)]
    running = Running([partial(_answer, one, bell, hand) for one in sweepers])
    os.close(bell)
    for tick in range(1, int(pace.seconds) + 4):
        time.sleep(max(0.0, pace.began + tick * TICK - time.perf_counter()))
        os.write(hand, b".")
    os.close(hand)
    return max(running.results())


def _answer(sweeper: Sweeper, bell: int, hand: int) -> int:
    os.close(hand)
    while os.read(bell, 1):
        sweeper.sweep()
    return memory()


def _stretch(count: int) -> list[dt.datetime]:
    """The moments of the next so many deadlines, in a steady part of the day; what is due before is
    done."""
    start = _first()
    low, high = _STEADY_HOURS
    if not low <= start.hour < high:
        later = start + dt.timedelta(days=start.hour >= high)
        start = later.replace(hour=low, minute=0, second=0, microsecond=0)
    right: set[int] = set()
    until = start
    while True:
        until = max(until, _nth(start, count))
        if not put_right(until, right):
            break
    forked([lambda: stepping.sweep(now=start, limit=10**9).steps] * 2)
    moments = Deadline.objects.filter(next_at__gte=start).order_by("next_at", "id")
    found = moments.values_list("next_at", flat=True)[:count]
    end = start.replace(hour=high)
    return [moment for moment in found if moment is not None and moment < end]


def _first() -> dt.datetime:
    first = Deadline.objects.filter(next_at__isnull=False).order_by("next_at").first()
    assert first is not None
    assert first.next_at is not None
    return first.next_at


def _nth(start: dt.datetime, count: int) -> dt.datetime:
    """When the so manieth deadline from `start` on is due, or the last one within the day."""
    end = start.replace(hour=_STEADY_HOURS[1])
    rows = Deadline.objects.filter(next_at__gte=start, next_at__lt=end).order_by("next_at", "id")
    found = list(rows.values_list("next_at", flat=True)[:count])
    return found[-1] if found and found[-1] is not None else end
