"""`manage.py deadlines pack`: published rules listed, shown, and installed to be put in force."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from escalation.law.regimes import pack, pack_names
from escalation.models import DeadlinePolicy, WorkCalendar
from escalation.services import stepping
from escalation.services.defaults import ensure_defaults
from escalation.services.explaining import explain
from tests.builders import NOW, Desk, make_ticket, user
from tests.escalation.builders import at, deadline, make_policy, types_of
from tickets import services


def said(*words: str) -> str:
    out = StringIO()
    call_command("deadlines", "pack", *words, stdout=out)
    return out.getvalue()


def test_all_packs_are_listed_with_their_names() -> None:
    listed = said()
    assert "fca-disp-psd" in listed
    assert "Regulation E" in listed
    assert len(listed.splitlines()) == len(pack_names())


def test_a_pack_is_shown_with_its_sources_and_installs_nothing(desk: Desk) -> None:
    shown = said("ofcom-adr", "--show")
    assert "8 weeks; 6 weeks from 2026-04-08, or if earlier deadlock" in shown
    assert "[re-read]" in shown
    assert not DeadlinePolicy.objects.filter(key="ofcom-adr").exists()


@pytest.mark.parametrize("name", [n for n in pack_names() if pack(n).installs])
def test_every_pack_installs_what_it_promises_once(desk: Desk, name: str) -> None:
    ensure_defaults(now=NOW, pack=name)
    assert ensure_defaults(now=NOW, pack=name) == 0
    for item in pack(name).installs:
        kind, key = item.split()
        if kind in ("calendar", "policy"):
            model = WorkCalendar if kind == "calendar" else DeadlinePolicy
            assert model.objects.filter(key=key).exists()


def test_a_policy_of_law_does_nothing_before_somebody_activates_it(desk: Desk) -> None:
    assert "waits in the admin" in said("fca-disp")
    ticket = make_ticket(desk)
    assert deadline(ticket, "resolve").policy.key != "fca-disp"


def test_law_that_is_in_force_gives_a_ticket_its_statutory_date(desk: Desk) -> None:
    said("us-dot-259")
    DeadlinePolicy.objects.filter(key="us-dot-259").update(active=True, order=1)
    ticket = make_ticket(desk)  # on 24 November 2026, in the morning in New York
    assert deadline(ticket, "resolve").due_at == at("24 00:00").replace(
        year=2027, month=1, day=24, hour=4, minute=59, second=59
    )


def test_a_pack_that_is_not_there_is_refused() -> None:
    with pytest.raises(CommandError, match="no pack 'moon'"):
        said("moon")


def test_a_pack_of_rules_alone_says_that_it_installs_nothing() -> None:
    with pytest.raises(CommandError, match="nothing to install"):
        said("cpr")


def test_a_fact_that_becomes_known_moves_the_date_that_law_sets_by_it(desk: Desk) -> None:
    within = {
        "count": 10,
        "unit": "working_days",
        "variants": [{"when": {"days_without": {"min": 3}}, "count": 2}],
    }
    target = {"kind": "resolve", "within": within, "statutory": True}
    make_policy("special", order=1, data={"targets": [target]})
    ticket = make_ticket(desk, category="outage")
    assert str(deadline(ticket, "resolve").due_at) == "2026-12-08 23:59:59+00:00"
    services.set_facts(ticket, {"days_without": 5}, actor=user(desk.alice), now=at("25 10:00"))
    row = deadline(ticket, "resolve")
    assert str(row.due_at) == "2026-11-26 23:59:59+00:00"
    assert row.started_at == NOW
    assert "deadlines_moved" in types_of(ticket)
    [told] = explain(ticket, kind="resolve", now=at("25 11:00"))
    assert "10 working days; 2 working days if days without min 3" in "\n".join(told.lines())


def test_what_law_sets_is_missed_though_the_desk_is_closed(desk: Desk) -> None:
    target = {"kind": "resolve", "within": "1d", "statutory": True}
    make_policy("special", order=1, data={"targets": [target]})
    ticket = make_ticket(desk)
    due = deadline(ticket, "resolve").due_at
    stepping.sweep(now=due + dt.timedelta(seconds=1))
    assert deadline(ticket, "resolve").breached_at == due


def test_under_the_housing_code_each_message_begins_the_next_twenty_working_days(
    desk: Desk,
) -> None:
    said("housing-code-2024")
    DeadlinePolicy.objects.filter(key="housing-stage-1").update(active=True, order=1)
    ticket, alice = make_ticket(desk), user(desk.alice)
    services.acknowledge(ticket, actor=alice, now=at("25 10:00"))
    first = deadline(ticket, "next_update")
    assert str(first.due_at) == "2026-12-23 23:59:59+00:00"
    services.reply(ticket, body="We look into it.", actor=alice, now=at("30 10:00"))
    second = deadline(ticket, "next_update")
    assert (second.pk != first.pk, second.started_at) == (True, at("30 10:00"))
    assert str(second.due_at) == "2026-12-30 23:59:59+00:00"
