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


def test_a_list_behind_a_figure_is_led_back_to_by_its_name(people: People, live_desk: Desk) -> None:
    from tests.builders import make_ticket, user
    from tickets import services

    ticket = make_ticket(live_desk, now=timezone.now())
    alice = user(live_desk.alice)
    services.reply(ticket, body="We were wrong.", actor=alice, now=timezone.now())
    mona = people.of("mona")
    mona.goto("/desk/reports/deadlines/behind/?what=kind&key=first_response&column=kept")
    assert mona.locator("td", has_text="First response").first.is_visible()
    mona.get_by_role("link", name=ticket.number, exact=True).click()
    mona.wait_for_url("**/desk/tickets/**")
    back(mona, "Promises: first response: kept")
    mona.wait_for_url("**/desk/reports/deadlines/behind/**column=kept")


def test_the_keys_walk_through_what_a_search_found(people: People, live_desk: Desk) -> None:
    from tests.builders import make_customer, make_ticket
    from tickets.services.indexing import index_what_happened

    now = timezone.now()
    facts = {"order_number": "LH-208-7155"}
    for name in ("Rosa", "Omar"):
        make_ticket(live_desk, now=now, customer=make_customer(name), facts=facts)
    make_ticket(live_desk, now=now, customer=make_customer("Sam"))
    index_what_happened()
    sue = people.of("sue")
    sue.goto("/desk/search/?q=LH2087155")
    listed = [one.split("/")[3] for one in sue.locator("[data-row]").evaluate_all(
        "rows => rows.map((row) => row.dataset.href)")]  # fmt: skip
    assert len(listed) == 2
    sue.locator(".row-link").first.click()
    sue.wait_for_url(f"**/desk/tickets/{listed[0]}/?view=r-*")
    for key, number in (("]", listed[1]), ("[", listed[0])):
        with sue.expect_navigation():
            sue.keyboard.press(key)
        assert f"/desk/tickets/{number}/?view=r-" in sue.url
