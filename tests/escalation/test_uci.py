"""A real log of incidents, replayed through the services. Skipped where the data is absent."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from tests.oracle.uci_log import Odd, Teller, Verb, read
from tests.oracle.uci_replay import Account, replay, some
from tests.oracle.uci_report import page
from tickets.rules import Status, may_move

pytestmark = pytest.mark.slow
STRIDE = 400
LEADS_TO = {
    Verb.REOPEN: Status.OPEN,
    Verb.WAIT_CUSTOMER: Status.WAITING_CUSTOMER,
    Verb.WAIT_OTHERS: Status.WAITING_THIRD_PARTY,
    Verb.RESUME: Status.OPEN,
    Verb.RESOLVE: Status.RESOLVED,
    Verb.CLOSE: Status.CLOSED,
}


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


def test_the_page_tells_what_was_found_in_tables_that_are_whole() -> None:
    account = Account(incidents=1, updates=3, calls=Counter(resolve=1), counters=Counter(ours=2))
    account.moves = Counter({("New", ""): 1, ("Closed", "Active"): 4})
    account.odd = Counter({Odd.UNKNOWN_STATE: 1})
    text = page(account)
    assert "**1 incidents, 3 updates, 1 calls of services, none refused.**" in text
    assert "All agree." in text
    assert "| Closed | Active | closed to open | 4 |" in text
    rows = [(a, b) for a, b in pairwise(text.splitlines()) if a.startswith("|")]
    assert not [a for a, b in rows if b.startswith("|") and a.count("|") != b.count("|")]


def test_the_rules_allow_every_transition_of_the_whole_log(log: Path) -> None:
    """Without the services, for all of its incidents: the moves, and what the counters come to."""
    for rows in read(log):
        teller = Teller(rows[0])
        status, reopened = Status.NEW, 0
        for row in rows:
            for doing in teller.doings(row):
                if (to := LEADS_TO.get(doing.verb)) is not None:
                    assert may_move(status, to), (row.number, status, to)
                    status = to
                elif status is Status.NEW and doing.resolver:
                    status = Status.OPEN
                reopened += doing.verb is Verb.REOPEN
            assert reopened == row.reopened, row.number
            unseen = teller.odd.count(Odd.UNSEEN_MOVE)
            assert teller.reassigned + unseen == row.reassigned, row.number
