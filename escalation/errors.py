"""Ways in which escalation refuses. The docstring is the message."""

from tickets.errors import Conflict, DomainError, Invalid


class PolicyInvalid(Invalid):
    """This deadline policy can't be read."""

    code = "deadline_policy_invalid"


class DeadlineOver(Conflict):
    """This deadline no longer runs, so it can't be {verb}."""

    code = "deadline_over"


class DeadlinePassed(Conflict):
    """This deadline has passed. It stays missed: tell the customer when he will hear instead."""

    code = "deadline_passed"


class ExtensionRefused(DomainError):
    """This extension is not possible: {why}."""

    code = "extension_refused"


class ExtendedMeanwhile(Conflict):
    """Somebody else has moved this date meanwhile. Look at the new one before you move it again:
    another letter would go to the customer."""

    code = "extended_meanwhile"


class AlreadyAcknowledged(Conflict):
    """{name} has acknowledged this already."""

    code = "escalation_acknowledged"


class AlreadyCalled(Conflict):
    """Somebody is called already and has not answered yet. Within the hour nobody is called twice,
    and above the last one there is nobody."""

    code = "already_called"


class OwnCall(Conflict):
    """You called. Somebody else has to answer."""

    code = "own_call"


class NotEscalated(Conflict):
    """This ticket is not in escalation."""

    code = "not_escalated"
