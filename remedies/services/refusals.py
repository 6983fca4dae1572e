"""A reasoned no: composed, sent by a person, kept as it was."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from remedies.letters import Answer, refusal_letter
from remedies.models import ExceptionRequest, Offer, Refusal
from remedies.rules.states import UNDECIDED, OfferStatus, RemedyEvent
from remedies.services.offers import withdraw_in
from remedies.services.tallies import components_of
from tickets.actors import Actor
from tickets.change import Change, changing
from tickets.errors import Conflict, Invalid, Missing
from tickets.models import Point, Ticket
from tickets.rules import Outcome, Stage
from tickets.services import check_reviewer, decide_point, reply
from tickets.services.texts import clean_text, needed

#: What is not found for the customer, as against what is.
AGAINST = frozenset({Outcome.NOT_UPHELD, Outcome.OUT_OF_SCOPE, Outcome.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Finding:
    """Our answer to one point: its outcome, and the reason in plain words."""

    point: int
    outcome: Outcome
    finding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class No:
    """What a refusal says beside its findings.

    `regret`: what we did get wrong; `instead`: what we can do; `would_change`: what would make
    us decide otherwise; `next_stage`: who looks at it next, how to reach them, by when.
    """

    reason: str
    next_stage: str
    regret: str = ""
    instead: str = ""
    would_change: str = ""


#: What a refusal keeps as it was said.
_KEPT = ("regret", "instead", "would_change", "next_stage")


def missing_parts(no: No, findings: Sequence[Finding], *, stage: str) -> list[str]:
    """What a refusal still lacks at this stage, in words; empty when it may go out.

    Reason, next stage and a finding for each point always; at stage 2 and beyond also what
    would change the decision and what we can do instead.
    """
    lacking = []
    if not no.reason.strip():
        lacking.append("the reason")
    if not no.next_stage.strip():
        lacking.append("what the customer can do next, and by when")
    if not findings:
        lacking.append("an answer to each point")
    lacking += ["why a point was found so" for item in findings if not item.finding.strip()][:1]
    if stage != Stage.FIRST:
        if not no.would_change.strip():
            lacking.append("what would change the decision")
        if not no.instead.strip():
            lacking.append("what we can do instead")
    return lacking


def refuse(
    ticket: Ticket,
    *,
    findings: Sequence[Finding],
    no: No,
    actor: Actor,
    now: dt.datetime,
    body: str = "",
    seen: int | None = None,
) -> Refusal:
    """Say no to a complaint, or to what it asks for: each point answered, with the next stage.

    `body` is the text as the person changed it; empty for the composed one. An open draft is
    withdrawn. Raises `Missing` naming what lacks, `SameReviewer` at stage 2, `Conflict` while
    an exception waits or where the law gives the customer something.
    """
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        check_reviewer(change)
        lacking = missing_parts(no, findings, stage=change.ticket.stage)
        if lacking:
            raise Missing(what=", ".join(lacking), field="refusal")
        answers = _decide_points(change, findings, actor)
        _close_offers(change)
        text = clean_text(body, field="body", limit=20_000) or _letter(change, no, answers, actor)
        message = reply(change.ticket, body=text, actor=actor, now=now)
        refusal = change.add(
            Refusal(
                ticket=change.ticket,
                points=answers,
                reason=needed(no.reason, what="a reason", field="reason", limit=4000),
                **{name: getattr(no, name).strip() for name in _KEPT},
                message=message,
                refused_by=actor.user,
                at=now,
            )
        )
        change.record(
            RemedyEvent.REFUSAL_SENT,
            data={
                "refusal": refusal.pk,
                "message": message.pk,
                "reason": refusal.reason,
                "points": len(answers),
                "words": f"{len(answers)} point{'s' if len(answers) != 1 else ''} answered",
            },
            changes={f"refusals.{refusal.pk}": (None, message.pk)},
        )
    return refusal


def _letter(change: Change, no: No, answers: list[dict[str, object]], actor: Actor) -> str:
    return refusal_letter(
        name=change.ticket.customer.name,
        answers=[Answer(str(item["text"]), str(item["finding"])) for item in answers],
        reason=no.reason,
        regret=no.regret,
        instead=no.instead,
        would_change=no.would_change,
        next_stage=no.next_stage,
        sender=actor.name,
    )


def _decide_points(
    change: Change, findings: Sequence[Finding], actor: Actor
) -> list[dict[str, object]]:
    points = {point.pk: point for point in change.all(Point)}
    named = {item.point for item in findings}
    for place, item in enumerate(findings):
        if item.point not in points:
            where = f"findings.{place}.point"
            raise Invalid("A finding is about a point of this ticket.", field=where)
    left = [p.text for key, p in points.items() if key not in named and not p.outcome]
    if left:
        raise Missing(what=f"an answer to “{left[0]}”", field="findings")
    if all(item.outcome not in AGAINST for item in findings):
        raise Invalid("A refusal finds against at least one point.", field="findings")
    answers: list[dict[str, object]] = []
    for item in findings:
        decide_point(
            change.ticket,
            item.point,
            outcome=item.outcome,
            finding=item.finding,
            root_cause=points[item.point].root_cause,
            actor=actor,
            now=change.now,
        )
        answers.append(
            {
                "point": item.point,
                "text": points[item.point].text,
                "outcome": Outcome(item.outcome).value,
                "finding": item.finding.strip(),
            }
        )
    return answers


def _close_offers(change: Change) -> None:
    """An open draft is withdrawn; what waits or is owed by law holds the refusal back."""
    if any(row.status in UNDECIDED for row in change.all(ExceptionRequest)):
        raise Conflict("An exception still waits to be decided.", field="refusal")
    change.flush()
    for offer in change.all(Offer):
        if offer.status not in {OfferStatus.DRAFT, OfferStatus.SENT}:
            continue
        owed = [part for part in components_of(offer) if part.owed]
        if owed:
            raise Conflict(f"The law gives the customer this: {owed[0].title}.", field="refusal")
        withdraw_in(change, offer, "The complaint was refused.")
