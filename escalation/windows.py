"""Windows of open time as sorted pairs: joined, and cut out of each other. Pure."""

from __future__ import annotations

from escalation.worktime import Window


def merged(windows: list[Window]) -> list[Window]:
    """Sorted, without empty ones, and with those that overlap or touch made one."""
    result: list[Window] = []
    for start, end in sorted(windows):
        if end <= start:
            continue
        if result and start <= result[-1][1]:
            if end > result[-1][1]:
                result[-1] = (result[-1][0], end)
        else:
            result.append((start, end))
    return result


def without(opened: list[Window], closed: list[Window]) -> list[Window]:
    """What is left of `opened` outside `closed`; both sorted and apart."""
    if not closed:
        return opened
    result: list[Window] = []
    index = 0
    for start, end in opened:
        while index < len(closed) and closed[index][1] <= start:
            index += 1
        left, at = start, index
        while at < len(closed) and closed[at][0] < end:
            if closed[at][0] > left:
                result.append((left, closed[at][0]))
            left = max(left, closed[at][1])
            at += 1
        if left < end:
            result.append((left, end))
    return result
