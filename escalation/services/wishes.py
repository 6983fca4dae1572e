"""What sends a ticket up a path without a clock, and what ends that: heard from its events."""

from escalation.models import Climb
from escalation.policies.kinds import Kind
from escalation.rules import ESCALATION_WISHES, EscalationEvent, EscalationLevel
from escalation.services import spells
from escalation.services.calling import call_above, end_climbs
from escalation.services.clocks import Clocks
from escalation.services.setup import setup
from escalation.told import MERGED_IN
from tickets.change import Change, Changes
from tickets.models import Event
from tickets.saying import Kept, gettext_noop

#: Why it is in escalation, as it is kept.
AS_MERGED = Kept("in escalation, as {number} was")

SETTLED = {
    "resolved": gettext_noop("The ticket was resolved."),
    "merged": gettext_noop("It goes on in the ticket that this one is part of now."),
}
POOR_ANSWER, FOLLOWED_UP = "followup_opened", "followup_closed"
FOLLOWED_UP_WORDS = gettext_noop("Somebody got in touch with the customer.")
#: After these other steps of a path may be for the ticket.
CONDITIONS = frozenset({"pain_assessed", "pain_overridden", "team_changed"})


def hear(change: Change, event: Event) -> None:
    """Call somebody above where the customer, or a rule that is set up, asks for it."""
    if change.ticket.historical:
        return
    if event.type in ESCALATION_WISHES:
        reason = str(event.data.get("reason", ""))
        _call(change, event, EscalationLevel.CUSTOMER, reason, "customer")
    elif event.type == POOR_ANSWER:
        _by_rule(change, event, str(event.data.get("why", "")), "poor_answer")
    elif event.type == FOLLOWED_UP:
        _followed_up(change, event)
    elif event.type == EscalationEvent.DEADLINE_BREACHED:
        kinds = {one.get("kind") for one in event.data.get("deadlines", [])}
        if Kind.APPROVE.value in kinds:
            _by_rule(change, event, "Nobody decided the exception in time.", "exception_ignored")
    elif event.type in SETTLED:
        _settle(change, event)
    elif event.type == MERGED_IN:
        _go_on(change, event)
    elif event.type in CONDITIONS:
        _plan_anew(change)


def _by_rule(change: Change, event: Event, reason: str, caller: str) -> None:
    if caller in setup().called:
        _call(change, event, EscalationLevel.RULE, reason, caller)


def _call(change: Change, event: Event, level: EscalationLevel, reason: str, caller: str) -> None:
    call_above(change, level, reason=reason, at=event.at, caller=caller)


def _settle(change: Change, event: Event) -> None:
    """The matter is settled: calls end, and so does the time in escalation."""
    over = end_climbs(change, at=event.at)
    over = {**over, **spells.end(change, at=event.at, reason=SETTLED[event.type])}
    if over:
        change.record(
            EscalationEvent.DEESCALATED,
            data={"reason": SETTLED[event.type], "by": event.type, "deadlines": []},
            changes=over,
            at=event.at,
        )


def _followed_up(change: Change, event: Event) -> None:
    """Who got in touch with a customer who was not content has answered the call that the poor
    answer made; where the ticket is settled and nobody else waits, its time in escalation ends."""
    opened = Event.objects.filter(
        ticket=change.ticket, type=POOR_ANSWER, data__followup=event.data.get("followup")
    ).values_list("at", flat=True)
    calls = [climb for climb in change.all(Climb) if climb.ended_at is None]
    made = [climb for climb in calls if climb.started_at in set(opened)]
    over: Changes = {}
    for climb in made:
        over = {**over, **end_climbs(change, at=event.at, by=change.actor.user, only=climb)}
    if not over:
        return
    kind, data = EscalationEvent.ESCALATION_ACKNOWLEDGED, {"by": change.actor.name}
    if len(calls) == len(made) and not change.ticket.is_open:
        over = {**over, **spells.end(change, at=event.at, reason=FOLLOWED_UP_WORDS)}
        kind, data = EscalationEvent.DEESCALATED, {"reason": FOLLOWED_UP_WORDS, "by": event.type}
    change.record(kind, data={**data, "deadlines": []}, changes=over, at=event.at)


def _go_on(change: Change, event: Event) -> None:
    """Whom the customer or a colleague called on the other ticket, and nobody has answered, is
    called here; a customer who was in escalation there is so here. The other has not ended yet."""
    other = change.unit.changes.get(event.data["other_id"])
    if other is None:
        return
    if spells.open_spell(other) is not None and (began := spells.begin(change, at=event.at)):
        change.record(
            EscalationEvent.ESCALATED,
            data={"words": AS_MERGED(number=other.ticket.number), "by": "merged"},
            changes=began,
            at=event.at,
        )
    for climb in other.all(Climb):
        if climb.ended_at is None and climb.acknowledged_at is None:
            reason = f"{climb.reason} (called on {other.ticket.number})"
            level = EscalationLevel(climb.level)
            call_above(change, level, reason=reason, at=event.at)


def _plan_anew(change: Change) -> None:
    """With another pain or team, other steps of the paths are for the ticket."""
    if not any(path.is_conditional for path in setup().paths.values()):
        return
    clocks = Clocks(change)
    for row in list(clocks.open()):
        clocks.touch(row)
        clocks.refresh(row, at=change.now)
    clocks.finish()
