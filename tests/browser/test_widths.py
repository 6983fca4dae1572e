"""The ticket's page at every width: nothing is cut, and nothing has to be pushed sideways."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

if TYPE_CHECKING:
    from tests.browser.conftest import People
    from tests.builders import Desk

pytestmark = pytest.mark.slow

#: Parts of the page whose content is wider than they are.
CUT = """() => [...document.querySelectorAll("html, .about, .talk, .owed, .tabs, .owed-foot, .top")]
  .filter((node) => node.offsetParent !== null || node.tagName === "HTML")
  .filter((node) => node.scrollWidth > node.clientWidth + 1)
  .map((node) => `${node.tagName}.${node.className}: ${node.scrollWidth} > ${node.clientWidth}`)"""


def test_no_part_of_the_ticket_is_cut_at_any_width(people: People, live_desk: Desk) -> None:
    from tests.remedies.builders import make_hurt

    ticket = make_hurt(live_desk, now=timezone.now())
    customer = ticket.customer
    customer.support_needs = "Her father's telecare alarm runs on this line"
    customer.preferences = "Writes by e-mail. Calls after 17:00 only"
    customer.save()
    alice = people.of("alice")
    for width, height in ((390, 844), (768, 1024), (1024, 768), (1280, 800), (1440, 900)):
        alice.set_viewport_size({"width": width, "height": height})
        alice.goto(f"/desk/tickets/{ticket.number}/")
        assert alice.evaluate(CUT) == [], width
    alice.set_viewport_size({"width": 1024, "height": 768})
    contact = alice.locator(".about").get_by_text("@example.org")
    assert not contact.is_visible()
    alice.locator("label.about-all").click()
    contact.wait_for()
