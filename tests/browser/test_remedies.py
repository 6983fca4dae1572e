"""Offers, pain and the ledger in a real browser: the story of a no, and what axe says of pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.test_access import check_all, unfolded

if TYPE_CHECKING:
    from tests.browser.conftest import People
    from tests.builders import Desk
    from tickets.models import Ticket

pytestmark = pytest.mark.slow


def hurt(desk: Desk) -> Ticket:
    """A complaint of alice of which every fact is known."""
    from tests.builders import make_ticket, user
    from tickets import services
    from tickets.money import Money

    now = timezone.now()
    ticket = make_ticket(desk, now=now, loss=Money(3140, "GBP"), factors={"consequence": "serious"})
    services.take(ticket, actor=user(desk.alice), now=now)
    return ticket


def test_an_offer_is_written_previewed_declined_and_asked_for_again(
    people: People, live_desk: Desk
) -> None:
    ticket = hurt(live_desk)
    alice, ines = people.of("alice"), people.nobody()
    alice.goto(f"/desk/tickets/{ticket.number}/?do=offer#composer")
    panel = alice.locator("#panel-offer")
    letter = panel.get_by_role("textbox", name="Letter")
    letter.fill("We are sorry.")
    panel.get_by_text("explanation: still missing").wait_for()
    letter.fill(
        "We are sorry. The job was closed because two jobs had one number. That was our fault. "
        "It will not happen again. We pay £121.40."
    )
    panel.get_by_text("still missing").first.wait_for(state="detached")
    panel.get_by_role("button", name="Preview").click()
    alice.get_by_role("heading", name="As Ines will read it").wait_for()
    expect(alice.locator(".preview-text").first).to_contain_text(
        "two jobs had one number", use_inner_text=True
    )
    expect(alice.locator(".preview-page").first).to_contain_text("£121.40", use_inner_text=True)
    alice.get_by_role("button", name="Send reply with offer").click()
    alice.wait_for_url(f"**/desk/tickets/{ticket.number}/")

    ines.goto(f"/c/{ticket.access_key}/")
    ines.locator("summary", has_text="Decline").click()
    ines.get_by_label("A sum").fill("250")
    ines.get_by_label("As what?").select_option("compensation")
    ines.get_by_label("In your words").fill("It cost me two days of work.")
    ines.get_by_role("button", name="Decline the offer").click()
    ines.get_by_text("You declined.").first.wait_for()

    alice.goto(f"/desk/tickets/{ticket.number}/")
    expect(alice.locator(".owed").first).to_contain_text(
        "£250.00 as compensation: It cost me two days of work.", use_inner_text=True
    )
    alice.get_by_role("button", name="Ask for what is wished").click()
    alice.wait_for_url("**/?do=exception*")
    asked = alice.locator("#panel-exception")
    assert "would find fair" in asked.get_by_label("Why is this fair?").input_value()
    expect(asked.get_by_label("Credit for distress")).to_have_value("218.60")


def test_facts_are_tried_on_the_assessment_while_one_chooses(
    people: People, live_desk: Desk
) -> None:
    alice = people.of("alice")
    alice.goto("/desk/pain/")
    alice.get_by_role("combobox", name="Time lost").select_option("days")
    alice.locator("#tried").get_by_text("3: two days or more lost").wait_for()
    alice.get_by_label("Contacts that were needed").fill("5")
    alice.keyboard.press("Tab")
    alice.locator("#tried").get_by_text("Fifth contact", exact=True).wait_for()
    assert re.search(r"\b4\b", alice.inner_text("#tried"))


def test_axe_finds_nothing_on_the_pages_of_remedies(people: People, live_desk: Desk) -> None:
    from remedies.services import codes, reconciling
    from tests.builders import user
    from tests.remedies.builders import sent_offer
    from tickets.actors import Actor

    now = timezone.now()
    ticket = hurt(live_desk)
    from remedies import services as remedies

    offer = sent_offer(live_desk, ticket, now=now)
    remedies.accept_offer(offer, actor=Actor.of_customer(ticket.customer), now=now)
    draft = hurt(live_desk)
    pool = codes.make_pool(
        key="spring", title="Spring", form="voucher", currency="GBP", source="imported",
        amount=6000, by=None, now=now,
    )  # fmt: skip
    codes.import_codes(pool, ["AAAA-1111"], actor=user(live_desk.mona), now=now)
    told = {"id": "remedy_9", "status": "paid", "amount": {"minor": 100, "currency": "GBP"}}
    reconciling.take_news(told, actor=user(live_desk.sue), now=now)
    mona, alice = unfolded(people.of("mona")), unfolded(people.of("alice"))
    mine = f"/desk/tickets/{draft.number}/"
    check_all(
        {
            mona: [
                "/desk/ledger/?view=all", "/desk/ledger/?view=late", "/desk/ledger/differences/",
                "/desk/ledger/vouchers/", "/desk/ledger/vouchers/spring/",
                "/desk/pain/?a_lasted=week", "/desk/pain/edit/",
            ],
            alice: [f"{mine}preview/", f"{mine}?do=factors", f"{mine}?do=offer"],
        }
    )  # fmt: skip
