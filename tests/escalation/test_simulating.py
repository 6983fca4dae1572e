"""A draft tried on the past: the same rules, nothing written, nothing kept but sums."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from escalation.models import Deadline, DeadlinePolicy, Simulation
from escalation.services import explaining, simulating, stepping, trials
from escalation.services.rehearsing import outcome, rehearse
from escalation.services.setup import setup
from escalation.services.simulating import Draft, Span, Tally, read_draft, simulate, stored_draft
from tests.builders import NOW, Desk, make_ticket, user
from tests.escalation.builders import TARGETS, at
from tickets import services
from tickets.access import Principal
from tickets.errors import Conflict, Invalid, NotAllowed, NotFound
from tickets.models import Event, Ticket, User

ALL = Span(at("01 00:00"), at("30 00:00"))
LATER = at("27 12:00")


def draft(**lengths: str) -> Draft:
    """The usual policy with other lengths for some kinds."""
    targets = [{**target, "within": lengths.get(target["kind"], target.get("within"))}
               for target in TARGETS]  # fmt: skip
    targets = [{k: v for k, v in target.items() if v is not None} for target in targets]
    data = {"calendar": "office", "targets": targets}
    return read_draft({"key": "usual", "name": "Draft", "data": data})


def story(desk: Desk) -> Ticket:
    """Answered after two hours, waited a day for the customer, settled the day after."""
    ticket, alice = make_ticket(desk), user(desk.alice)
    services.take(ticket, actor=alice, now=at("24 11:30"))
    services.reply(ticket, body="We look into it.", actor=alice, now=at("24 13:00"))
    services.wait_for_customer(ticket, for_what="the bill", actor=alice, now=at("24 13:05"))
    services.resume(ticket, actor=alice, now=at("25 13:05"))
    services.decide_point(
        ticket, ticket.points.get().pk, outcome="upheld", actor=alice, now=at("26 09:00")
    )
    services.resolve(ticket, actor=alice, now=at("26 10:00"))
    return ticket


def events_of(ticket: Ticket) -> list[Event]:
    return list(Event.objects.filter(ticket=ticket).order_by("seq"))


def tally(what: Draft, span: Span = ALL) -> Tally:
    found = Tally()
    for part in simulate(what, span, now=LATER):
        found.add(part)
    return found


def test_lived_again_under_the_same_policy_it_ends_as_it_did(desk: Desk) -> None:
    for ticket in (story(desk), make_ticket(desk)):
        stepping.sweep(now=LATER)
        ticket.refresh_from_db()
        was = [
            outcome(row, breached=row.breached_at is not None)
            for row in Deadline.objects.filter(ticket=ticket).order_by("id")
        ]
        assert rehearse(ticket, events_of(ticket), now=LATER) == was


def test_a_shorter_promise_would_have_been_missed_and_a_longer_one_kept(desk: Desk) -> None:
    ticket = story(desk)
    found = tally(draft(first_response="1h", resolve="40h"))
    assert (found.looked_at, found.concerned) == (1, 1)
    kinds = found.by(1)
    assert kinds["first_response"]["kept_now"] == kinds["first_response"]["missed_then"] == 1
    assert kinds["first_response"]["lost"] == 1
    assert found.named["first_response"] == [ticket.number]
    assert kinds["resolve"]["kept_then"] == 1
    assert set(found.by(0)) == {"home"}


def test_nothing_is_written_and_the_database_would_refuse(desk: Desk) -> None:
    ticket = story(desk)
    before = explaining.explain(ticket, now=LATER)
    with CaptureQueriesContext(connection) as caught:
        tally(draft(first_response="1h"))
    written = ("INSERT", "UPDATE", "DELETE")
    assert not [q["sql"] for q in caught if q["sql"].startswith(written)]
    assert [list(e.lines()) for e in explaining.explain(ticket, now=LATER)] == [
        list(e.lines()) for e in before
    ]
    with transaction.atomic():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
            with pytest.raises(DatabaseError, match="read-only"), transaction.atomic():
                Ticket.objects.update(subject="x")
        Ticket.objects.update(subject="A trial's guard ends with the trial")
    assert setup().active[0].key == "usual"


def test_it_streams_in_batches_with_the_same_queries_for_each(desk: Desk) -> None:
    for _ in range(5):
        make_ticket(desk)
    whole = tally(draft())
    trial = simulating.trial_of(draft())
    after, seen, queries = None, 0, set()
    while True:
        with CaptureQueriesContext(connection) as caught:
            part, after = simulating.try_batch(trial, ALL, after=after, now=LATER, size=2)
        if after is None:
            break
        seen += part.looked_at
        queries.add(len(caught))
    assert seen == whole.looked_at == 5
    assert len(queries) == 1


def test_only_tickets_of_the_span_and_teams_count_and_confidential_ones_never(desk: Desk) -> None:
    ticket = story(desk)
    make_ticket(desk, category=desk.flights)
    home = Span(ALL.since, ALL.until, frozenset({desk.home.pk}))
    assert tally(draft(), home).looked_at == 1
    assert tally(draft(), Span(at("25 00:00"), at("30 00:00"))).looked_at == 0
    Ticket.objects.filter(pk=ticket.pk).update(confidential=True)
    assert tally(draft(), home).looked_at == 0


def test_a_draft_that_fits_nothing_concerns_nothing(desk: Desk) -> None:
    story(desk)
    other = read_draft(
        {"key": "new", "order": 1, "data": {"match": {"team": ["nobody"]}, "targets": TARGETS}}
    )
    found = tally(other)
    assert (found.looked_at, found.concerned, found.cells) == (1, 0, {})


def test_a_new_draft_stands_where_its_order_says(desk: Desk) -> None:
    first = Draft("new", "New", 1, {"targets": TARGETS})
    last = Draft("new", "New", 999, {"targets": TARGETS})
    assert [v.key for v in simulating.trial_of(first).active] == ["new", "usual"]
    assert [v.key for v in simulating.trial_of(last).active] == ["usual", "new"]


@pytest.mark.parametrize(
    "data",
    [
        None, 7, [], {}, {"targets": []}, {"targets": "x"}, {"data": 3},
        {"targets": [{"kind": "lunch", "within": "1h"}]},
        {"targets": [{"kind": "resolve", "within": "soon"}]},
        {"calendar": "moon", "targets": TARGETS},
        {"targets": TARGETS, "order": -1},
        {"targets": TARGETS, "match": {"pain": "much"}},
    ],
)  # fmt: skip
def test_a_draft_that_cannot_be_read_says_where(desk: Desk, data: Any) -> None:
    with pytest.raises(Invalid):
        read_draft(data)


def test_stored_versions_are_found_by_key_and_number(desk: Desk) -> None:
    assert stored_draft("usual").note == "version 1"
    for ref in ("nothing", "usual@7", "usual@x"):
        with pytest.raises(NotFound):
            stored_draft(ref)


# -- the command --------------------------------------------------------------------------------


def test_the_command_tries_a_file_and_tells_by_kind_and_team(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ticket = story(desk)
    path = tmp_path / "usual.yaml"
    path.write_text(yaml.safe_dump(dict(draft(first_response="1h").data)), encoding="utf-8")
    call_command("deadlines", "simulate", str(path), "--since", "2026-11-01", until="2026-11-25")
    out = capsys.readouterr().out
    assert "1 tickets looked at, 1 concerned" in out
    assert f"newly missed, first response: {ticket.number}" in out
    assert "By team" in out
    call_command("deadlines", "simulate", "usual", "--since", "2026-11-01", until="2026-11-25")
    assert "version 1: 1 tickets" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["missing.yaml", "--since", "2026-11-01"],
        ["nothing", "--since", "2026-11-01"],
        ["usual", "--since", "yesterday"],
        ["usual", "--since", "2026-11-01", "--until", "2026-10-01"],
        ["usual", "--since", "2026-11-01", "--team", "nobody"],
    ],
)
def test_bad_arguments_are_one_clear_sentence(desk: Desk, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("deadlines", "simulate", *arguments)


def test_a_file_that_is_no_policy_is_refused(desk: Desk, tmp_path: Path) -> None:
    for number, text in enumerate(["{", "a: [", "targets: 7", "\x00", "- 1"]):
        path = tmp_path / f"{number}.yaml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(CommandError):
            call_command("deadlines", "simulate", str(path), "--since", "2026-11-01")


def test_ctrl_c_keeps_what_was_counted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*_: Any, **__: Any) -> Any:
        yield Tally(looked_at=3)
        raise KeyboardInterrupt

    monkeypatch.setattr("escalation.management.simulate.simulate", stopped)
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("deadlines", "simulate", "usual", "--since", "2026-11-01")
    assert "3 tickets looked at, 0 concerned, stopped" in capsys.readouterr().out


# -- in the background --------------------------------------------------------------------------


def who(person: User) -> Principal:
    return Principal.of_user(person, now=NOW)


def begun(desk: Desk, person: User | None = None) -> Simulation:
    return trials.begin(
        draft(first_response="1h"), since=ALL.since, until=None, who=who(person or desk.mona),
        now=LATER,
    )  # fmt: skip


def test_a_trial_goes_on_batch_by_batch_and_ends_with_the_same_counts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        story(desk)
    row = begun(desk)
    real = simulating.try_batch
    monkeypatch.setattr(trials, "try_batch", lambda *a, **k: real(*a, **k | {"size": 1}))
    assert trials.work_batch(row.pk, now=LATER)
    row.refresh_from_db()
    assert (row.state, row.looked_at, row.total, row.percent) == ("running", 1, 3, 33)
    while trials.work(row.pk, now=LATER):
        pass
    row.refresh_from_db()
    assert (row.state, row.percent) == ("done", 100)
    assert Tally.of(row.result) == tally(draft(first_response="1h"))
    assert not trials.work_batch(row.pk, now=LATER)


def test_a_cancelled_trial_stops_and_keeps_its_counts(desk: Desk) -> None:
    row = begun(desk)
    trials.cancel(row, now=LATER)
    assert not trials.work(row.pk, now=LATER)
    row.refresh_from_db()
    assert row.state == "cancelled"
    assert trials.cancel(row, now=LATER + dt.timedelta(hours=1)).finished_at == LATER


def test_a_trial_that_breaks_says_why(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    row = begun(desk)

    def broken(*_: Any, **__: Any) -> Any:
        raise LookupError("no such calendar")

    monkeypatch.setattr(trials, "try_batch", broken)
    assert not trials.work(row.pk, now=LATER)
    row.refresh_from_db()
    assert (row.state, row.error) == ("failed", "LookupError: no such calendar")


def test_who_may_try_what(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        begun(desk, desk.alice)
    assert begun(desk, desk.sue).teams == [desk.home.pk]
    row = begun(desk, desk.mona)
    assert row.teams is None
    with pytest.raises(NotFound):
        trials.access_trial(who(desk.sue), row.pk)
    begun(desk, desk.mona)
    begun(desk, desk.mona)
    with pytest.raises(Conflict):
        begun(desk, desk.mona)


def test_a_trial_without_a_sign_is_taken_up_again(desk: Desk) -> None:
    row = begun(desk)
    assert not trials.is_stalled(row, now=LATER)
    assert trials.is_stalled(row, now=LATER + dt.timedelta(minutes=3))
    assert DeadlinePolicy.objects.count() == 1


def test_a_promise_that_the_draft_does_not_make_is_not_saved(desk: Desk) -> None:
    make_ticket(desk)
    stepping.sweep(now=LATER)
    few = [target for target in TARGETS if target["kind"] != "acknowledge"]
    found = tally(read_draft({"key": "usual", "data": {"calendar": "office", "targets": few}}))
    gone = found.by(1)["acknowledge"]
    assert (gone["missed_now"], gone["missed_then"], gone["won"]) == (1, 0, 0)
