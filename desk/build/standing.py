"""What a ticket cost its customer in patience: hand-offs, hours in escalation, open calls."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from desk.words import moment_words, span_words
from escalation.services.spells import standing_of
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class StandingLine:
    """One thing to know; `call` where somebody was called and nobody has answered."""

    icon: str
    words: str
    call: bool = False


def standing_words(ticket: Ticket, *, now: dt.datetime, zone: ZoneInfo) -> tuple[StandingLine, ...]:
    """The lines above the clocks; none for a ticket that went its usual way. Three queries."""
    found = standing_of(ticket, now=now)
    lines = []
    if found.handoffs:
        times = {1: "once", 2: "twice"}.get(found.handoffs, f"{found.handoffs} times")
        lines.append(StandingLine("arrow-right-left", f"Handed over {times}."))
    spent = span_words(dt.timedelta(seconds=found.seconds))
    if found.since is not None:
        since = moment_words(found.since, now=now, zone=zone)
        lines.append(StandingLine("megaphone", f"In escalation since {since}, {spent} in all."))
    elif found.seconds:
        lines.append(StandingLine("megaphone", f"Was in escalation for {spent}."))
    for climb in found.waiting:
        who = {"customer": "The customer", "rule": "A rule"}.get(climb.level, "A colleague")
        who = climb.by.name if climb.by is not None else who
        nxt = ""
        if climb.next_at is not None:
            nxt = f" The next above is called {moment_words(climb.next_at, now=now, zone=zone)}."
        words = f"{who} called: {climb.reason} Nobody has answered.{nxt}"
        lines.append(StandingLine("bell-ring", words, call=True))
    return tuple(lines)
