"""A policy's text tried on one ticket, beside what is in force. Reads only."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from remedies.active import active, compiled, policy_for
from remedies.models import RemedyPolicy
from remedies.rules import Component, OfferDraft, Policy
from remedies.rules.states import PolicyStatus
from remedies.services.drafting import evaluate_for
from remedies.services.pasts import pasts_of
from tickets.catalogue import catalogue
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Line:
    """One rule: what it gives by what is in force, and by the draft."""

    rule: str
    title: str
    active: Component | None
    draft: Component | None

    @property
    def changed(self) -> bool:
        """Whether it gives another sum, or gives something by one of the two only."""
        if self.active is None or self.draft is None:
            return True
        return self.active.amount != self.draft.amount or self.active.kind is not self.draft.kind


@dataclass(frozen=True, slots=True)
class Side:
    """What one policy gives on a ticket, and the facts that had to be left out as wrong."""

    offer: OfferDraft
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """A ticket, by what is in force and by a draft. A side is None where there is no policy."""

    ticket: Ticket
    #: The version that stands on the active side.
    version: RemedyPolicy | None
    active: Side | None
    draft: Side | None
    lines: tuple[Line, ...]
    #: The policy that the ticket falls under now, where that is another one.
    falls_under: str = ""

    @property
    def comparable(self) -> bool:
        """Whether both sides pay in the same money."""
        sides = [side.offer.currency for side in (self.active, self.draft) if side is not None]
        return len(set(sides)) < 2


def preview(ticket: Ticket, draft: Policy | None, *, key: str, now: dt.datetime) -> Preview:
    """What a draft of the policy called `key` gives on a ticket, beside the version in force.

    The facts are those that the ticket has now, or ended with. Four queries.
    """
    row, policy = _in_force(ticket, key)
    ((_, situation),) = pasts_of([ticket], now=now)
    sides: list[Side | None] = []
    for one in (policy, draft):
        if one is None:
            sides.append(None)
            continue
        offer, problems = evaluate_for(one, situation, now=now)
        sides.append(Side(offer, tuple(problems)))
    own = policy_for(ticket)
    other = own is not None and own[0].key != key
    return Preview(
        ticket,
        row,
        sides[0],
        sides[1],
        _lines(sides[0], sides[1]),
        own[0].title if own is not None and other else "",
    )


def _in_force(ticket: Ticket, key: str) -> tuple[RemedyPolicy | None, Policy | None]:
    """The version in force of the policy; of one that has none, what the ticket falls under."""
    found = active().row_for(catalogue().entry(ticket.category_id).keys)
    if found is None or found.key != key:
        own = RemedyPolicy.objects.filter(key=key, status=PolicyStatus.ACTIVE.value).first()
        found = own or found
    return (None, None) if found is None else (found, compiled(found.source))


def _lines(one: Side | None, other: Side | None) -> tuple[Line, ...]:
    """Rules of either side, in the order of the draft; those that it lacks where they were."""
    before = list(one.offer.components) if one is not None else []
    after = list(other.offer.components) if other is not None else []
    names = _merged([part.rule for part in before], [part.rule for part in after])
    found = []
    for name in names:
        was = next((part for part in before if part.rule == name), None)
        now = next((part for part in after if part.rule == name), None)
        shown = now or was
        if shown is not None:
            found.append(Line(name, shown.title, was, now))
    return tuple(found)


def _merged(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """All names: in the order of the second, each of the first only after the one before it."""
    found = list(after)
    for index, name in enumerate(before):
        if name not in found:
            place = found.index(before[index - 1]) + 1 if index else 0
            found.insert(place, name)
    return found
