"""An exception is decided as the page says: what is filled in is what is approved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from remedies.models import ExceptionRequest
    from tests.browser.conftest import People
    from tests.builders import Desk

pytestmark = pytest.mark.slow


@pytest.fixture
def asked(live_desk: Desk) -> ExceptionRequest:
    """£300 for her father, where the policy offers less."""
    from remedies.services import request_exception
    from tests.builders import user
    from tests.remedies.builders import draft_of, make_hurt

    now = timezone.now()
    offer = draft_of(make_hurt(live_desk, now=now))
    part = offer.components.filter(amount__gt=0).order_by("-position")[0]
    return request_exception(
        offer, reason="Her father", amounts={part.pk: 30_000}, actor=user(live_desk.alice), now=now
    )


@pytest.fixture
def sue(people: People, asked: ExceptionRequest) -> Page:
    """The supervisor, at the case."""
    page = people.of("sue")
    page.goto(f"/desk/exceptions/{asked.pk}/")
    return page


def test_the_filled_button_and_its_key_follow_the_sums(sue: Page, asked: ExceptionRequest) -> None:
    yes = sue.locator("[data-yes]")
    expect(yes).to_contain_text("Approve £331.40", use_inner_text=True)
    sue.keyboard.press("m")
    # The first sum is there to be typed over.
    expect(sue.locator("[data-asked]").first).to_be_focused()
    assert sue.evaluate("getSelection().toString()") == sue.evaluate("document.activeElement.value")
    field = sue.locator('[data-asked="300.00"]')
    for typed, said in (
        ("200", "Amend to £231.40"),
        ("1,200.50", "Amend to £1,231.90"),
        ("", "Amend"),
        ("300", "Approve £331.40"),
        ("£250.00", "Amend to £281.40"),
    ):
        field.fill(typed)
        assert " ".join(yes.inner_text().split()) in {said, f"{said} A"}
    field.blur()
    sue.keyboard.press("a")
    sue.get_by_text("Approved with your sums").wait_for()
    asked.refresh_from_db()
    assert (asked.status, asked.decided_total) == ("amended", 28_140)

    # The rest of a supervisor's morning, without a mouse: who runs late, taken over; then insight.
    sue.keyboard.press("g")
    sue.keyboard.press("l")
    sue.wait_for_url("**/desk/late/")
    sue.locator("[data-row].cursor").wait_for()
    sue.keyboard.press("t")
    sue.wait_for_url("**/take-over/")
    sue.locator("main form [name=brief]").focus()
    sue.keyboard.type("Nobody has it, so I do.")
    sue.keyboard.press("Enter")
    sue.wait_for_url(lambda url: "take-over" not in url)
    sue.keyboard.press("g")
    sue.keyboard.press("i")
    sue.wait_for_url("**/desk/insight/**")


def test_a_no_by_its_key_is_in_ones_own_words(sue: Page, asked: ExceptionRequest) -> None:
    reason, line = sue.locator(".decision [name=reason]"), sue.locator("[data-own-words]")
    sue.keyboard.press("d")
    expect(reason).to_be_focused()
    expect(line).to_contain_text("in your own words why not")
    # Esc leaves it, and nothing was begun.
    sue.keyboard.press("Escape")
    expect(line).to_be_hidden()
    sue.keyboard.press("d")
    expect(reason).to_be_focused()
    sue.keyboard.type("The rule covers it.")
    sue.keyboard.press("Control+Enter")
    sue.get_by_text("Declined.").wait_for()
    asked.refresh_from_db()
    assert (asked.status, asked.decision_reason) == ("declined", "The rule covers it.")
