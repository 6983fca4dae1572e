"""What operators watch: numbers that are true, cheap, protected, and each with an alert."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from config.metrics import exposition
from config.paths import BASE_DIR
from escalation.models import Deadline
from escalation.services import stepping
from escalation.services.metrics import Metric, collect
from tests.builders import NOW, Desk, make_ticket
from tests.escalation.builders import make_clockwork
from tickets.models import Outbox

ALERTS = BASE_DIR / "deploy" / "prometheus" / "alerts.yml"
pytestmark = pytest.mark.django_db


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def values(now: dt.datetime = NOW) -> dict[str, float]:
    """{name, with its labels: value}."""
    return {
        metric.name + "".join(f":{value}" for value in metric.labels.values()): metric.value
        for metric in collect(now=now)
    }


@pytest.fixture
def late(desk: Desk) -> None:
    """Clocks that have been due for an hour and more."""
    make_clockwork()
    make_ticket(desk, now=NOW)


def test_an_empty_desk_is_quiet() -> None:
    assert set(values().values()) == {0}


def test_what_is_due_is_counted_with_the_wait_of_the_oldest(late: None) -> None:
    oldest = Deadline.objects.order_by("next_at")[0].next_at
    assert oldest is not None
    now = oldest + dt.timedelta(minutes=5)
    found = values(now)
    assert found["amends_deadlines_due"] == Deadline.objects.due(now).count() > 0
    assert found["amends_deadlines_oldest_due_seconds"] == 300


def test_steps_tell_their_lag_and_speed(late: None) -> None:
    oldest = Deadline.objects.order_by("next_at")[0].next_at
    assert oldest is not None
    now = oldest + dt.timedelta(seconds=30)
    done = stepping.sweep(now=now).steps
    found = values(now)
    assert done > 0
    assert found["amends_deadlines_due"] == 0
    assert found["amends_sweep_lag_seconds:1"] == 30
    assert found["amends_sweep_steps_per_second"] == pytest.approx(done / 60, abs=0.001)
    later = values(now + dt.timedelta(minutes=2))
    assert later["amends_sweep_steps_per_second"] == 0


def test_failing_rows_and_letters_that_do_not_leave_are_counted(late: None) -> None:
    row = Deadline.objects.filter(next_at__isnull=False)[0]
    Deadline.objects.filter(pk=row.pk).update(failures=2)
    Outbox.objects.all().delete()
    for number, state in enumerate(("pending", "pending", "dead")):
        Outbox.objects.create(
            kind="mail", key=f"k{number}", state=state, created_at=NOW,
            next_attempt_at=NOW + dt.timedelta(minutes=number),
        )  # fmt: skip
    found = values(NOW + dt.timedelta(seconds=50))
    assert found["amends_deadlines_failing"] == 1
    assert (found["amends_outbox_due"], found["amends_outbox_dead"]) == (1, 1)
    assert found["amends_outbox_age_seconds"] == 50


def test_a_scrape_takes_few_queries_and_none_reads_a_whole_table(late: None) -> None:
    with CaptureQueriesContext(connection) as caught:
        collect(now=NOW)
    asked = [q["sql"] for q in caught if q["sql"].startswith("SELECT")]
    assert len(asked) <= 8
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for sql in asked:
            cursor.execute(f"EXPLAIN {sql}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Seq Scan" not in plan, plan


def test_without_a_token_there_is_no_page_and_with_another_nothing_is_told(
    client: Client, settings: Settings
) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "a-long-token"
    assert client.get("/metrics").status_code == 401
    for wrong in ("Bearer ", "Bearer another", "a-long-token", "Bearer é"):
        answer = client.get("/metrics", headers={"authorization": wrong})
        assert answer.status_code == 401
        assert b"amends_" not in answer.content
    answer = client.get("/metrics", headers={"authorization": "Bearer a-long-token"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    assert client.post("/metrics").status_code in {403, 405}


def test_a_database_that_does_not_answer_is_503(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(**_: Any) -> None:
        raise OperationalError("statement timeout")

    settings.METRICS_TOKEN = "a-long-token"
    monkeypatch.setattr("config.metrics.collect", down)
    answer = client.get("/metrics", headers={"authorization": "Bearer a-long-token"})
    assert answer.status_code == 503


def test_the_text_is_what_prometheus_reads() -> None:
    text = exposition(
        [Metric("a", "First.", 1.5), Metric("b", "Of two.", 2, {"q": 'say "x"\\'}),
         Metric("b", "Of two.", 1234567, {"q": "2"})]
    )  # fmt: skip
    assert text.splitlines() == [
        "# HELP a First.", "# TYPE a gauge", "a 1.5",
        "# HELP b Of two.", "# TYPE b gauge", 'b{q="say \\"x\\"\\\\"} 2', 'b{q="2"} 1234567',
    ]  # fmt: skip
    for line in exposition(collect(now=NOW)).splitlines():
        assert re.fullmatch(r'# (HELP|TYPE) .+|[a-z_]+(\{quantile="[0-9.]+"\})? [0-9.e+]+', line)


def test_every_rule_asks_for_a_metric_that_exists_and_every_metric_has_a_rule() -> None:
    told = {metric.name for metric in collect(now=NOW)}
    asked: set[str] = set()
    for rule in rules():
        names = set(re.findall(r"amends_[a-z_]+", rule["expr"]))
        assert names, rule["alert"]
        assert names <= told, rule["alert"]
        asked |= names
    assert asked == told


def test_every_alert_says_what_to_do() -> None:
    manual = (BASE_DIR / "docs" / "operations.md").read_text(encoding="utf-8")
    anchors = {
        re.sub(r"[^a-z0-9 -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in manual.splitlines()
        if line.startswith("#")
    }
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names))
    for rule in rules():
        path, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert Path(BASE_DIR / path).is_file()
        assert anchor in anchors, anchor
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"] and rule["annotations"]["description"]
