"""A real log of incidents, replayed through the services. Skipped where the data is absent."""

from pathlib import Path

import pytest

from tests.oracle.uci_log import read
from tests.oracle.uci_replay import replay, some

pytestmark = pytest.mark.slow
STRIDE = 250


@pytest.fixture
def log(shared: Path) -> Path:
    """The file of incidents."""
    path = shared / "data" / "uci_incident_events.csv.gz"
    if not path.is_file():
        pytest.skip(f"NO INCIDENT LOG at {path}")
    return path


def test_every_transition_of_a_real_log_is_possible_and_the_counters_agree(
    db: None, log: Path
) -> None:
    incidents = list(some(list(read(log)), STRIDE))
    account = replay(incidents)
    assert not account.failures, "\n".join(map(str, account.failures[:20]))
    assert len(account.moves) >= 25
    assert account.calls["reopen"] > 5
    assert account.calls["move"] > 50
