"""Writing to a customer by mouse, by keyboard alone, without a connection, without a session."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD
from tests.browser.test_access import findings

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import People
    from tests.builders import Desk

pytestmark = pytest.mark.slow


def note_of(page: Page, verb: str = "reply") -> str:
    """What stands beside a draft."""
    return page.locator(f"#panel-{verb} [data-draft-note]").inner_text()


def saved(page: Page, verb: str = "reply") -> None:
    """Wait until the server has it."""
    page.locator(f"#panel-{verb} [data-draft-note]", has_text="Draft saved").wait_for()


def make_texts(desk: Desk) -> None:
    """Two to choose from; one lacks a fact."""
    from tickets.models import ReusableText

    ReusableText.objects.create(
        key="first", name="First word", body="Dear {first_name},\n\nI have read all of it."
    )
    ReusableText.objects.create(
        key="days", name="Days", category=desk.broadband, body="Account {account} was off."
    )


def test_a_reply_by_mouse_through_an_ended_session(people: People, live_desk: Desk) -> None:
    from escalation.models import Deadline
    from tests.builders import make_ticket

    make_texts(live_desk)
    ticket = make_ticket(live_desk, now=timezone.now())
    alice = people.of("alice", viewport={"width": 1440, "height": 1000})  # nothing is scrolled away
    alice.goto(f"/desk/tickets/{ticket.number}/")
    panel, field = alice.locator("#panel-reply"), alice.locator("#panel-reply textarea")
    panel.get_by_role("link", name="Texts").click()
    alice.get_by_role("option", name="Days").click()
    expect(alice.locator("[data-texts-look] mark")).to_have_text("Account", use_inner_text=True)
    assert findings(alice) == []
    alice.get_by_role("button", name="Put it in").click()
    panel.locator("[data-send]").click()
    alice.get_by_text("Fill in what is still missing: Account.").wait_for()
    field.fill("Dear Ines, I will call you tomorrow at 15:00 and tell you more.")
    alice.get_by_text("Fill in what is still missing").wait_for(state="detached")
    panel.get_by_role("button", name="Make it a deadline").click()
    assert panel.locator("[name=promise_what]").input_value().startswith("Dear Ines, I will call")
    chosen = panel.locator("input[type=file]")
    chosen.set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"hello"})
    chosen.set_input_files({"name": "a.exe", "mimeType": "text/plain", "buffer": b"MZ"})
    panel.get_by_text("only pictures (PNG, JPEG, GIF, WebP), PDF").wait_for()
    panel.locator("[name=kept]").wait_for(state="attached")
    # Twelve more are too many: nine go with it in their order, and one line tells of the rest.
    drop = """(field) => { const held = new DataTransfer();
      for (let n = 0; n < 12; n++) held.items.add(new File([`${n}`], `${n}${"x".repeat(110)}.txt`));
      for (const type of ["dragover", "drop"]) field.dispatchEvent(
        new DragEvent(type, { dataTransfer: held, bubbles: true, cancelable: true })); }"""
    field.evaluate(drop)
    panel.get_by_text("3 files were not taken: at most 10 go with one message.").wait_for()
    expect(panel.locator("[name=kept]")).to_have_count(10)
    names = panel.locator(".file:not(.file-refused) [data-name]")
    expect(names.nth(9)).to_have_text(re.compile("^8x"))
    expect(panel.locator("[data-send]")).to_be_in_viewport()
    wide = "(node) => node.scrollWidth - node.clientWidth"
    assert panel.evaluate(wide) == 0, "long names are cut, and push nothing out of sight"
    # A table out of an office program comes with a picture of itself: the words are meant.
    paste = """([words, markup]) => { const held = new DataTransfer();
      held.items.add(new File(["x"], "image.png", { type: "image/png" }));
      if (words) held.setData("text/plain", words);
      if (markup) held.setData("text/html", markup);
      return !document.querySelector("#panel-reply textarea").dispatchEvent(
        new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true })); }"""
    assert not alice.evaluate(paste, ["10 Nov\t£5.00", "<table><tr><td>10 Nov"])
    assert alice.evaluate(paste, ["receipt.png", ""]), "a file from the desktop, with its name"
    assert alice.evaluate(paste, ["", "<img src='/a.png'>"]), "a picture from a page"
    for _ in range(9):
        names.nth(1).locator("xpath=../*[@data-file-drop]").click()
    expect(panel.locator("[name=kept]")).to_have_count(1)
    saved(alice)
    assert findings(alice) == []

    alice.context.clear_cookies()
    field.press("End")
    field.type(" Soon.")
    alice.get_by_text("You were signed out").wait_for()
    assert findings(alice) == []
    with alice.context.expect_page() as opened:
        alice.get_by_role("link", name="Sign in again").click()
    window = opened.value
    window.get_by_label("E-mail").fill("alice@example.org")
    window.get_by_label("Password").fill(PASSWORD)
    window.get_by_role("button", name="Sign in").click()
    if not window.is_closed():
        window.wait_for_event("close")
    alice.bring_to_front()
    alice.evaluate("dispatchEvent(new Event('focus'))")
    alice.get_by_text("Signed in again.").wait_for()
    assert field.input_value().endswith("tell you more. Soon.")
    panel.locator("[data-send]").click()
    alice.get_by_text("Reply sent. 1 promise set as a deadline.").wait_for()
    reply = ticket.messages.get(kind="reply")
    assert reply.body.endswith("Soon.")
    assert [one.name for one in reply.attachments.all()] == ["a.txt"]
    assert Deadline.objects.filter(ticket=ticket, kind="promise").count() == 1
    expect(field).to_have_value("")


def test_a_days_writing_by_keyboard_with_the_line_lost(people: People, live_desk: Desk) -> None:
    from tests.builders import make_customer, make_ticket
    from tickets.models import Alert

    make_texts(live_desk)
    first = make_ticket(live_desk, now=timezone.now())
    second = make_ticket(live_desk, customer=make_customer("Rosa Ferrante"), now=timezone.now())
    alice = people.of("alice")
    alice.goto(f"/desk/tickets/{first.number}/")
    field = alice.locator("#panel-reply textarea")
    alice.keyboard.press("r")
    alice.keyboard.type("/")
    alice.locator("#texts-q").wait_for()
    alice.keyboard.type("word")
    alice.keyboard.press("Enter")
    expect(field).to_have_value("Dear Ines,\n\nI have read all of it.")
    saved(alice)

    alice.context.set_offline(True)
    alice.keyboard.type(" Rain or shine.")
    alice.get_by_text("No connection. Kept on this device").wait_for()
    alice.keyboard.press("Control+Enter")
    alice.get_by_text("There is no connection. Your text is kept").wait_for()
    assert findings(alice) == []
    again = alice.context.new_page()
    alice.context.set_offline(False)
    again.goto(f"/desk/tickets/{first.number}/")
    # Whichever tab was quicker, the words are there: kept on this device, or saved by the other.
    expect(again.locator("#panel-reply textarea")).to_have_value(re.compile(r"Rain or shine\.$"))
    alice.close()
    saved(again)

    again.keyboard.press("n")
    again.keyboard.type("@bo")
    again.get_by_role("option", name="Bob").wait_for()
    assert findings(again) == []
    again.keyboard.press("Enter")
    again.keyboard.type("look")
    again.keyboard.press("Control+Enter")
    again.get_by_text("Note kept. Bob told.").wait_for()
    assert Alert.objects.filter(user=live_desk.bob, text__contains="mentions you").count() == 1

    again.keyboard.press("r")
    again.keyboard.press("Control+Enter")
    again.wait_for_url(f"**/desk/tickets/{second.number}/**")
    expect(again.locator("[data-messages]").first).to_contain_text(
        f"{first.number}: Reply sent.", use_inner_text=True
    )
    assert first.messages.get(kind="reply").body.endswith("Rain or shine.")
    again.goto(f"/desk/tickets/{first.number}/")
    expect(again.locator("#panel-reply textarea")).to_have_value("")


def test_a_refusal_is_kept_while_it_is_composed(people: People, live_desk: Desk) -> None:
    from tests.builders import make_ticket

    ticket = make_ticket(live_desk, now=timezone.now())
    address = f"/desk/tickets/{ticket.number}/refusal/"
    alice = people.of("alice", viewport={"width": 1440, "height": 1000})
    alice.goto(address)
    finding, note = alice.locator("[name^=finding_]"), alice.locator("[data-draft-note]")
    finding.fill("The line was up all nine days.")
    expect(note).to_contain_text("Draft saved")
    alice.locator("[name=reason]").fill("Our measurements show no outage.")
    expect(alice.locator("#letter")).to_contain_text("no outage")
    alice.reload()
    expect(note).to_contain_text("Draft of")
    expect(finding).to_have_value("The line was up all nine days.")
    expect(alice.locator("[name=reason]")).to_have_value("Our measurements show no outage.")
    assert findings(alice) == []
    alice.get_by_role("button", name="Discard").click()
    expect(alice.get_by_text("The draft is gone.")).to_be_visible()
    expect(alice.locator("[name=reason]")).to_have_value("")
