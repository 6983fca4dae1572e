"""A supervisor looks for what went wrong: a figure, the tickets behind it, one of them, and on
paper."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.conftest import People
    from tests.builders import Desk

pytestmark = pytest.mark.slow


def test_from_a_figure_to_its_tickets_and_onto_paper(people: People, live_desk: Desk) -> None:
    from django.utils import timezone

    from feedback.services.insight.keeping import catch_up
    from tests.builders import make_ticket, user
    from tickets import services

    ticket, now = make_ticket(live_desk, now=timezone.now()), timezone.now()
    services.reply(ticket, body="We were wrong.", actor=user(live_desk.alice), now=now)
    catch_up()
    page = people.of("sue")
    page.goto("/desk/")
    page.locator("nav.rail").get_by_role("link", name="Insight").first.click()
    expect(page.get_by_role("heading", name="What customers say")).to_be_visible()
    page.get_by_role("navigation", name="Parts of insight").get_by_text("Causes").click()
    expect(page.get_by_role("heading", name="By category")).to_be_visible()
    page.locator("section[aria-labelledby=p-category] a.bar-name").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Complaints that came in: Outage")
    page.get_by_role("link", name=ticket.number).click()
    expect(page).to_have_url(re.compile(f"/desk/tickets/{ticket.number}/"))
    page.goto("/desk/insight/causes/")
    page.emulate_media(media="print")
    expect(page.locator(".rail")).to_be_hidden()
    folds = page.locator("details.insight-table")
    assert folds.count() > 2
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("details.insight-table:not([open])")).to_have_count(0)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(page.locator("details.insight-table[open]")).to_have_count(0)
