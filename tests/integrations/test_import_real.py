"""Whole files of real complaints, every row accounted for. Skipped where the data is absent."""

import csv
import datetime as dt
import gzip
from collections import Counter
from pathlib import Path

import pytest
from django.db.models import Count, Sum

from escalation.models import Deadline
from escalation.services.defaults import ensure_defaults
from integrations.importing.running import Report, read_mapping, run_import
from remedies.models import Remedy
from tests.builders import NOW, Desk
from tickets.cached import forget_all
from tickets.models import Alert, Event, Outbox, Point, Ticket

pytestmark = pytest.mark.slow


def rows_of(path: Path) -> list[dict[str, str]]:
    """The file as the standard library reads it."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def run(path: Path, mapping: str, rejects: Path, *, now: dt.datetime = NOW) -> Report:
    """Import the whole file."""
    return run_import(path, read_mapping(mapping, path), now=now, rejects=rejects)


def rejected(path: Path) -> list[dict[str, str]]:
    """What the rejects file lists."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def data(shared: Path) -> Path:
    """The folder of real files."""
    path = shared / "data"
    if not path.is_dir():
        pytest.skip(f"no real data at {path}")
    return path


def file_in(data: Path, name: str) -> Path:
    """A real file; skips where it is absent."""
    path = data / name
    if not path.is_file():
        pytest.skip(f"no {name} at {data}")
    return path


@pytest.mark.parametrize(
    ("name", "mapping", "open_rows"),
    [
        ("cfpb_2014_complaints.csv.gz", "cfpb_2014", {"company_response": {"In progress"}}),
        (
            "cfpb_2015_2020_complaints.csv.gz",
            "cfpb_2015_2020",
            {"company_response": {"In progress"}},
        ),
        ("fcc_comcast_complaints.csv.gz", "fcc_comcast", {"status": {"Open", "Pending"}}),
        ("uci_incident_summary.csv.gz", "uci_incident_summary", {}),
        ("nyc_dca_mediation.csv.gz", "nyc_dca_mediation", {}),
    ],
)
def test_every_row_of_a_real_file_is_imported_or_rejected_for_a_reason(
    desk: Desk,
    data: Path,
    tmp_path: Path,
    name: str,
    mapping: str,
    open_rows: dict[str, set[str]],
) -> None:
    path = file_in(data, name)
    rows = rows_of(path)

    report = run(path, mapping, tmp_path / "rejects.csv")

    assert report.stopped == ""
    assert report.rows == len(rows)
    assert report.imported + report.rejected == len(rows)
    assert Ticket.objects.count() == report.imported
    refused = rejected(tmp_path / "rejects.csv")
    assert len(refused) == report.rejected
    assert all(row["reason"] and row["line"] and row["code"] for row in refused)
    assert not Outbox.objects.exists(), "tickets from the past send nothing"
    assert not Alert.objects.exists(), "tickets from the past ring nobody"
    for column, values in open_rows.items():
        still = sum(row[column] in values for row in rows)
        assert Ticket.objects.exclude(status__in=["resolved", "closed"]).count() == still

    again = run(path, mapping, tmp_path / "again.csv", now=NOW + dt.timedelta(days=1))

    assert (again.imported, again.skipped, again.rejected) == (
        0,
        report.imported,
        report.rejected,
    )
    assert Ticket.objects.count() == report.imported


def test_new_york_amounts_and_results_come_over_exactly(
    desk: Desk, data: Path, tmp_path: Path
) -> None:
    path = file_in(data, "nyc_dca_mediation.csv.gz")
    rows = rows_of(path)
    backwards = {row["case_id"] for row in rows if row["closed"] < row["opened"]}

    run(path, "nyc_dca_mediation", tmp_path / "rejects.csv")

    refused = {row["id"]: row for row in rejected(tmp_path / "rejects.csv")}
    assert refused.keys() == backwards
    assert {row["field"] for row in refused.values()} == {"closed"}
    kept = [row for row in rows if row["case_id"] not in backwards]
    remedies = Event.objects.filter(type="remedy_recorded")
    told = {event.data["source"].removeprefix("nyc-dca:"): event.data for event in remedies}
    for row in kept:
        cents = round(float(row["restitution_usd"] or 0) * 100)
        if row["case_id"] in told:
            assert (told[row["case_id"]]["minor"] or 0) == cents
        elif cents:
            # Money without a result that is a remedy: the agency's own contradiction.
            assert row["result"] not in {"Cash Amount", "Bill Reduced", "Store Credit"}
    ledger = Remedy.objects.aggregate(paid=Sum("amount"), count=Count("pk"))
    assert ledger["count"] == len(told)
    assert ledger["paid"] == sum(data["minor"] or 0 for data in told.values())
    assert set(Remedy.objects.values_list("status", flat=True)) == {"fulfilled"}
    outcomes = Counter(Point.objects.values_list("outcome", flat=True))
    assert sum(outcomes.values()) == len(kept)
    assert outcomes[""] == 0


def test_deadlines_of_the_past_are_met_or_breached_as_they_would_have_been(
    desk: Desk, data: Path, tmp_path: Path
) -> None:
    ensure_defaults(now=NOW)
    forget_all()
    path = file_in(data, "fcc_comcast_complaints.csv.gz")

    run(path, "fcc_comcast", tmp_path / "rejects.csv")

    rows = Deadline.objects.select_related("ticket").filter(kind="resolve")
    assert rows.count() == Ticket.objects.count()
    counts: Counter[str] = Counter()
    for row in rows:
        ticket = row.ticket
        end = ticket.resolved_at or NOW
        assert row.met_at == ticket.resolved_at
        assert (row.breached_at is not None) == (end > row.due_at)
        counts[f"{'late' if row.breached_at else 'in time'}, {ticket.status}"] += 1
    assert counts["late, new"] == 262, "open since 2015"
    assert not Deadline.objects.filter(next_at__isnull=False).exists(), "no sweep finds them"
    assert not Alert.objects.exists()
    assert not Outbox.objects.exists()
