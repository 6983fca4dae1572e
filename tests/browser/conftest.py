"""A live desk: people who can sign in, clocks, a policy; and a browser for each person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.fixtures import PATIENCE
from tests.support.live import LiveSite

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Response

    from tests.builders import Desk
    from tickets.access import Principal
    from tickets.models import Ticket

PASSWORD = "a-long-password-1"
PACK = Path(__file__).parents[2] / "remedies" / "packs" / "general.yaml"


@pytest.fixture
def live_desk(live_site: LiveSite) -> Desk:
    """The small desk on the live site, as of the real now: browsers have no other."""
    from django.utils import timezone

    from escalation.services.defaults import ensure_defaults
    from feedback.models import SurveySettings
    from remedies import services
    from remedies.models import Authority
    from tests.builders import make_desk
    from tickets.models import RootCause

    now = timezone.now()
    desk = make_desk()
    everyone = (desk.alice, desk.bob, desk.sue, desk.charlie, desk.mona, desk.audrey, desk.ada)
    for person in everyone:
        person.set_password(PASSWORD)
        person.save()
    ensure_defaults(now=now)
    draft = services.save_draft(PACK.read_text(encoding="utf-8"), by=None, now=now)
    services.activate(draft, by=None, now=now)
    for role, limit in (("rep", 10_000), ("supervisor", 100_000)):
        Authority.objects.create(role=role, currency="GBP", per_ticket=limit)
    SurveySettings.objects.update_or_create(pk=1, defaults={"delay_minutes": 0})
    RootCause.objects.create(key="job", name="Exchange job closed too early")
    return desk


@dataclass
class People:
    """A browser of its own for each person, watched for what breaks."""

    browser: Browser
    url: str
    contexts: list[BrowserContext] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def nobody(self, **options: Any) -> Page:
        """A tab of somebody who has no account: a customer, or before signing in."""
        context = self.browser.new_context(
            base_url=self.url, locale="en-GB", timezone_id="Europe/London", **options
        )
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.broken.append(str(error)))
        page.on("console", lambda message: self._hear(message.text))
        page.on("response", self._look)
        return page

    def of(self, name: str, **options: Any) -> Page:
        """A tab in which this person is signed in."""
        page = self.nobody(**options)
        page.goto("/accounts/login/")
        page.get_by_label("E-mail").fill(f"{name}@example.org")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/desk/")
        return page

    def _look(self, response: Response) -> None:
        if response.status >= 500:
            self.broken.append(f"{response.status} {response.request.method} {response.url}")

    def _hear(self, text: str) -> None:
        if "Content Security Policy" in text or text.startswith("Uncaught"):
            self.broken.append(text)


@pytest.fixture
def people(browser: Browser, live_site: LiveSite, live_desk: Desk) -> Iterator[People]:
    """Browsers of the people of the live desk. Fails where a page broke."""
    found = People(browser, live_site.url)
    yield found
    for context in found.contexts:
        context.close()
    assert not found.broken, f"{found.broken}\n{live_site.log('web')[-3000:]}"


#: A draft under which what has an hour more would be missed at once.
TIGHT = [{"kind": "resolve", "within": "1h"}, {"kind": "decide", "within": "1h"}]


@pytest.fixture
def called(live_desk: Desk) -> Ticket:
    """A complaint that ran late and was escalated by its owner, on a desk
    with somebody on duty and a tried draft."""
    from django.utils import timezone

    from escalation.models import DeadlinePolicy, DutySlot, Rota
    from escalation.services import manual, previews, rederiving, stepping, trials
    from escalation.services.simulating import Draft
    from tests.builders import make_ticket, user
    from tickets import services
    from tickets.access import Principal

    now = timezone.now()
    late = make_ticket(
        live_desk, now=now - dt.timedelta(days=20), factors={"consequence": "serious"}
    )
    services.assign(late, live_desk.alice, actor=user(live_desk.sue), now=now)
    manual.escalate_by_hand(late, reason="She waits.", actor=user(live_desk.alice), now=now)
    stepping.sweep(now=now)
    rota = Rota.objects.create(key="day", name="Day", team=live_desk.home, time_zone="UTC")
    DutySlot.objects.create(
        rota=rota, user=live_desk.bob, weekday=now.weekday(), starts=dt.time(0), ends=dt.time(0)
    )
    sue = Principal.of_user(live_desk.sue, now=now)
    draft = Draft(
        "general", "General", 0,
        {"calendar": "office", "targets": [{"kind": "first_response", "within": "1h"}]},
    )  # fmt: skip
    tried = trials.begin(draft, since=now - dt.timedelta(days=60), until=now, who=sue, now=now)
    while trials.work(tried.pk, now=now):
        continue
    policy = DeadlinePolicy.objects.order_by("order").first()
    assert policy is not None
    item = {"key": policy.key, "data": {**policy.data, "targets": TIGHT}}
    mona = Principal.of_user(live_desk.mona, now=now)
    looked = previews.begin({"policies": [item]}, who=mona, now=now)
    rederiving.run(looked, now=now)
    _try_a_policy(live_desk, mona, now)
    return late


def _try_a_policy(desk: Desk, mona: Principal, now: dt.datetime) -> None:
    """The general policy with more for pain 4, tried on the past to its end; and one under way."""
    from remedies.services import backtests, replaying
    from remedies.services.backtests import Text
    from tests.remedies.builders import make_hurt

    make_hurt(desk, now=now - dt.timedelta(days=1))
    text = PACK.read_text(encoding="utf-8").replace("[60, 80, 90,", "[60, 80, 100,")
    since = now - dt.timedelta(days=60)
    for source in (text, f"{text}# again"):
        row = backtests.begin(Text.written(source), since=since, who=mona, now=now)
        while source == text and replaying.work_next(now=now, key=row.pk):
            continue
