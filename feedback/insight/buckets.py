"""Histograms that can be added up: lengths of time and sums of money in buckets, and the medians
that are read from them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence

MINUTE, HOUR, DAY = 60, 3600, 86_400
#: Upper ends in seconds. From two minutes on each is at most half as much again as the one before,
#: and read evenly within: a median is within a few hundredths where many are counted.
TIME_EDGES: tuple[int, ...] = (
    MINUTE, 2 * MINUTE, 3 * MINUTE, 5 * MINUTE, 7 * MINUTE, 10 * MINUTE, 15 * MINUTE, 20 * MINUTE,
    30 * MINUTE, 45 * MINUTE, HOUR, 90 * MINUTE, 2 * HOUR, 3 * HOUR, 4 * HOUR, 6 * HOUR, 8 * HOUR,
    12 * HOUR, 16 * HOUR, 20 * HOUR, DAY, 30 * HOUR, 36 * HOUR, 2 * DAY, 60 * HOUR, 3 * DAY,
    4 * DAY, 5 * DAY, 6 * DAY, 7 * DAY, 9 * DAY, 11 * DAY, 14 * DAY, 18 * DAY, 21 * DAY, 28 * DAY,
    35 * DAY, 42 * DAY, 56 * DAY, 70 * DAY, 90 * DAY, 120 * DAY, 180 * DAY, 270 * DAY, 365 * DAY,
)  # fmt: skip
#: Upper ends in minor units: 1, 1.2, 1.5, 2, 2.5 … of each power of ten. The first holds nothing.
_STEPS = (10, 12, 15, 20, 25, 30, 40, 50, 60, 80)
MONEY_EDGES: tuple[int, ...] = (0, 50, *(s * 10**p for p in range(1, 9) for s in _STEPS))


def bucket_of(value: int, edges: Sequence[int]) -> int:
    """The number of the first edge that is not below the value; len(edges) beyond the last."""
    return bisect_left(edges, value)


def share_at(counts: Mapping[int, int], share: float, edges: Sequence[int]) -> float | None:
    """The value that `share` (0 to 1) of those counted do not exceed, read evenly within its
    bucket; beyond the last edge, that edge. None where nothing was counted."""
    every = sum(counts.values())
    if not every:
        return None
    wanted, below = share * every, 0
    for bucket in sorted(counts):
        inside = counts[bucket]
        if inside and below + inside >= wanted:
            low = edges[bucket - 1] if 0 < bucket <= len(edges) else 0
            if bucket >= len(edges):
                return float(edges[-1])
            part = (wanted - below) / inside
            return low + (edges[bucket] - low) * part
        below += inside
    return float(edges[min(max(counts), len(edges) - 1)])
