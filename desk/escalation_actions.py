"""Actions on a ticket that somebody was called to: behind "More" on its page."""

from desk.actions import OPEN, Action, Doing, register
from desk.forms.ticket import NoFields, ReasonForm
from escalation.models import Escalation
from escalation.services.manual import acknowledge_step, deescalate
from tickets.errors import Conflict


def _answer(do: Doing) -> str:
    """I am on it: to the newest call that nobody has answered."""
    calls = Escalation.objects.filter(ticket=do.ticket, climb__ended_at=None, climb__isnull=False)
    step = calls.select_related("deadline").order_by("-id").first()
    if step is None:
        raise Conflict("Nobody was called, or somebody has answered.", field="version")
    acknowledge_step(step, actor=do.actor, now=do.now, seen=do.seen)
    return "Noted: you are on it. Nobody else is called."


def _down(do: Doing) -> str:
    deescalate(do.ticket, reason=do.data["reason"], actor=do.actor, now=do.now, seen=do.seen)
    return "De-escalated. What was missed stays missed, and its owner is told."


register(
    Action("answer-call", "I am on it", "I am on it", NoFields, _answer, "hand", when=OPEN,
           hint="You answer for it, and nobody else is called."),
    Action("de-escalate", "De-escalate", "De-escalate", ReasonForm, _down, "arrow-down",
           when=OPEN, verb_needed="supervise"),
)  # fmt: skip
