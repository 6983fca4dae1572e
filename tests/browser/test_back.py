"""Back leads along the pages that led here, also past a form that was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import People
    from tests.builders import Desk

pytestmark = pytest.mark.slow


def back(page: Page, words: str) -> None:
    """Go back by the key, to the page with these words."""
    link = page.locator("[data-back]")
    assert link.inner_text() == words
    with page.expect_navigation():
        page.keyboard.press("Escape")


def test_back_follows_the_trail(people: People, live_desk: Desk) -> None:
    from tests.builders import make_ticket

    ticket = make_ticket(live_desk, now=timezone.now())
    sue = people.of("sue")
    sue.goto("/desk/late/?kind=resolve")
    sue.locator(".row-link").first.click()
    sue.wait_for_url(f"**/desk/tickets/{ticket.number}/")
    sue.get_by_role("link", name="Explain").click()
    back(sue, ticket.number)
    sue.get_by_role("link", name=ticket.customer.name).first.click()
    sue.wait_for_url("**/desk/customers/**")
    back(sue, ticket.number)
    sue.keyboard.press("n")
    sue.locator("#panel-note textarea").fill("She was called.")
    sue.keyboard.press("Control+Enter")
    sue.get_by_text("Note kept.").wait_for()
    back(sue, "Running late")
    sue.wait_for_url("**/desk/late/?kind=resolve")


def test_the_rail_begins_a_new_trail(people: People, live_desk: Desk) -> None:
    from tests.builders import make_ticket

    ticket = make_ticket(live_desk, now=timezone.now())
    sue = people.of("sue")
    sue.goto("/desk/late/")
    sue.goto(f"/desk/tickets/{ticket.number}/")
    sue.goto("/desk/?view=team")
    sue.locator(".row-link").first.click()
    sue.wait_for_url("**/desk/tickets/**")
    back(sue, "Queue")
    sue.wait_for_url("**/desk/?view=team")
