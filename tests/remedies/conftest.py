"""A desk with the general policy in force and limits for a rep and a supervisor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.builders import Desk

PACKS = Path(__file__).parents[2] / "remedies" / "packs"


@pytest.fixture
def remedy_desk(desk: Desk) -> Desk:
    """A rep may grant £100 a ticket and £200 a year; a supervisor £500 a ticket."""
    from tests.remedies.builders import put_in_force, set_limits

    put_in_force((PACKS / "general.yaml").read_text())
    set_limits("rep", per_remedy=10_000, per_ticket=10_000, per_customer=20_000)
    set_limits("supervisor", per_ticket=50_000)
    set_limits("client", per_ticket=2_000)
    return desk
