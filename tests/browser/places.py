"""The addresses of what `make screenshots` pictures: found in the demo, or made on top of it."""

from __future__ import annotations

import datetime as dt
import json
import sys

from django.utils import timezone

from escalation.models import Deadline, DeadlinePolicy, Spell
from escalation.services import previews, rederiving, trials
from escalation.services.simulating import Draft
from feedback.models import Survey
from remedies.models import Backtest, Offer
from remedies.rules.checks.tallying import unpacked
from remedies.services import replaying
from tickets.access import Principal
from tickets.actors import Actor
from tickets.models import Ticket, User
from tickets.services import escalated_by_customer

#: How far back the draft is tried.
SPAN = dt.timedelta(days=91)


def find() -> dict[str, str]:
    """What stands in the addresses: a rich ticket of the rep, one in escalation, one whose
    customer asked for somebody above, one with an offer sent, an open survey, drafts of deadlines
    and of remedies that were tried, and what they would move."""
    now = timezone.now()
    while replaying.work_next(now=now):  # what was begun for rules that exceptions become
        continue
    open_ones = Ticket.objects.filter(closed_at=None)
    rich = open_ones.filter(customer__name="Ines Calloway").order_by("-received_at").first()
    rich = rich or Ticket.objects.order_by("-event_count")[0]
    spell = Spell.objects.filter(ended_at=None, ticket__closed_at=None).last()
    late = spell.ticket if spell is not None else rich
    sent = Offer.objects.filter(status="sent").order_by("-total").first()
    survey = Survey.objects.filter(status__in=["sent", "answered"]).order_by("status").last()
    tried = Backtest.objects.order_by("-id")[0]
    clock = Deadline.objects.filter(status="running", ticket=rich).order_by("due_at")[0]
    return {
        "number": rich.number,
        "drafted": _drafted(rich).number,
        "customer": str(rich.customer_id),
        "late": late.number,
        "key": (sent.ticket if sent is not None else rich).access_key,
        "above": _asks_for_somebody_above(now),
        "survey": survey.token if survey is not None else "none",
        "clock": str(clock.pk),
        "backtest": str(tried.pk),
        "tried": _changed(tried),
        "draft": str(_tried(now)),
        "reckoning": str(_looked_at(now)),
    }


def _drafted(rich: Ticket) -> Ticket:
    """A ticket of the rep whose offer waits to be sent; the rich one where it is that."""
    nadia = User.objects.get(email="nadia@linden.example")
    waits = Ticket.objects.filter(offers__status="draft", closed_at=None, team=rich.team)
    own = waits.filter(owner=nadia)
    return own.filter(pk=rich.pk).first() or own.first() or waits.first() or rich


def _changed(tried: Backtest) -> str:
    """A ticket that the backtest changes, and that a manager sees."""
    numbers = [change.number for change in unpacked(tried.result).changes]
    return Ticket.objects.filter(number__in=numbers, confidential=False)[0].number


def _asks_for_somebody_above(now: dt.datetime) -> str:
    ticket = (
        Ticket.objects.filter(
            status="open", owner__isnull=False, climbs=None, offers__status="draft"
        )
        .exclude(acknowledged_at=None)
        .order_by("-received_at")[0]
    )
    reason = "I was promised a call on Tuesday, and nobody rang."
    escalated_by_customer(ticket, reason=reason, actor=Actor.of_customer(ticket.customer), now=now)
    return ticket.access_key


def _policy() -> DeadlinePolicy:
    return DeadlinePolicy.objects.filter(active=True).order_by("-order")[0]


def _hurried() -> dict[str, object]:
    """The policy in force, with half the time to answer."""
    data = dict(_policy().data)
    data["targets"] = [
        {**one, "within": "4h"} if one["kind"] in {"first_response", "next_reply"} else one
        for one in data["targets"]
    ]
    return data


def _tried(now: dt.datetime) -> int:
    helen = Principal.of_user(User.objects.get(email="helen@linden.example"), now=now)
    draft = Draft(_policy().key, "Twice as quick", _policy().order, _hurried())
    row = trials.begin(draft, since=now - SPAN, until=now, who=helen, now=now)
    while trials.work(row.pk, now=now):
        continue
    return row.pk


def _looked_at(now: dt.datetime) -> int:
    miriam = Principal.of_user(User.objects.get(email="miriam@linden.example"), now=now)
    item = {"key": _policy().key, "data": _hurried()}
    job = previews.begin({"policies": [item]}, who=miriam, now=now)
    rederiving.run(job, now=now)
    return job.pk


def main() -> None:
    """Print them as one line, for the process that asked."""
    sys.stdout.write(f"PLACES {json.dumps(find())}\n")
