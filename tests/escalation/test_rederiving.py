"""A new reckoning of open deadlines: previewed, done in parts, resumed, seen, recorded."""

import datetime as dt
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from escalation.errors import PolicyInvalid
from escalation.models import Deadline, DeadlinePolicy, Pause, Rederivation, RederivationPart
from escalation.models import WorkCalendar as Calendar
from escalation.services import rederiving, revising, stepping, versioning
from escalation.tasks import rederive_open
from tests.builders import NOW, Desk, make_ticket, user
from tests.escalation.builders import TARGETS, at, deadline, types_of
from tickets import cached, services

LATER = NOW + dt.timedelta(hours=3)


def targets(**within: str) -> list[dict[str, Any]]:
    return [{**t, "within": within.get(t["kind"], t.get("within"))} for t in TARGETS]


def draft(**within: str) -> dict[str, Any]:
    data = {"calendar": "office", "targets": [
        {k: v for k, v in t.items() if v is not None} for t in targets(**within)]}  # fmt: skip
    return {"policies": [{"key": "usual", "data": data}]}


def publish(data: dict[str, Any]) -> DeadlinePolicy:
    policy = DeadlinePolicy.objects.get(key="usual", active=True)
    policy.data = data
    return versioning.publish(policy, changed={"data"}, by=None, now=LATER)


def standing() -> list[Any]:
    return list(Deadline.objects.order_by("id").values_list("due_at", "policy_id", "status"))


def test_a_preview_counts_and_changes_nothing(desk: Desk) -> None:
    for _ in range(3):
        make_ticket(desk)
    before = standing()
    job = rederiving.start("A draft", now=LATER, draft=draft(resolve="2h", decide="9wd"))
    seen = rederiving.run(job, now=LATER)
    assert (seen.tickets, seen.moved, seen.missed, seen.earlier) == (3, 6, 3, 3)
    assert seen.words(preview=True) == "6 deadlines move, 3 would be missed at once"
    assert seen.examples[0]["missed"] is True
    assert standing() == before
    assert not Pause.objects.exists()
    assert "deadlines_moved" not in types_of(make_ticket(desk))


def test_what_was_previewed_is_what_happens(desk: Desk) -> None:
    ticket = make_ticket(desk)
    services.wait_for_third_party(
        ticket, for_what="a courier", actor=user(desk.alice), now=at("24 12:18")
    )
    services.resume(ticket, actor=user(desk.alice), now=at("24 13:18"))
    other = draft(resolve="6h")
    other["policies"][0]["data"]["targets"] = [
        {**t, "pauses": {"waiting_third_party": "2d"}} if t["kind"] == "resolve" else t
        for t in other["policies"][0]["data"]["targets"]
        if t["kind"] != "decide"
    ]
    for one in other["policies"][0]["data"]["targets"]:
        one.pop("max_pause", None)
    job = rederiving.start("A draft", now=LATER, draft=other)
    seen = rederiving.run(job, now=LATER)
    stands = publish(other["policies"][0]["data"])
    done = rederiving.run(rederiving.start("Policy", now=LATER), now=LATER)
    assert (seen.moved, seen.missed, seen.dropped) == (done.moved, done.missed, done.dropped)
    row = deadline(ticket, "resolve")
    # The wait for the courier, of which the former policy took no note, is found in the events.
    assert (row.started_at, row.due_at, row.policy) == (NOW, at("25 10:18"), stands)
    assert [p.reason for p in row.pauses.all()] == ["waiting_third_party"]
    assert deadline(ticket, "decide").cancel_reason == "policy_changed"
    event = ticket.events.filter(type="deadlines_moved").latest("seq")
    assert event.data["policy"] == "usual v2"
    assert event.data["was"][str(row.pk)] == at("25 11:18").isoformat()


def test_a_pause_that_no_longer_counts_stays_as_evidence(desk: Desk) -> None:
    ticket = make_ticket(desk)
    services.wait_for_customer(ticket, for_what="it", actor=user(desk.alice), now=at("24 12:18"))
    services.resume(ticket, actor=user(desk.alice), now=at("24 13:18"))
    law = [{"kind": "resolve", "within": "8h", "statutory": True}]
    publish({"calendar": "office", "targets": law})
    rederiving.rederive_all(now=LATER)
    row = deadline(ticket, "resolve")
    assert row.due_at == at("25 11:18")
    assert row.pauses.get().voided_at == LATER


def test_a_deadline_that_was_given_up_comes_back_from_its_own_start(desk: Desk) -> None:
    ticket = make_ticket(desk)
    publish({"calendar": "office", "targets": [t for t in TARGETS if t["kind"] != "decide"]})
    rederiving.rederive_all(now=NOW + dt.timedelta(hours=1))
    assert deadline(ticket, "decide").status == "cancelled"
    publish({"calendar": "office", "targets": TARGETS})
    rederiving.rederive_all(now=NOW + dt.timedelta(hours=2))
    row = deadline(ticket, "decide")
    assert (row.status, row.started_at, row.due_at) == ("running", NOW, at("26 17:00"))


def test_steps_that_were_taken_stay_taken(desk: Desk) -> None:
    ticket = make_ticket(desk)
    stepping.sweep(now=at("25 09:30"))
    assert deadline(ticket, "resolve").steps_taken == ["warn:75%"]
    publish(draft(resolve="40h")["policies"][0]["data"])
    rederiving.rederive_all(now=at("25 09:40"))
    row = deadline(ticket, "resolve")
    assert (row.steps_taken, row.next_step) == (["warn:75%"], "breach")
    assert deadline(ticket, "first_response").breached_at == at("24 13:18")
    assert deadline(ticket, "first_response").due_at == at("24 13:18")


def test_parts_go_on_where_a_killed_worker_left_off(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        make_ticket(desk)
    publish(draft(resolve="40h")["policies"][0]["data"])
    job = rederiving.start("Policy", now=LATER, size=2)
    assert rederiving.do_next(now=LATER)

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(rederiving, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            rederiving.do_next(now=LATER)
    seen = rederiving.progress(job)
    assert (seen.done, seen.moved, seen.percent, seen.finished) == (1, 2, 25, False)
    assert Deadline.objects.filter(kind="resolve", policy__version=2).count() == 2
    seen = rederiving.run(job, now=LATER)
    assert (seen.moved, seen.tickets, seen.finished) == (5, 5, True)
    job.refresh_from_db()
    assert job.finished_at == LATER
    assert not rederiving.do_next(now=LATER)


def test_doing_it_again_moves_and_tells_nothing(desk: Desk) -> None:
    ticket = make_ticket(desk)
    publish(draft(resolve="40h")["policies"][0]["data"])
    rederiving.rederive_all(now=LATER)
    count = len(types_of(ticket))
    assert rederiving.run(rederiving.start("Again", now=LATER), now=LATER).moved == 0
    assert len(types_of(ticket)) == count


def test_what_does_not_move_is_not_written(desk: Desk) -> None:
    make_ticket(desk)
    with CaptureQueriesContext(connection) as seen:
        rederiving.run(rederiving.start("Again", now=LATER), now=LATER)
    assert not [q for q in seen.captured_queries if 'UPDATE "escalation_deadline"' in q["sql"]]


def test_a_ticket_that_fails_stops_nobody_and_is_seen(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = make_ticket(desk), make_ticket(desk)
    publish(draft(resolve="40h")["policies"][0]["data"])
    usual = revising.revise

    def fails(clocks: Any, **more: Any) -> Any:
        if clocks.ticket.pk == bad.pk:
            raise ValueError("broken")
        return usual(clocks, **more)

    monkeypatch.setattr(rederiving, "revise", fails)
    seen = rederiving.run(rederiving.start("Policy", now=LATER), now=LATER)
    assert (seen.failed, seen.moved) == (1, 1)
    assert deadline(good, "resolve").policy.version == 2
    assert "broken" in RederivationPart.objects.get(failed=1).last_error


def test_tickets_that_open_before_all_have_seen_a_change_are_looked_at_last(desk: Desk) -> None:
    make_ticket(desk)
    rederiving.start("Policy", now=LATER)
    while rederiving.do_next(now=LATER):
        pass
    assert RederivationPart.objects.filter(done_at=None).count() == 1
    assert rederiving.do_next(now=LATER + rederiving.SEEN_BY_ALL)
    assert Rederivation.objects.get().finished_at is not None


def test_a_part_costs_the_same_queries_however_many_tickets(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Configuration kept for two seconds must not be read again in one of the two by chance.
    monkeypatch.setattr(cached, "MAX_AGE", 3600.0)

    def cost(tickets: int) -> int:
        for _ in range(tickets):
            make_ticket(desk)
        publish(draft(resolve=f"{tickets + 20}h")["policies"][0]["data"])
        job = rederiving.start("Policy", now=NOW)
        with CaptureQueriesContext(connection) as seen:
            rederiving.do_next(now=NOW, job=job)
        return len(seen)

    few, many = cost(2), cost(10)
    assert many <= few + 1


def test_a_draft_with_a_mistake_is_refused_with_its_place(desk: Desk) -> None:
    with pytest.raises(PolicyInvalid, match="no length"):
        rederiving.start("A draft", now=NOW, draft=draft(resolve="soon"))
    never = {"calendars": [{"key": "office", "data": {"tz": "UTC", "hours": {}}}]}
    with pytest.raises(PolicyInvalid, match="office"):
        rederiving.start("A draft", now=NOW, draft=never)


def test_a_calendar_is_previewed_too(desk: Desk) -> None:
    make_ticket(desk)
    data = Calendar.objects.get(key="office").data() | {"holidays": ["2026-11-25"]}
    shut = {"calendars": [{"key": "office", "data": data}]}
    seen = rederiving.run(rederiving.start("A holiday", now=NOW, draft=shut), now=NOW)
    assert (seen.moved, seen.earlier, seen.missed) == (3, 0, 0)
    assert deadline(Deadline.objects.first().ticket, "resolve").due_at == at("25 11:18")  # type: ignore[union-attr]


def test_the_command_previews_and_does(desk: Desk) -> None:
    ticket = make_ticket(desk)
    publish(draft(resolve="400h")["policies"][0]["data"])
    said = StringIO()
    call_command("deadlines", "rederive", "--dry-run", stdout=said)
    assert "1 tickets looked at: " in said.getvalue()
    assert "would be missed at once" in said.getvalue()
    assert deadline(ticket, "resolve").policy.version == 1
    call_command("deadlines", "rederive", stdout=said)
    assert deadline(ticket, "resolve").policy.version == 2


def test_the_bell_works_on_what_was_begun(desk: Desk) -> None:
    make_ticket(desk)
    job = rederiving.start("Policy", now=NOW)
    with time_machine.travel(NOW + dt.timedelta(minutes=1), tick=False):
        while not rederiving.progress(job).finished:
            rederiving.do_next(now=NOW + dt.timedelta(minutes=1))
        rederive_open()
    assert rederiving.progress(job).finished
