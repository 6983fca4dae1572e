"""Ideas and thanks by keyboard alone: told, voted for, taken back, answered, given."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.browser.conftest import People
    from tests.builders import Desk

pytestmark = pytest.mark.slow

#: What has the focus, and whether one sees that it has.
FOCUSED = """node => node === document.activeElement
  && getComputedStyle(node).outlineStyle !== "none" """
#: So many presses of Tab are too many to get anywhere.
MOST = 60


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until this has the focus, and is seen to have it."""
    for _ in range(MOST):
        page.keyboard.press("Tab")
        if target.evaluate(FOCUSED):
            return
    raise AssertionError(f"Tab does not lead to {target}.")


def open_ideas(page: Page) -> None:
    """From wherever one is: insight, and its tab."""
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url("**/desk/insight/")
    parts = page.get_by_role("navigation", name="Parts of insight")
    tab_to(page, parts.get_by_role("link", name="Ideas and kudos"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/insight/ideas/")


def test_ideas_and_thanks_by_keyboard(people: People, live_desk: Desk) -> None:
    from feedback.models import Idea, Kudos

    alice = people.of("alice")
    open_ideas(alice)
    told = alice.get_by_role("region", name="Tell an idea")
    tab_to(alice, told.get_by_label("The idea in one line"))
    alice.keyboard.type("Call before one writes")
    alice.keyboard.press("Control+Enter")  # what is missing is said, and nothing typed is lost
    expect(told.get_by_role("alert")).to_be_focused()
    expect(told.get_by_role("textbox").first).to_have_value("Call before one writes")
    tab_to(alice, told.get_by_role("alert").get_by_role("link"))
    alice.keyboard.press("Enter")
    expect(told.get_by_label("What would change, and for whom?")).to_be_focused()
    alice.keyboard.type("Half of the letters would not be needed.")
    alice.keyboard.press("Control+Enter")
    alice.get_by_text("Told. Others can vote for it now").wait_for()
    expect(alice.locator("#ideas")).to_be_focused()
    idea = Idea.objects.get()

    bob = people.of("bob")
    open_ideas(bob)
    tab_to(bob, bob.get_by_role("button", name="Vote for: Call before one writes"))
    bob.keyboard.press("Enter")
    bob.get_by_text("Your vote counts.").wait_for()
    expect(bob.locator(f"#idea-{idea.pk}")).to_be_focused()
    bob.keyboard.press("Tab")
    back = bob.get_by_role("button", name="Take your vote back: Call before one writes")
    expect(back).to_be_focused()
    bob.keyboard.press("Space")
    bob.get_by_text("Your vote is taken back.").wait_for()
    expect(bob.locator(f"#idea-{idea.pk}")).to_be_focused()
    assert idea.votes.count() == 1

    sue = people.of("sue")
    open_ideas(sue)
    body = sue.locator(f"#idea-{idea.pk}")
    tab_to(sue, body.locator("summary"))
    sue.keyboard.press("Enter")
    tab_to(sue, body.get_by_label("What becomes of it?"))
    sue.keyboard.type("Do")
    tab_to(sue, body.get_by_label("Answer", exact=True))
    sue.keyboard.type("From Monday on.")
    tab_to(sue, body.get_by_role("button", name="Answer", exact=True))
    sue.keyboard.press("Enter")
    sue.get_by_text("Answered.").wait_for()
    expect(body).to_be_focused()
    expect(body).to_contain_text("From Monday on.")
    idea.refresh_from_db()
    assert (idea.status, idea.answer) == ("done", "From Monday on.")

    thanks = sue.get_by_role("region", name="Thank a colleague")
    tab_to(sue, thanks.get_by_label("To whom?"))
    sue.keyboard.type("Ali")
    tab_to(sue, thanks.get_by_label("What for?"))
    sue.keyboard.type("She had the idea.")
    tab_to(sue, thanks.get_by_role("button", name="Give thanks"))
    sue.keyboard.press("Enter")
    sue.get_by_text("Alice is thanked.").wait_for()
    assert Kudos.objects.get().to == live_desk.alice

    # From a figure to what it counts, to one of them, and back.
    tab_to(sue, sue.locator("a.figure-link, a[href*='/ideas/behind/']").first)
    sue.keyboard.press("Enter")
    sue.wait_for_url("**/desk/insight/ideas/behind/**")
    tab_to(sue, sue.get_by_role("link", name="Call before one writes"))
    sue.keyboard.press("Escape")
    # Of this page alone: a browser that is closed in the middle of going there may hang.
    sue.wait_for_url(re.compile(r"/desk/insight/ideas/(\?.*)?$"))
    expect(sue.locator("#ideas")).to_be_visible()
