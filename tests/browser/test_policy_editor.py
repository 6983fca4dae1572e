"""The policy editor in a browser: the matrix by keyboard, a misspelt name, two who edit; axe."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.test_access import check_all, unfolded
from tests.support.live import until

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from remedies.models import RemedyPolicy
    from tests.browser.conftest import People
    from tests.builders import Desk

pytestmark = pytest.mark.slow

ADDRESS = "/desk/policies/general/2/"
CELL = "c.values.base_distress.rows.{}.gives.{}"


@pytest.fixture
def draft(live_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> RemedyPolicy:
    """A draft with one sum out of order and one misspelt name, and a ticket to try it on."""
    from remedies import searched, services
    from remedies.models import RemedyPolicy
    from tests.remedies.builders import make_hurt

    # No worker runs beside these tests, so nobody is waited for.
    monkeypatch.setattr(searched, "PATIENCE", dt.timedelta(seconds=-1))
    now = timezone.now()
    make_hurt(live_desk, now=now)
    active = RemedyPolicy.objects.get(status="active")
    row = services.begin_draft(active.source, by=live_desk.mona, now=now, based_on=active)
    text = active.source.replace("[60, 80, 90, 105, 120]", "[60, 80, 90, 70, 120]")
    text = text.replace("of: distress_credit", "of: distres_credit")
    return services.write_draft(row, text, by=live_desk.mona, now=now, seen=None)


def at(page: Page) -> str:
    """The name of what has the focus."""
    name: str = page.evaluate("document.activeElement.name || ''")
    return name


def test_the_matrix_is_edited_by_keyboard_until_it_can_be_put_in_force(
    people: People, draft: RemedyPolicy
) -> None:
    mona = people.of("mona", viewport={"width": 1440, "height": 1000})
    mona.goto(f"{ADDRESS}?rule=M-4")
    expect(mona.locator("#policy-acts").first).to_contain_text("findings left", use_inner_text=True)
    mona.locator(f'[name="{CELL.format(3, 2)}"]').focus()
    mona.keyboard.press("ArrowUp")
    assert at(mona) == CELL.format(2, 2)
    mona.keyboard.press("ArrowDown")
    mona.keyboard.press("ArrowRight")
    assert at(mona) == CELL.format(3, 3)
    mona.keyboard.press("Tab")
    assert at(mona) == CELL.format(3, 4)
    mona.keyboard.press("ArrowLeft")

    # what is typed is looked at while one goes on typing
    mona.keyboard.type("80")
    mona.locator(".policy-finding", has_text="pain 4 gives £80").wait_for()
    assert at(mona) == CELL.format(3, 3)
    expect(mona.locator(f'[name="{CELL.format(3, 3)}"]')).to_have_value("80")
    mona.keyboard.press("Control+.")
    mona.locator(".policy-finding").wait_for(state="detached")
    expect(mona.locator(f'[name="{CELL.format(3, 3)}"]')).to_have_value("£105")

    # the name, by its suggestion
    mona.locator(".code-message", has_text="distres_credit").wait_for()
    mona.keyboard.press("Control+.")
    mona.locator(".code-message").wait_for(state="detached")
    mona.keyboard.press("Control+s")
    mona.locator("#policy-acts", has_text="Activate").locator("summary").wait_for()
    mona.get_by_text("More harm never gives less").wait_for()
    draft.refresh_from_db()
    assert "[60, 80, 90, 105, 120]" in draft.source
    assert (draft.source.count("distress_credit"), draft.revision) == (2, 3)

    mona.locator("#policy-acts summary").click()
    mona.get_by_role("button", name="Put in force now").click()
    mona.get_by_text("Version 2 is in force").wait_for()
    draft.refresh_from_db()
    assert draft.status == "active"


def test_enter_goes_down_escape_takes_back_and_a_caret_stays_in_its_sum(
    people: People, draft: RemedyPolicy
) -> None:
    mona = people.of("mona", viewport={"width": 1440, "height": 1000})
    mona.goto(f"{ADDRESS}?rule=M-4")
    cell = mona.locator(f'[name="{CELL.format(2, 2)}"]')
    cell.focus()
    mona.keyboard.press("Enter")  # into the sum
    mona.keyboard.press("ArrowLeft")
    assert at(mona) == CELL.format(2, 2)
    mona.keyboard.type("9")
    expect(cell).to_have_value("£595")
    mona.keyboard.press("Escape")
    expect(cell).to_have_value("£55")
    mona.keyboard.type("56")
    mona.keyboard.press("Enter")
    assert at(mona) == CELL.format(3, 2)


def test_the_yaml_is_written_with_its_mistakes_marked(people: People, draft: RemedyPolicy) -> None:
    mona = people.of("mona", viewport={"width": 1440, "height": 1000})
    mona.goto(f"{ADDRESS}?rule=M-5&tab=yaml")
    mona.locator(".code-message-alone", has_text="Did you mean distress_credit").wait_for()
    text = mona.locator("#policy-source")
    text.fill(text.input_value().replace("title: Hand-overs", "titel: Hand-overs"))
    mona.locator(".code-message-alone", has_text="Did you mean title").wait_for()
    expect(mona.locator(".code-wrong")).to_have_count(2)
    mona.get_by_role("button", name="Form", exact=True).click()
    mona.locator('[name="f.title"]').wait_for()
    mona.locator("#policy-rules button", has_text="S-1").click()
    mona.locator('[name="f.amount.each"]').fill("7")
    mona.get_by_role("button", name="Save draft").click()
    mona.get_by_text("not saved yet").first.wait_for(state="detached")
    until(mona, "!document.querySelector('#policy-acts .btn-do')")
    draft.refresh_from_db()
    assert "titel: Hand-overs" in draft.source
    assert "amount: {each: 7, per: deadlines_missed, at_most: 20}" in draft.source


def test_an_answer_from_before_a_save_does_not_show_the_saved_as_unsaved(
    people: People, draft: RemedyPolicy
) -> None:
    mona = people.of("mona", viewport={"width": 1440, "height": 1000})
    # An answer of the checks during the save has everything asked anew, and the late one dropped.
    with mona.expect_event("requestfinished", lambda one: one.url.endswith("/search/")):
        mona.goto(f"{ADDRESS}?rule=M-4")

    mona.evaluate(
        """() => {
            const page = document.documentElement.dataset;
            const after = new WeakSet();
            const isOf = (event, what) => event.detail.pathInfo.requestPath.endsWith(`/${what}/`);
            document.addEventListener("htmx:beforeSwap", (event) => {
                if (isOf(event, "save")) page.saved = "yes";
            });
            document.addEventListener("htmx:beforeSend", (event) => {
                if (page.saved && isOf(event, "look")) after.add(event.detail.xhr);
            });
            document.addEventListener("htmx:afterRequest", (event) => {
                if (after.has(event.detail.xhr) && event.detail.successful) page.anew = "yes";
            });
        }"""
    )

    asked = count()

    def come_late(route: Route) -> None:
        if next(asked):  # only the first one; while one is held back, the way stays as it is
            route.fallback()
            return
        answer = route.fetch()
        mona.get_by_role("button", name="Save draft").click()
        # Saved by the page, not only by the server.
        mona.locator("[data-saved]").wait_for(state="attached")
        route.fulfill(response=answer)

    mona.route("**/look/", come_late)
    mona.locator(f'[name="{CELL.format(4, 4)}"]').fill("330")
    # The late answer has come, and that to what was asked after it was saved.
    mona.locator("[data-anew]").wait_for(state="attached")
    mona.unroute_all(behavior="ignoreErrors")
    until(mona, "!document.querySelector('#policy-acts .btn-do')")


def test_what_is_drawn_anew_under_a_press_does_not_swallow_it(
    people: People, draft: RemedyPolicy
) -> None:
    mona = people.of("mona", viewport={"width": 1440, "height": 1000})
    mona.goto(f"{ADDRESS}?rule=M-4")
    with mona.expect_event("requestfinished", lambda one: one.url.endswith("/look/")):
        mona.locator(f'[name="{CELL.format(4, 4)}"]').fill("330")
        mona.get_by_role("button", name="Save draft").hover()
        mona.mouse.down()
    with mona.expect_response("**/save/"):
        mona.mouse.up()
    draft.refresh_from_db()
    assert "[150, 180, 220, 260, 330]" in draft.source


def test_the_second_of_two_who_save_is_told_and_can_go_on(
    people: People, live_desk: Desk, draft: RemedyPolicy
) -> None:
    from remedies import services

    mona = people.of("mona", viewport={"width": 1440, "height": 1000})
    mona.goto(f"{ADDRESS}?rule=M-4")
    theirs = draft.source.replace("title: Hand-overs", "title: Passed on")
    services.write_draft(draft, theirs, by=live_desk.ada, now=timezone.now(), seen=None)
    mona.locator(f'[name="{CELL.format(4, 4)}"]').fill("330")
    mona.keyboard.press("Control+s")
    mona.get_by_text("while you were working on it").wait_for()
    assert mona.input_value(f'[name="{CELL.format(4, 4)}"]') in {"330", "£330"}
    mona.get_by_role("button", name="Save mine over it").click()
    mona.get_by_text("while you were working on it").wait_for(state="detached")
    draft.refresh_from_db()
    assert "[150, 180, 220, 260, 330]" in draft.source


def pages() -> list[str]:
    """Every page of policies."""
    return [
        "/desk/policies/", "/desk/policies/general/", f"{ADDRESS}changes/",
        f"{ADDRESS}?rule=M-4", f"{ADDRESS}?rule=M-4&tab=form", f"{ADDRESS}?rule=M-5&tab=yaml",
        f"{ADDRESS}?rule=X-1", "/desk/policies/general/1/?rule=M-4",
    ]  # fmt: skip


def test_axe_finds_nothing_on_the_pages_of_policies(people: People, draft: RemedyPolicy) -> None:
    check_all({unfolded(people.of("mona")): pages()})
