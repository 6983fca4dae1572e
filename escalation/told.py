"""What stands in the data of events about clocks that went from one ticket to another. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from escalation.clock import Pause

ADOPTED = "deadlines_adopted"
MERGED_IN = "merged_in"


class Past(Protocol):
    """Something that happened, as it is stored or as clocks look at it."""

    @property
    def type(self) -> str:
        """Which kind of event it is."""

    @property
    def data(self) -> Mapping[str, Any]:
        """What it says."""


def brought(past: Iterable[Past], other_id: int) -> set[str]:
    """Kinds of clocks that the newest merge with another ticket brought, and that did not run here
    before; `past` is the newest first."""
    kinds: set[str] = set()
    for one in past:
        if other_id not in (one.data.get("from_id"), one.data.get("other_id")):
            continue
        if one.type == MERGED_IN:
            break
        if one.type == ADOPTED:
            kinds |= {item["kind"] for item in one.data["adopted"] if item.get("carried")}
    return kinds


def read_moment(item: Mapping[str, Any], name: str) -> datetime | None:
    """A moment in the data of an event, if it is there."""
    return datetime.fromisoformat(item[name]) if item.get(name) else None


def read_pause(item: Mapping[str, Any]) -> Pause:
    """A pause from the data of an event."""
    start = read_moment(item, "start")
    if start is None:
        raise ValueError("a pause has a start")
    end, limit = read_moment(item, "end"), read_moment(item, "limit")
    return Pause(start, end, limit, str(item.get("reason", "")))
