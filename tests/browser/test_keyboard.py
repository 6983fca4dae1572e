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
    # Words that are typed before the field has the focus would be keys of the page.
    expect(alice.locator("#keys")).to_be_hidden()
    alice.keyboard.press("/")
    expect(alice.locator("[data-search]").first).to_be_focused()
    alice.keyboard.type("Whitlock")
    alice.keyboard.press("Enter")
    alice.wait_for_url("**/desk/search/**")
    expect(alice.locator("main").first).to_contain_text("Sam Whitlock", use_inner_text=True)
    alice.keyboard.press("g")
    alice.keyboard.press("l")
    alice.wait_for_url("**/desk/late/")

    # Whoever goes into a ticket and back finds the cursor where it was; so do views by G V.
    alice.keyboard.press("g")
    alice.keyboard.press("q")
    alice.locator(".row.cursor").wait_for()
    alice.keyboard.press("j")
    alice.keyboard.press("j")
    # By its key: another one may come to be due later meanwhile, once it is acknowledged.
    left = alice.locator(".row.cursor").get_attribute("data-id")
    third = alice.locator(f'.row[data-id="{left}"]')
    expect(third).to_have_class("row cursor")
    alice.keyboard.press("Enter")
    alice.wait_for_url("**/desk/tickets/**")
    alice.keyboard.press("Escape")
    alice.wait_for_url("**/desk/")
    expect(third.locator(".row-link")).to_be_focused()
    alice.keyboard.press("g")
    alice.keyboard.press("v")
    alice.keyboard.press("j")
    expect(alice.locator("#views a").nth(1)).to_be_focused()
    alice.keyboard.press("k")
    alice.keyboard.press("Enter")
    alice.wait_for_url("**view=me")

    # And on through the day: open, look around, answer, tag, put aside, and what is put aside.
    alice.locator(".row.cursor").wait_for()
    alice.keyboard.press("Enter")
    alice.wait_for_url("**/desk/tickets/**")
    for key, part in (("1", ".about"), ("3", ".owed"), ("2", ".talk")):
        alice.keyboard.press(key)
        expect(alice.locator(part)).to_be_focused()
    alice.keyboard.press("Control+k")
    alice.keyboard.type("snooze")
    found = alice.locator("#palette-found [role=option]")
    # What is done, and the view of what it was done to.
    expect(found).to_have_text(["Put aside Z", "View: Snoozed"], use_inner_text=True)
    alice.keyboard.press("Escape")
    expect(found.first).to_be_hidden()
    alice.keyboard.press("r")
    expect(alice.locator("#panel-reply textarea")).to_be_focused()
    alice.keyboard.type("Dear customer, I look into it today.")
    alice.keyboard.press("Control+Shift+Enter")  # looks at it, and sends nothing
    alice.get_by_role("heading", name="will read it").wait_for()
    expect(alice.locator(".preview-text")).to_contain_text("I look into it today.")
    alice.keyboard.press("Escape")
    alice.locator("#panel-reply [data-draft-note]", has_text="Draft saved").wait_for()
    alice.keyboard.press("Control+Enter")
    alice.get_by_text("Reply sent.").wait_for()
    alice.keyboard.press("Shift+T")
    expect(alice.locator("#panel-tags input[name=tags]")).to_be_focused()
    alice.keyboard.type("leeds")
    alice.keyboard.press("Control+Enter")
    alice.get_by_text("Tags kept.").wait_for()
    # Esc leaves a form that was asked for, and not the ticket with it, wherever the focus is.
    for key, field, presses in (
        ("z", "#panel-snooze .moment >> nth=0", 1),
        ("h", "#panel-hand-over select", 2),
    ):
        alice.keyboard.press(key)
        expect(alice.locator(field)).to_be_focused()
        for _ in range(presses):
            alice.keyboard.press("Escape")
        expect(alice.locator("#panel-reply")).to_be_visible()
    # Read again, the page opens without the form, too.
    assert "/desk/tickets/" in alice.url and "do=" not in alice.url
    alice.keyboard.press("z")
    expect(alice.locator("#panel-snooze .moment").first).to_be_focused()
    alice.keyboard.press("4")  # this day next week: offered on any day
    # Said once it is done, not by the form.
    done = alice.locator("[data-messages]")
    expect(done).to_contain_text("No clock pauses.", use_inner_text=True)
    alice.keyboard.press("g")
    alice.keyboard.press("q")
    alice.locator("a[href='/desk/?view=snoozed']", has_text="1").wait_for()


def test_keys_are_as_their_reader_has_them(people: People, live_desk: Desk) -> None:
    from tests.builders import make_customer, make_ticket

    for name in ("Rosa Ferrante", "Sam Whitlock"):
        make_ticket(live_desk, now=timezone.now(), customer=make_customer(name))
    own = {"queue": {"j": "m", "x": ""}, "ticket": {"n": "k"}}
    type(live_desk.alice).objects.filter(pk=live_desk.alice.pk).update(own_keys={"own": own})
    alice = people.of("alice")
    rows, chosen = alice.locator(".row"), alice.locator("[data-selection-count]")
    expect(alice.locator(".keys kbd").first).to_have_text("M", use_inner_text=True)
    alice.keyboard.press("j")
    alice.keyboard.press("x")
    expect(rows.nth(0)).to_have_class("row cursor")
    alice.keyboard.press("m")
    expect(rows.nth(1)).to_have_class("row cursor")
    alice.keyboard.press("k")
    alice.keyboard.press("Shift+M")  # with Shift it selects along
    expect(chosen).to_have_text("2 selected", use_inner_text=True)
    alice.keyboard.press("Escape")
    alice.keyboard.press("Enter")
    alice.wait_for_url("**/desk/tickets/**")
    alice.keyboard.press("n")
    alice.keyboard.press("k")
    field = alice.locator("#panel-note textarea")
    expect(field).to_be_focused()
    alice.keyboard.type("nnn")
    expect(field).to_have_value("nnn")
    alice.goto("/desk/keys/")
    alice.get_by_label("Switch all single keys off").check()
    alice.get_by_role("button", name="Keep it so").click()
    alice.get_by_text("It holds from now on.").wait_for()
    alice.keyboard.press("?")
    alice.keyboard.press("Control+k")
    expect(alice.locator("#palette")).to_be_visible()
    expect(alice.locator("#keys")).not_to_be_visible()


def test_a_slow_line_sends_once_and_loses_nothing(people: People, live_desk: Desk) -> None:
    from tests.builders import make_ticket

    ticket = make_ticket(live_desk, now=timezone.now())
    alice = people.of("alice")
    line = alice.context.new_cdp_session(alice)
    slow = {"offline": False, "latency": 400, "downloadThroughput": 60e3, "uploadThroughput": 20e3}
    line.send("Network.emulateNetworkConditions", slow)
    alice.goto(f"/desk/tickets/{ticket.number}/")
    alice.keyboard.press("r")
    alice.keyboard.type("Dear Ines, this takes a while to arrive.")
    alice.keyboard.press("Control+Enter")
    alice.keyboard.press("Control+Enter")  # nothing seems to happen, so once more
    alice.get_by_text("Reply sent.").wait_for()
    alice.locator(".log", has_text="this takes a while").wait_for()
    assert ticket.messages.filter(kind="reply").count() == 1


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
    assert again.evaluate("Object.keys(localStorage).filter((key) => /draft/.test(key))") == []


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
    expect(bob.locator("#panel-reply textarea")).to_be_focused()
    expect(bob.locator("#panel-reply textarea")).to_have_value("Dear Ines, from Bob.")
    expect(bob.locator(".log").first).to_contain_text("Dear Ines, from Alice.", use_inner_text=True)
    bob.locator("#panel-reply [data-send]").click()
    bob.get_by_text("Reply sent.").wait_for()


def test_without_javascript_everything_still_works(people: People, live_desk: Desk) -> None:
    from remedies.services import request_exception
    from tests.builders import make_ticket, user
    from tests.remedies.builders import draft_of, make_hurt

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
    alice.goto(f"/desk/tickets/{ticket.number}/?do=snooze")
    alice.locator("#panel-snooze .moment", has_text="Tomorrow").click()
    assert "Put aside until tomorrow 09:00." in alice.inner_text("main")
    alice.locator(".owed .next-step button", has_text="Bring it back").click()
    ticket.refresh_from_db()
    assert ticket.snoozed_until is None
    offer = draft_of(make_hurt(live_desk, now=timezone.now()))
    part = offer.components.filter(amount__gt=0).order_by("-position")[0]
    asked = request_exception(
        offer, reason="Her father", amounts={part.pk: 30_000}, actor=user(live_desk.alice),
        now=timezone.now(),
    )  # fmt: skip
    sue = people.of("sue", java_script_enabled=False)
    sue.goto(f"/desk/exceptions/{asked.pk}/")
    sue.locator("[data-yes]").click()
    asked.refresh_from_db()
    assert asked.status == "approved"
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
