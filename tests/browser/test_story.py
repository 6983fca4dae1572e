"""The story of a complaint, from the public form to the survey, in real browsers."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.support.live import LiveSite, eventually

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import People
    from tests.builders import Desk

pytestmark = pytest.mark.slow


def tell_us(page: Page, *, name: str = "Ines Calloway") -> str:
    """Fill in the public form; returns the ticket's number."""
    page.goto("/complain/")
    page.locator("label.tile", has_text="Broadband").click()
    page.get_by_label("More precisely").select_option("outage")
    page.get_by_label("Monthly fee").fill("38.00")
    page.get_by_label("What happened?").fill(
        "We had no internet for nine days. Twice I stayed at home for an engineer and nobody came."
    )
    page.locator("label.pick", has_text="An apology").click()
    page.get_by_label("What did it cost you?").fill("20.00")
    page.get_by_label("Photos or papers").set_input_files(
        {"name": "receipt.txt", "mimeType": "text/plain", "buffer": b"Data pass, 20.00"}
    )
    page.get_by_label("Your name").fill(name)
    page.get_by_label("E-mail").fill(f"{name.split(maxsplit=1)[0].lower()}@customers.example")
    page.get_by_text("How did it affect you?").click()
    page.get_by_label("What did it lead to?").select_option("serious")
    page.get_by_role("button", name="Send my complaint").click()
    page.wait_for_url("**/complain/received/**")
    found = re.search(r"A-\d+", page.inner_text("main"))
    assert found
    return found[0]


def test_a_complaint_travels_from_the_form_to_the_survey(
    people: People, live_site: LiveSite, live_desk: Desk
) -> None:
    customer, alice, sue = people.nobody(), people.of("alice"), people.of("sue")
    number = tell_us(customer)
    customer.get_by_role("link", name="See where it stands").last.click()
    own = customer.url
    expect(customer.locator("h1").first).to_contain_text(
        "We have your complaint, Ines.", use_inner_text=True
    )

    take_and_reply(alice, number)
    ask_and_answer(alice, customer, number, own)
    ask_for_more(alice, number)
    decide(sue)
    send_the_offer(alice, number)
    accept(customer, own)
    settle(alice, number)
    survey(customer, live_site, alice, number)
    everything_is_in_the_timeline(alice, number)


def take_and_reply(alice: Page, number: str) -> None:
    """The rep finds it in the queue, takes it and answers, by keyboard."""
    alice.goto("/desk/")
    expect(alice.locator(".row.cursor").first).to_contain_text("Ines Calloway", use_inner_text=True)
    alice.keyboard.press("Enter")
    alice.wait_for_url(f"**/desk/tickets/{number}/")
    alice.get_by_role("button", name="Nobody, take it").click()
    expect(alice.locator(".owner-line").first).to_contain_text("Alice", use_inner_text=True)
    alice.keyboard.press("r")
    alice.keyboard.type("Dear Ines, I have read it, and I stay with you to the end.")
    alice.keyboard.press("Control+Enter")
    alice.get_by_text("Reply sent.").wait_for()


def ask_and_answer(alice: Page, customer: Page, number: str, own: str) -> None:
    """A fact is asked for; the clock pauses, and goes on with the customer's answer."""
    alice.keyboard.press("f")
    alice.locator("#panel-ask label.pick", has_text="Days without").click()
    alice.locator("#panel-ask textarea").fill("For how many days were you offline?")
    alice.locator("#panel-ask [data-send]").click()
    alice.get_by_text("Asked. The clock pauses").wait_for()
    expect(alice.locator(".owed .next-step").first).to_contain_text(
        "Waiting for Ines: Days without.", use_inner_text=True
    )
    customer.goto(own)
    expect(customer.locator("h1").first).to_contain_text(
        "We need something from you, Ines.", use_inner_text=True
    )
    customer.get_by_label("Days without").fill("9")
    customer.get_by_role("button", name="Send my answer").click()
    customer.get_by_text("Thank you. We have your answer and go on.").wait_for()
    alice.goto(f"/desk/tickets/{number}/")
    expect(alice.locator(".known").first).to_contain_text("Days without", use_inner_text=True)
    assert "Waiting" not in alice.inner_text(".owed .next-step")


def ask_for_more(alice: Page, number: str) -> None:
    """More than a rep may grant alone: an exception, asked for with X."""
    alice.keyboard.press("x")
    alice.wait_for_url("**do=exception**")
    panel = alice.locator("#panel-exception")
    panel.locator("input.sum").last.fill("350.00")
    panel.get_by_label("Why is this fair?").fill("Two visits not kept, and nobody told her.")
    panel.get_by_role("button", name="Request exception").click()
    expect(alice.locator(".owed .next-step").first).to_contain_text(
        "a supervisor to decide the exception", use_inner_text=True
    )


def decide(sue: Page) -> None:
    """The supervisor sees policy beside wish, and approves with one key."""
    sue.goto("/desk/exceptions/")
    expect(sue.locator("#case").first).to_contain_text(
        "Alice asks for more for Ines Calloway", use_inner_text=True
    )
    expect(sue.locator(".compare").first).to_contain_text("£350.00", use_inner_text=True)
    sue.locator("#case").get_by_role("heading").first.click()
    sue.keyboard.press("a")
    sue.get_by_text("Approved for Ines Calloway.").wait_for()


def send_the_offer(alice: Page, number: str) -> None:
    """The letter is shown before it is sent."""
    alice.goto(f"/desk/tickets/{number}/")
    expect(alice.locator(".owed .next-step").first).to_contain_text(
        "Sue approved the exception", use_inner_text=True
    )
    alice.keyboard.press("o")
    letter = alice.locator("#panel-offer textarea")
    assert "We were wrong, and we are sorry." in letter.input_value()
    alice.get_by_role("button", name="Send reply with offer").click()
    alice.get_by_text("Offer sent.").wait_for()
    expect(alice.locator(".owed .next-step").first).to_contain_text(
        "Waiting for Ines to answer the offer", use_inner_text=True
    )


def accept(customer: Page, own: str) -> None:
    """The customer accepts on her page, on a phone."""
    customer.set_viewport_size({"width": 390, "height": 844})
    customer.goto(own)
    expect(customer.locator("h1").first).to_contain_text(
        "This is how we want to put it right.", use_inner_text=True
    )
    customer.get_by_role("button", name="Accept £").click()
    customer.get_by_text("Thank you. We put it right now.").wait_for()
    expect(customer.locator(".offer-card").first).to_contain_text(
        "You accepted", use_inner_text=True
    )


def settle(alice: Page, number: str) -> None:
    """What was granted is ticked off by hand, the point decided, the matter resolved."""
    alice.goto(f"/desk/tickets/{number}/")
    while alice.get_by_role("button", name="Done by hand").count():
        alice.get_by_role("button", name="Done by hand").first.click()
        alice.wait_for_load_state()
    alice.goto(f"/desk/tickets/{number}/?do=decide")
    panel = alice.locator("#panel-decide")
    panel.get_by_label("Outcome").select_option("upheld")
    panel.get_by_label("Why did it happen?").select_option(label="Exchange job closed too early")
    panel.get_by_role("button", name="Decide").click()
    alice.get_by_text("Decided.", exact=True).wait_for()
    alice.goto(f"/desk/tickets/{number}/?do=resolve")
    alice.locator("#panel-resolve [data-send]").click()
    alice.get_by_text("Resolved. The customer will be asked").wait_for()


def survey(customer: Page, live_site: LiveSite, alice: Page, number: str) -> None:
    """The survey comes by mail from a real worker; a poor score opens a follow-up."""
    from feedback.services import send_next

    assert send_next(now=timezone.now()), "beat rings for surveys each minute; here it is now"
    live_site.start_worker()
    live_site.start_beat()
    eventually(lambda: survey_link(live_site))
    link = survey_link(live_site)
    customer.goto(link)
    customer.goto(link)
    question = customer.get_by_role("group", name="How did we handle your complaint?")
    question.locator("label", has_text="1").click()
    customer.get_by_label("Would you tell us more?").fill("I had to say it three times.")
    customer.get_by_role("button", name="Send my answer").click()
    customer.get_by_text("Thank you, Ines.").wait_for()
    alice.goto(f"/desk/tickets/{number}/")
    expect(alice.locator(".owed").first).to_contain_text("Follow-up", use_inner_text=True)


def survey_link(live_site: LiveSite) -> str:
    """The survey's path in the mail so far."""
    for mail in live_site.mails():
        body = mail.get_body(("plain",))
        found = re.search(r"/s/[\w-]+/", body.get_content() if body else "")
        if found:
            return found[0]
    return ""


def everything_is_in_the_timeline(alice: Page, number: str) -> None:
    """Who did what and why, in order."""
    alice.goto(f"/desk/tickets/{number}/")
    for fold in alice.locator(".folded summary").all():
        fold.click()
    log = " ".join(alice.inner_text(".log").split())
    steps = [
        "Received by web form", "Given to Alice", "Asked for Days without",
        "The customer answered", "Exception asked for", "Exception approved", "Offer sent",
        "Offer accepted", "Resolved", "Survey sent", "Survey answered", "Follow-up opened",
    ]  # fmt: skip
    places = [log.find(step) for step in steps]
    assert -1 not in places, dict(zip(steps, places, strict=True))
    assert places == sorted(places)


def test_what_nobody_reacts_to_climbs_until_the_supervisor_takes_it_over(
    people: People, live_site: LiveSite, live_desk: Desk
) -> None:
    from tests.builders import make_ticket
    from tickets.models import Event

    ticket = make_ticket(live_desk, now=timezone.now() - dt.timedelta(days=14))
    live_site.start_worker()
    live_site.start_beat()

    def climbed() -> bool:
        kinds = Event.objects.filter(ticket=ticket).values_list("type", flat=True)
        return {"deadline_breached", "escalated"} <= set(kinds)

    eventually(climbed)
    sue = people.of("sue")
    sue.goto("/desk/late/")
    expect(sue.locator(".row.cursor").first).to_contain_text("Ines Calloway", use_inner_text=True)
    sue.keyboard.press("t")
    sue.wait_for_url("**/take-over/")
    sue.get_by_label("What is going on, and what will you do?").fill("Nobody took it. I call her.")
    sue.get_by_role("button", name="Take over").click()
    sue.wait_for_url("**/desk/late/")
    sue.goto(f"/desk/tickets/{ticket.number}/")
    expect(sue.locator(".owner-line").first).to_contain_text("Sue", use_inner_text=True)
    breaches = Event.objects.filter(ticket=ticket, type="deadline_breached")
    missed = [row["id"] for event in breaches for row in event.data["deadlines"]]
    assert len(missed) == len(set(missed)), "each is recorded once"


def test_a_refusal_can_be_reviewed_by_another_person(people: People, live_desk: Desk) -> None:
    customer, alice = people.nobody(), people.of("alice")
    number = tell_us(customer, name="Omar Haddad")
    customer.get_by_role("link", name="See where it stands").last.click()
    own = customer.url
    alice.goto(f"/desk/tickets/{number}/?do=refuse")
    alice.wait_for_url("**/refusal/")
    expect(alice.locator("#letter").first).to_contain_text(
        "why a point was found so", use_inner_text=True
    )
    alice.get_by_label("Our answer to it").fill("The line was up on all nine days.")
    alice.get_by_label("Why can’t we?").fill("Our records show no outage.")
    letter = alice.locator("#letter")
    letter.get_by_text("The line was up on all nine days.").wait_for()
    assert "why a point was found so" not in letter.inner_text()
    expect(letter).to_contain_text("what would change the decision", use_inner_text=True)
    alice.get_by_role("button", name="Send the refusal").click()
    alice.get_by_text("The refusal is sent, with its reasons and the way").wait_for()
    customer.goto(own)
    customer.locator("#review summary").click()
    customer.get_by_label("What should be looked at again?").fill("Your records are wrong.")
    customer.get_by_role("button", name="Ask for the review").click()
    customer.get_by_text("Somebody else will look at your complaint again.").wait_for()
    alice.goto(f"/desk/tickets/{number}/")
    alice.get_by_role("button", name="Nobody, take it").click()
    expect(alice.locator("body").first).to_contain_text(
        "a review is another person's", use_inner_text=True
    )
    bob = people.of("bob")
    bob.goto(f"/desk/tickets/{number}/")
    bob.get_by_role("button", name="Nobody, take it").click()
    expect(bob.locator(".owner-line").first).to_contain_text("Bob", use_inner_text=True)
