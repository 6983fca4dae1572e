"""Actions on a ticket that somebody was called to: behind "More" on its page."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from desk.actions import OPEN, Action, Doing, register
from desk.build.standing import unanswered
from desk.forms.ticket import NoFields, ReasonForm
from escalation.models import Escalation
from escalation.services.manual import (
    acknowledge_escalation,
    acknowledge_step,
    deescalate,
)
from tickets.errors import Conflict


def _answer(do: Doing) -> str:
    """I am on it: to what runs late, and to the newest call that nobody has answered."""
    calls = Escalation.objects.filter(ticket=do.ticket, climb__ended_at=None, climb__isnull=False)
    step = calls.select_related("deadline").order_by("-id").first()
    late = unanswered(do.ticket)
    if step is None and not late:
        raise Conflict(_("Nobody was called, or somebody has answered."), field="version")
    seen = do.seen
    with transaction.atomic():
        for row in late:
            acknowledge_escalation(row, actor=do.actor, now=do.now, seen=seen)
            seen = None  # what follows has seen the one before
        if step is not None and not (late and _is_own(step, do)):
            acknowledge_step(step, actor=do.actor, now=do.now, seen=seen)
    return _("Noted: you are on it. Nobody else is called.")


def _is_own(step: Escalation, do: Doing) -> bool:
    """Whether the one who acts made the call himself, which he can't answer."""
    return step.climb is not None and step.climb.by_id == getattr(do.actor.user, "pk", None)


def _down(do: Doing) -> str:
    deescalate(do.ticket, reason=do.data["reason"], actor=do.actor, now=do.now, seen=do.seen)
    return _("De-escalated. What was missed stays missed, and its owner is told.")


register(
    Action("answer-call", _l("I am on it"), _l("I am on it"), NoFields, _answer, "hand", when=OPEN,
           hint=_l("You answer for it, and nobody else is called.")),
    Action("de-escalate", _l("De-escalate"), _l("De-escalate"), ReasonForm, _down, "arrow-down",
           when=OPEN, verb_needed="supervise"),
)  # fmt: skip
