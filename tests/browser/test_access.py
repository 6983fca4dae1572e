"""axe finds nothing at WCAG 2.2 AA, on every page, in both themes and on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import People
    from tests.builders import Desk
    from tickets.models import Ticket

pytestmark = pytest.mark.slow

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}
LOOKS = [("light", 1440), ("dark", 1440), ("light", 390), ("dark", 390)]


def findings(page: Page) -> list[str]:
    """What axe finds, as "rule: element"."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for rule in found
        for node in rule["nodes"]
    ]


def too_wide(page: Page) -> list[str]:
    """By how much the page, or what scrolls in it for all of it, is wider than the window."""
    pixels = page.evaluate(
        "Math.max(...[document.documentElement, ...document.querySelectorAll('main')]"
        ".map((node) => node.scrollWidth - node.clientWidth))"
    )
    return [f"{pixels} px too wide"] if pixels > 0 else []


def check_all(pages: dict[Page, list[str]], *, axe: bool = True) -> None:
    """Open each address, and fail with everything that is wrong on any of them."""
    wrong = {}
    for page, addresses in pages.items():
        for address in addresses:
            page.goto(address)
            found = [*(findings(page) if axe else []), *too_wide(page)]
            if found:
                wrong[address] = found
    assert not wrong, "\n".join(f"{at}\n  " + "\n  ".join(all_) for at, all_ in wrong.items())


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_axe_finds_nothing(people: People, live_desk: Desk, scheme: str, width: int) -> None:
    from django.utils import timezone

    from remedies import services as remedies
    from remedies.models import Offer
    from tests.builders import make_customer, make_ticket, user
    from tickets import services
    from tickets.money import Money

    now = timezone.now()
    asked = make_ticket(
        live_desk, now=now, loss=Money(3140, "GBP"), factors={"consequence": "serious"}
    )
    services.take(asked, actor=user(live_desk.alice), now=now)
    services.add_note(asked, body="Between us", actor=user(live_desk.alice), now=now)
    draft = Offer.objects.get(ticket=asked)
    part = draft.components.filter(amount__gt=0).order_by("-position")[0]
    remedies.request_exception(
        draft, amounts={part.pk: 30_000}, reason="Fair", actor=user(live_desk.alice), now=now
    )
    offered = make_ticket(
        live_desk, now=now, customer=make_customer("Sam Whitlock"), loss=Money(900, "GBP")
    )
    remedies.send_offer(
        Offer.objects.get(ticket=offered), body="Dear Sam", actor=user(live_desk.alice), now=now
    )
    options = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
    nobody, sue = people.nobody(**options), people.of("sue", **options)
    desk_pages = [
        "/desk/", "/desk/?view=team", f"/desk/tickets/{asked.number}/",
        f"/desk/tickets/{offered.number}/refusal/", "/desk/exceptions/", "/desk/late/",
        "/desk/exceptions/rules/", f"/desk/tickets/{asked.number}/?do=exception",
        "/desk/customers/", f"/desk/customers/{asked.customer_id}/", "/desk/search/?q=nothing",
        "/desk/styleguide/", f"/desk/late/{asked.deadlines.filter(kind='resolve')[0].pk}/extend/",
    ]  # fmt: skip
    open_pages = [
        "/complain/", "/complain/find/", f"/complain/received/{asked.access_key}/",
        f"/c/{offered.access_key}/", f"/c/{asked.access_key}/", "/c/wrong/", "/accounts/login/",
        "/accounts/password/reset/", "/nowhere/", "/s/wrong/",
    ]  # fmt: skip
    check_all({sue: desk_pages, nobody: open_pages})


def manager_pages() -> list[str]:
    """What a manager has beside these: what a draft would move, done and under way."""
    from django.utils import timezone

    from escalation.models import Rederivation

    done = Rederivation.objects.filter(finished_at__isnull=False)[0]
    begun = Rederivation.objects.create(why="Under way", preview=True, created_at=timezone.now())
    return [
        "/desk/drafts/", f"/desk/reckonings/{done.pk}/", f"/desk/reckonings/{begun.pk}/",
        *backtest_pages(), *settings_pages(),
    ]  # fmt: skip


def settings_pages() -> list[str]:
    """How the desk is set up: the index, lists, forms with their preview, a history, the file, and
    the guided start."""
    forms = [
        "people/alice@example.org/", "teams/home/", "facts/every/", "calendars/office/",
        "paths/standard/", "deadlines/general/", "authority/rep-all-gbp/", "surveys/survey/",
        "texts/+/", "categories/outage/", "categories/outage/history/",
    ]  # fmt: skip
    steps = ["team/", "categories/", "policies/", "people/", "mail/", "form/"]
    return [
        "/desk/settings/", "/desk/settings/categories/", "/desk/settings/file/",
        *(f"/desk/settings/{form}" for form in forms), *(f"/desk/start/{step}" for step in steps),
    ]  # fmt: skip


def backtest_pages() -> list[str]:
    """Policies tried on the past: one to its end, one under way, and a complaint under both."""
    from remedies.models import Backtest
    from remedies.rules.checks.tallying import unpacked

    begun, done = Backtest.objects.order_by("-id")[:2]
    number = unpacked(done.result).changes[0].number
    page = f"/desk/backtests/{done.pk}/"
    return ["/desk/backtests/", page, f"/desk/backtests/{begun.pk}/", f"{page}tickets/{number}/"]


def new_pages(called: Ticket) -> list[str]:
    """The pages of deadlines and escalation that a supervisor has."""
    from escalation.models import Simulation

    tried = Simulation.objects.get()
    running = called.deadlines.filter(status="running")[0]
    ticket = f"/desk/tickets/{called.number}/"
    return [
        ticket, f"{ticket}?do=de-escalate", f"{ticket}deadlines/", "/desk/late/",
        f"/desk/late/{running.pk}/take-over/", f"/desk/late/{running.pk}/reassign/",
        "/desk/reports/deadlines/", "/desk/reports/deadlines/?from=x", "/desk/drafts/",
        f"/desk/drafts/{tried.pk}/", "/desk/reports/fairness/", "/desk/reports/outcomes/",
        *(f"/desk/insight/{tab}" for tab in ("", "customers/", "promises/", "remedies/", "times/")),
        "/desk/insight/tickets/?measure=received",
        "/desk/alerts/", "/desk/rota/",
    ]  # fmt: skip


def open_folds(page: Page) -> None:
    """Open what is folded, for its insides are read too."""
    page.evaluate("document.querySelectorAll('main details').forEach((one) => (one.open = true))")


def opened(people: People, called: Ticket, options: dict[str, Any]) -> dict[Page, list[str]]:
    """Who looks at which of these pages, with everything unfolded."""
    nobody, sue, mona = (
        people.nobody(**options),
        *(people.of(n, **options) for n in ("sue", "mona")),
    )
    for page in (nobody, sue, mona):
        page.on("domcontentloaded", open_folds)
    return {
        sue: new_pages(called),
        mona: manager_pages(),
        nobody: [f"/c/{called.access_key}/"],
    }


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_axe_finds_nothing_on_the_pages_of_deadlines_and_escalation(
    people: People, called: Ticket, scheme: str, width: int
) -> None:
    options: dict[str, Any] = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
    check_all(opened(people, called, options))


@pytest.mark.parametrize("width", [320, 390, 768, 1024])
def test_no_page_of_deadlines_and_escalation_is_wider_than_its_window(
    people: People, called: Ticket, width: int
) -> None:
    options: dict[str, Any] = {"viewport": {"width": width, "height": 900}}
    check_all(opened(people, called, options), axe=False)
