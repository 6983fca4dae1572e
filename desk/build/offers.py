"""Offers, exceptions and authority as the right part of a ticket shows them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from desk.build.authority import meters_of, standing_for
from desk.glyphs import ChipView, MeterView
from desk.keys import KEYS, key_words
from desk.present import OfferLineView, OfferView
from desk.words import day_words, listed, moment_words, money_words
from remedies.authority import Decision
from remedies.models import ExceptionRequest, Offer, OfferComponent, Refusal, Remedy
from remedies.rules.retelling import known_words, told, told_all
from remedies.rules.states import GRANTED, UNDECIDED, ExceptionStatus, OfferStatus, RemedyStatus
from remedies.services import wish_words
from remedies.services.additions import is_added
from remedies.services.exceptions.undoing import UNDO
from tickets.access import Principal
from tickets.kept import Asking, given
from tickets.languages import Spoken
from tickets.models import Ticket
from tickets.rules import EventType, Stage
from tickets.saying import retold

ICONS = {
    "apology": "heart",
    "credit": "gift",
    "refund": "undo-2",
    "compensation": "calendar",
    "replacement": "package",
    "upgrade": "arrow-up",
    "gift": "gift",
    "expedite": "zap",
    "callback": "phone",
}
_STATES = {
    OfferStatus.DRAFT: (_l("draft"), "neutral"),
    OfferStatus.SENT: (_l("sent"), "accent"),
    OfferStatus.ACCEPTED: (_l("accepted"), "good"),
    OfferStatus.PARTLY_ACCEPTED: (_l("accepted in part"), "good"),
    OfferStatus.DECLINED: (_l("declined"), "late"),
    OfferStatus.EXPIRED: (_l("ran out"), "neutral"),
    OfferStatus.WITHDRAWN: (_l("taken back"), "neutral"),
    OfferStatus.SUPERSEDED: (_l("replaced"), "neutral"),
}
_EXCEPTIONS = Spoken(
    {
        ExceptionStatus.PENDING: _l("waits to be decided"),
        ExceptionStatus.ASKED_BACK: _l("asked back"),
        ExceptionStatus.APPROVED: _l("approved"),
        ExceptionStatus.AMENDED: _l("approved with changes"),
        ExceptionStatus.DECLINED: _l("declined"),
        ExceptionStatus.WITHDRAWN: _l("withdrawn"),
        ExceptionStatus.VOID: _l("void, the offer changed"),
    }
)
_TAKEN = frozenset({OfferStatus.ACCEPTED, OfferStatus.PARTLY_ACCEPTED})
_REMEDIES = Spoken(
    {
        RemedyStatus.GRANTED: _l("on its way"),
        RemedyStatus.FULFILLED: _l("delivered"),
        RemedyStatus.FAILED: _l("failed, needs a look"),
        RemedyStatus.REVERSED: _l("taken back"),
    }
)


@dataclass(frozen=True, slots=True)
class RemedyLine:
    """A granted component and where it stands; `tick` is where a person ticks it off."""

    icon: str
    name: str
    sum: str
    state: str
    tick: str = ""
    done: bool = False


@dataclass(frozen=True, slots=True)
class OfferPart:
    """Everything about remedies that the page shows."""

    offer: OfferView | None = None
    meters: tuple[MeterView, ...] = ()
    #: Why the next step can be taken now.
    ready: str = ""
    #: Who decides an exception that waits.
    waiting_for: str = ""
    #: Until when the customer can answer the offer that is with him.
    sent_until: str = ""
    #: What of the offer counts against the limits.
    counts: str = ""
    notes: tuple[str, ...] = ()
    remedies: tuple[RemedyLine, ...] = ()
    actions: tuple[Any, ...] = ()


def component_sum(component: OfferComponent, currency: str) -> str:
    """The sum of a component, or what stands in its place."""
    if component.amount is not None:
        return money_words(component.amount, currency)
    known = {"apology": _("in words"), "callback": _("a call")}
    return known.get(component.kind, component.form or _("yes"))


def left_out(offer: Offer, component: OfferComponent) -> bool:
    """Not among the parts that were accepted. What the law owes is never left out."""
    partly = offer.status == OfferStatus.PARTLY_ACCEPTED
    return partly and component.accepted is False and not component.owed


def line_view(component: OfferComponent, currency: str, *, left: bool = False) -> OfferLineView:
    """One component of an offer."""
    old = component.adjusted_from
    why = told_all(component.steps)
    if component.reason:
        changed = _("Changed: %(reason)s") % {"reason": component.reason}
        why = f"{why}. {changed}" if why else changed
    return OfferLineView(
        icon=ICONS.get(component.kind, "circle"),
        name=retold(component.title),
        sum=component_sum(component, currency),
        why=why or retold(component.words),
        clause=component.clause or component.rule,
        clause_title=retold(component.words),
        old_sum=money_words(old, currency) if old is not None else "",
        by_law=component.owed,
        key=str(component.pk),
        left=left,
        facts=known_words((label, words) for _, label, words in component.facts),
    )


def offer_view(
    offer: Offer, components: Sequence[OfferComponent], *, now: dt.datetime, zone: ZoneInfo
) -> OfferView:
    """An offer with its lines. Reads its policy, so select it."""
    state, tone = _STATES[OfferStatus(offer.status)]
    words = str(state)
    if offer.status == OfferStatus.DRAFT and offer.policy is not None:
        words = _("draft, policy %(version)s") % {"version": offer.policy.version}
    if offer.status == OfferStatus.SENT and offer.expires_at:
        words = _("sent, until %(day)s") % {"day": day_words(offer.expires_at, now=now, zone=zone)}
    kept = offer.explanation or {}
    missing = tuple(retold(str(item.get("label", ""))) for item in kept.get("missing", []))
    left = {part.pk for part in components if left_out(offer, part)}
    total = offer.total - sum(part.amount or 0 for part in components if part.pk in left)
    return OfferView(
        id=offer.pk,
        state=offer.status,
        chip=ChipView(words, tone),
        lines=tuple(line_view(part, offer.currency, left=part.pk in left) for part in components),
        total=money_words(total, offer.currency) if total else _("without money"),
        old_total=money_words(offer.total, offer.currency) if total != offer.total else "",
        missing=missing if offer.status == OfferStatus.DRAFT else (),
        why_not=tuple(
            f"{retold(item.get('title', ''))}: {told(item.get('reason') or item.get('why', ''))}"
            for item in kept.get("not_applied", [])
        ),
        note=(_("The customer would find fair: %(wish)s") % {"wish": wish})
        if (wish := wish_words(offer))
        else "",
        declined=offer.status == OfferStatus.DECLINED,
    )


_OFFERS: Asking[Offer] = Asking(
    lambda: (
        Offer.objects.filter(ticket=given("ticket")).select_related("policy").order_by("-id")[:20]
    )
)
_COMPONENTS: Asking[OfferComponent] = Asking(
    lambda: OfferComponent.objects.filter(offer=given("offer"))
)
_ASKED: Asking[ExceptionRequest] = Asking(
    lambda: (
        ExceptionRequest.objects.filter(ticket=given("ticket"))
        .select_related("requester", "decider")
        .order_by("id")
    )
)
_GRANTED: Asking[Remedy] = Asking(
    lambda: Remedy.objects.filter(ticket=given("ticket")).order_by("id")
)


def current_offer(ticket: Ticket) -> Offer | None:
    """The draft, else the one that is sent, else the newest. One query."""
    offers = _OFFERS(ticket=ticket.pk)
    for status in (OfferStatus.DRAFT, OfferStatus.SENT):
        for offer in offers:
            if offer.status == status:
                return offer
    return offers[0] if offers else None


def offer_part(ticket: Ticket, who: Principal, *, now: dt.datetime, zone: ZoneInfo) -> OfferPart:
    """The offer of a ticket, what its reader may grant, and what waits to be decided."""
    offer = current_offer(ticket)
    components = _COMPONENTS(offer=offer.pk) if offer else []
    exceptions = _ASKED(ticket=ticket.pk)
    waiting = [row for row in exceptions if row.status in UNDECIDED]
    meters: tuple[MeterView, ...] = ()
    ready = counts = ""
    if offer is not None and offer.status == OfferStatus.DRAFT:
        standing = standing_for(ticket, offer, components, who, now=now)
        meters, ready = meters_of(standing), _ready(offer, standing)
        granted = next(
            (e for e in exceptions if e.offer_id == offer.pk and e.status in GRANTED), None
        )
        if granted is not None and granted.decider is not None:
            ready = _("%(name)s approved the exception: send the offer.") % {
                "name": granted.decider.get_short_name()
            }
            if granted.decided_at is not None and now < granted.decided_at + UNDO:
                ready = " ".join([ready, _("Sending it makes that final.")])
        counts = _counts(components, offer.currency)
    elif offer is not None and offer.status == OfferStatus.DECLINED:
        first = ticket.customer.name.split(" ")[0]
        ready = _("%(name)s declined the offer. Draft it again, or say why it stays so.") % {
            "name": first
        }
    refusals = list(Refusal.objects.filter(ticket=ticket).order_by("id"))
    if offer is None or offer.status == OfferStatus.WITHDRAWN:
        refused = any(row.stage == ticket.stage for row in refusals)
        ready = _("The refusal is sent: it can be resolved.") if refused else ""
    remedies = remedy_lines(ticket)
    if offer is not None and offer.status in _TAKEN and all(line.done for line in remedies):
        ready = _("All that was accepted is delivered: it can be resolved.")
    return OfferPart(
        offer=offer_view(offer, components, now=now, zone=zone) if offer else None,
        meters=meters,
        ready=ready,
        waiting_for=_decider(waiting[-1]) if waiting else "",
        sent_until=_sent_until(offer, now=now, zone=zone),
        counts=counts,
        notes=tuple(_notes(ticket, exceptions, refusals, now=now, zone=zone)),
        remedies=tuple(remedies),
        actions=_actions(offer, components, waiting),
    )


def _ready(offer: Offer, standing: Decision) -> str:
    missing = [str(item.get("label", "")) for item in (offer.explanation or {}).get("missing", [])]
    if missing:
        return _("Still to be known: %(missing)s.") % {"missing": listed(missing)}
    if standing.allowed:
        return _("Every fact is known and the offer is inside your authority.")
    return _("The offer is ready.") + f" {standing.reason}"


def _sent_until(offer: Offer | None, *, now: dt.datetime, zone: ZoneInfo) -> str:
    if offer is None or offer.status != OfferStatus.SENT or offer.expires_at is None:
        return ""
    return _("until %(day)s") % {"day": day_words(offer.expires_at, now=now, zone=zone)}


def _counts(components: Sequence[OfferComponent], currency: str) -> str:
    counted = [c.amount for c in components if c.is_discretionary and c.amount]
    every = [c.amount for c in components if c.amount]
    if not counted or len(counted) == len(every):
        return ""
    return _("only %(money)s of it counts") % {"money": money_words(sum(counted), currency)}


def _decider(row: ExceptionRequest) -> str:
    if row.status == ExceptionStatus.ASKED_BACK:
        return row.requester.get_short_name()
    return _("a supervisor")


def _notes(
    ticket: Ticket,
    exceptions: Sequence[ExceptionRequest],
    refusals: Sequence[Refusal],
    *,
    now: dt.datetime,
    zone: ZoneInfo,
) -> list[str]:
    notes = []
    for row in exceptions:
        words = _EXCEPTIONS[ExceptionStatus(row.status)]
        asked = money_words(row.asked_total, row.currency)
        line = _("%(name)s asked for %(sum)s: %(standing)s") % {
            "name": row.requester.get_short_name(),
            "sum": asked,
            "standing": words,
        }
        if row.decider and row.decided_at:
            when = moment_words(row.decided_at, now=now, zone=zone)
            line += _(" by %(name)s, %(when)s") % {
                "name": row.decider.get_short_name(),
                "when": when,
            }
        if row.decision_reason:
            line += f". “{row.decision_reason}”"
        if row.status == ExceptionStatus.ASKED_BACK and row.question:
            line += f": “{row.question}”"
        notes.append(line)
    reviews = ticket.events.filter(type=EventType.REVIEW_ASKED.value).order_by("seq")
    for event in reviews if ticket.stage != Stage.FIRST else ():
        when = moment_words(event.at, now=now, zone=zone)
        notes.append(
            _("Review asked for %(when)s: “%(reason)s”")
            % {"when": when, "reason": event.data.get("reason", "")}
        )
    for refusal in refusals:
        when = moment_words(refusal.at, now=now, zone=zone)
        notes.append(_("Refused %(when)s: %(reason)s") % {"when": when, "reason": refusal.reason})
    return notes


def remedy_lines(ticket: Ticket) -> list[RemedyLine]:
    """What was granted and where it stands. One query."""
    lines = []
    for remedy in _GRANTED(ticket=ticket.pk):
        by_hand = remedy.gateway == "manual" and remedy.status in {
            RemedyStatus.GRANTED,
            RemedyStatus.FAILED,
        }
        lines.append(
            RemedyLine(
                icon=ICONS.get(remedy.kind, "circle"),
                name=remedy.title,
                sum=money_words(remedy.amount, remedy.currency),
                state=_REMEDIES[RemedyStatus(remedy.status)],
                tick=f"/desk/remedies/{remedy.pk}/fulfil/" if by_hand else "",
                done=remedy.status in {RemedyStatus.FULFILLED, RemedyStatus.REVERSED},
            )
        )
    return lines


@dataclass(frozen=True, slots=True)
class FootAction:
    """A button under the offer."""

    verb: str
    title: str

    @property
    def key(self) -> str:
        """Its key on the page."""
        return KEYS.get(self.verb, "")

    @property
    def key_words(self) -> str:
        """The same as it is shown."""
        return key_words(self.key)


def _actions(
    offer: Offer | None,
    components: Sequence[OfferComponent],
    waiting: Sequence[ExceptionRequest],
) -> tuple[FootAction, ...]:
    refuse = FootAction("refuse", _("Refuse …"))
    if offer is None:
        return (refuse,)
    if any(row.status == ExceptionStatus.ASKED_BACK for row in waiting):
        return (FootAction("answer-back", _("Answer the question")), refuse)
    if waiting:
        return (FootAction("withdraw-exception", _("Withdraw the exception")), refuse)
    if offer.status == OfferStatus.DRAFT:
        added = sum(part.amount or 0 for part in components if is_added(part))
        total = money_words(added, offer.currency)
        words = _("Grant %(total)s, added for lateness") % {"total": total}
        grant = FootAction("grant-added", words)
        return (
            *([grant] if added else []),
            FootAction("adjust", _("Adjust")),
            FootAction("exception", _("Request exception")),
            refuse,
        )
    if offer.status == OfferStatus.SENT:
        return (FootAction("withdraw-offer", _("Take the offer back")), refuse)
    more = FootAction("exception", _("Request exception"))
    return (FootAction("redraft", _("Draft again")), more, refuse)
