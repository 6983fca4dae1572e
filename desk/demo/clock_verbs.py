"""The words of steps that are about deadlines."""

import datetime as dt

from desk.demo.content import ContentInvalid
from desk.demo.playing import Play, Played
from desk.demo.verbs import verb
from escalation.models import Deadline
from escalation.services import manual
from tickets.actors import Actor


@verb("acknowledge_late")
def acknowledge_late(
    play: Play, played: Played, *, actor: Actor, at: dt.datetime, kind: str
) -> None:
    """Somebody says "I am on it" of clocks that run late."""
    rows = list(Deadline.objects.open().filter(ticket=played.open_ticket, kind=kind))
    if not rows:
        raise ContentInvalid(f"{played.case.key} has no open deadline {kind}.")
    for row in rows:
        manual.acknowledge_escalation(row, actor=actor, now=at)
