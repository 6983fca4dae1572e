"""The board of clocks reads itself again, and nothing moves under a pointer or a focus."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import People
    from tests.builders import Desk
    from tickets.models import Ticket

pytestmark = pytest.mark.slow
BOARD = "/desk/late/"


@pytest.fixture
def shown(live_desk: Desk) -> list[Ticket]:
    """Three complaints whose clocks run on the board."""
    from tests.builders import make_customer, make_ticket

    names = ("Rosa Ferrante", "Sam Whitlock", "Omar Haddad")
    return [
        make_ticket(live_desk, now=timezone.now(), customer=make_customer(name)) for name in names
    ]


def board_of(people: People, **options: object) -> Page:
    """The supervisor's board, whose half minutes pass when the test says so."""
    sue = people.of("sue", **options)
    sue.clock.install()
    sue.goto(BOARD)
    return sue


def half_a_minute(page: Page) -> None:
    """Let the board look again, and wait for what it is told."""
    with page.expect_response(lambda answer: answer.url.endswith(BOARD)):
        page.clock.run_for(30_100)


def places(page: Page) -> dict[str, float]:
    """Where each clock stands: its key, and how far down."""
    found: dict[str, float] = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('[data-row]')]"
        ".map((row) => [row.dataset.clock, row.getBoundingClientRect().top]))"
    )
    return found


def new_complaint(desk: Desk, *, name: str = "Ines Calloway") -> Ticket:
    """A complaint whose clocks stand over all others: it came in yesterday, and nobody looked."""
    from tests.builders import make_customer, make_ticket

    when = timezone.now() - dt.timedelta(days=9)
    return make_ticket(desk, now=when, customer=make_customer(name))


def test_the_board_shows_what_is_new_when_nobody_points_at_it(
    people: People, live_desk: Desk, shown: list[Ticket]
) -> None:
    sue = board_of(people)
    assert len(places(sue)) > len(shown)
    sue.mouse.move(700, 10)  # the top bar
    new_complaint(live_desk)
    half_a_minute(sue)
    sue.get_by_text("Ines Calloway").first.wait_for()
    assert not sue.locator("[data-board-new]").is_visible()


def test_nothing_moves_under_the_pointer_and_what_is_new_waits(
    people: People, live_desk: Desk, shown: list[Ticket]
) -> None:
    sue = board_of(people)
    sue.locator("[data-row]").nth(2).hover()
    before = places(sue)
    new_complaint(live_desk)
    half_a_minute(sue)
    sue.locator("[data-board-new]").wait_for()
    assert places(sue) == before
    sue.locator("[data-board-new] button").click()
    sue.get_by_text("Ines Calloway").first.wait_for()
    assert not sue.locator("[data-board-new]").is_visible()


def test_what_changes_in_a_row_is_told_in_its_place(
    people: People, live_desk: Desk, shown: list[Ticket]
) -> None:
    from tests.builders import user
    from tickets import services

    sue = board_of(people)
    row = sue.locator("[data-row]", has_text="Rosa Ferrante").last
    row.hover()
    before = places(sue)
    expect(row).to_contain_text("Nobody", use_inner_text=True)
    services.take(shown[0], actor=user(live_desk.alice), now=timezone.now())
    half_a_minute(sue)
    row.locator(".row-owner", has_text="Alice").wait_for()
    assert places(sue) == before


def test_the_board_by_keyboard(people: People, live_desk: Desk, shown: list[Ticket]) -> None:
    sue = board_of(people)
    sue.keyboard.press("j")
    clock = sue.locator("[data-row].cursor").get_attribute("data-clock")
    before = places(sue)
    new_complaint(live_desk)
    half_a_minute(sue)
    sue.locator("[data-board-new]").wait_for()
    assert places(sue) == before  # the focus is in the list
    sue.keyboard.press("n")
    sue.get_by_text("Ines Calloway").first.wait_for()
    assert sue.locator("[data-row].cursor").get_attribute("data-clock") == clock
    assert sue.evaluate("document.activeElement.closest('[data-row]').dataset.clock") == clock
    sue.keyboard.press("r")
    sue.wait_for_url(f"**/desk/late/{clock}/reassign/")
    sue.keyboard.press("Escape")
    sue.wait_for_url(f"**{BOARD}")
    sue.keyboard.press("t")
    sue.wait_for_url("**/take-over/")
    sue.get_by_label("What is going on").fill("I have it from here, and ring her today.")
    sue.get_by_role("button", name="Take over").click()
    sue.wait_for_url(f"**{BOARD}")
    expect(sue.locator("[data-messages]")).to_contain_text("is yours", use_inner_text=True)


def test_the_board_without_javascript(people: People, live_desk: Desk, shown: list[Ticket]) -> None:
    sue = people.of("sue", java_script_enabled=False)
    sue.goto(BOARD)
    assert not sue.locator("[data-board-new]").is_visible()
    row = sue.locator("[data-row]", has_text="Omar Haddad").first
    row.get_by_role("button", name="Acknowledge").click()
    expect(sue.locator("[data-messages]")).to_contain_text(
        f"you are on {shown[2].number}", use_inner_text=True
    )
    sue.locator("#kind").select_option("resolve")
    sue.get_by_role("button", name="Show").click()
    assert "kind=resolve" in sue.url
    sue.locator("[data-row]").last.wait_for()  # all_inner_texts takes what is there so far
    kinds = set(sue.locator("[data-row] .row-kind").all_inner_texts())
    assert len(kinds) == 1
    sue.locator("[data-row]", has_text="Rosa Ferrante").get_by_role("link", name="Reassign").click()
    assert "/reassign/" in sue.url


def test_a_letter_takes_date_and_reason_while_its_writer_goes_from_field_to_field(
    people: People, live_desk: Desk, shown: list[Ticket]
) -> None:
    row = shown[0].deadlines.get(kind="decide")
    sue = people.of("sue")
    sue.goto(f"/desk/late/{row.pk}/extend/")
    letter, later = sue.get_by_label("Letter to the customer"), row.due_at + dt.timedelta(days=7)
    with sue.expect_response("**/extend/letter/"):
        sue.get_by_label("New date").fill(f"{later:%Y-%m-%dT12:00}")
        sue.get_by_label("Why can’t we").focus()
    sue.keyboard.type("The engineer is ill.")
    with sue.expect_response("**/extend/letter/"):
        sue.keyboard.press("Tab")
    day = f"{later:%A} {later.day} {later:%B}"
    expect(letter).to_have_value(re.compile(rf"why:\n\nThe engineer is ill\.\n\n.*{day}, 12:00\."))
    expect(letter).to_be_focused()
    sue.get_by_role("button", name="Extend and send the letter").click()
    expect(sue.locator("[data-messages]")).to_contain_text(
        "the customer is told", use_inner_text=True
    )
