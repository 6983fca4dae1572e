"""The whole desk at a moment that moves on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from config.paths import BASE_DIR

if TYPE_CHECKING:
    from tests.builders import Desk

PACK = BASE_DIR / "remedies" / "packs" / "general.yaml"


class Clock:
    """What the edges read. It stands still until it is moved, and beat rings as it goes."""

    def __init__(self, traveller: Any, start: dt.datetime) -> None:
        self._traveller = traveller
        self.now = start

    def move(self, **by: float) -> None:
        """Go on, and do at the new moment what beat rings for."""
        self.now += dt.timedelta(**by)
        self._traveller.move_to(self.now)
        self.ring()

    def ring(self) -> None:
        """One ring of each bell, as the beat schedule has them."""
        from escalation.tasks import sweep
        from feedback.tasks import send_due_surveys
        from integrations.outbox import deliver_next
        from remedies.tasks import expire_offers

        sweep()
        expire_offers()
        send_due_surveys()
        while deliver_next(now=self.now):
            pass


@pytest.fixture
def clock(mailoutbox: list[Any]) -> Iterator[Clock]:
    """A Tuesday morning, 24 November 2026."""
    from tests.builders import NOW

    with time_machine.travel(NOW, tick=False) as traveller:
        yield Clock(traveller, NOW)


@pytest.fixture
def house(desk: Desk, clock: Clock, settings: Any, tmp_path: Path) -> Desk:
    """The small desk with calendar, deadlines, policy and limits; a rep may grant £100 a ticket."""
    from escalation.services.defaults import ensure_defaults
    from tests.remedies.builders import put_in_force, set_limits

    settings.MEDIA_ROOT = str(tmp_path)
    ensure_defaults(now=clock.now)
    put_in_force(PACK.read_text(encoding="utf-8"))
    set_limits("rep", per_ticket=10_000, per_customer=20_000)
    set_limits("supervisor", per_ticket=50_000)
    return desk


@pytest.fixture
def browser_of() -> Callable[[Any], Any]:
    """The browser of a person who signed in; of a customer for None."""
    from django.test import Client

    def of(person: Any) -> Any:
        client = Client()
        if person is not None:
            client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return of
