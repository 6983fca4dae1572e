"""Offers, limits and policies for tests."""

from typing import Any

from remedies import services
from remedies.models import Authority, Offer, OfferComponent, RemedyPolicy
from tests.builders import NOW, Desk, make_ticket, user
from tickets.models import Ticket
from tickets.money import Money


def put_in_force(source: str) -> RemedyPolicy:
    """A policy's text, active from NOW."""
    draft = services.save_draft(source, by=None, now=NOW)
    return services.activate(draft, by=None, now=NOW)


def set_limits(role: str, **limits: Any) -> Authority:
    """What a role may grant alone in pounds, of everything together."""
    return Authority.objects.create(role=role, currency="GBP", **limits)


def make_hurt(desk: Desk, **over: Any) -> Ticket:
    """A complaint of pain 4 that cost £31.40: refund £31.40, credit £90 to £135."""
    values: dict[str, Any] = {
        "loss": Money(3140, "GBP"),
        "factors": {"consequence": "serious"},
        **over,
    }
    return make_ticket(desk, **values)


def draft_of(ticket: Ticket) -> Offer:
    """The ticket's draft."""
    return Offer.objects.get(ticket=ticket, status="draft")


def part(offer: Offer, rule: str) -> OfferComponent:
    """A component of the offer by its rule."""
    return OfferComponent.objects.get(offer=offer, rule=rule)


def sent_offer(desk: Desk, ticket: Ticket, **over: Any) -> Offer:
    """The draft, sent by alice."""
    values: dict[str, Any] = {"body": "We were wrong.", "actor": user(desk.alice), "now": NOW}
    return services.send_offer(draft_of(ticket), **{**values, **over})
