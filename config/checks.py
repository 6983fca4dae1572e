"""System checks of the whole project; each has an id that docs/operations.md explains."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as CheckWarning


@register()
def time_is_utc(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """amends.E001: deadlines are reckoned in aware UTC."""
    if settings.TIME_ZONE == "UTC" and settings.USE_TZ:
        return []
    return [Error("TIME_ZONE must be UTC and USE_TZ on.", id="amends.E001")]


@register(Tags.database)
def database_is_postgresql(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """amends.E002: row locks, partial indexes and triggers are PostgreSQL's."""
    if settings.DATABASES["default"]["ENGINE"] == "config.database":
        return []
    return [Error("DATABASE_URL must name a PostgreSQL database.", id="amends.E002")]


@register()
def ticks_expire(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """amends.E003: a tick that waited until the next one is due is worth nothing."""
    from config.celery import BEAT_SCHEDULE

    return [
        Error(f"The beat entry {name!r} must expire.", id="amends.E003")
        for name, entry in BEAT_SCHEDULE.items()
        if "expires" not in entry.get("options", {})
    ]


@register(deploy=True)
def site_has_an_address(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """amends.W001: without SITE_URL, links in mail lead nowhere."""
    if settings.SITE_URL.startswith("https://"):
        return []
    return [CheckWarning("SITE_URL must be the https address of this site.", id="amends.W001")]
