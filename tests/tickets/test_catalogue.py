"""What one process keeps of the catalogue, and what another has added in the meantime."""

import pytest
from rest_framework.test import APIClient

from tests.builders import Desk, make_ticket, user
from tests.tickets.api.conftest import api, as_client
from tickets import services
from tickets.catalogue import catalogue
from tickets.errors import FactUnknown, Invalid
from tickets.models import Category, FactDefinition

__all__ = ["api", "as_client"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(desk: Desk) -> Category:
    """A category added where this process does not hear of it (no signal is sent)."""
    catalogue()
    return Category.objects.bulk_create([Category(key="post", name="Post", team=desk.home)])[0]


def test_a_category_that_another_process_has_just_added_takes_tickets(
    desk: Desk, post: Category
) -> None:
    assert make_ticket(desk, category="post").category == post


def test_a_category_that_another_process_has_just_added_is_read(
    api: APIClient, post: Category
) -> None:
    assert api.get("/api/v1/categories/post/").json()["name"] == "Post"
    assert api.get("/api/v1/categories/mast/").status_code == 404


def test_what_is_no_category_is_told_with_those_there_are(desk: Desk, post: Category) -> None:
    with pytest.raises(Invalid, match=r"Known are: .*post"):
        make_ticket(desk, category="mast")


def test_a_fact_that_another_process_has_just_added_is_taken(desk: Desk) -> None:
    ticket = make_ticket(desk)
    FactDefinition.objects.bulk_create(
        [FactDefinition(category=desk.outage, name="visits", label="Visits", kind="number")]
    )
    actor = user(desk.sue)
    services.set_facts(ticket, {"visits": 2}, actor=actor, now=ticket.received_at)
    ticket.refresh_from_db()
    assert ticket.facts["visits"] == "2"
    with pytest.raises(FactUnknown):
        services.set_facts(ticket, {"vists": 2}, actor=actor, now=ticket.received_at)
