"""A supervisor looks for what went wrong: a figure, the tickets behind it, one of them, and on
paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import People
    from tests.builders import Desk
    from tickets.models import Ticket

pytestmark = pytest.mark.slow


def test_from_a_figure_to_its_tickets_and_onto_paper(
    people: People, site_desk: Desk, called: Ticket
) -> None:
    from feedback.services.insight.keeping import catch_up

    catch_up()
    page: Page = people.page(site_desk.sue)
    page.goto("/desk/")
    page.get_by_role("link", name="Insight", exact=True).first.click()
    expect(page.get_by_role("heading", name="What customers say")).to_be_visible()
    page.get_by_role("navigation", name="Parts of insight").get_by_text("Causes").click()
    expect(page.get_by_role("heading", name="By category")).to_be_visible()
    page.locator("a.bar-name").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("omplaints")
    page.locator("table.data tbody th a").first.click()
    expect(page).to_have_url(r".*/desk/tickets/A-.*")
    page.goto("/desk/insight/causes/")
    page.emulate_media(media="print")
    expect(page.locator(".rail")).to_be_hidden()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details.insight-table:not([open])").count() == 0
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("details.insight-table[open]").count() == 0
