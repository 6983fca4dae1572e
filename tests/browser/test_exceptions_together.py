"""A supervisor selects several exceptions by key, decides them at once, and takes one back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.conftest import People
    from tests.builders import Desk

pytestmark = pytest.mark.slow


def test_several_by_key_and_one_taken_back(people: People, live_desk: Desk) -> None:
    from remedies.models import ExceptionRequest
    from remedies.services import request_exception
    from tests.builders import make_customer, user
    from tests.remedies.builders import draft_of, make_hurt

    now = timezone.now()
    for name, amount in (("Ann Ash", 30_000), ("Ben Birch", 30_000), ("Cat Cole", 5_000_000)):
        offer = draft_of(make_hurt(live_desk, customer=make_customer(name), now=now))
        part = offer.components.filter(amount__gt=0).order_by("-position")[0]
        request_exception(
            offer, reason="Storm", amounts={part.pk: amount}, actor=user(live_desk.alice), now=now
        )
    sue = people.of("sue")
    sue.goto("/desk/exceptions/")
    # The case that is shown is the one at the cursor: what a key decides is what one reads.
    title, cursor = sue.locator("#case .page-title"), sue.locator("[data-row].cursor b").first
    for key, name in (("j", "Ben Birch"), ("j", "Cat Cole"), ("j", "Cat Cole"), ("k", "Ben Birch")):
        sue.keyboard.press(key)
        expect(title).to_contain_text(name)
        expect(cursor).to_have_text(name)
    sue.locator("[data-row] .row-link", has_text="Cat Cole").focus()
    expect(cursor).to_have_text("Ben Birch")
    sue.keyboard.press("k")
    expect(title).to_contain_text("Ann Ash")
    for key in ("x", "j", "x", "j", "x"):
        sue.keyboard.press(key)
    sue.get_by_text("3 selected").wait_for()
    sue.keyboard.press("Escape")
    expect(cursor).to_have_text("Ann Ash")
    for key in ("x", "j", "x", "j", "x"):
        sue.keyboard.press(key)
    sue.get_by_text("3 selected").wait_for()
    sue.get_by_label("One reason for all").fill("Storm week")
    sue.keyboard.press("Escape")
    sue.keyboard.press("a")
    sue.get_by_text("Decided together").wait_for()
    words = sue.locator(".outcomes").inner_text()
    assert words.count(": approved") == 2
    assert "over your limit" in words
    statuses = ExceptionRequest.objects.values_list("status", flat=True)
    assert sorted(statuses) == ["approved", "approved", "pending"]
    # The one that is left: declined with a code, and taken back with one key.
    sue.get_by_label("If you decline").first.select_option("too_much")
    sue.keyboard.press("Escape")
    sue.keyboard.press("d")
    expect(sue.locator(".decision [name=reason]")).to_be_focused()
    sue.keyboard.type("Too much for a late parcel.")
    sue.keyboard.press("Control+Enter")
    sue.get_by_text("Declined. Alice reads why.").wait_for()
    row = ExceptionRequest.objects.get(decline_code="too_much")
    sue.keyboard.press("u")
    sue.get_by_text("Taken back. It waits again.").wait_for()
    row.refresh_from_db()
    assert row.status == "pending"
