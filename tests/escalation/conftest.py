"""Every test here has a calendar, a path and a policy (tests.escalation.builders)."""

import pytest


@pytest.fixture(autouse=True)
def _clockwork(db: None) -> None:
    from tests.escalation.builders import make_clockwork

    make_clockwork()
