"""What people read when a deadline warns, is missed, or climbs."""

from escalation.models import Deadline
from escalation.rules import EscalationLevel
from tickets.models import Ticket

PROMISES = {
    "acknowledge": "to acknowledge the complaint",
    "first_response": "of a first answer",
    "next_reply": "to answer the customer",
    "next_update": "of news for the customer",
    "decide": "of a decision",
    "resolve": "to settle the matter",
    "deliver_remedy": "to deliver what was granted",
    "approve": "to decide the exception",
    "promise": "that was made to the customer",
    "follow_up": "to follow up a poor answer",
}


def promise_words(row: Deadline) -> str:
    """What was promised: "of a first answer"."""
    return PROMISES[row.kind]


def _matter(ticket: Ticket) -> str:
    # An alert may reach somebody who may not see the ticket.
    return ticket.number if ticket.confidential else f"{ticket.number}: {ticket.subject}"


def warning_words(row: Deadline, ticket: Ticket) -> str:
    """Time runs short."""
    return f"Soon due, the promise {promise_words(row)} on {_matter(ticket)}"


def breach_words(row: Deadline, ticket: Ticket) -> str:
    """The promise is broken."""
    return f"Missed, the promise {promise_words(row)} on {_matter(ticket)}"


def path_words(row: Deadline, ticket: Ticket) -> str:
    """Somebody above is told."""
    if row.breached_at is None:
        return f"Needs you soon, the promise {promise_words(row)} on {_matter(ticket)}"
    who = "its owner has not kept" if ticket.owner_id else "nobody owns it and nobody has kept"
    return f"Needs you, {who} the promise {promise_words(row)} on {_matter(ticket)}"


def by_hand_words(ticket: Ticket, level: EscalationLevel, reason: str, *, by: str) -> str:
    """A colleague or the customer asks for somebody above."""
    if level is EscalationLevel.RULE:
        return f"Needs you, {_matter(ticket)}. {reason}".strip()
    who = "The customer" if level is EscalationLevel.CUSTOMER else by
    return f"{who} asks for you on {_matter(ticket)}. {reason}".strip()
