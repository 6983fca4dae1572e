"""An import killed in the middle is continued by running it again, in one process or several."""

import csv
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db.models import Count

from config.paths import BASE_DIR
from tests.builders import make_desk
from tests.support.live import LiveSite, eventually
from tickets.models import Customer, Ticket

ROWS = 2000
CUSTOMERS = 90

MAPPING = """
source: shop
id: ref
customer: {name: who, email: mail}
ticket: {body: told}
category: {value: outage}
received: came
closed: ended
"""

COMMAND = [sys.executable, "manage.py", "import_tickets"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Many rows, of customers who come again and again."""
    path = tmp_path / "in.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["ref", "who", "mail", "told", "came", "ended"])
        for number in range(ROWS):
            who = number % CUSTOMERS
            mail = f"customer{who}@example.org"
            writer.writerow(
                [number, f"Customer {who}", mail, "Nobody came.", "2025-03-02", "2025-03-09"]
            )
    (tmp_path / "map.yaml").write_text(MAPPING, encoding="utf-8")
    return path


def start(site: LiveSite, file: Path, *options: str) -> "subprocess.Popen[str]":
    """The command, as a process of its own."""
    return subprocess.Popen(
        [*COMMAND, str(file), f"--map={file.parent / 'map.yaml'}", *options],
        cwd=BASE_DIR,
        env=site.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def check_all_there() -> None:
    """Every row is a ticket, each once, whole, and each customer is one."""
    assert Ticket.objects.count() == ROWS
    assert Ticket.objects.values("external_id").distinct().count() == ROWS
    assert Customer.objects.count() == CUSTOMERS
    assert not Ticket.objects.exclude(status="closed").exists()
    parts = Ticket.objects.annotate(
        said=Count("messages", distinct=True), heads=Count("points", distinct=True)
    )
    assert not parts.exclude(said=1, heads=1).exists()


@pytest.mark.parametrize("options", [(), ("--processes=2",)])
def test_an_import_killed_in_the_middle_is_continued(
    live_db: LiveSite, file: Path, options: tuple[str, ...]
) -> None:
    make_desk()
    first = start(live_db, file, *options)
    eventually(lambda: Ticket.objects.count() > 0, seconds=60)
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()
    eventually(lambda: not _group_lives(first.pid))
    stored = Ticket.objects.count()
    assert 0 < stored < ROWS

    again = start(live_db, file, *options)
    out, err = again.communicate(timeout=300)

    assert again.returncode == 0, err
    assert f"{ROWS - stored} imported, {stored} here already, 0 rejected" in out
    check_all_there()


def test_two_runs_at_once_import_each_row_once(live_db: LiveSite, file: Path) -> None:
    make_desk()
    both = [start(live_db, file) for _ in range(2)]

    for one in both:
        _, err = one.communicate(timeout=300)
        assert one.returncode == 0, err

    check_all_there()


def _group_lives(group: int) -> bool:
    """Whether a process of the group is left: the workers of a killed import end by themselves."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
