"""axe finds nothing at WCAG 2.2 AA, on every page, in both themes and on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import People
    from tests.builders import Desk

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
        f"/desk/tickets/{offered.number}/?do=refuse", "/desk/exceptions/", "/desk/late/",
        "/desk/customers/", f"/desk/customers/{asked.customer_id}/", "/desk/search/?q=nothing",
        "/desk/styleguide/", f"/desk/late/{asked.deadlines.filter(kind='resolve')[0].pk}/extend/",
    ]  # fmt: skip
    open_pages = [
        "/complain/", "/complain/find/", f"/complain/received/{asked.access_key}/",
        f"/c/{offered.access_key}/", f"/c/{asked.access_key}/", "/c/wrong/", "/accounts/login/",
        "/accounts/password/reset/", "/nowhere/", "/s/wrong/",
    ]  # fmt: skip
    wrong = {}
    for page, addresses in ((sue, desk_pages), (nobody, open_pages)):
        for address in addresses:
            page.goto(address)
            if found := findings(page):
                wrong[address] = found
            too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if too_wide > 0:
                wrong.setdefault(address, []).append(f"{too_wide} px too wide")
    assert not wrong, "\n".join(f"{at}\n  " + "\n  ".join(all_) for at, all_ in wrong.items())
