"""axe finds nothing at WCAG 2.2 AA, on every page, in both themes and on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import People
    from tests.builders import Desk
    from tickets.models import Ticket

pytestmark = pytest.mark.slow

RULES: dict[str, object] = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
    # Stylesheets and media are fetched once more only for rules about sound, film and turning a
    # phone; the first two no page has, and the last is none of these.
    "preload": False,
}
AXE = Axe()
LOOKS: list[tuple[Literal["light", "dark"], int]] = [
    ("light", 1440),
    ("dark", 1440),
    ("light", 390),
    ("dark", 390),
]
#: Where besides nothing may have to be pushed sideways.
WIDTHS = (320, 768, 1024, 1280)


#: What alone is otherwise where the system asks for more contrast.
CONTRAST: dict[str, object] = {
    "runOnly": {"type": "rule", "values": ["color-contrast"]},
    "resultTypes": ["violations"],
    "preload": False,
}


def findings(page: Page, rules: dict[str, object] = RULES) -> list[str]:
    """What axe finds, as "rule: element"."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE.axe_script)
    found = page.evaluate("(rules) => axe.run(rules)", rules)["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for rule in found
        for node in rule["nodes"]
    ]


#: By how much the page, or what scrolls in it for all of it, is wider than the window, and the
#: innermost parts of it that reach out, but for those in what scrolls by itself.
TOO_WIDE = """() => {
  const pixels = Math.max(...[document.documentElement, ...document.querySelectorAll("main")]
    .map((node) => node.scrollWidth - node.clientWidth));
  if (pixels <= 0) return [];
  const scrolls = (node) => node && !node.matches("main, body")
    && (getComputedStyle(node).overflowX !== "visible" || scrolls(node.parentElement));
  const far = [...document.querySelectorAll("body *")]
    .filter((node) => node.getBoundingClientRect().right > innerWidth + 1 && !scrolls(node))
    .filter((node, index, all) => !all.some((other) => other !== node && node.contains(other)));
  return [`${pixels} px too wide: ${far.slice(0, 3).map((node) => node.outerHTML.slice(0, 120))}`];
}"""


def too_wide(page: Page) -> list[str]:
    """What has to be pushed sideways."""
    found: list[str] = page.evaluate(TOO_WIDE)
    return found


def in_all_looks(page: Page, *, contrast: bool = False) -> list[str]:
    """What is wrong with the page as it stands: in both themes, wide and narrow, and between; with
    `contrast` also where the system asks for more of it."""
    found = [] if page.locator("audio, video").count() == 0 else ["sound or film: see RULES"]
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{scheme} {width}: {one}" for one in findings(page) + too_wide(page)]
    if contrast:
        page.emulate_media(contrast="more")
        found += [f"more contrast: {one}" for one in findings(page, CONTRAST)]
        page.emulate_media(contrast="no-preference")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{width}: {one}" for one in too_wide(page)]
    return found


def check_all(pages: dict[Page, list[str]], *, contrast: bool = False) -> None:
    """Open each address, and fail with everything that is wrong on any of them."""
    wrong = {}
    for page, addresses in pages.items():
        for address in addresses:
            page.set_viewport_size({"width": 1440, "height": 900})
            page.goto(address)
            found = in_all_looks(page, contrast=contrast)
            if found:
                wrong[address] = found
    assert not wrong, "\n".join(f"{at}\n  " + "\n  ".join(all_) for at, all_ in wrong.items())


def test_axe_finds_nothing(people: People, live_desk: Desk) -> None:
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
    nobody, sue = people.nobody(), people.of("sue")
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
    check_all({sue: desk_pages, nobody: open_pages}, contrast=True)


def reckoned_pages() -> list[str]:
    """What a manager has beside these: what a draft would move, done and under way."""
    from django.utils import timezone

    from escalation.models import Rederivation

    done = Rederivation.objects.filter(finished_at__isnull=False)[0]
    begun = Rederivation.objects.create(why="Under way", preview=True, created_at=timezone.now())
    return [
        "/desk/drafts/", f"/desk/reckonings/{done.pk}/", f"/desk/reckonings/{begun.pk}/",
        *backtest_pages(), "/desk/settings/", "/desk/settings/categories/", "/desk/settings/file/",
    ]  # fmt: skip


def settings_pages() -> list[str]:
    """How the desk is set up: forms with their preview, a history, and the guided start."""
    forms = [
        "people/alice@example.org/", "teams/home/", "facts/every/", "calendars/office/",
        "paths/standard/", "deadlines/general/", "authority/rep-all-gbp/", "surveys/survey/",
        "texts/+/", "categories/outage/", "categories/outage/history/",
    ]  # fmt: skip
    steps = ["team/", "categories/", "policies/", "people/", "mail/", "form/"]
    return [
        *(f"/desk/settings/{form}" for form in forms),
        *(f"/desk/start/{step}" for step in steps),
    ]


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
        f"/desk/drafts/{tried.pk}/", "/desk/alerts/", "/desk/keys/", "/desk/rota/",
    ]  # fmt: skip


#: The lists behind figures, each with something in it.
BEHIND = [
    "/desk/reports/deadlines/behind/?what=all&column=missed",
    "/desk/reports/fairness/behind/?what=all", "/desk/reports/outcomes/behind/?what=all",
    "/desk/insight/ideas/behind/", "/desk/insight/tickets/?measure=received",
]  # fmt: skip


def count_something(desk: Desk) -> None:
    """A complaint that was made good and settled, and the idea that came of it."""
    from django.utils import timezone

    from feedback.services import suggest_idea
    from feedback.services.insight.keeping import catch_up
    from remedies import services as remedies
    from remedies.models import Offer
    from tests.builders import make_customer, make_ticket, user
    from tickets import services
    from tickets.money import Money

    now, alice = timezone.now(), user(desk.alice)
    ticket = make_ticket(
        desk, now=now, customer=make_customer("Sam Whitlock"), loss=Money(900, "GBP")
    )
    remedies.send_offer(Offer.objects.get(ticket=ticket), body="Dear Sam", actor=alice, now=now)
    point = ticket.points.get().pk
    services.decide_point(ticket, point, outcome="upheld", actor=alice, now=now)
    services.resolve(ticket, actor=alice, now=now)
    suggest_idea(title="Call first", text="Then write.", author=desk.alice, ticket=ticket, now=now)
    catch_up()


def insight_pages() -> list[str]:
    """What was counted."""
    return [
        "/desk/reports/fairness/", "/desk/reports/outcomes/",
        *(f"/desk/insight/{tab}" for tab in ("", "customers/", "promises/", "remedies/", "times/")),
        "/desk/insight/ideas/", *BEHIND,
    ]  # fmt: skip


def open_folds(page: Page) -> None:
    """Open what is folded, for its insides are read too."""
    page.evaluate("document.querySelectorAll('main details').forEach((one) => (one.open = true))")


def unfolded(page: Page) -> Page:
    """A page on which nothing is folded away."""
    page.on("domcontentloaded", open_folds)
    return page


def test_axe_finds_nothing_on_the_pages_of_deadlines_and_escalation(
    people: People, called: Ticket
) -> None:
    customers = [f"/c/{called.access_key}/"]
    sue, nobody = unfolded(people.of("sue")), unfolded(people.nobody())
    check_all({sue: new_pages(called), nobody: customers})


def test_axe_finds_nothing_on_what_was_counted(
    people: People, called: Ticket, live_desk: Desk
) -> None:
    count_something(live_desk)
    sue = unfolded(people.of("sue"))
    for address in BEHIND:
        sue.goto(address)
        assert sue.locator("main tbody tr").count() > 0, address
    check_all({sue: insight_pages()})


def test_axe_finds_nothing_on_what_a_manager_reckons(people: People, called: Ticket) -> None:
    check_all({unfolded(people.of("mona")): reckoned_pages()})


def test_axe_finds_nothing_on_what_a_manager_sets_up(people: People, called: Ticket) -> None:
    check_all({unfolded(people.of("mona")): settings_pages()})
