"""Complaints from a file become tickets of the past, each once, whatever happens."""

import csv
import datetime as dt
import gzip
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db import IntegrityError, OperationalError

from config.paths import BASE_DIR
from integrations.errors import MappingInvalid, UnreadableFile
from integrations.importing import loading, running
from integrations.importing.mapping import ImportMapping, parse_mapping
from integrations.importing.remedies import record_remedy
from integrations.importing.running import Report, read_mapping, run_import
from tests.builders import NOW, Desk
from tickets.models import (
    Alert,
    Category,
    Customer,
    Event,
    FactDefinition,
    Outbox,
    Point,
    Ticket,
)
from tickets.state import fold, state_now

SAMPLES = BASE_DIR / "integrations" / "samples"
LATER = NOW + dt.timedelta(days=1)

RAW: dict[str, Any] = {
    "source": "shop",
    "currency": "EUR",
    "id": "ref",
    "customer": {"name": "who", "email": "mail"},
    "ticket": {"body": "told", "channel": "via", "team": "team", "tags": "tags"},
    "category": {"value": "outage"},
    "facts": {"days_without": {"column": "days", "kind": "number"}},
    "received": "came",
    "closed": "ended",
}
MAPPING = parse_mapping(RAW, kind="csv")
COLUMNS = ("ref", "who", "mail", "told", "via", "team", "tags", "days", "came", "ended")
GOOD = {
    "ref": "1",
    "who": "Ines Calloway",
    "mail": "ines@example.org",
    "told": "No internet.",
    "came": "2026-03-02T09:30",
}

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes rows to a CSV file."""

    def write_rows(*rows: dict[str, str], name: str = "in.csv") -> Path:
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS)
            writer.writeheader()
            writer.writerows(GOOD | row for row in rows)
        return path

    return write_rows


def run(path: Path, mapping: ImportMapping = MAPPING, **over: Any) -> Report:
    """Import a file."""
    return run_import(path, mapping, **{"now": NOW, **over})


def rejected(path: Path) -> list[dict[str, str]]:
    """What a rejects file lists."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize(
    ("name", "mapping", "imported", "refused"),
    [
        ("cfpb_2014.csv", "cfpb_2014", 5, []),
        ("cfpb_2015_2020.csv", "cfpb_2015_2020", 4, []),
        ("fcc_comcast.csv", "fcc_comcast", 4, []),
        ("nyc_dca_mediation.csv", "nyc_dca_mediation", 4, ["SAM00003"]),
        ("uci_incident_summary.csv", "uci_incident_summary", 3, []),
        ("shop.jsonl", "shop", 3, []),
    ],
)
def test_the_samples_come_over_with_the_mappings_that_ship(
    desk: Desk, tmp_path: Path, name: str, mapping: str, imported: int, refused: list[str]
) -> None:
    path = SAMPLES / name

    report = run(path, read_mapping(mapping, path), rejects=tmp_path / "no.csv")

    assert report.imported == imported
    assert [row["id"] for row in rejected(tmp_path / "no.csv")] == refused
    assert report.rows == imported + len(refused)
    assert not Outbox.objects.exists()
    assert not Alert.objects.exists()
    for ticket in Ticket.objects.all():
        assert ticket.historical
        stored = state_now(ticket)
        told = fold(ticket.events.order_by("seq"))
        assert {path: told.get(path) for path in stored} == stored


def test_what_a_row_says_stands_on_the_ticket(desk: Desk, tmp_path: Path) -> None:
    path = SAMPLES / "nyc_dca_mediation.csv"

    run(path, read_mapping("nyc_dca_mediation", path))

    ticket = Ticket.objects.get(external_system="nyc-dca", external_id="SAM00001")
    assert (ticket.status, ticket.channel) == ("closed", "letter")
    assert ticket.received_at == dt.datetime(2015, 3, 2, 14, tzinfo=dt.UTC)
    assert ticket.closed_at == dt.datetime(2015, 3, 30, 21, tzinfo=dt.UTC)
    assert ticket.category.name == "Dry Cleaners"
    assert ticket.category.parent == Category.objects.get(key="consumer-services")
    assert ticket.facts["complaint_type"] == "Damaged Goods"
    assert ticket.facts["satisfied"] is True
    assert Point.objects.get(ticket=ticket).outcome == "upheld"
    event = Event.objects.get(ticket=ticket, type="remedy_recorded")
    assert event.at == ticket.closed_at
    assert event.recorded_at == NOW
    assert event.data == {
        "kind": "refund",
        "minor": 12050,
        "currency": "USD",
        "at": "2015-03-30T21:00:00+00:00",
        "source": "nyc-dca:SAM00001",
    }


def test_events_tell_when_it_happened_and_when_it_was_recorded(desk: Desk) -> None:
    path = SAMPLES / "uci_incident_summary.csv"

    run(path, read_mapping("uci_incident_summary", path))

    ticket = Ticket.objects.get(external_id="INC9900001")
    moments = dict(ticket.events.values_list("type", "at"))
    assert moments["ticket_created"] == ticket.received_at
    assert (
        moments["resolved"] == ticket.resolved_at == dt.datetime(2016, 3, 1, 10, 25, tzinfo=dt.UTC)
    )
    assert moments["closed"] == ticket.closed_at
    assert set(ticket.events.values_list("recorded_at", flat=True)) == {NOW}


def test_one_customer_of_several_rows_is_made_once(desk: Desk) -> None:
    path = SAMPLES / "shop.jsonl"

    run(path, read_mapping("shop", path))

    marta = Customer.objects.get(contacts__normalized="marta@example.org")
    assert set(marta.tickets.values_list("external_id", flat=True)) == {"S-1", "S-3"}
    assert Customer.objects.count() == 2


def test_a_customer_who_is_here_already_is_found(desk: Desk, write: Write) -> None:
    run(write({"ref": "1"}))
    run(write({"ref": "2", "mail": "INES@example.org"}), now=LATER)

    assert Customer.objects.get().tickets.count() == 2


def test_running_it_again_imports_nothing_twice(desk: Desk, write: Write) -> None:
    path = write(*({"ref": str(n)} for n in range(5)))

    first = run(path)
    second = run(path, now=LATER)

    assert (first.imported, first.skipped) == (5, 0)
    assert (second.imported, second.skipped) == (0, 5)
    assert Ticket.objects.count() == 5


def test_a_longer_file_adds_only_what_is_new(desk: Desk, write: Write) -> None:
    run(write({"ref": "1"}))

    report = run(write({"ref": "1"}, {"ref": "2"}), now=LATER)

    assert (report.imported, report.skipped) == (1, 1)


def test_the_same_id_of_two_systems_are_two_tickets(desk: Desk, write: Write) -> None:
    path = write({"ref": "1"})
    run(path)
    run(path, parse_mapping(RAW | {"source": "other"}, kind="csv"), now=LATER)

    assert Ticket.objects.count() == 2


def test_an_id_that_the_file_has_twice_is_refused_the_second_time(
    desk: Desk, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    path = write({"ref": "1"}, {"ref": "1"}, {"ref": "2"}, {"ref": "1"})

    report = run(path, rejects=tmp_path / "no.csv")

    assert (report.imported, report.rejected) == (2, 2)
    assert [(row["line"], row["code"]) for row in rejected(tmp_path / "no.csv")] == [
        ("3", "duplicate_id"),
        ("5", "duplicate_id"),
    ]


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ({"mail": "no address"}, "email", "invalid"),
        ({"told": "x" * 20_001}, "body", "invalid"),
        ({"who": "x" * 161}, "name", "invalid"),
        ({"told": "\x07"}, "body", "missing"),
        ({"told": "\x00"}, "", "wrong_encoding"),
        ({"days": "many"}, "facts.days_without", "fact_invalid"),
        ({"team": "nowhere"}, "team", "invalid"),
        ({"via": "owl"}, "channel", "invalid"),
        ({"tags": "x" * 41}, "tags", "invalid"),
        ({"came": "2026-11-25"}, "received", "in_the_future"),
        ({"ended": "2026-03-01"}, "closed", "invalid"),
        ({"ref": ""}, "id", "missing"),
    ],
)
def test_a_bad_row_is_refused_with_its_field_and_costs_the_others_nothing(
    desk: Desk, write: Write, tmp_path: Path, row: dict[str, str], field: str, code: str
) -> None:
    path = write({"ref": "a"}, {"ref": "bad"} | row, {"ref": "c"})

    report = run(path, rejects=tmp_path / "no.csv")

    assert (report.imported, report.rejected) == (2, 1)
    (refused,) = rejected(tmp_path / "no.csv")
    assert (refused["line"], refused["field"], refused["code"]) == ("3", field, code)
    assert refused["reason"]
    assert set(Ticket.objects.values_list("external_id", flat=True)) == {"a", "c"}


def test_a_bad_row_leaves_no_customer_behind(desk: Desk, write: Write) -> None:
    path = write({"ref": "1", "days": "many"}, {"ref": "2"})

    run(path)

    assert Customer.objects.get().tickets.get().external_id == "2"


def test_text_is_kept_as_it_is_and_never_run(desk: Desk, write: Write) -> None:
    told = "<script>alert(1)</script> '; DROP TABLE tickets_ticket; -- {told} %s"
    run(write({"told": told}))

    assert Ticket.objects.get().messages.get().body == told


def test_a_batch_that_the_database_refuses_is_tried_row_by_row(
    desk: Desk, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = record_remedy
    mapping = parse_mapping(
        RAW | {"remedy": {"kind": {"value": "refund"}, "amount": {"value": "5"}}}, kind="csv"
    )

    def refuse(ticket: Ticket, *args: Any, **kwargs: Any) -> None:
        if ticket.external_id == "2":
            # A second ticket of the same number, as no check before the database would find.
            ticket.number = "A-10019"
            Ticket.objects.filter(pk=0).update(number="A-10019")
        real(ticket, *args, **kwargs)

    monkeypatch.setattr(loading, "record_remedy", refuse)
    Ticket.objects.create(
        number="A-10019",
        customer=Customer.objects.create(name="C", created_at=NOW),
        channel="api",
        category=desk.outage,
        team=desk.home,
        subject="s",
        received_at=NOW,
    )

    report = run(
        write({"ref": "1"}, {"ref": "2"}, {"ref": "3"}), mapping, rejects=tmp_path / "no.csv"
    )

    assert (report.imported, report.rejected) == (2, 1)
    (refused,) = rejected(tmp_path / "no.csv")
    assert (refused["id"], refused["code"]) == ("2", "refused")
    assert "number" in refused["reason"]


def test_a_row_that_another_run_imported_meanwhile_is_here_already(
    desk: Desk, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write({"ref": "1"}, {"ref": "2"})
    run(path)
    monkeypatch.setattr(loading.Loader, "_stored", _blind_once(loading.Loader._stored))

    report = run(path, now=LATER)

    assert (report.imported, report.skipped, report.rejected) == (0, 2, 0)


def _blind_once(real: Callable[..., dict[str, dt.datetime]]) -> Callable[..., Any]:
    """`_stored` that sees nothing the first time, as if the other run commits just then."""
    asked: list[list[str]] = []

    def stored(self: Any, ids: list[str]) -> dict[str, dt.datetime]:
        asked.append(ids)
        return {} if len(asked) == 1 else real(self, ids)

    return stored


def test_a_database_that_goes_away_stops_the_run_and_refuses_nothing(
    desk: Desk, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_args: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(loading.Loader, "_one", gone)

    report = run(write({"ref": "1"}))

    assert report.rows == 0
    assert "database is gone" in report.stopped


def test_a_dry_run_tells_all_and_leaves_nothing(
    desk: Desk, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    path = SAMPLES / "nyc_dca_mediation.csv"
    mapping = read_mapping("nyc_dca_mediation", path)

    dry = run(path, mapping, dry_run=True, rejects=tmp_path / "no.csv")

    assert (dry.imported, dry.rejected) == (4, 1)
    assert len(rejected(tmp_path / "no.csv")) == 1
    assert not Ticket.objects.exists()
    assert not Customer.objects.exists()
    assert not Category.objects.filter(key="dry-cleaners").exists()
    assert run(path, mapping).imported == 4


def test_categories_are_made_only_where_the_mapping_says_so(desk: Desk, tmp_path: Path) -> None:
    path = SAMPLES / "shop.jsonl"
    raw = yaml.safe_load((BASE_DIR / "integrations/mappings/shop.yaml").read_text("utf-8"))
    del raw["create"]

    report = run(path, parse_mapping(raw, kind="jsonl"))

    assert report.rejected == 3
    assert {reject.field for reject in report.first_rejects} == {"category"}
    assert not Category.objects.filter(key="delivery").exists()


def test_facts_that_are_missing_are_defined_once(desk: Desk) -> None:
    path = SAMPLES / "fcc_comcast.csv"

    run(path, read_mapping("fcc_comcast", path))

    facts = FactDefinition.objects.filter(category__key="telecoms")
    assert dict(facts.values_list("name", "kind")) == {
        "state": "text",
        "on_behalf": "yes_no",
        "closing_day_known": "yes_no",
    }


def test_a_file_that_breaks_off_is_imported_so_far_and_says_so(
    desk: Desk, write: Write, tmp_path: Path
) -> None:
    whole = gzip.compress(
        write(
            *({"ref": str(n), "told": f"No internet {n * 7919}."} for n in range(600))
        ).read_bytes()
    )
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(whole[: len(whole) * 2 // 3])

    report = run(path)

    assert "broken gzip" in report.stopped
    assert 50 < report.imported < 600
    assert Ticket.objects.count() == report.imported


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no header row"),
        (b"x,y\n1,2\n", "no column"),
        (b"ref,ref\n1,2\n", "twice"),
    ],
)
def test_a_file_that_does_not_fit_its_mapping_is_an_error(
    db: None, tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(content)

    with pytest.raises(UnreadableFile, match=words):
        run(path)


def test_a_file_that_is_not_there_is_an_error(db: None, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="can't be read"):
        run(tmp_path / "nothing.csv")


def test_an_unknown_mapping_names_those_that_ship(tmp_path: Path) -> None:
    with pytest.raises(MappingInvalid, match="nyc_dca_mediation"):
        read_mapping("nyc", tmp_path / "x.csv")


def test_a_mapping_that_is_no_yaml_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("a: [", encoding="utf-8")

    with pytest.raises(MappingInvalid, match="no YAML"):
        read_mapping(str(tmp_path / "m.yaml"), tmp_path / "x.csv")


def test_the_number_of_queries_grows_with_batches_not_with_rows(
    desk: Desk, write: Write, django_assert_max_num_queries: Any
) -> None:
    run(write({"ref": "warm", "mail": "w@example.org"}))
    path = write(*({"ref": str(n), "mail": f"c{n}@example.org"} for n in range(150)))

    with django_assert_max_num_queries(60):
        assert run(path, now=LATER).imported == 150


def test_the_command_imports_and_says_what_came_of_it(desk: Desk, tmp_path: Path) -> None:
    out, err = StringIO(), StringIO()
    rejects = tmp_path / "no.csv"

    call_command(
        "import_tickets",
        str(SAMPLES / "nyc_dca_mediation.csv"),
        "--map=nyc_dca_mediation",
        f"--rejects={rejects}",
        stdout=out,
        stderr=err,
    )

    assert "5 rows: 4 imported, 0 here already, 1 rejected." in out.getvalue()
    assert "line 4, closed:" in err.getvalue()
    assert rejected(rejects)[0]["id"] == "SAM00003"


def test_the_command_says_what_is_wrong_in_one_sentence(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no mapping nope"):
        call_command("import_tickets", str(SAMPLES / "shop.jsonl"), "--map=nope")
    with pytest.raises(CommandError, match="can't be read"):
        call_command("import_tickets", str(tmp_path / "none.csv"), "--map=shop")


def test_json_values_keep_their_types(desk: Desk, tmp_path: Path) -> None:
    mapping = parse_mapping(RAW | {"facts": {"days_without": "days"}}, kind="jsonl")
    path = tmp_path / "in.jsonl"
    lines = [GOOD | {"ref": 1, "days": 2.5}, GOOD | {"ref": 2, "days": True}]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")

    report = run(path, mapping)

    assert (report.imported, report.rejected) == (1, 1)
    assert Ticket.objects.get().facts == {"days_without": "2.5"}
    assert report.first_rejects[0].field == "facts.days_without"


def test_a_constraint_nobody_foresaw_is_a_refusal_not_a_crash(
    desk: Desk, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any) -> None:
        raise IntegrityError("some constraint")

    monkeypatch.setattr(loading.Loader, "_one", broken)

    report = run(write({"ref": "1"}))

    assert (report.imported, report.rejected) == (0, 1)
    assert "some constraint" in report.first_rejects[0].reason
