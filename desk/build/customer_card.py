"""A customer as a line in a list."""

import datetime as dt
from dataclasses import dataclass

from desk.build.about import since_words
from desk.build.people import customer_avatar
from desk.glyphs import AvatarView
from tickets.models import Customer


@dataclass(frozen=True, slots=True)
class CustomerLineView:
    """Name, tier, since when, and whether there are support needs."""

    name: str
    url: str
    avatar: AvatarView
    since: str
    tier: str
    needs: str


def line_of_customer(customer: Customer, *, now: dt.datetime) -> CustomerLineView:
    """One customer as a line."""
    return CustomerLineView(
        name=customer.name,
        url=f"/desk/customers/{customer.pk}/",
        avatar=customer_avatar(customer),
        since=since_words(customer, now=now),
        tier=customer.tier,
        needs=customer.support_needs,
    )
