"""Fixtures for what is costly or lies outside: shared data, a live site, a browser."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from config.paths import BASE_DIR
from tests.support.chromium import find_chromium, sandbox_arguments
from tests.support.live import LiveSite

#: How long a page may take on a busy machine, in milliseconds.
PATIENCE = 45_000


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the repository (`AMENDS_SHARED`); skips where it is absent."""
    path = Path(os.environ.get("AMENDS_SHARED") or BASE_DIR.parent / "shared")
    if not path.is_dir():
        pytest.skip(f"NO SHARED DATA at {path}: set AMENDS_SHARED to its folder")
    return path


@pytest.fixture(scope="session")
def _site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[LiveSite]:
    site = LiveSite(tmp_path_factory.mktemp("live"), database=f"live_{worker_id}")
    yield site
    site.close()


@pytest.fixture
def live_db(_site: LiveSite, django_db_blocker: DjangoDbBlocker) -> Iterator[LiveSite]:
    """The live site's database, new and migrated, which the ORM of the test now uses too.

    Not together with the `django_db` mark: this is another database.
    """
    _site.reset()
    before = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = _site.database
        cache.clear()
        try:
            yield _site
        finally:
            connection.close()
            connection.settings_dict["NAME"] = before


@pytest.fixture
def live_site(live_db: LiveSite) -> LiveSite:
    """The site over HTTP (gunicorn) at `live_site.url`, on a new and migrated database."""
    live_db.start_web()
    return live_db


@pytest.fixture
def live_worker(live_db: LiveSite) -> LiveSite:
    """A real Celery worker and beat, ringing each second, on a new and migrated database."""
    live_db.start_worker()
    live_db.start_beat()
    return live_db


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium; skips loudly where there is none, and fails under CI=true."""
    program = find_chromium()
    if program is None:
        message = "NO CHROMIUM: install chromium, chromium-browser or google-chrome"
        if os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
            pytest.fail(message)
        pytest.skip(message)
    # Playwright keeps an event loop in this thread, at which Django would stumble.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=program, args=sandbox_arguments(), headless=True
        )
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def browser_context(browser: Browser, live_site: LiveSite) -> Iterator[BrowserContext]:
    """A fresh profile whose relative addresses lead to the live site."""
    context = browser.new_context(
        base_url=live_site.url, locale="en-GB", timezone_id="Europe/London"
    )
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def page(browser_context: BrowserContext) -> Iterator[Page]:
    """A tab. The test fails where the page broke: a script error, or something refused by CSP."""
    tab = browser_context.new_page()
    broken: list[str] = []
    tab.on("pageerror", lambda error: broken.append(str(error)))
    tab.on(
        "console",
        lambda message: broken.append(message.text) if _is_breakage(message.text) else None,
    )
    yield tab
    assert not broken, broken


def _is_breakage(text: str) -> bool:
    return "Content Security Policy" in text or text.startswith("Uncaught")
