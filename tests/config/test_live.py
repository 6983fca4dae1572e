"""The real processes: what the fixtures promise to other tests."""

import urllib.request

from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Page

from tests.support.live import LiveSite, eventually


def test_gunicorn_answers_on_the_database_the_test_sees(live_site: LiveSite) -> None:
    with urllib.request.urlopen(f"{live_site.url}/readyz") as answer:
        assert answer.status == 200


def test_a_real_worker_does_what_a_task_asks(live_worker: LiveSite) -> None:
    from config.tasks import forget_expired

    Session.objects.create(session_key="old", expire_date=timezone.now())
    forget_expired.delay()
    eventually(lambda: not Session.objects.exists())


def test_a_browser_reads_the_site(page: Page) -> None:
    answer = page.goto("/readyz")
    assert answer is not None
    assert answer.ok
