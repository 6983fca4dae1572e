"""A reasoned no: composed, sent by a person, kept as it was."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from remedies.apology import check_apology
from remedies.errors import RefusalLacks
from remedies.letters import Answer, refusal_letter
from remedies.models import ExceptionRequest, Offer, Refusal
from remedies.rules.refusing import (
    AGAINST,
    Answered,
    Lack,
    Said,
    is_quoted,
    lacking,
    left_out,
    quote_for,
)
from remedies.rules.states import UNDECIDED, OfferStatus, RemedyEvent
from remedies.services.offers import withdraw_in
from remedies.services.refusing.grounds import Basis, basis_of
from remedies.services.tallies import components_of
from tickets.actors import Actor
from tickets.change import Change, changing
from tickets.errors import Conflict, Invalid, NotAllowed
from tickets.languages import speaking
from tickets.models import Point, Ticket
from tickets.rules import Outcome, PersonRelation, Stage
from tickets.saying import gettext_noop
from tickets.services import check_reviewer, decide_point, reply
from tickets.services.texts import clean_text, needed

#: What was done, as it is kept.
ANSWERED_ONE = gettext_noop("{n} point answered")
ANSWERED = gettext_noop("{n} points answered")


@dataclass(frozen=True, slots=True)
class Finding:
    """Our answer to one point: its outcome and the reason in plain words.

    `quote`: the customer's own words, "" for those that fit best. `rule`: the rule of the policy
    that it rests on, `basis` a rule in words where no policy has it. `because`: at a review, why
    the decision before did not hold, where this is better.
    """

    point: int
    outcome: Outcome
    finding: str
    quote: str = ""
    rule: str = ""
    basis: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class No:
    """What a refusal says beside its findings.

    `regret`: what we did get wrong; `instead`: what we can do; `would_change`: what would make
    us decide otherwise; `next_stage`: who looks at it next, how to reach them, by when; `outside`:
    the body outside, with its time limit. None for these two: as set up for the category.
    """

    reason: str
    next_stage: str | None = None
    regret: str = ""
    instead: str = ""
    would_change: str = ""
    outside: str | None = None


@dataclass(frozen=True)
class Composed:
    """A refusal as it would go out: its points, its words, its letter, and what it lacks."""

    points: tuple[Answered, ...]
    said: Said
    letter: str
    lacking: tuple[Lack, ...]
    notes: tuple[str, ...]
    formal: bool

    @property
    def blocked(self) -> tuple[Lack, ...]:
        """What holds it back."""
        return tuple(lack for lack in self.lacking if lack.blocks)


#: What a refusal keeps as it was said.
_KEPT = ("regret", "instead", "would_change", "next_stage", "outside")


def compose(
    ticket: Ticket,
    *,
    findings: Sequence[Finding],
    no: No,
    sender: str,
    now: dt.datetime,
    body: str = "",
) -> Composed:
    """Put a refusal together and see what it lacks; nothing is changed.

    Raises `Invalid` for a point that is not the ticket's, a rule that can't be quoted, or words
    that the customer did not write.
    """
    basis = basis_of(ticket, now=now)
    rows = list(ticket.points.all())
    points = _answered(ticket, rows, findings, basis)
    named = {item.point for item in findings}
    left = tuple(row.text for row in rows if row.pk not in named and not row.outcome)
    said = Said(
        reason=no.reason.strip(),
        next_stage=(basis.next_stage if no.next_stage is None else no.next_stage).strip(),
        regret=no.regret.strip(),
        instead=no.instead.strip(),
        would_change=no.would_change.strip(),
        outside=(basis.outside if no.outside is None else no.outside).strip(),
    )
    if ticket.stage != Stage.FIRST and not said.next_stage:
        # What stands after a review is the body outside.
        said = replace(said, next_stage=said.outside)
    setting = replace(basis.setting, unanswered=left)
    with speaking(ticket.language):
        again = ticket.stage == Stage.REVIEW
        letter = _letter(ticket.customer.name, points, said, sender, again=again)
    lacks = lacking(said, points, setting)
    if body.strip():
        lacks += _changed_by_hand(body, said, points, formal=setting.formal)
    notes = check_apology(body.strip() or letter).notes
    return Composed(points, said, body.strip() or letter, lacks, notes, setting.formal)


def _changed_by_hand(
    body: str, said: Said, points: Sequence[Answered], *, formal: bool
) -> tuple[Lack, ...]:
    return tuple(
        Lack("body", "body", _("%(part)s, which the letter no longer has") % {"part": name}, formal)
        for name in left_out(body, said, points)
    )


def _answered(
    ticket: Ticket, rows: Sequence[Point], findings: Sequence[Finding], basis: Basis
) -> tuple[Answered, ...]:
    known = {row.pk: row for row in rows}
    answered = []
    for place, item in enumerate(findings):
        row = known.get(item.point)
        if row is None:
            where = f"findings.{place}.point"
            raise Invalid("A finding is about a point of this ticket.", field=where)
        quote = item.quote.strip() or quote_for(row.text, basis.said)
        if item.quote.strip() and not is_quoted(quote, (*basis.said, row.text)):
            raise Invalid(
                "These are not the customer’s words. Quote what was written to us.",
                field=f"findings.{place}.quote",
            )
        ground = basis.ground(item.rule) if item.rule else None
        if item.rule and ground is None:
            rules = ", ".join(one.rule for one in basis.grounds) or _("none")
            raise Invalid(
                "This rule says nothing here. Those that do: {rules}.",
                rules=rules,
                field=f"findings.{place}.rule",
            )
        with speaking(ticket.language):
            quoted = ground.quoted if ground else ""
        answered.append(
            Answered(
                point=item.point,
                text=row.text,
                outcome=Outcome(item.outcome),
                finding=item.finding.strip(),
                quote=quote or row.text,
                rule=item.rule,
                rule_words=item.basis.strip() or quoted,
            )
        )
    return tuple(answered)


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
    withdrawn. Raises `RefusalLacks` naming each part that lacks, `SameReviewer` at stage 2,
    `Conflict` while an exception waits or where the law gives the customer something.
    """
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        check_reviewer(change)
        _check_sender(change)
        change.flush()
        text = clean_text(body, field="body", limit=20_000)
        made = compose(
            change.ticket, findings=findings, no=no, sender=actor.name, now=now, body=text
        )
        if made.blocked:
            raise RefusalLacks(made.blocked)
        if all(item.outcome not in AGAINST for item in made.points):
            raise Invalid("A refusal finds against at least one point.", field="findings")
        _decide_points(change, findings, actor)
        _close_offers(change)
        message = reply(change.ticket, body=made.letter, actor=actor, now=now)
        refusal = change.add(
            Refusal(
                ticket=change.ticket,
                stage=change.ticket.stage,
                points=[_kept(item) for item in made.points],
                reason=needed(made.said.reason, what=_("a reason"), field="reason", limit=4000),
                **{name: getattr(made.said, name) for name in _KEPT},
                message=message,
                refused_by=actor.user,
                at=now,
            )
        )
        count = len(made.points)
        change.record(
            RemedyEvent.REFUSAL_SENT,
            data={
                "refusal": refusal.pk,
                "message": message.pk,
                "reason": refusal.reason,
                "points": count,
                "rules": sorted({item.rule for item in made.points if item.rule}),
                "words": (ANSWERED_ONE if count == 1 else ANSWERED).format(n=count),
            },
            changes={f"refusals.{refusal.pk}": (None, message.pk)},
        )
    return refusal


def _check_sender(change: Change) -> None:
    """Raises `NotAllowed` where the complaint is about the one who would refuse it."""
    user = change.actor.user
    about = PersonRelation.COMPLAINED_ABOUT.value
    if user is not None and change.ticket.people.filter(user=user, relation=about).exists():
        raise NotAllowed("The complaint is about you. Somebody else answers it.", field="refusal")


def _kept(item: Answered) -> dict[str, object]:
    return {
        "point": item.point,
        "text": item.text,
        "quote": item.quote,
        "outcome": item.outcome.value,
        "finding": item.finding,
        "rule": item.rule,
        "rule_words": item.rule_words,
    }


def _letter(name: str, points: Sequence[Answered], said: Said, sender: str, *, again: bool) -> str:
    return refusal_letter(
        name=name,
        answers=[Answer(item.quote or item.text, item.finding, item.rule_words) for item in points],
        reason=said.reason,
        regret=said.regret,
        instead=said.instead,
        would_change=said.would_change,
        next_stage=said.next_stage,
        outside=said.outside,
        sender=sender,
        again=again,
    )


def _decide_points(change: Change, findings: Sequence[Finding], actor: Actor) -> None:
    causes = {point.pk: point.root_cause for point in change.all(Point)}
    for item in findings:
        decide_point(
            change.ticket,
            item.point,
            outcome=item.outcome,
            finding=item.finding,
            root_cause=causes[item.point],
            because=item.because,
            actor=actor,
            now=change.now,
        )


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
            raise Conflict(
                "The law gives the customer this: {title}.", title=owed[0].title, field="refusal"
            )
        withdraw_in(change, offer, "The complaint was refused.")
