"""Reactions that are kept for the end of a unit of work, each once for each ticket.

A receiver of `ticket_changed` is told of every event. Where what it does depends on all that
happened, and costs much, it asks for its turn at the end: ten missed deadlines of one ticket in one
unit are then one new assessment, not ten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tickets.change import Change

Reaction = Callable[["Change"], None]


class Later:
    """What waits for the end, in the order in which it was asked for."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[int, Reaction], Change] = {}

    def add(self, change: Change, reaction: Reaction) -> None:
        """Have `reaction` called with `change` before the unit is written, once however often it
        is asked for. It may record events, and those may ask for further turns."""
        self._waiting[change.ticket.pk, reaction] = change

    def run(self, changes: Mapping[int, Change]) -> None:
        """Give everyone his turn, until nobody waits; `changes` are those that the unit has, for a
        ticket that was taken back needs nothing."""
        while self._waiting:
            waiting, self._waiting = self._waiting, {}
            for (key, reaction), change in waiting.items():
                if changes.get(key) is change:
                    reaction(change)
