"""A desk whose clocks run and whose policy drafts offers, at one frozen moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.test import Client

if TYPE_CHECKING:
    from tests.builders import Desk
    from tickets.models import Ticket, User

PACK = Path(__file__).parents[2] / "remedies" / "packs" / "general.yaml"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Views read the clock at the edge: it stands at NOW. What processes keep stays kept, so
    that a slow machine counts no more queries than a fast one."""
    from tests.builders import NOW

    monkeypatch.setattr("tickets.cached.MAX_AGE", 3600.0)

    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def whole_desk(desk: Desk) -> Desk:
    """The small desk with calendar, deadlines, policy and limits: a rep may grant £100."""
    from escalation.services.defaults import ensure_defaults
    from tests.builders import NOW
    from tests.remedies.builders import put_in_force, set_limits

    ensure_defaults(now=NOW)
    put_in_force(PACK.read_text(encoding="utf-8"))
    set_limits("rep", per_ticket=10_000, per_customer=20_000)
    set_limits("supervisor", per_ticket=50_000)
    return desk


@pytest.fixture
def reported(whole_desk: Desk) -> Desk:
    """A desk on which promises were kept and missed, sums given and refused, findings reviewed."""
    from tests.desk.reported import live_through

    live_through(whole_desk)
    return whole_desk


@pytest.fixture
def ticket(whole_desk: Desk) -> Ticket:
    """A complaint that came in a moment ago, owned by nobody."""
    from tests.builders import make_ticket

    return make_ticket(whole_desk)


@pytest.fixture
def sign_in() -> Callable[[User | None], Client]:
    """A browser of this person; of nobody for None."""

    def of(user: User | None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return of
