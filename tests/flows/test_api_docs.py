"""The page of the API works in a real browser under our Content Security Policy."""

import pytest
from playwright.sync_api import Page, expect


@pytest.mark.slow
def test_the_page_of_the_api_lists_its_operations_and_breaks_nothing(page: Page) -> None:
    page.goto("/api/v1/docs/")
    page.get_by_role("link", name="tickets", exact=True).click()
    expect(page.get_by_text("Open a ticket", exact=True)).to_be_visible()
    expect(page.locator(".opblock")).not_to_have_count(0)
    page.get_by_text("Open a ticket", exact=True).click()
    expect(page.get_by_text("Idempotency-Key").first).to_be_visible()
