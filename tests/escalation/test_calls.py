"""Somebody is called: the path is climbed until one who was told says "I am on it"."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from escalation.actions import ACTIONS
from escalation.errors import AlreadyAcknowledged, AlreadyCalled, NotEscalated, OwnCall
from escalation.models import Climb, Deadline, Escalation, EscalationPath, Spell
from escalation.services import manual, stepping
from escalation.services.calling import sweep_climbs
from escalation.services.spells import standing_of
from tests.builders import NOW, Desk, make_ticket, user
from tests.escalation.builders import at, deadline, types_of
from tickets import services
from tickets.actors import SYSTEM, Actor
from tickets.change import changing
from tickets.errors import Missing, WrongStatus
from tickets.models import Alert, Event, Message, Ticket

CALLED: list[dict[str, Any]] = [
    {"to": ["lead"], "do": ["notify", "mail"], "answer_within": "1h"},
    {"to": ["role:manager"], "do": ["notify"]},
    {"after": "8h", "to": ["role:admin"], "do": ["notify"]},
]


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    made = make_ticket(desk)
    services.assign(made, desk.alice, actor=user(desk.sue), now=NOW)
    Alert.objects.all().delete()
    return made


@pytest.fixture
def path(desk: Desk) -> EscalationPath:
    made = EscalationPath(
        key="called", name="Called", steps=CALLED, called_by=["rep", "customer", "poor_answer"]
    )
    made.full_clean()
    made.save()
    return made


def call(ticket: Ticket, desk: Desk, moment: dt.datetime = NOW) -> Escalation:
    return manual.escalate_by_hand(
        ticket, reason="He threatens to sue.", actor=user(desk.alice), now=moment
    )


def told(ticket: Ticket) -> list[list[str]]:
    return [row.told for row in Escalation.objects.filter(ticket=ticket, climb__isnull=False)]


def test_a_call_climbs_until_somebody_answers(
    desk: Desk, ticket: Ticket, path: EscalationPath
) -> None:
    call(ticket, desk)
    assert sweep_climbs(now=at("24 12:17")) == 0
    assert sweep_climbs(now=at("24 12:18")) == 1
    assert sweep_climbs(now=at("24 12:18")) == 0
    assert told(ticket) == [["Sue"], ["Mona"]]
    step = Escalation.objects.filter(climb__isnull=False).latest("id")
    assert (step.due_at, step.done_at) == (at("24 12:18"), at("24 12:18"))
    manual.acknowledge_step(step, actor=user(desk.mona), now=at("24 12:30"))
    climb = Climb.objects.get()
    assert (climb.acknowledged_by, climb.next_at) == (desk.mona, None)
    assert sweep_climbs(now=at("27 12:00")) == 0
    assert all(row.acknowledged_by == desk.mona for row in Escalation.objects.filter(climb=climb))
    with pytest.raises(AlreadyAcknowledged):
        manual.acknowledge_step(step, actor=user(desk.sue), now=at("24 12:31"))


def test_who_called_does_not_answer_himself(desk: Desk, ticket: Ticket) -> None:
    step = call(ticket, desk)
    with pytest.raises(OwnCall):
        manual.acknowledge_step(step, actor=user(desk.alice), now=NOW)


def test_a_supervisor_who_calls_is_heard_by_somebody_else(desk: Desk, ticket: Ticket) -> None:
    row = manual.escalate_by_hand(ticket, reason="Too hard.", actor=user(desk.sue), now=NOW)
    assert row.told == ["Mona"]


def test_calling_again_hurries_the_next_step_but_not_within_the_hour(
    desk: Desk, ticket: Ticket, path: EscalationPath
) -> None:
    EscalationPath.objects.filter(pk=path.pk).update(
        steps=[{**CALLED[0], "answer_within": "4h"}, CALLED[1]]
    )
    call(ticket, desk)
    with pytest.raises(AlreadyCalled):
        call(ticket, desk, NOW + dt.timedelta(minutes=59))
    call(ticket, desk, NOW + dt.timedelta(minutes=60))
    assert told(ticket) == [["Sue"], ["Mona"]]
    with pytest.raises(AlreadyCalled):
        call(ticket, desk, NOW + dt.timedelta(hours=3))
    assert Climb.objects.count() == 1


def test_the_customer_is_heard_and_his_impatience_too(
    desk: Desk, ticket: Ticket, path: EscalationPath
) -> None:
    for hours in (0, 0.5, 2):
        services.escalated_by_customer(
            ticket, reason="Nobody calls.", actor=Actor.of_customer(ticket.customer),
            now=NOW + dt.timedelta(hours=hours),
        )  # fmt: skip
    assert told(ticket) == [["Sue"], ["Mona"]]
    assert types_of(ticket).count("customer_escalated") == 3


def test_a_finished_ticket_is_not_escalated(desk: Desk, ticket: Ticket) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(status="resolved", resolved_at=NOW)
    ticket.refresh_from_db()
    with pytest.raises(WrongStatus):
        call(ticket, desk)
    with pytest.raises(WrongStatus):
        services.escalated_by_customer(
            ticket, reason="Again.", actor=Actor.of_customer(ticket.customer), now=NOW
        )


def test_a_poor_answer_calls_where_a_path_is_set_up_for_it(
    desk: Desk, ticket: Ticket, path: EscalationPath
) -> None:
    with changing(ticket, actor=SYSTEM, now=NOW) as change:
        change.record("followup_opened", data={"followup": 1, "why": "Not felt heard."})
    row = Escalation.objects.get(ticket=ticket, level="rule")
    assert (row.reason, row.told) == ("Not felt heard.", ["Sue"])


def test_who_follows_a_poor_answer_up_has_answered_its_call(
    desk: Desk, ticket: Ticket, path: EscalationPath
) -> None:
    with changing(ticket, actor=user(desk.sue), now=NOW) as change:
        change.set(status="resolved", resolved_at=NOW)
        change.record("resolved")
    with changing(ticket, actor=SYSTEM, now=NOW) as change:
        change.record("followup_opened", data={"followup": 1, "why": "Not felt heard."})
    with changing(ticket, actor=user(desk.bob), now=at("24 11:40")) as change:
        change.record("followup_closed", data={"followup": 1, "result": "Rang her."})
    climb, spell = Climb.objects.get(), Spell.objects.get()
    assert (climb.acknowledged_by, climb.ended_at) == (desk.bob, at("24 11:40"))
    assert (spell.ended_at, spell.reason) == (
        at("24 11:40"), "Somebody got in touch with the customer."
    )  # fmt: skip
    assert sweep_climbs(now=at("27 12:00")) == 0
    assert told(ticket) == [["Sue"]], "nobody further is called"
    assert types_of(ticket)[-1] == "deescalated"


def test_a_follow_up_answers_no_other_call(
    desk: Desk, ticket: Ticket, path: EscalationPath
) -> None:
    call(ticket, desk)
    with changing(ticket, actor=SYSTEM, now=at("24 11:20")) as change:
        change.record("followup_opened", data={"followup": 1, "why": "Not felt heard."})
    for number in (2, 1):
        with changing(ticket, actor=user(desk.bob), now=at("24 11:40")) as change:
            change.record("followup_closed", data={"followup": number, "result": "Rang her."})
        ends = [row.ended_at is not None for row in Climb.objects.order_by("pk")]
        assert ends == [False, number == 1]
    assert Spell.objects.get().ended_at is None
    assert types_of(ticket)[-1] == "escalation_acknowledged"


def test_without_such_a_path_no_rule_calls(desk: Desk, ticket: Ticket) -> None:
    with changing(ticket, actor=SYSTEM, now=NOW) as change:
        change.record("followup_opened", data={"followup": 1, "why": "Not felt heard."})
    assert not Climb.objects.exists()


def test_an_ignored_exception_calls_by_rule(desk: Desk, ticket: Ticket) -> None:
    EscalationPath.objects.create(
        key="ignored", name="Ignored", steps=[{"to": ["role:manager"]}],
        called_by=["exception_ignored"],
    )  # fmt: skip
    with changing(ticket, actor=user(desk.alice), now=NOW) as change:
        change.record("exception_requested", data={"exception": 7})
    stepping.sweep(now=at("24 13:19"))
    assert Escalation.objects.get(level="rule").told == ["Mona"]


def test_taking_over_and_settling_end_the_calls(
    desk: Desk, ticket: Ticket, path: EscalationPath
) -> None:
    call(ticket, desk)
    manual.take_over(ticket, brief="I call her now.", actor=user(desk.sue), now=at("24 11:30"))
    assert Climb.objects.get().acknowledged_by == desk.sue
    assert Spell.objects.get().ended_at is None
    Ticket.objects.filter(pk=ticket.pk).update(status="open")
    with changing(ticket, actor=user(desk.sue), now=at("24 13:00")) as change:
        change.set(status="resolved", resolved_at=at("24 13:00"))
        change.record("resolved")
    spell = Spell.objects.get()
    assert (spell.started_at, spell.ended_at) == (NOW, at("24 13:00"))


def test_hours_in_escalation_run_from_the_first_step_after_the_miss(
    desk: Desk, ticket: Ticket
) -> None:
    stepping.sweep(now=at("24 14:30"))
    ticket.refresh_from_db()
    standing = standing_of(ticket, now=at("24 15:18"))
    assert standing.since == at("24 13:18")
    assert (standing.hours, standing.seconds, standing.calls) == (2, 7200, 2)
    begun = Event.objects.filter(ticket=ticket, changes__has_key="escalation.since").get()
    assert begun.changes["escalation.since"] == at("24 13:18").isoformat()
    manual.deescalate(
        ticket, reason="She was called and is content to wait.", actor=user(desk.sue),
        now=at("24 16:18"),
    )  # fmt: skip
    assert standing_of(ticket, now=at("27 16:18")).hours == 3
    assert deadline(ticket, "first_response").acknowledged_by == desk.sue
    stepping.sweep(now=at("24 16:30"))
    taken = Escalation.objects.filter(deadline__kind="first_response", level="path")
    assert taken.count() == 2
    assert desk.alice.alerts.filter(text__contains="content to wait").exists()


def test_deescalating_needs_a_reason_and_an_escalation(desk: Desk, ticket: Ticket) -> None:
    with pytest.raises(NotEscalated):
        manual.deescalate(ticket, reason="All is well.", actor=user(desk.sue), now=NOW)
    call(ticket, desk)
    with pytest.raises(Missing):
        manual.deescalate(ticket, reason=" ", actor=user(desk.sue), now=NOW)


def test_a_failing_call_is_pushed_back_and_stops_no_other(
    desk: Desk, ticket: Ticket, path: EscalationPath, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_ticket(desk)
    call(ticket, desk)
    call(other, desk)
    whole = ACTIONS["notify"]

    def broken(step: Any) -> None:
        if step.change.ticket.pk == ticket.pk:
            raise RuntimeError("no line")
        whole(step)

    monkeypatch.setitem(ACTIONS, "notify", broken)
    assert sweep_climbs(now=at("24 12:18")) == 1
    row = Climb.objects.get(ticket=ticket)
    assert (row.failures, row.next_at) == (1, at("24 12:19"))
    assert "no line" in row.last_error
    monkeypatch.setitem(ACTIONS, "notify", whole)
    assert sweep_climbs(now=at("24 12:19")) == 1
    assert told(other) == told(ticket) == [["Sue"], ["Mona"]]


def test_a_sweep_of_many_calls_costs_few_queries_each(
    desk: Desk, path: EscalationPath, django_assert_max_num_queries: Any
) -> None:
    for _ in range(8):
        call(make_ticket(desk), desk)
    with django_assert_max_num_queries(30):
        assert sweep_climbs(now=at("24 12:18")) == 8


# -- what steps do --------------------------------------------------------------------------------


def with_steps(*steps: dict[str, Any]) -> None:
    stored = EscalationPath.objects.get(key="ladder")
    stored.steps = list(steps)
    stored.full_clean()
    stored.save()


def test_a_step_writes_to_the_customer_and_promises_it(desk: Desk) -> None:
    with_steps({"do": ["tell_customer:4h"], "letter": "Dear {name}, you hear by {date}."})
    ticket = make_ticket(desk)
    stepping.sweep(now=at("24 13:20"))
    letter = Message.objects.get(ticket=ticket, kind="reply")
    assert letter.automatic
    assert letter.body == "Dear Ines Calloway, you hear by Wednesday 25 November, 09:20."
    promise = Deadline.objects.get(ticket=ticket, kind="promise")
    assert promise.due_at == at("25 09:20")
    assert deadline(ticket, "first_response").met_at is None
    # One new expectation at a time: another clock that is missed meanwhile writes no second one.
    stepping.sweep(now=at("25 09:19"))
    assert Message.objects.filter(ticket=ticket, kind="reply").count() == 1


def test_a_step_promises_a_call_and_owes_the_delay(desk: Desk) -> None:
    with_steps({"after": "1h", "do": ["call_back:2h", "add_delay", "webhook"]})
    ticket = make_ticket(desk)
    stepping.sweep(now=at("24 14:18") + dt.timedelta(seconds=1))
    promised = Event.objects.get(ticket=ticket, type="promise_made")
    assert promised.data["what"] == "a call"
    owed = Event.objects.get(ticket=ticket, type="delay_owed")
    assert (owed.data["kind"], owed.data["seconds"]) == ("first_response", 3601)
    paged = Event.objects.get(ticket=ticket, type="paged")
    assert paged.data["people"] == [{"name": "Sue", "email": "sue@example.org"}]


def test_an_unowned_ticket_climbs_too(desk: Desk) -> None:
    with_steps({"to": ["owner"], "do": ["notify"]})
    ticket = make_ticket(desk)
    stepping.sweep(now=at("24 13:20"))
    assert Escalation.objects.get(ticket=ticket, level="path").told == ["Sue"]


def test_a_step_for_pain_only_is_taken_when_the_pain_grows(desk: Desk, ticket: Ticket) -> None:
    with_steps(
        {"to": ["owner"]}, {"after": "30m", "to": ["role:manager"], "for": {"pain": {"min": 4}}}
    )
    stepping.sweep(now=at("24 13:20"))
    services.override_pain(ticket, 4, reason="A baby.", actor=user(desk.alice), now=at("24 13:30"))
    stepping.sweep(now=at("24 13:49"))
    steps = Escalation.objects.filter(ticket=ticket, level="path").order_by("id")
    assert [row.told for row in steps] == [["Alice"], ["Mona"]]


def test_after_an_outage_each_is_told_once_and_everything_is_recorded(
    desk: Desk, ticket: Ticket
) -> None:
    with_steps(
        {"to": ["lead"], "do": ["notify", "mail"]},
        {"after": "1h", "to": ["lead"], "do": ["notify"]},
        {"after": "2h", "to": ["lead"], "do": ["notify", "mail"]},
    )
    stepping.sweep(now=at("24 16:59"))
    row = deadline(ticket, "first_response")
    assert Escalation.objects.filter(deadline=row, level="path").count() == 3
    alerts = Alert.objects.filter(user=desk.sue, key__startswith=f"deadline:{row.pk}:")
    assert alerts.count() == 3
    assert alerts.filter(read_at=None).count() == alerts.filter(mail_at__isnull=False).count() == 1


@pytest.mark.parametrize(
    ("over", "place", "words"),
    [
        ({"steps": [{}, {"before": "1h"}]}, "steps", "steps[1]: before and percent need a clock"),
        ({"steps": [{"to": ["person:x@example.org"]}]}, "steps", "nobody with the address x@"),
        ({"steps": [{"to": ["rota:moon"]}]}, "steps", "there is no rota moon"),
        ({"steps": [{"for": {"team": ["moon"]}}]}, "steps", "there is no team moon"),
        ({"called_by": ["rep"]}, "called_by", "climbs the path Called already"),
    ],
)
def test_a_path_that_names_nobody_is_refused_with_its_place(
    path: EscalationPath, over: dict[str, Any], place: str, words: str
) -> None:
    values: dict[str, Any] = {"key": "new", "name": "New", "steps": [{}]}
    if place == "steps":
        values["called_by"] = ["exception_ignored"]
    with pytest.raises(ValidationError) as caught:
        EscalationPath(**{**values, **over}).full_clean()
    assert words in caught.value.message_dict[place][0]
