"""The words of steps that are about offers, exceptions, refusals and what was granted."""

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from desk.demo.content import ContentInvalid
from desk.demo.playing import Play, Played
from desk.demo.verbs import verb
from remedies.errors import AboveAuthority
from remedies.models import ExceptionRequest, Offer, OfferComponent, Remedy
from remedies.rules.states import GRANTED, UNDECIDED, OfferStatus, RemedyStatus
from remedies.services import answers, drafting, exceptions, ledger, letters, offers
from remedies.services import refusing as refusals
from remedies.services.authorities import weigh
from tickets.actors import Actor
from tickets.models import Point
from tickets.money import Money
from tickets.rules import Outcome


def offer_in(played: Played, status: OfferStatus) -> Offer:
    """The case's offer with this status. Raises `ContentInvalid` where it has none."""
    found = Offer.objects.filter(ticket=played.open_ticket, status=status.value).first()
    if found is None:
        raise ContentInvalid(f"{played.case.key} has no offer that is {status}.")
    return found


def exception_in(played: Played) -> ExceptionRequest:
    """The case's exception that waits. Raises `ContentInvalid` where none does."""
    waiting = [status.value for status in UNDECIDED]
    found = ExceptionRequest.objects.filter(ticket=played.open_ticket, status__in=waiting)
    row = found.first()
    if row is None:
        raise ContentInvalid(f"{played.case.key} has no exception that waits.")
    return row


def component_called(offer: Offer, rule: str) -> OfferComponent:
    """The part of an offer that a rule gave. Raises `ContentInvalid`."""
    found = OfferComponent.objects.filter(offer=offer, rule=rule).first()
    if found is None:
        given = OfferComponent.objects.filter(offer=offer).values_list("rule", flat=True)
        raise ContentInvalid(f"{rule} gives nothing here; there are {', '.join(given)}.")
    return found


def _minor(amount: Any, currency: str) -> int:
    return Money.of(str(amount), currency).minor


@verb("draft")
def draft(play: Play, played: Played, *, actor: Actor, at: dt.datetime) -> None:
    """Nothing is done: the offer waits to be sent. Complains where there is none."""
    offer_in(played, OfferStatus.DRAFT)


@verb("adjust")
def adjust(
    play: Play,
    played: Played,
    *,
    actor: Actor,
    at: dt.datetime,
    rule: str,
    to: float,
    reason: str,
) -> None:
    """A person sets a sum inside its range."""
    offer = offer_in(played, OfferStatus.DRAFT)
    part = component_called(offer, rule)
    offers.adjust_component(
        offer, part.pk, _minor(to, offer.currency), reason=reason, actor=actor, now=at
    )


@verb("redraft")
def redraft(play: Play, played: Played, *, actor: Actor, at: dt.datetime) -> None:
    """Begin another offer after the last one was declined."""
    drafting.redraft(played.open_ticket, actor=actor, now=at)


@verb("raise")
def raise_(
    play: Play, played: Played, *, actor: Actor, at: dt.datetime, rule: str, reason: str
) -> None:
    """A person goes to the upper end of a range."""
    offer = offer_in(played, OfferStatus.DRAFT)
    part = component_called(offer, rule)
    offers.adjust_component(offer, part.pk, part.range_max or 0, reason=reason, actor=actor, now=at)


@verb("offer")
def offer(play: Play, played: Played, *, actor: Actor, at: dt.datetime, letter: str = "") -> None:
    """The draft goes out with a letter; without one, with the letter that the desk proposes.

    What is above the rep's limit is asked for, and somebody who may says yes.
    """
    row = offer_in(played, OfferStatus.DRAFT)
    until = play.moments.moment(at + offers.STANDS)
    body = play.text(played, letter) or letters.letter_for(
        row, sender=actor.name, until=f"{until:date}"
    )
    if ExceptionRequest.objects.filter(offer=row, status__in=_GRANTED).exists():
        offers.send_offer(row, body=body, actor=actor, now=at)
        return
    with suppress(AboveAuthority):
        offers.send_offer(row, body=body, actor=actor, now=at)
        return
    parts = list(OfferComponent.objects.filter(offer=row).order_by("position", "id"))
    ticket = played.open_ticket
    reason = "Above my limit. The sums are those of the policy."
    asked = exceptions.request_exception(row, amounts={}, reason=reason, actor=actor, now=at)
    deciders = [Actor.of_user(play.firm.people[key]) for key in ("helen", "patrick", "miriam")]
    can = next(d for d in deciders if weigh(row, parts, ticket=ticket, actor=d, now=at).allowed)
    yes = "The policy says so, and it is the customer's."
    exceptions.approve_exception(asked, reason=yes, actor=can, now=at)
    offers.send_offer(row, body=body, actor=actor, now=at)


_GRANTED = [status.value for status in GRANTED]


@verb("accept")
def accept(
    play: Play,
    played: Played,
    *,
    actor: Actor,
    at: dt.datetime,
    without: str = "",
    forms: Mapping[str, str] | None = None,
) -> None:
    """The customer says yes; to all but what the rule `without` gives, and in the `forms` that he
    would rather have, by rule."""
    row = offer_in(played, OfferStatus.SENT)
    chosen = None
    if without:
        parts = OfferComponent.objects.filter(offer=row).exclude(rule=without)
        chosen = list(parts.values_list("pk", flat=True))
    choices = {component_called(row, rule).pk: form for rule, form in (forms or {}).items()}
    answers.accept_offer(row, components=chosen, choices=choices, actor=actor, now=at)


@verb("decline")
def decline(
    play: Play,
    played: Played,
    *,
    actor: Actor,
    at: dt.datetime,
    wish: str = "",
    sum_: float | None = None,
    kind: str = "",
) -> None:
    """The customer says no, and what would be fair."""
    row = offer_in(played, OfferStatus.SENT)
    amount = None if sum_ is None else _minor(sum_, row.currency)
    answers.decline_offer(row, wish=wish, wish_amount=amount, wish_kind=kind, actor=actor, now=at)


@verb("fulfil")
def fulfil(play: Play, played: Played, *, actor: Actor, at: dt.datetime) -> None:
    """Everything that was granted has arrived."""
    owed = [RemedyStatus.GRANTED.value, RemedyStatus.FAILED.value]
    for row in Remedy.objects.filter(ticket=played.open_ticket, status__in=owed).order_by("pk"):
        ledger.fulfil_remedy(row, actor=actor, now=at)


@verb("fail")
def fail(play: Play, played: Played, *, actor: Actor, at: dt.datetime, reason: str) -> None:
    """Money that was granted came back."""
    for row in Remedy.objects.filter(
        ticket=played.open_ticket, status=RemedyStatus.GRANTED.value, amount__isnull=False
    ).order_by("pk"):
        ledger.fail_remedy(row, reason=reason, actor=actor, now=at)


@verb("exception")
def exception(
    play: Play,
    played: Played,
    *,
    actor: Actor,
    at: dt.datetime,
    reason: str,
    evidence: str = "",
    sums: Mapping[str, Any] | None = None,
    more: Mapping[str, Any] | None = None,
    add: Mapping[str, Any] | None = None,
) -> None:
    """Ask for more: other `sums` by rule, `more` of one rule, something to `add`."""
    row = offer_in(played, OfferStatus.DRAFT)
    amounts = {
        component_called(row, rule).pk: _minor(amount, row.currency)
        for rule, amount in (sums or {}).items()
    }
    if more:
        part = component_called(row, more["rule"])
        amounts[part.pk] = (part.amount or 0) + _minor(more["by"], row.currency)
    additions = []
    if add:
        amount = _minor(add["sum"], row.currency)
        additions = [exceptions.Addition(add["kind"], add["title"], amount)]
    exceptions.request_exception(
        row,
        amounts=amounts,
        additions=additions,
        reason=reason,
        evidence=evidence,
        actor=actor,
        now=at,
    )


@verb("approve")
def approve(play: Play, played: Played, *, actor: Actor, at: dt.datetime, reason: str) -> None:
    """Somebody who can says yes."""
    exceptions.approve_exception(exception_in(played), reason=reason, actor=actor, now=at)


@verb("deny")
def deny(play: Play, played: Played, *, actor: Actor, at: dt.datetime, reason: str) -> None:
    """Somebody who can says no."""
    exceptions.decline_exception(exception_in(played), reason=reason, actor=actor, now=at)


@verb("ask_back")
def ask_back(play: Play, played: Played, *, actor: Actor, at: dt.datetime, question: str) -> None:
    """Who decides wants to know something first."""
    exceptions.ask_back(exception_in(played), question=question, actor=actor, now=at)


@verb("refuse")
def refuse(
    play: Play,
    played: Played,
    *,
    actor: Actor,
    at: dt.datetime,
    reason: str,
    regret: str = "",
    instead: str = "",
    would_change: str = "",
    basis: str = "",
) -> None:
    """A reasoned no, to points that were decided before; `basis` is the rule, in words."""
    ticket = played.open_ticket
    findings = [
        refusals.Finding(
            point.pk,
            Outcome(point.outcome),
            point.finding,
            basis=basis if point.outcome == Outcome.NOT_UPHELD else "",
        )
        for point in Point.objects.filter(ticket=ticket).order_by("pk")
    ]
    no = refusals.No(
        reason=reason,
        regret=regret,
        instead=instead,
        would_change=would_change,
    )
    refusals.refuse(ticket, findings=findings, no=no, actor=actor, now=at)
