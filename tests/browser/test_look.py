"""The style guide in a browser, measured: each part has the size, the colours, the focus and the
room that the design gives it, in every look. No picture is compared, so it holds on any machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.live import until

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import People
    from tests.builders import Desk

pytestmark = pytest.mark.slow

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "contrast": "no-preference"},
    "dark": {"color_scheme": "dark", "contrast": "no-preference"},
    "light, more contrast": {"color_scheme": "light", "contrast": "more"},
    "dark, more contrast": {"color_scheme": "dark", "contrast": "more"},
}
MEASURES = (Path(__file__).parent / "look.js").read_text(encoding="utf-8")
#: Selector → its height in pixels, as the design has it.
HEIGHTS = {
    ".top": 52,
    ".guide .row:not(.cursor)": 41,
    ".guide .row.cursor": 75,
    ".guide .group": 31,
    ".guide .chip": 22,
    ".guide .ring[width='30']": 30,
    ".guide .row .ring": 26,
    ".guide .btn-do:not(.btn-small)": 34,
    ".guide .matrix td": 46,
}


def measure(page: Page, what: str, *values: int) -> Any:
    """What a function of look.js finds."""
    return page.evaluate(f"(values) => {MEASURES.strip()}.{what}(...values)", list(values))


def turn(page: Page) -> None:
    """Read the page from right to left, as a language that is written so has it."""
    page.evaluate("document.documentElement.dir = 'rtl'")
    page.add_style_tag(url="/static/desk/turned.css")


def measured(page: Page) -> dict[str, Any]:
    """What is wrong with the style guide as it stands, by what was looked at."""
    wrong: dict[str, Any] = {
        "colours": measure(page, "strange"),
        "cut": measure(page, "cut"),
        "targets": measure(page, "small", 28),
        "focus": measure(page, "unseen"),
    }
    for selector, height in HEIGHTS.items():
        boxes = page.locator(selector).evaluate_all(
            "(all) => all.filter((one) => one.checkVisibility())"
            ".map((one) => one.getBoundingClientRect().height)"
        )
        if not boxes or any(abs(one - height) > 1 for one in boxes):
            wrong[selector] = (height, boxes)
    return {name: found for name, found in wrong.items() if found}


def test_every_part_looks_as_it_is_designed_in_every_look(people: People, live_desk: Desk) -> None:
    page = people.of("sue")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(reduced_motion="reduce")
    page.goto("/desk/styleguide/")
    wrong: dict[str, Any] = {}
    for name, look in LOOKS.items():
        page.emulate_media(**look)
        wrong |= {f"{name}: {what}": found for what, found in measured(page).items()}
    assert not wrong, "\n".join(f"{what}\n  {found}" for what, found in wrong.items())
    for address in ("/desk/styleguide/", "/desk/", "/desk/late/"):
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(address)
            page.locator("#live-state[data-how=live]").wait_for(state="attached")
            # Browsers call a tenth of the window good; here nothing that is drawn moves at all.
            assert measure(page, "moved") < 0.01, (address, width)
            turn(page)
            until(page, "getComputedStyle(document.documentElement).direction === 'rtl'")
            assert measure(page, "turned") == [], (address, width)
