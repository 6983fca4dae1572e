"""Two people at once, a lost connection, a session that ended: nothing is lost or moves away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.support.live import until

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import People
    from tests.builders import Desk
    from tickets.models import Ticket

pytestmark = pytest.mark.slow


@pytest.fixture
def mine(live_desk: Desk) -> list[Ticket]:
    """Three complaints, the first two of them Alice's."""
    from tests.builders import make_customer, make_ticket, user
    from tickets import services

    names = ("Rosa Ferrante", "Sam Whitlock", "Omar Haddad")
    made = [
        make_ticket(live_desk, now=timezone.now(), customer=make_customer(name)) for name in names
    ]
    for ticket in made[:2]:
        services.take(ticket, actor=user(live_desk.alice), now=timezone.now())
    return made


def look(page: Page) -> None:
    """Have the page ask what is new, and wait for the answer."""
    page.evaluate("amendsLive.ask()")


def places(page: Page) -> dict[str, float]:
    """Where each row of the list stands."""
    found: dict[str, float] = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('[data-row]')]"
        ".map((row) => [row.dataset.id, row.getBoundingClientRect().top]))"
    )
    return found


def sent(page: Page, ticket: Ticket) -> None:
    """Send the reply by key, once; the next ticket comes, or the queue."""
    page.get_by_label("Reply", exact=True).focus()
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    replies = ticket.messages.filter(kind="reply")
    assert ["we were wrong" in reply.body for reply in replies] == [True]


def test_two_at_once(people: People, live_desk: Desk, mine: list[Ticket]) -> None:
    from tests.builders import make_customer, make_ticket, user
    from tickets import services
    from tickets.actors import Actor
    from tickets.rules import Channel

    rosa = mine[0]
    alice, bob = people.of("alice"), people.of("bob")
    alice.get_by_text("Live", exact=True).wait_for()
    row = alice.locator(f"[data-row][data-id='{rosa.pk}']")
    row.hover()
    before = places(alice)

    # Bob opens the ticket: a face in Alice's row, and nothing moves.
    bob.goto(f"/desk/tickets/{rosa.number}/")
    bob.get_by_text("Live", exact=True).wait_for()
    look(bob)
    look(alice)
    row.get_by_role("img", name="Bob is reading").wait_for()
    assert places(alice) == before

    # A new complaint waits behind a line, and so does one that is taken from her.
    new = make_ticket(live_desk, now=timezone.now(), customer=make_customer("Ines Calloway"))
    services.assign(
        mine[1],
        live_desk.bob,
        actor=user(live_desk.sue),
        now=timezone.now(),
        brief="Yours, please.",
    )
    look(alice)
    alice.get_by_role("button", name="1 new, show").wait_for()
    gone = alice.locator(f"[data-row][data-id='{mine[1].pk}']")
    gone.get_by_text("No longer in this list").wait_for()
    assert places(alice) == before
    alice.locator("#views").get_by_role("link", name="For me 3").wait_for()
    alice.locator("[data-queue-summary], [data-live-summary]").get_by_text("3 for you").wait_for()
    alice.get_by_role("button", name="1 new, show").click()
    alice.locator(f"[data-row][data-id='{new.pk}']").wait_for()
    gone.wait_for(state="detached")

    # Both on one ticket: each sees the other, and that he writes.
    alice.goto(f"/desk/tickets/{rosa.number}/")
    look(alice)
    alice.locator("#live-here").get_by_text("Bob is reading").wait_for()
    bob.get_by_label("Reply", exact=True).fill("Dear Rosa, I am looking into it.")
    look(bob)
    look(alice)
    alice.locator("#live-here").get_by_text("Bob is writing", exact=True).wait_for()
    text = alice.get_by_label("Reply", exact=True)
    text.fill("Dear Ms Ferrante, we were wrong.")
    alice.get_by_text("Draft saved").first.wait_for()
    at = text.bounding_box()
    services.receive_message(
        rosa,
        body="I found the receipt.",
        channel=Channel.EMAIL,
        actor=Actor.of_customer(rosa.customer),
        now=timezone.now(),
    )
    services.set_facts(rosa, {"account": "LB-7"}, actor=user(live_desk.sue), now=timezone.now())
    look(alice)
    alice.locator("[data-log]").get_by_text("I found the receipt.").wait_for()
    alice.locator(".about").get_by_text("LB-7").wait_for()
    expect(text).to_have_value("Dear Ms Ferrante, we were wrong.")
    assert text.bounding_box() == at
    assert alice.evaluate("document.activeElement.tagName") == "TEXTAREA"

    # Bob sends without having read it: held, with what changed. Alice has read it: hers goes.
    bob.evaluate("document.querySelector('[data-panel=reply] form').requestSubmit()")
    bob.get_by_text("Not sent.").wait_for()
    expect(bob.get_by_label("Reply", exact=True)).to_have_value("Dear Rosa, I am looking into it.")
    alice.get_by_role("button", name="I have read it").click()
    sent(alice, rosa)


def test_a_connection_is_lost_and_comes_back(
    people: People, live_desk: Desk, mine: list[Ticket]
) -> None:
    from tests.builders import user
    from tickets import services

    rosa = mine[0]
    alice = people.of("alice")
    alice.goto(f"/desk/tickets/{rosa.number}/")
    alice.get_by_text("Live", exact=True).wait_for()
    alice.get_by_label("Reply", exact=True).fill("Dear Ms Ferrante, we were wrong.")
    alice.context.set_offline(True)
    alice.get_by_text("Connection lost, showing").wait_for()
    alice.keyboard.press("Control+Enter")
    alice.get_by_text("There is no connection. Your text is kept").first.wait_for()
    # What would need another page is held, by mouse and by key: the browser's own would come.
    alice.keyboard.press("Escape")
    for leave in ("by key", "by mouse"):
        if leave == "by key":
            alice.keyboard.press("h")
        else:
            alice.get_by_role("link", name="Late").click()
        alice.get_by_text("Not opened: there is no connection").wait_for()
        assert f"/desk/tickets/{rosa.number}/" in alice.url
    services.add_note(rosa, body="Called the depot.", actor=user(live_desk.sue), now=timezone.now())
    alice.context.set_offline(False)
    alice.get_by_text("Live", exact=True).wait_for()
    alice.locator("[data-log]").get_by_text("Called the depot.").wait_for()
    assert (
        alice.get_by_label("Reply", exact=True).input_value() == "Dear Ms Ferrante, we were wrong."
    )
    assert not alice.locator("#live-line").is_visible()
    alice.get_by_role("button", name="I have read it").click()
    sent(alice, rosa)


def test_a_session_ends_in_the_middle_of_a_reply(
    people: People, live_desk: Desk, mine: list[Ticket]
) -> None:
    from django.contrib.sessions.models import Session

    from tests.browser.conftest import PASSWORD

    alice = people.of("alice")
    alice.goto(f"/desk/tickets/{mine[0].number}/")
    alice.get_by_text("Live", exact=True).wait_for()
    alice.get_by_label("Reply", exact=True).fill("Dear Ms Ferrante, we were wrong.")
    alice.get_by_text("Draft saved").first.wait_for()
    key = next(c["value"] for c in alice.context.cookies() if c["name"] == "sessionid")
    end_session(key)
    assert not Session.objects.filter(pk=key).exists()
    look(alice)
    alice.get_by_text("Your session has ended. What you wrote is kept.").wait_for()
    alice.locator("#live-line").get_by_role("button", name="Sign in").click()
    dialog = alice.get_by_role("dialog", name="Your session has ended")
    dialog.get_by_label("Password of").fill("wrong")
    dialog.get_by_role("button", name="Sign in").click()
    dialog.get_by_text("Not signed in.").wait_for()
    dialog.get_by_label("Password of").fill(PASSWORD)
    with alice.expect_response("**/desk/live/frame/**"):
        dialog.get_by_role("button", name="Sign in").click()
    dialog.wait_for(state="hidden")
    alice.get_by_text("Live", exact=True).wait_for()
    text = alice.get_by_label("Reply", exact=True)
    expect(text).to_have_value("Dear Ms Ferrante, we were wrong.")
    text.focus()
    sent(alice, mine[0])


def end_session(key: str) -> None:
    """As an administrator ends it; the site's processes share cache and database with us."""
    from importlib import import_module

    from django.conf import settings

    import_module(settings.SESSION_ENGINE).SessionStore(key).delete()


def test_a_clock_goes_on_in_the_page(people: People, live_desk: Desk, mine: list[Ticket]) -> None:
    alice = people.nobody()
    alice.clock.install()
    people_sign_in(alice)
    clock = alice.locator(f"[data-row][data-id='{mine[0].pk}'] .clock-words > b")
    first = clock.inner_text()
    alice.clock.fast_forward("01:10:00")
    assert clock.inner_text() != first


def people_sign_in(page: Page) -> None:
    from tests.browser.conftest import PASSWORD

    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill("alice@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/desk/")


def seen_in_all_looks(page: Page, state: str) -> list[str]:
    """What is wrong with the page as it stands."""
    from tests.browser.test_access import in_all_looks

    found = [f"{state} {one}" for one in in_all_looks(page)]
    page.set_viewport_size({"width": 1440, "height": 900})
    return found


def test_axe_finds_nothing_while_it_is_live(
    people: People, live_desk: Desk, mine: list[Ticket]
) -> None:
    from tests.builders import make_customer, make_ticket, user
    from tickets import services

    rosa = mine[0]
    # Colours that change slowly are looked at when they have changed.
    alice, bob = people.of("alice", reduced_motion="reduce"), people.of("bob")
    alice.get_by_text("Live", exact=True).wait_for()
    bob.goto(f"/desk/tickets/{rosa.number}/")
    bob.get_by_text("Live", exact=True).wait_for()
    look(bob)
    alice.locator("[data-row]").first.locator(".row-link").focus()
    make_ticket(live_desk, now=timezone.now(), customer=make_customer("Ines Calloway"))
    look(alice)
    alice.get_by_role("button", name="1 new, show").wait_for()
    alice.get_by_role("img", name="Bob is reading").wait_for()
    wrong = seen_in_all_looks(alice, "queue")
    alice.goto(f"/desk/tickets/{rosa.number}/")
    services.add_note(rosa, body="Called.", actor=user(live_desk.sue), now=timezone.now())
    look(alice)
    alice.get_by_role("button", name="I have read it").wait_for()
    alice.locator("#live-here").get_by_text("Bob is reading").wait_for()
    wrong += seen_in_all_looks(alice, "ticket")
    key = next(c["value"] for c in alice.context.cookies() if c["name"] == "sessionid")
    end_session(key)
    look(alice)
    alice.locator("#live-line").get_by_role("button", name="Sign in").wait_for()
    wrong += seen_in_all_looks(alice, "ended")
    alice.locator("#live-line").get_by_role("button", name="Sign in").click()
    alice.get_by_label("Password of").wait_for()
    wrong += seen_in_all_looks(alice, "signing in")
    assert not wrong, "\n".join(wrong)


#: What a browser does at its edge with notifications, as both tabs of it see it.
NOTIFICATIONS = """
window.Notification = class extends EventTarget {
  static get permission() { return localStorage.getItem("may") || "default"; }
  static async requestPermission() {
    localStorage.setItem("asked", Number(localStorage.getItem("asked")) + 1);
    localStorage.setItem("may", "granted");
    return "granted";
  }
  constructor(title, options) {
    super();
    const shown = JSON.parse(localStorage.getItem("shown") || "[]");
    localStorage.setItem("shown", JSON.stringify([...shown, { title, ...options }]));
    window.latest = this;
  }
  close() {}
};
"""


def shown_by(page: Page) -> list[dict[str, str]]:
    """What the browser has shown, whichever tab asked it to."""
    found: list[dict[str, str]] = page.evaluate("JSON.parse(localStorage.getItem('shown') || '[]')")
    return found


def test_a_browser_shows_each_alert_once_whichever_tab_asks(
    people: People, live_desk: Desk, mine: list[Ticket]
) -> None:
    from tests.builders import user
    from tickets import services
    from tickets.models import Alert, AlertSettings

    alice = people.of("alice")
    alice.context.add_init_script(NOTIFICATIONS)
    alice.goto("/desk/alerts/")
    wish = alice.locator("#id_notify")
    expect(wish).not_to_be_checked()
    wish.check()  # only now is the browser asked, and once
    until(alice, "localStorage.getItem('asked') === '1'")
    expect(alice.locator("[data-notify-words]")).to_be_hidden()
    wish.locator("xpath=ancestor::form").locator("button.btn-do").click()
    expect(alice.locator("[data-messages]")).to_contain_text("Kept.")
    alice.goto("/desk/")
    other = alice.context.new_page()
    other.goto("/desk/")
    for page in (alice, other):
        until(page, "document.querySelector('#live-state').dataset.how === 'live'")
    # An alert while both tabs are open: both bells ring, one of them tells the browser.
    services.assign(mine[2], live_desk.alice, actor=user(live_desk.sue), now=timezone.now())
    for page in (alice, other):
        look(page)
        expect(page.locator("#bell summary")).to_contain_text("1")
    until(alice, "localStorage.getItem('shown')")
    for page in (alice, other, alice):
        look(page)
    (told,) = shown_by(alice)
    alert = Alert.objects.get(key__startswith="owner:", ticket=mine[2])
    assert told["tag"] == f"alert-{alert.pk}" and mine[2].number in told["body"]
    assert alert.told_at is not None and alert.told_by == "browser"
    # It leads to its ticket.
    page = alice if alice.evaluate("Boolean(window.latest)") else other
    page.evaluate("latest.dispatchEvent(new Event('click'))")
    page.wait_for_url(f"**/desk/tickets/{mine[2].number}/")
    # In quiet hours nothing is shown, and the bell is silent.
    wishes = AlertSettings.objects.get(user=live_desk.alice)
    wishes.quiet_days = list(range(7))
    wishes.save()  # what this process keeps of wishes hears of it
    services.assign(
        mine[2], live_desk.bob, actor=user(live_desk.sue), now=timezone.now(), brief="Please."
    )
    services.assign(
        mine[2], live_desk.alice, actor=user(live_desk.sue), now=timezone.now(), brief="Or you."
    )
    held = Alert.objects.filter(user=live_desk.alice, ticket=mine[2]).latest("pk")
    assert held.pk != alert.pk and held.held_until is not None
    other.goto("/desk/")
    for _ in range(2):
        look(other)
    assert len(shown_by(other)) == 1
    # A browser that was told not to is said to be, and how that is changed.
    other.evaluate("localStorage.setItem('may', 'denied')")
    other.goto("/desk/alerts/")
    expect(other.locator("[data-notify-words]")).to_contain_text("has been told not to")


def hide(page: Page) -> None:
    """Put the tab out of sight, as its browser does behind another."""
    page.evaluate(
        "Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )


def test_a_hidden_tab_listens_on_where_the_one_that_listened_is_closed(
    people: People, live_desk: Desk, mine: list[Ticket]
) -> None:
    from tests.builders import user
    from tickets import services
    from tickets.models import AlertSettings

    AlertSettings.objects.create(user=live_desk.alice, notify=True)
    first = people.of("alice")
    first.context.add_init_script(NOTIFICATIONS)
    first.evaluate("localStorage.setItem('may', 'granted')")
    first.goto("/desk/")
    held = "navigator.locks.query().then((all) => all.held.length + all.pending.length === %d)"
    until(first, held % 1)
    second = first.context.new_page()
    second.goto("/desk/customers/")
    until(second, held % 2)
    for page in (first, second):
        hide(page)
    # It hangs before it has told anything: nothing that it asks comes back.
    first.evaluate("() => void (window.fetch = () => new Promise(() => {}))")
    services.assign(mine[2], live_desk.alice, actor=user(live_desk.sue), now=timezone.now())
    first.close()
    until(second, "localStorage.getItem('shown')")
    (told,) = shown_by(second)
    assert mine[2].number in told["body"]
