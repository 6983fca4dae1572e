"""What people read when a deadline warns, is missed, or climbs."""

from escalation.models import Deadline
from escalation.rules import EscalationLevel
from tickets.models import Ticket
from tickets.saying import Phrase, gettext_noop

PROMISES = {
    "acknowledge": Phrase("to acknowledge the complaint"),
    "first_response": Phrase("of a first answer"),
    "next_reply": Phrase("to answer the customer"),
    "next_update": Phrase("of news for the customer"),
    "decide": Phrase("of a decision"),
    "resolve": Phrase("to settle the matter"),
    "deliver_remedy": Phrase("to deliver what was granted"),
    "approve": Phrase("to decide the exception"),
    "promise": Phrase("that was made to the customer"),
    "follow_up": Phrase("to follow up a poor answer"),
}


def promise_words(row: Deadline) -> Phrase:
    """What was promised: "of a first answer"."""
    return PROMISES[row.kind]


def _matter(ticket: Ticket) -> str:
    # An alert may reach somebody who may not see the ticket.
    return (
        ticket.number if ticket.confidential else f"{ticket.number}: {ticket.subject.rstrip('.')}"
    )


def warning_words(row: Deadline, ticket: Ticket) -> Phrase:
    """Time runs short."""
    return _promise(gettext_noop("Soon due, the promise {promise} on {matter}"), row, ticket)


def breach_words(row: Deadline, ticket: Ticket) -> Phrase:
    """The promise is broken."""
    return _promise(gettext_noop("Missed, the promise {promise} on {matter}"), row, ticket)


def path_words(row: Deadline, ticket: Ticket) -> Phrase:
    """Somebody above is told."""
    if row.breached_at is None:
        return _promise(
            gettext_noop("Needs you soon, the promise {promise} on {matter}"), row, ticket
        )
    if ticket.owner_id:
        return _promise(
            gettext_noop("Needs you, its owner has not kept the promise {promise} on {matter}"),
            row,
            ticket,
        )
    return _promise(
        gettext_noop(
            "Needs you, nobody owns it and nobody has kept the promise {promise} on {matter}"
        ),
        row,
        ticket,
    )


def by_hand_words(ticket: Ticket, level: EscalationLevel, reason: str, *, by: str) -> Phrase:
    """A colleague or the customer asks for somebody above."""
    told = {"matter": _matter(ticket), "why": f" {reason}" if reason else ""}
    if level is EscalationLevel.RULE:
        return Phrase("Needs you, {matter}.{why}", **told)
    if level is EscalationLevel.CUSTOMER:
        return Phrase("The customer asks for you on {matter}.{why}", **told)
    return Phrase("{name} asks for you on {matter}.{why}", name=by, **told)


def _promise(words: str, row: Deadline, ticket: Ticket) -> Phrase:
    return Phrase(words, promise=promise_words(row), matter=_matter(ticket))
