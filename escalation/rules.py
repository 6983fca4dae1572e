"""Words of escalation: its events and levels. Pure."""

from enum import StrEnum


class EscalationEvent(StrEnum):
    """What escalation records in the stream of a ticket."""

    DEADLINES_SET = "deadlines_set"
    DEADLINES_MET = "deadlines_met"
    DEADLINES_CANCELLED = "deadlines_cancelled"
    DEADLINES_PAUSED = "deadlines_paused"
    DEADLINES_RESUMED = "deadlines_resumed"
    DEADLINES_MOVED = "deadlines_moved"
    DEADLINES_ADOPTED = "deadlines_adopted"
    DEADLINE_WARNED = "deadline_warned"
    DEADLINE_BREACHED = "deadline_breached"
    DEADLINE_EXTENDED = "deadline_extended"
    ESCALATED = "escalated"
    ESCALATION_ACKNOWLEDGED = "escalation_acknowledged"
    TAKEN_OVER = "taken_over"
    DEESCALATED = "deescalated"
    PAGED = "paged"
    DELAY_OWED = "delay_owed"


class EscalationLevel(StrEnum):
    """What kind of step was taken."""

    WARNING = "warning"
    BREACH = "breach"
    PATH = "path"
    RESUME = "resume"
    BY_HAND = "by_hand"
    CUSTOMER = "customer"
    RULE = "rule"


#: The wish of a customer or colleague to have somebody above look at it, and of other apps.
ESCALATION_WISHES = frozenset({"customer_escalated"})
