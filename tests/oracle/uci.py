"""A real log of incidents (`uci_incident_events.csv.gz`), replayed whole through the services.

Starts a throwaway PostgreSQL and Redis of its own, as the tests do. The whole log takes a quarter
of an hour of one core; how far it is stands on stderr. `--report` writes the page docs/uci.md.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tests.oracle.cases import Failure
from tests.oracle.uci_log import Row, read

if TYPE_CHECKING:
    from tests.oracle.uci_replay import Account

SAID_EVERY = 500
_accounts: list[Account] = []


def run(
    paths: Sequence[Path], *, report: Path | None = None, **_: object
) -> tuple[int, list[Failure]]:
    """Incidents of which every update was possible and every counter agrees, and what does not."""
    incidents = [rows for path in paths for rows in read(path)]
    account = _replayed(incidents)
    _accounts.append(account)
    if report is not None:
        from tests.oracle.uci_report import page

        report.write_text(page(account), encoding="utf-8")
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

        return replay(incidents, after_each=_progress(len(incidents)))
    finally:
        stack.stop()


def _progress(all_: int) -> Callable[[int], None]:
    """Says on stderr how far it is and how long it may still take."""
    began = time.monotonic()

    def tell(done: int) -> None:
        if done % SAID_EVERY and done != all_:
            return
        passed = time.monotonic() - began
        left = passed / done * (all_ - done)
        print(f"{done} of {all_} incidents, {passed:.0f} s, {left:.0f} s to go", file=sys.stderr)

    return tell
