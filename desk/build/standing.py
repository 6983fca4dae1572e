"""What a ticket cost its customer in patience: hand-offs, hours in escalation, open calls."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from desk.words import moment_words, span_words
from escalation.models import Deadline
from escalation.services.spells import standing_of
from tickets.models import Ticket, User


@dataclass(frozen=True, slots=True)
class StandingLine:
    """One thing to know; `call` where somebody was called and nobody has answered, `down` where
    the ticket is in escalation and can be taken out of it."""

    icon: str
    words: str
    call: bool = False
    down: bool = False


def unanswered(ticket: Ticket) -> list[Deadline]:
    """Open deadlines whose path is climbed while nobody has said "I am on it". One query."""
    rows = Deadline.objects.open().filter(ticket=ticket, acknowledged_at=None).order_by("id")
    return [row for row in rows if any(key.startswith("path:") for key in row.steps_taken)]


def standing_words(
    ticket: Ticket, *, me: User, now: dt.datetime, zone: ZoneInfo
) -> tuple[StandingLine, ...]:
    """The lines above the clocks; none for a ticket that went its usual way.

    Three queries, and one more for a ticket in escalation. Nobody answers a call of his own.
    """
    found = standing_of(ticket, now=now)
    lines = []
    if found.handoffs:
        known = {1: _("Handed over once."), 2: _("Handed over twice.")}
        often = _("Handed over %(count)s times.") % {"count": found.handoffs}
        lines.append(StandingLine("arrow-right-left", known.get(found.handoffs, often)))
    spent = span_words(dt.timedelta(seconds=found.seconds))
    if found.since is not None:
        since = moment_words(found.since, now=now, zone=zone)
        words = _("In escalation since %(since)s, %(spent)s in all.") % {
            "since": since,
            "spent": spent,
        }
        late = bool(unanswered(ticket))
        if late:
            words += " " + _("It runs late, and nobody has said that they are on it.")
        lines.append(StandingLine("megaphone", words, call=late, down=True))
    elif found.seconds:
        lines.append(
            StandingLine("megaphone", (_("Was in escalation for %(spent)s.") % {"spent": spent}))
        )
    for climb in found.waiting:
        who = {"customer": _("The customer"), "rule": _("A rule")}.get(
            climb.level, _("A colleague")
        )
        who = climb.by.name if climb.by is not None else who
        nxt = ""
        if climb.next_at is not None:
            when = moment_words(climb.next_at, now=now, zone=zone)
            nxt = _(" The next above is called %(when)s.") % {"when": when}
        words = _("%(who)s called: %(reason)s Nobody has answered.%(nxt)s") % {
            "who": who,
            "reason": climb.reason,
            "nxt": nxt,
        }
        others, down = climb.by_id != me.pk, found.since is None
        lines.append(StandingLine("bell-ring", words, call=others, down=down))
    return tuple(lines)
