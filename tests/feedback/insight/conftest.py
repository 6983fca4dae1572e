"""A desk with clocks and remedies, so that a history has something to count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.builders import Desk


@pytest.fixture
def whole_desk(desk: Desk) -> Desk:
    """With a calendar, deadlines and a policy in force."""
    from tests.escalation.builders import make_clockwork
    from tests.remedies.builders import put_in_force, set_limits
    from tests.remedies.conftest import PACKS

    make_clockwork()
    put_in_force((PACKS / "general.yaml").read_text())
    set_limits("rep", per_ticket=20_000)
    set_limits("supervisor", per_ticket=100_000)
    return desk
