"""An empty desk is led, in a browser, to the first complaint; what is kept can be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, People
from tests.browser.test_access import findings, too_wide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.support.live import LiveSite

pytestmark = pytest.mark.slow


def looked_at(page: Page, wrong: dict[str, list[str]]) -> None:
    """Note what axe finds on a page, and whether it is too wide."""
    if found := [*findings(page), *too_wide(page)]:
        wrong[page.url] = found


@pytest.fixture
def people(browser: Browser, live_site: LiveSite) -> Iterator[People]:
    """Browsers on a site where nothing is set up."""
    found = People(browser, live_site.url)
    yield found
    for context in found.contexts:
        context.close()


def test_an_empty_desk_is_led_to_its_first_complaint(people: People) -> None:
    from tickets.models import Ticket, User

    User.objects.create_user("ada@example.org", PASSWORD, name="Ada", role="admin")
    wrong: dict[str, list[str]] = {}
    page = people.nobody(viewport={"width": 1280, "height": 900}, color_scheme="dark")
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill("ada@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/desk/start/team/")
    looked_at(page, wrong)
    page.get_by_label("Name of the team").fill("Care")
    page.get_by_label("Friday").fill("9-13")
    page.locator("#start-look").get_by_text("09:00 to 13:00").first.wait_for()  # as one types
    page.get_by_role("button", name="Keep team and hours").click()
    page.wait_for_url("**/holidays/")
    page.get_by_label("Country", exact=True).select_option("GB")
    page.get_by_role("button", name="Keep holidays").click()
    page.wait_for_url("**/categories/")
    looked_at(page, wrong)
    page.get_by_role("checkbox", name="Shops and deliveries").check()
    page.get_by_role("button", name="Keep categories").click()
    page.wait_for_url("**/policies/")
    looked_at(page, wrong)
    page.get_by_role("button", name="Keep policies and limits").click()
    page.wait_for_url("**/people/")
    looked_at(page, wrong)
    page.get_by_label("Name, line 1").fill("Tara Okafor")
    page.get_by_label("E-mail address, line 1").fill("tara")
    page.get_by_role("button", name="Invite them").click()
    page.get_by_role("alert").get_by_text("is not an address such as").wait_for()
    page.get_by_label("E-mail address, line 1").fill("tara@example.org")
    page.get_by_role("button", name="Invite them").click()
    page.wait_for_url("**/mail/")
    page.get_by_role("button", name="Later").click()
    page.wait_for_url("**/form/")
    looked_at(page, wrong)
    page.get_by_role("button", name="Open the form").click()
    page.get_by_role("heading", name="The desk can take complaints in").wait_for()
    looked_at(page, wrong)
    _settings(page, wrong)
    page.goto("/complain/")
    page.get_by_role("radio", name="Goods").check()
    assert Ticket.objects.count() == 0
    assert not wrong, wrong
    assert not people.broken


def _settings(page: Page, wrong: dict[str, list[str]]) -> None:
    """One setting by keyboard: changed, seen in its history, undone."""
    page.goto("/desk/settings/")
    looked_at(page, wrong)
    page.get_by_role("link", name="Escalation paths").click()
    page.get_by_role("link", name="Owner, lead, supervisors").click()
    looked_at(page, wrong)
    cell = page.get_by_label("After, line 2")
    cell.fill("3h")
    page.locator("#setup-preview").get_by_text("3h of working time").wait_for()
    cell.press("Enter")
    page.get_by_text("Owner, lead, supervisors is kept.").wait_for()
    page.get_by_role("button", name="Undo the last change").click()
    page.get_by_text("Undone.").wait_for()
    expect(page.get_by_label("After, line 2")).to_have_value("1h")
    page.get_by_role("button", name="More lines").click()
    expect(page.get_by_label("After, line 7")).to_be_visible()
    page.goto("/desk/settings/file/")
    looked_at(page, wrong)
