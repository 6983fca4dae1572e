"""Things that lie below one another: how deep each lies, and which of them lie in a ring."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

K = TypeVar("K", bound=Hashable)

#: How deep categories may lie; who files a complaint has to find his way through them.
DEEPEST = 8


def depths(above: Mapping[K, K | None]) -> dict[K, int]:
    """How deep each lies, 1 at the top; 0 for what lies below itself, or below such a ring.

    `above` has the one that each lies below; None, and what it does not know, is the top. Each is
    visited once, however deep they lie.
    """
    found: dict[K, int] = {}
    for first in above:
        line: dict[K, None] = {}
        step: K | None = first
        while step is not None and step in above and step not in found and step not in line:
            line[step] = None
            step = above[step]
        ring = step is not None and step in line
        depth = found.get(step, 0) if step is not None else 0
        lost = ring or (step in found and depth == 0)
        for one in reversed(line):
            depth = 0 if lost else depth + 1
            found[one] = depth
    return found
