"""The ticket's page at every width: nothing is cut, and nothing has to be pushed sideways."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from playwright.sync_api import expect

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


def test_on_a_phone_rows_are_selected_and_changed_together(people: People, live_desk: Desk) -> None:
    from tests.builders import make_ticket

    pair = [make_ticket(live_desk, now=timezone.now()) for _ in range(2)]
    alice = people.of("alice", viewport={"width": 390, "height": 844}, has_touch=True)
    for box in alice.locator(".row-check").all():
        box.tap()
    bar = alice.locator("[data-selection]")
    expect(bar.locator("[data-selection-count]")).to_have_text("2 selected")
    bar.locator("summary", has_text="Tag").tap()
    field = bar.locator("#bulk-tag")
    field.fill("outage")
    inside = field.bounding_box()
    assert inside is not None
    assert inside["x"] >= 0 and inside["x"] + inside["width"] <= 390
    bar.get_by_role("button", name="Add the tag").tap()
    alice.get_by_text("tagged outage").wait_for()
    for ticket in pair:
        ticket.refresh_from_db()
        assert ticket.tags == ["outage"]
    alice.get_by_role("button", name="Undo").first.tap()
    alice.get_by_text("as before").wait_for()
    pair[0].refresh_from_db()
    assert pair[0].tags == []


@pytest.mark.parametrize("name", ["alice", "audrey"])
def test_where_there_is_little_room_one_walks_on_by_the_menu_and_by_key(
    people: People, live_desk: Desk, name: str
) -> None:
    from tests.builders import make_customer, make_ticket

    rosa = make_customer("Rosa")
    for subject in ("Router", "Bill", "Flight"):
        make_ticket(live_desk, now=timezone.now(), customer=rosa, subject=subject)
    reader = people.of(name)
    reader.set_viewport_size({"width": 390, "height": 844})
    reader.goto(f"/desk/customers/{rosa.pk}/")
    places = [link.get_attribute("href") for link in reader.locator("a.row-link").all()]
    assert len(places) == 3
    reader.goto(str(places[0]))
    walk = reader.get_by_role("link", name="The next one")
    expect(walk).to_be_hidden()
    reader.locator(".top summary", has_text="More that can be done").click()
    expect(reader.locator(".sheet .walk-place")).to_have_text("1 of 3, The list you came from")
    walk.click()
    reader.wait_for_url(f"**{places[1]}")
    reader.keyboard.press("]")
    reader.wait_for_url(f"**{places[2]}")
    reader.keyboard.press("[")
    reader.wait_for_url(f"**{places[1]}")
    reader.set_viewport_size({"width": 1440, "height": 900})
    if name == "audrey":
        expect(reader.locator(".top summary", has_text="More that can be done")).to_be_hidden()


def test_the_sum_of_a_row_stands_beside_its_button_in_longer_words(
    people: People, live_desk: Desk
) -> None:
    from tests.remedies.builders import make_hurt

    make_hurt(live_desk, now=timezone.now())
    live_desk.alice.language = "de"
    live_desk.alice.save()
    alice = people.of("alice")
    for width in (1024, 1280, 1440):
        alice.set_viewport_size({"width": width, "height": 900})
        alice.goto("/desk/")
        act = alice.locator(".row.cursor .row-act")
        expect(act).to_contain_text("Übernehmen")
        told, button = alice.locator(".row.cursor .tail b").bounding_box(), act.bounding_box()
        assert told is not None and button is not None
        assert told["x"] + told["width"] <= button["x"], width
        seen = alice.locator(".row.cursor .row-because").bounding_box()
        assert seen is not None and seen["x"] + seen["width"] <= button["x"], width


def test_the_words_of_a_curve_at_the_side_are_large_enough(people: People, live_desk: Desk) -> None:
    import datetime as dt

    from feedback.services.insight.keeping import catch_up
    from tests.builders import make_ticket, user
    from tickets import services

    for days in (60, 30, 1):
        then = timezone.now() - dt.timedelta(days=days)
        ticket = make_ticket(live_desk, now=then)
        services.reply(ticket, body="We were wrong.", actor=user(live_desk.alice), now=then)
    catch_up()
    sue = people.of("sue")
    for width in (390, 1280, 1440, 1920):
        sue.set_viewport_size({"width": width, "height": 900})
        sue.goto("/desk/insight/promises/")
        size = sue.locator(".insight-chart").first.evaluate(
            """(node) => parseFloat(getComputedStyle(node).fontSize)
              * node.getBoundingClientRect().width / node.viewBox.baseVal.width"""
        )
        assert size >= 10, (width, size)


def test_a_very_long_name_leaves_room_for_the_matter(people: People, live_desk: Desk) -> None:
    from tests.builders import make_customer, make_ticket

    name = "Wolfgang Amadeus Theophilus Freiherr von und zu Hohenlohe-Schillingsfürst der Jüngere"
    customer = make_customer("Wolfgang")
    customer.name = name
    customer.save()
    make_ticket(live_desk, now=timezone.now(), customer=customer)
    alice = people.of("alice")
    for width in (1024, 1440):
        alice.set_viewport_size({"width": width, "height": 900})
        matter = alice.locator(".row .matter").bounding_box()
        assert matter is not None and matter["width"] > 80, width
