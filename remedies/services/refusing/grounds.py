"""What a refusal of a ticket can rest on: the rules as they were found to apply, the customer's
words, and what we know that we did wrong. Read only."""

import datetime as dt
from dataclasses import dataclass

from remedies.active import policy_for
from remedies.errors import FactWrong
from remedies.pain import Circumstances
from remedies.rules.language.draft import WhyNot
from remedies.rules.language.policy import Rule
from remedies.rules.refusing import Ground, Setting
from remedies.services.drafting import evaluate_for
from remedies.services.pasts import pasts_of
from tickets.languages import speaking
from tickets.models import Event, Message, Ticket
from tickets.recourse import Way, recourse_of
from tickets.rules import EventType, MessageKind, Stage
from tickets.saying import ngettext

#: What is most likely to be the reason comes first.
_ORDER = {WhyNot.EXCLUDED: 0, WhyNot.DATED: 1, WhyNot.CONDITION: 2, WhyNot.NOTHING: 3}
_TEXTS = 50


@dataclass(frozen=True)
class Basis:
    """All of it, and the way on from the answer."""

    grounds: tuple[Ground, ...]
    said: tuple[str, ...]
    setting: Setting
    way: Way
    next_stage: str
    outside: str

    def ground(self, rule: str) -> Ground | None:
        """The rule of that name, if it may be quoted."""
        return next((one for one in self.grounds if one.rule == rule), None)


def basis_of(ticket: Ticket, *, now: dt.datetime) -> Basis:
    """What a refusal of this ticket, sent now, can rest on. Raises nothing for a policy or fact
    that can't be read: then there is nothing to quote."""
    way, zone = recourse_of(ticket), ticket.customer.time_zone
    first = ticket.stage == Stage.FIRST
    grounds, circumstances = _evaluated(ticket, now)
    with speaking(ticket.language):
        outside = "" if ticket.stage == Stage.EXTERNAL else way.body_words(now, zone)
        next_stage = way.review_words(now, zone) if first else ""
    return Basis(
        grounds=grounds,
        said=words_of_customer(ticket),
        setting=Setting(
            formal=way.is_formal(ticket.stage),
            our_faults=_faults(circumstances),
            names_body=ticket.stage != Stage.EXTERNAL,
        ),
        way=way,
        next_stage=next_stage,
        outside=outside,
    )


def words_of_customer(ticket: Ticket) -> tuple[str, ...]:
    """What the customer wrote to us about it, the first words first; with the matter in one line,
    unless one of us has put it otherwise."""
    rows = Message.objects.filter(ticket=ticket, kind=MessageKind.INBOUND.value)
    said = list(rows.order_by("at", "id").values_list("body", flat=True)[:_TEXTS])
    ours = Event.objects.filter(ticket=ticket, type=EventType.SUBJECT_CHANGED.value)
    return tuple(said if ours.exists() else [*said, ticket.subject])


def _evaluated(ticket: Ticket, now: dt.datetime) -> tuple[tuple[Ground, ...], Circumstances]:
    (_, situation), = pasts_of([ticket], now=now)  # fmt: skip
    found = policy_for(ticket)
    if found is None:
        return (), situation.circumstances
    row, policy = found
    try:
        draft, _ = evaluate_for(policy, situation, now=now)
    except FactWrong:
        return (), situation.circumstances
    name, rules = f"{row.title} {row.version}", {rule.name: rule for rule in policy.rules}
    refused = sorted(draft.not_applied, key=lambda one: _ORDER.get(one.why, 9))
    grounds = [
        Ground(
            one.rule,
            one.title,
            rules[one.rule].clause,
            one.why.value,
            _plain(one.reason, rules[one.rule]),
            name,
        )
        for one in refused
        if one.rule in rules
    ]
    grounds += [
        Ground(part.rule, part.title, part.clause, "applied", part.says, name)
        for part in draft.components
    ]
    return tuple(grounds), situation.circumstances


def _plain(reason: str, rule: Rule) -> str:
    """The reason as a customer reads it: an exclusion's own words, without its name."""
    names = [one.name for one in rule.exclusions if reason.startswith(f"{one.name}: ")]
    return reason.removeprefix(f"{names[0]}: ") if names else reason


def _faults(known: Circumstances) -> tuple[str, ...]:
    """What we did wrong on the way, as far as the desk knows, in the reader's language."""
    late, broken = known.deadlines_missed, known.promises_broken
    found = []
    if late:
        words = ngettext("we were late", "we were late %(count)s times", late)
        found.append(words % {"count": late})
    if broken:
        words = ngettext(
            "we did not keep a promise", "we did not keep a promise %(count)s times", broken
        )
        found.append(words % {"count": broken})
    return tuple(found)
