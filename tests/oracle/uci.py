"""A real log of incidents (`uci_incident_events.csv.gz`), replayed whole through the services.

Starts a throwaway PostgreSQL and Redis of its own, as the tests do, and takes some minutes.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tests.oracle.cases import Failure
from tests.oracle.uci_log import Row, read

if TYPE_CHECKING:
    from tests.oracle.uci_replay import Account

_accounts: list[Account] = []


def run(paths: Sequence[Path], **_: object) -> tuple[int, list[Failure]]:
    """Incidents of which every update was possible and every counter agrees, and what does not."""
    incidents = [rows for path in paths for rows in read(path)]
    account = _replayed(incidents)
    _accounts.append(account)
    wrong = {failure.id.split()[0] for failure in account.failures}
    return account.incidents - len(wrong), account.failures


def remarks(paths: Sequence[Path]) -> list[str]:
    """What was done, and what of the log has no counterpart."""
    return [line for account in _accounts for line in account.lines()]


def _replayed(incidents: Sequence[Sequence[Row]]) -> Account:
    """The replay, in a database of its own."""
    from tests.support.environment import prepare_environment
    from tests.support.stack import TestStack, clone_template, database_url

    prepare_environment()
    stack = TestStack()
    stack.start()
    try:
        clone_template("uci")
        os.environ["DATABASE_URL"] = database_url("uci")
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        import django

        django.setup()
        from tests.oracle.uci_replay import replay

        return replay(incidents)
    finally:
        stack.stop()
