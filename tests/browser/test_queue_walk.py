"""The queue by keyboard alone: views, several tickets and undo, search and the palette."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.test_access import findings

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import People
    from tests.builders import Desk

pytestmark = pytest.mark.slow
SCHEMES: tuple[Literal["light", "dark"], ...] = ("dark", "light")


def broken(page: Page) -> list[str]:
    """What axe finds in the state that the page is in now, in both themes."""
    found = []
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found += [f"{scheme}: {one}" for one in findings(page)]
    return found


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_morning_at_the_queue_by_keyboard(people: People, live_desk: Desk) -> None:
    from tests.builders import make_customer, make_ticket
    from tickets.models import SavedView, Ticket

    now = timezone.now()
    names = ("Rosa Ferrante", "Sam Whitlock", "Omar Haddad", "Grace Mbeki")
    made = [make_ticket(live_desk, now=now, customer=make_customer(name)) for name in names]
    alice = people.of("alice")

    # A row is opened by one press, whichever row has the cursor and grows with it.
    alice.locator("[data-row] .row-link").nth(3).click()
    alice.wait_for_url("**/desk/tickets/*/")
    press(alice, "Escape")
    alice.wait_for_url("**/desk/")
    alice.goto(f"{alice.url.split('/desk/')[0]}/desk/")
    alice.locator("[data-row] .row-link").first.focus()

    # Three are chosen along with the cursor, given to Bob, and taken back with one key.
    press(alice, "x", "Shift+J", "Shift+J")
    expect(alice.locator("[data-selection-count]")).to_have_text("3 selected", use_inner_text=True)
    assert broken(alice) == []
    press(alice, "a")
    assert alice.evaluate("document.activeElement.id") == "bulk-owner"
    assert broken(alice) == []
    press(alice, "Escape")
    assert alice.evaluate("document.activeElement.className") == "row-link"
    press(alice, "a")
    alice.keyboard.type("Bob")
    press(alice, "Tab", "Enter")
    alice.get_by_text("3 tickets given to Bob.").wait_for()
    assert Ticket.objects.filter(owner=live_desk.bob).count() == 3
    assert broken(alice) == []
    press(alice, "u")
    alice.get_by_text("Undone: 3 tickets are as before.").wait_for()
    assert not Ticket.objects.filter(owner=live_desk.bob).exists()

    # What cannot be done with one alone is said on the bar, and can be read there.
    press(alice, "x", "l")
    alice.locator(".selection .error").wait_for()
    assert broken(alice) == []
    press(alice, "Escape")
    assert not alice.locator("[data-selection]").is_visible()

    # The row at the cursor is put aside by two keys, told in its view, and taken back by one.
    press(alice, "z")
    alice.locator(".selection .moment:focus").wait_for()
    assert broken(alice) == []
    press(alice, "2")
    alice.get_by_text("1 ticket put aside until tomorrow 09:00.").wait_for()
    assert Ticket.objects.exclude(snoozed_until=None).count() == 1
    alice.locator("a[href='/desk/?view=snoozed']", has_text="1").wait_for()
    press(alice, "u")
    alice.get_by_text("Undone: 1 ticket is as before.").wait_for()
    assert not Ticket.objects.exclude(snoozed_until=None).exists()

    # A tag for two, a filter by it, and a view of the filter, all without a mouse.
    press(alice, "x", "Shift+ArrowDown", "t")
    alice.keyboard.type("leeds")
    press(alice, "Tab", "Enter")
    alice.get_by_text("2 tickets tagged leeds.").wait_for()
    press(alice, "f")
    assert broken(alice) == []
    expect(alice.locator(".filter input[name=text]")).to_be_focused()
    press(alice, "Tab")
    alice.keyboard.type("leeds")
    press(alice, "Enter")
    alice.get_by_text("Tag: leeds").wait_for()
    expect(alice.locator(".row")).to_have_count(2)
    press(alice, "s")
    alice.keyboard.type("Leeds exchange")
    assert broken(alice) == []
    press(alice, "Enter")
    alice.wait_for_url("**view=s-*")
    view = SavedView.objects.get()
    of_list = {"owner": ["me", "nobody", "stood_in_for"]}  # what "For me" shows
    assert (view.name, view.criteria) == ("Leeds exchange", {"tag": ["leeds"], **of_list})
    alice.locator(f"#count-s-{view.pk}", has_text="2").wait_for()

    # Search as one types: nothing moves, arrows choose, Escape closes, Enter opens.
    before = alice.locator(".queue-head").bounding_box()
    press(alice, "/")
    alice.keyboard.type("whit")
    option = alice.locator("#search-found [role=option]", has_text="Sam Whitlock").first
    option.wait_for()
    assert alice.locator(".queue-head").bounding_box() == before
    assert broken(alice) == []
    press(alice, "Escape")
    assert not alice.locator("#search-found").is_visible()
    alice.keyboard.type("l")
    option.wait_for()
    press(alice, "ArrowDown", "Enter")
    alice.wait_for_url(f"**/desk/tickets/{made[1].number}/**")

    # The palette on the queue: what can be done to the row at the cursor, by whatever word, before
    # what is about oneself; and the views.
    alice.goto(f"{alice.url.split('/desk/')[0]}/desk/?view=team")
    alice.locator("[data-row] .row-link").nth(1).focus()
    press(alice, "j", "Control+k")
    options = alice.locator("#palette-found [role=option]")
    alice.locator("#palette-found [aria-label=Places]").wait_for()
    told = options.all_inner_texts()
    assert [one.split("\n")[0] for one in told].index("Assign") < next(
        at for at, one in enumerate(told) if one.startswith("Sign out")
    )
    alice.keyboard.type("snooze")
    expect(options.first).to_contain_text("Put aside", use_inner_text=True)
    expect(options.filter(has_text="View: Snoozed")).to_have_count(1)
    press(alice, "Enter")
    alice.locator(".selection .moment:focus").wait_for()
    expect(alice.locator("[data-selection-count]")).to_have_text("1 selected", use_inner_text=True)
    alice.goto(f"{alice.url.split('/desk/')[0]}/desk/tickets/{made[1].number}/")

    # The palette: a place, an action of the page, a customer; Escape goes back to where one was.
    press(alice, "Control+k")
    alice.locator("#palette-found [role=option]").first.wait_for()
    assert broken(alice) == []
    press(alice, "Escape")
    assert not alice.locator("#palette").is_visible()
    press(alice, "Control+k")
    alice.keyboard.type("leeds ex")
    press(alice, "Enter")  # faster than the answer
    alice.locator("#queue-title", has_text="Leeds exchange").wait_for()
    press(alice, "Control+k")
    alice.keyboard.type("filter")
    press(alice, "Enter")
    alice.locator(".sheet.filter").first.wait_for()
    press(alice, "Escape", "Control+k")
    alice.keyboard.type("omar")
    customer = alice.locator("#palette-found [aria-label=Customers] [role=option]").first
    customer.wait_for()
    press(alice, "ArrowUp", "Enter")
    alice.wait_for_url("**/desk/customers/**")


def test_all_that_is_shown_is_selected_and_let_go_with_one_box(
    people: People, live_desk: Desk
) -> None:
    from tests.builders import make_customer, make_ticket

    for name in ("Rosa Ferrante", "Sam Whitlock", "Omar Haddad"):
        make_ticket(live_desk, now=timezone.now(), customer=make_customer(name))
    alice = people.of("alice")
    every, count = alice.get_by_label("Select all shown"), alice.locator("[data-selection-count]")
    every.check()
    expect(count).to_have_text("3 selected", use_inner_text=True)
    assert broken(alice) == []
    alice.locator("[data-row] input[type=checkbox]").first.uncheck()
    expect(count).to_have_text("2 selected", use_inner_text=True)
    assert every.evaluate("box => box.indeterminate") and not every.is_checked()
    every.focus()
    press(alice, "Space")
    expect(count).to_have_text("3 selected", use_inner_text=True)
    press(alice, "Space")
    expect(alice.locator("[data-selection]")).to_be_hidden()
