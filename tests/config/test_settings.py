"""What the settings promise, whatever the environment says."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from config.celery import BEAT_SCHEDULE, app
from config.checks import database_is_postgresql, site_has_an_address, ticks_expire, time_is_utc
from config.logs import logging_config
from config.paths import BASE_DIR

PRODUCTION = {
    "DATABASE_URL": "postgres://amends@127.0.0.1:1/amends",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": "a secret of the test " * 3,
    "ALLOWED_HOSTS": "amends.example",
    "SITE_URL": "https://amends.example/",
}


def in_production(expression: str, **environment: str) -> str:
    """What `expression` over the settings is in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", f"from config import settings; {expression}"],
        cwd=BASE_DIR,
        env={"PATH": os.environ["PATH"]} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


def test_production_is_the_default_and_is_closed(tmp_path: Path) -> None:
    shown = in_production(
        "print(settings.DEBUG, settings.LOCAL, settings.SECURE_SSL_REDIRECT,"
        "settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.SITE_URL)",
        **PRODUCTION,
        AMENDS_VAR=str(tmp_path),
    )
    assert shown == "False False True True True https://amends.example"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("address", "brand", "sender"),
    [
        ("complaints@linden.example", "Linden", "Linden <complaints@linden.example>"),
        ("complaints@linden.example", "", "Amends <complaints@linden.example>"),
        (
            "Complaints <complaints@linden.example>",
            "Linden",
            "Complaints <complaints@linden.example>",
        ),
    ],
)
def test_mail_comes_from_whom_the_pages_name(
    tmp_path: Path, address: str, brand: str, sender: str
) -> None:
    environment = PRODUCTION | {"DEFAULT_FROM_EMAIL": address, "AMENDS_VAR": str(tmp_path)}
    if brand:
        environment["BRAND_NAME"] = brand
    assert in_production("print(settings.DEFAULT_FROM_EMAIL)", **environment) == sender


def test_production_without_a_secret_does_not_start(tmp_path: Path) -> None:
    environment = {name: value for name, value in PRODUCTION.items() if name != "SECRET_KEY"}
    said = in_production("print('started')", **environment, AMENDS_VAR=str(tmp_path))
    assert "SECRET_KEY" in said
    assert "started" not in said


def test_a_local_run_makes_its_secret_once_and_shows_it_to_nobody(tmp_path: Path) -> None:
    first = in_production("print(settings.SECRET_KEY)", AMENDS_VAR=str(tmp_path))
    again = in_production("print(settings.SECRET_KEY)", AMENDS_VAR=str(tmp_path))
    assert first == again
    assert len(first) >= 50
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", BEAT_SCHEDULE)
def test_every_entry_of_the_beat_names_a_task_that_exists(name: str) -> None:
    task = BEAT_SCHEDULE[name]["task"]
    import_module(task.rpartition(".")[0])
    assert task in app.tasks


def test_a_clock_that_is_not_utc_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "TIME_ZONE", "Europe/London")
    assert [found.id for found in time_is_utc(None)] == ["amends.E001"]


def test_another_database_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    assert [found.id for found in database_is_postgresql(None)] == ["amends.E002"]


def test_a_tick_that_never_expires_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BEAT_SCHEDULE, "forgetful", {"task": "x", "schedule": 10})
    assert [found.id for found in ticks_expire(None)] == ["amends.E003"]


def test_a_site_without_https_address_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SITE_URL", "http://amends.example")
    assert [found.id for found in site_has_an_address(None)] == ["amends.W001"]


def test_an_unknown_log_format_is_refused() -> None:
    with pytest.raises(ValueError, match="LOG_FORMAT"):
        logging_config("INFO", "xml")


def test_pages_load_nothing_from_elsewhere(client: Client) -> None:
    policy = client.get("/healthz")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert "http" not in policy


@pytest.mark.django_db
def test_nobody_signs_up(client: Client) -> None:
    answer = client.post("/accounts/signup/", {"email": "eve@example.org"})
    assert answer.status_code in {200, 302, 403, 404}
    assert not import_module("tickets.models").User.objects.exists()


@pytest.mark.parametrize(
    "path", ["/oauth/authorize/", "/oauth/applications/", "/oauth/introspect/"]
)
@pytest.mark.django_db
def test_only_the_client_credentials_grant_has_an_address(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404
