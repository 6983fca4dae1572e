"""The desk by keyboard alone, drafts that survive, two at once, and without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.conftest import People
    from tests.builders import Desk

pytestmark = pytest.mark.slow


def test_the_queue_by_keyboard(people: People, live_desk: Desk) -> None:
    from tests.builders import make_customer, make_ticket

    for name in ("Rosa Ferrante", "Sam Whitlock", "Omar Haddad"):
        make_ticket(live_desk, now=timezone.now(), customer=make_customer(name))
    alice = people.of("alice")
    first = alice.locator(".row").nth(0).inner_text()
    assert alice.locator(".row.cursor").inner_text() == first
    alice.keyboard.press("j")
    assert alice.locator(".row").nth(1).get_attribute("class") == "row cursor"
    alice.keyboard.press("x")
    alice.keyboard.press("j")
    alice.keyboard.press("x")
    expect(alice.locator("[data-selection-count]")).to_have_text("2 selected", use_inner_text=True)
    alice.keyboard.press("Escape")
    assert not alice.locator("[data-selection]").is_visible()
    alice.keyboard.press("?")
    expect(alice.locator("#keys")).to_be_visible()
    alice.keyboard.press("Escape")
    alice.keyboard.press("/")
    alice.keyboard.type("Whitlock")
    alice.keyboard.press("Enter")
    alice.wait_for_url("**/desk/search/**")
    expect(alice.locator("main").first).to_contain_text("Sam Whitlock", use_inner_text=True)
    alice.keyboard.press("g")
    alice.keyboard.press("l")
    alice.wait_for_url("**/desk/late/")


def test_a_draft_survives_a_closed_tab_and_goes_when_it_is_sent(
    people: People, live_desk: Desk
) -> None:
    from tests.builders import make_ticket

    address = f"/desk/tickets/{make_ticket(live_desk, now=timezone.now()).number}/"
    alice = people.of("alice")
    alice.goto(address)
    alice.locator("#panel-reply textarea").fill("Dear Ines, half a")
    again = alice.context.new_page()
    alice.close()
    again.goto(address)
    field = again.locator("#panel-reply textarea")
    expect(field).to_have_value("Dear Ines, half a")
    field.fill("Dear Ines, a whole letter.")
    again.locator("#panel-reply [data-send]").click()
    again.get_by_text("Reply sent.").wait_for()
    expect(again.locator("#panel-reply textarea")).to_have_value("")


def test_two_at_once_hold_the_second_reply_and_keep_its_text(
    people: People, live_desk: Desk
) -> None:
    from tests.builders import make_ticket

    address = f"/desk/tickets/{make_ticket(live_desk, now=timezone.now()).number}/"
    alice, bob = people.of("alice"), people.of("bob")
    for page in (alice, bob):
        page.goto(address)
    alice.locator("#panel-reply textarea").fill("Dear Ines, from Alice.")
    bob.locator("#panel-reply textarea").fill("Dear Ines, from Bob.")
    alice.locator("#panel-reply [data-send]").click()
    alice.get_by_text("Reply sent.").wait_for()
    bob.locator("#panel-reply [data-send]").click()
    bob.get_by_text("Not sent. Alice changed the ticket while you typed.").wait_for()
    expect(bob.locator("#panel-reply textarea")).to_have_value("Dear Ines, from Bob.")
    expect(bob.locator(".log").first).to_contain_text("Dear Ines, from Alice.", use_inner_text=True)
    bob.locator("#panel-reply [data-send]").click()
    bob.get_by_text("Reply sent.").wait_for()


def test_without_javascript_everything_still_works(people: People, live_desk: Desk) -> None:
    from tests.builders import make_ticket

    ticket = make_ticket(live_desk, now=timezone.now())
    alice = people.of("alice", java_script_enabled=False)
    alice.locator(".row-link").first.click()
    alice.get_by_role("tab", name="Note").click()
    alice.wait_for_url("**do=note**")
    alice.locator("#panel-note textarea").fill("By a form alone")
    alice.locator("#panel-note [data-send]").click()
    expect(alice.locator(".log").first).to_contain_text("By a form alone", use_inner_text=True)
    alice.get_by_role("tab", name="Reply").click()
    alice.locator("#panel-reply textarea").fill("Dear Ines")
    alice.locator("#panel-reply [data-send]").click()
    assert ticket.messages.filter(kind="reply").count() == 1
    customer = people.nobody(java_script_enabled=False)
    customer.goto("/complain/")
    customer.locator("label.tile", has_text="Broadband").click()
    customer.get_by_label("What happened?").fill("It broke.")
    customer.get_by_label("Your name").fill("Rosa Ferrante")
    customer.get_by_label("E-mail").fill("rosa@customers.example")
    customer.get_by_role("button", name="Send my complaint").click()
    customer.wait_for_url("**/complain/received/**")


def test_the_ticket_page_stays_small(people: People, live_desk: Desk) -> None:
    from tests.builders import make_ticket

    ticket, other = (make_ticket(live_desk, now=timezone.now()) for _ in range(2))
    alice, sizes, hosts = people.of("alice"), [], set()

    def note(response: object) -> None:
        request = response.request  # type: ignore[attr-defined]
        hosts.add(request.url.split("/")[2])
        sizes.append(request.sizes()["responseBodySize"])

    fresh = people.of("bob")
    fresh.on("response", note)
    fresh.goto(f"/desk/tickets/{ticket.number}/", wait_until="networkidle")
    assert sum(sizes) < 250_000
    sizes.clear()
    fresh.goto(f"/desk/tickets/{other.number}/", wait_until="networkidle")
    assert sum(sizes) < 30_000, "what a browser has is not sent again, and pages are compressed"
    whole = fresh.evaluate(
        "Promise.all([location.href, ...[...document.querySelectorAll('link[rel=stylesheet],"
        " script[src]')].map((node) => node.href || node.src)].map((address) => fetch(address)"
        ".then((answer) => answer.text()))).then((texts) => texts.join('').length)"
    )
    assert whole < 250_000, "also as it is read, not only as it is sent"
    assert len(hosts) == 1
    assert alice.url.endswith("/desk/")
