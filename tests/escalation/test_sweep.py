"""The sweep: due steps happen once, in due order, and one failing row stops nobody."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from escalation.actions import ACTIONS
from escalation.models import Deadline, Escalation
from escalation.services import stepping
from tests.builders import NOW, Desk, make_desk, make_ticket, user
from tests.escalation.builders import at, deadline, types_of
from tickets import services
from tickets.models import Alert, Outbox, Ticket, User
from tickets.services.telling import tell

SECOND = dt.timedelta(seconds=1)


def told(ticket: Ticket) -> list[str]:
    return list(ticket.alerts.order_by("id").values_list("user__name", flat=True))


def owned(desk: Desk) -> Ticket:
    ticket = make_ticket(desk)
    services.assign(ticket, desk.alice, actor=user(desk.sue), now=NOW)
    Alert.objects.all().delete()
    return ticket


def test_with_nothing_due_a_sweep_is_one_query(desk: Desk) -> None:
    make_ticket(desk)
    with CaptureQueriesContext(connection) as seen:
        assert stepping.sweep(now=NOW + SECOND).steps == 0
    reads = [q["sql"] for q in seen.captured_queries if "SAVEPOINT" not in q["sql"]]
    assert len(reads) == 1, reads


def test_warning_breach_and_each_step_happen_once(desk: Desk) -> None:
    ticket = owned(desk)
    for moment in ("24 12:19", "24 13:19", "24 14:19", "24 15:19"):
        stepping.sweep(now=at(moment))
        stepping.sweep(now=at(moment))
    row = deadline(ticket, "first_response")
    assert row.steps_taken == [
        "warn:50%", "breach", "path:ladder:1", "path:ladder:2", "path:ladder:3"
    ]  # fmt: skip
    assert row.breached_at == at("24 13:18")
    steps = Escalation.objects.filter(deadline=row).order_by("id")
    assert [(e.step, e.due_at) for e in steps] == [
        ("warn:50%", at("24 12:18")),
        ("breach", at("24 13:18")),
        ("path:ladder:1", at("24 13:18")),
        ("path:ladder:2", at("24 14:18")),
        ("path:ladder:3", at("24 15:18")),
    ]
    alerts = Alert.objects.filter(ticket=ticket, key__startswith=f"deadline:{row.pk}:")
    assert sorted(alerts.values_list("user__name", flat=True)) == ["Alice", "Alice", "Mona", "Sue"]
    assert alerts.filter(mail_at__isnull=False).count() == 1


def test_each_is_told_in_the_language_he_chose_and_the_record_in_the_desks(desk: Desk) -> None:
    User.objects.filter(pk__in=[desk.alice.pk, desk.mona.pk]).update(language="de")
    ticket = owned(desk)
    for moment in ("24 12:19", "24 13:19", "24 14:19", "24 15:19"):
        stepping.sweep(now=at(moment))
    tell(now=at("24 15:20"))
    mail = Outbox.objects.get(kind="mail", payload__to=[desk.alice.email])
    matter = f"{ticket.number}: {ticket.subject}"
    late = "Braucht Sie, denn wer zuständig ist, hat die Zusage einer ersten Antwort nicht gehalten"
    assert mail.payload["subject"] == "Überfällig, braucht Sie"
    assert mail.payload["body"].startswith(f"{late}: {matter}.")
    rung = dict(ticket.alerts.filter(key__contains=":path:").values_list("user__name", "text"))
    assert rung["Mona"] == f"{late}: {matter}"
    english = "Needs you, its owner has not kept the promise of a first answer on"
    assert rung["Sue"] == f"{english} {matter}"
    first = ticket.alerts.filter(user=desk.alice).order_by("id")[0]
    assert first.text == f"Bald fällig: die Zusage einer ersten Antwort zu {matter}"
    whys = [event.data["why"] for event in ticket.events.filter(type="escalated")]
    assert set(whys) == {f"{english} {matter}"}


def test_rows_that_only_learn_a_later_instant_do_not_end_the_sweep(desk: Desk) -> None:
    stale, late = owned(desk), owned(desk)
    # A row may say an instant that holds no longer, such as after its calendar was changed.
    row = deadline(stale, "resolve")
    Deadline.objects.filter(pk=row.pk).update(next_at=at("24 11:00"))
    stepping.sweep(now=at("24 13:19"), batch=1)
    assert "breach" in deadline(late, "first_response").steps_taken
    assert deadline(stale, "resolve").next_at == row.next_at


def test_exactly_at_the_due_moment_nothing_is_late(desk: Desk) -> None:
    ticket = owned(desk)
    stepping.sweep(now=at("24 13:18"))
    assert deadline(ticket, "first_response").breached_at is None
    stepping.sweep(now=at("24 13:18") + SECOND)
    assert deadline(ticket, "first_response").breached_at == at("24 13:18")


def test_events_say_when_it_was_due_and_when_it_was_done(desk: Desk) -> None:
    ticket = owned(desk)
    stepping.sweep(now=at("24 13:48"))
    event = ticket.events.filter(
        type="deadline_breached", data__deadlines__0__kind="first_response"
    ).get()
    assert (event.at, event.recorded_at) == (at("24 13:18"), at("24 13:48"))
    assert event.actor_kind == "system"


def test_a_warning_that_comes_too_late_rings_nobody(desk: Desk) -> None:
    ticket = owned(desk)
    stepping.sweep(now=at("24 13:30"))
    row = deadline(ticket, "first_response")
    keys = Alert.objects.filter(ticket=ticket, key__startswith=f"deadline:{row.pk}:")
    assert not any("warn" in alert.key for alert in keys)
    assert "deadline_warned" in types_of(ticket)


def test_a_ticket_that_nobody_owns_climbs_too(desk: Desk) -> None:
    ticket = make_ticket(desk)
    Alert.objects.all().delete()
    stepping.sweep(now=at("24 13:19"))
    row = deadline(ticket, "first_response")
    first = Alert.objects.get(key__startswith=f"deadline:{row.pk}:path:ladder:1")
    assert first.user == desk.sue  # the team's lead, as there is no owner
    assert "nobody owns it" in first.text


def test_the_substitute_is_told_while_the_owner_is_away(desk: Desk) -> None:
    ticket = owned(desk)
    services.set_away(
        desk.alice, away_from=NOW, away_until=NOW + dt.timedelta(days=3), substitute=desk.bob
    )
    Alert.objects.all().delete()
    stepping.sweep(now=at("24 12:19"))
    row = deadline(ticket, "first_response")
    assert Alert.objects.get(key__startswith=f"deadline:{row.pk}:warn").user == desk.bob


def test_nobody_hears_of_a_confidential_ticket_who_may_not_see_it(desk: Desk) -> None:
    ticket = owned(desk)
    services.set_confidential(ticket, True, actor=user(desk.alice), now=NOW)
    Alert.objects.all().delete()
    for moment in ("24 12:19", "24 13:19", "24 14:19", "24 15:19"):
        stepping.sweep(now=at(moment))
    assert set(told(ticket)) <= {"Alice"}


def test_the_person_complained_about_is_never_told(desk: Desk) -> None:
    ticket = make_ticket(desk)
    services.complain_about(ticket, desk.sue, actor=user(desk.alice), now=NOW)
    Alert.objects.all().delete()
    for moment in ("24 13:19", "24 14:19", "24 15:19"):
        stepping.sweep(now=at(moment))
    assert "Sue" not in told(ticket)
    assert told(ticket)


def test_a_met_deadline_does_nothing_more(desk: Desk) -> None:
    ticket = owned(desk)
    services.reply(ticket, body="We were wrong.", actor=user(desk.alice), now=at("24 12:00"))
    stepping.sweep(now=at("24 14:00"))
    assert deadline(ticket, "first_response").steps_taken == []


def test_the_longest_pause_ends_by_itself(desk: Desk) -> None:
    ticket = owned(desk)
    services.wait_for_customer(
        ticket, for_what="the bill", actor=user(desk.alice), now=at("24 12:18")
    )
    row = deadline(ticket, "resolve")
    assert row.next_at == at("24 12:18") + dt.timedelta(days=14)
    stepping.sweep(now=at("24 12:18") + dt.timedelta(days=14, seconds=1))
    row.refresh_from_db()
    assert (row.status, row.paused_since) == ("running", None)
    assert row.pauses.get().ended_at == at("24 12:18") + dt.timedelta(days=14)


def test_a_failing_row_is_recorded_pushed_back_and_stops_nobody(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = owned(desk), owned(desk)
    real = ACTIONS["notify"]

    def notify(call: Any) -> None:
        if call.change.ticket.pk == bad.pk:
            raise RuntimeError("the bell is broken")
        real(call)

    monkeypatch.setitem(ACTIONS, "notify", notify)
    swept = stepping.sweep(now=at("24 12:19"))
    assert swept.failed >= 1
    row = deadline(bad, "first_response")
    assert (row.failures, row.steps_taken) == (1, [])
    assert "the bell is broken" in row.last_error
    assert row.next_at == at("24 12:20")
    assert deadline(good, "first_response").steps_taken == ["warn:50%"]
    monkeypatch.setitem(ACTIONS, "notify", real)
    stepping.sweep(now=at("24 12:21"))
    row.refresh_from_db()
    assert (row.failures, row.last_error, row.steps_taken) == (0, "", ["warn:50%"])


def test_the_delay_of_a_failing_row_grows(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = owned(desk)
    monkeypatch.setitem(ACTIONS, "notify", lambda call: 1 / 0)
    moments = []
    now = at("24 12:19")
    for _ in range(4):
        stepping.sweep(now=now)
        next_at = deadline(ticket, "first_response").next_at
        assert next_at is not None
        moments.append(next_at - now)
        now = next_at + SECOND
    assert [moment.total_seconds() // 60 for moment in moments] == [1, 2, 4, 8]


def test_the_database_refuses_a_second_row_for_a_step(desk: Desk) -> None:
    owned(desk)
    stepping.sweep(now=at("24 12:19"))
    row = Escalation.objects.latest("id")
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_after_an_outage_everything_due_is_done_in_due_order(desk: Desk) -> None:
    tickets = [make_ticket(desk, now=NOW + n * SECOND) for n in range(5)]
    stepping.sweep(now=at("27 12:00"), batch=3)
    for ticket in tickets:
        row = deadline(ticket, "resolve")
        assert row.steps_taken[:2] == ["warn:75%", "breach"]
        assert row.next_at is None
    done = Escalation.objects.filter(deadline__kind="first_response", step="breach")
    assert list(done.order_by("id").values_list("ticket_id", flat=True)) == [t.pk for t in tickets]


@pytest.mark.django_db(transaction=True)
def test_eight_sweeps_at_once_take_each_step_once() -> None:
    from tickets.cached import forget_all

    forget_all()
    desk = make_desk()
    tickets = [make_ticket(desk) for _ in range(12)]
    barrier = threading.Barrier(8)

    def sweep() -> None:
        barrier.wait()
        try:
            stepping.sweep(now=at("24 13:30"), batch=5)
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stepping.sweep(now=at("24 13:30"))
    assert not Deadline.objects.due(at("24 13:30")).exists()
    for ticket in tickets:
        row = deadline(ticket, "first_response")
        assert row.steps_taken == ["warn:50%", "breach", "path:ladder:1"]
        assert Escalation.objects.filter(deadline=row).count() == 3
        assert types_of(ticket).count("escalated") == 1


def test_the_sweep_reads_its_index(desk: Desk) -> None:
    make_ticket(desk)
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        due = Deadline.objects.due(NOW).order_by("next_at", "id")[:100]
        plan = due.explain()
        cursor.execute("SET enable_seqscan = on")
    assert "deadline_sweep" in plan


def test_a_batch_reads_and_writes_for_all_its_tickets_at_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.cached.MAX_AGE", 3600.0)

    def queries(count: int) -> int:
        for _ in range(count):
            owned(desk)
        with CaptureQueriesContext(connection) as seen:
            assert stepping.sweep(now=at("24 13:19")).failed == 0
        Deadline.objects.update(next_at=None)
        return sum("nextval" not in query["sql"] for query in seen)

    queries(1)  # what every process reads once
    assert queries(12) == queries(2)


def test_several_missed_deadlines_of_one_sweep_are_one_new_assessment(desk: Desk) -> None:
    ticket = owned(desk)
    stepping.sweep(now=at("27 12:00"))
    types = types_of(ticket)
    assert types.count("deadline_breached") > 1
    assert types.count("pain_assessed") == 2, "when it came in, and once for all of them"
    missed = types.count("deadline_breached")
    ticket.refresh_from_db()
    words = next(r["words"] for r in ticket.pain_reasons if r["factor"] == "deadlines_missed")
    assert f"{missed} times" in words


def test_all_that_is_due_on_a_ticket_is_done_at_once_and_in_due_order(desk: Desk) -> None:
    ticket = owned(desk)
    stepping.sweep_batch(now=at("27 12:00"), size=1)
    assert not Deadline.objects.due(at("27 12:00")).filter(ticket=ticket).exists()
    missed = ticket.events.filter(type="deadline_breached").order_by("seq")
    moments = list(missed.values_list("at", flat=True))
    assert len(moments) > 2
    assert moments == sorted(moments)


def test_a_failing_row_does_not_stop_others_of_its_ticket(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = owned(desk)
    bad = deadline(ticket, "first_response")
    real = ACTIONS["notify"]

    def notify(call: Any) -> None:
        if call.key.startswith(f"deadline:{bad.pk}:"):
            raise RuntimeError("the bell is broken")
        real(call)

    monkeypatch.setitem(ACTIONS, "notify", notify)
    assert stepping.sweep(now=at("27 12:00")).failed == 1
    bad.refresh_from_db()
    assert (bad.failures, bad.steps_taken) == (1, [])
    assert "breach" in deadline(ticket, "resolve").steps_taken
