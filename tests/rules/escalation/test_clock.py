"""The deadline clock: the sentences of docs/deadlines.md, and its invariants."""

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.clock import Clock, Days, OnDay, OpenTime, Pause, Status, Step, Until
from escalation.history import Happening, Replay, What
from escalation.hours import Calendar
from escalation.policies.kinds import Kind

WEEK = "mon tue wed thu fri".split()
OFFICE = Calendar.parse({"tz": "UTC", "hours": {day: [["09:00", "17:00"]] for day in WEEK}})
HOUR = dt.timedelta(hours=1)
FOUR_HOURS = OpenTime(4 * HOUR)


def at(text: str) -> dt.datetime:
    """A moment of the week that begins on Monday 12 January 2026."""
    day, clock = text.split()
    return dt.datetime.fromisoformat(f"2026-01-{day}T{clock}").replace(tzinfo=dt.UTC)


def test_a_deadline_counts_open_time_only() -> None:
    assert Clock(OFFICE, FOUR_HOURS, at("12 15:00")).due() == at("13 11:00")


def test_exactly_the_target_is_in_time() -> None:
    clock = Clock(OFFICE, FOUR_HOURS, at("12 10:00"), ended_at=at("12 14:00"))
    reading = clock.read(at("12 16:00"))
    assert (reading.status, reading.breached, reading.left) == (Status.MET, False, HOUR * 0)


def test_a_second_more_than_the_target_is_a_breach() -> None:
    clock = Clock(OFFICE, FOUR_HOURS, at("12 10:00"))
    reading = clock.read(at("12 14:00") + dt.timedelta(seconds=1))
    assert reading.breached_at == at("12 14:00")
    assert reading.late == dt.timedelta(seconds=1)


def test_the_closed_hours_after_a_deadline_at_closing_are_in_time() -> None:
    clock = Clock(OFFICE, FOUR_HOURS, at("12 13:00"))
    assert clock.due() == at("12 17:00")
    assert not clock.read(at("13 09:00")).breached
    assert clock.breach_at() == at("13 09:00")


def test_a_pause_moves_the_deadline_by_the_open_time_that_it_covers() -> None:
    pause = Pause(at("12 16:00"), at("13 10:00"), reason="waiting_customer")
    clock = Clock(OFFICE, FOUR_HOURS, at("12 14:00"), (pause,))
    assert clock.due() == at("13 12:00")
    assert clock.read(at("13 10:00")).used == 2 * HOUR


def test_a_pause_that_begins_after_the_deadline_moves_nothing() -> None:
    pause = Pause(at("12 14:30"), at("13 10:00"))
    clock = Clock(OFFICE, FOUR_HOURS, at("12 10:00"), (pause,))
    assert clock.due() == at("12 14:00")
    assert clock.paused_since(at("12 15:00")) is None
    assert clock.read(at("13 11:00")).late == HOUR / 2 + HOUR


def test_a_pause_without_end_holds_the_clock() -> None:
    clock = Clock(OFFICE, FOUR_HOURS, at("12 10:00"), (Pause(at("12 11:00")),))
    reading = clock.read(at("14 11:00"))
    assert reading.status is Status.PAUSED
    assert (reading.used, reading.left, reading.breach_at) == (HOUR, 3 * HOUR, None)


def test_the_longest_pause_ends_it_whatever_the_customer_does() -> None:
    pause = Pause(at("12 11:00"), None, limit=at("13 11:00"))
    clock = Clock(OFFICE, FOUR_HOURS, at("12 10:00"), (pause,))
    assert clock.due() == at("13 14:00")
    assert clock.read(at("13 12:00")).status is Status.RUNNING


def test_working_days_end_at_the_close_of_the_day() -> None:
    assert Clock(OFFICE, Days(2), at("15 11:00")).due() == at("19 17:00")


def test_working_days_may_end_at_the_same_time_of_day() -> None:
    assert Clock(OFFICE, Days(2, end_of_day=False), at("15 11:00")).due() == at("19 11:00")


def test_calendar_days_count_weekends() -> None:
    assert Clock(OFFICE, Days(4, calendar_days=True), at("12 11:00")).due() == at("16 17:00")


def test_a_promise_is_due_as_promised_whatever_the_hours() -> None:
    assert Clock(OFFICE, Until(at("17 20:00")), at("12 11:00")).due() == at("17 20:00")


def test_overlapping_pauses_count_once() -> None:
    pauses = (Pause(at("12 11:00"), at("12 13:00")), Pause(at("12 12:00"), at("12 14:00")))
    clock = Clock(OFFICE, FOUR_HOURS, at("12 10:00"), pauses)
    assert clock.paused(at("12 17:00")) == 3 * HOUR
    assert clock.due() == at("12 17:00")


def test_steps_stand_before_at_and_after_the_deadline() -> None:
    clock = Clock(OFFICE, FOUR_HOURS, at("12 10:00"))
    due = clock.due()
    assert Step("half", percent=50).at(clock, due) == at("12 12:00")
    assert Step("hour", offset=-HOUR).at(clock, due) == at("12 13:00")
    assert Step("at", offset=0 * HOUR).at(clock, due) == due
    assert Step("later", offset=4 * HOUR).at(clock, due) == at("13 10:00")
    assert Step("days", days=2).at(clock, due) == at("14 14:00")


def test_the_reasons_tell_the_whole_reckoning() -> None:
    pause = Pause(at("12 16:00"), at("13 10:00"), reason="waiting_customer")
    words = " / ".join(
        Clock(OFFICE, FOUR_HOURS, at("12 14:00"), (pause,)).read(at("13 11:00")).reasons
    )
    assert "4 h of working time from 2026-01-12 14:00" in words
    assert "waiting_customer from 2026-01-12 16:00" in words
    assert "later by 2 h" in words
    assert "due 2026-01-13 12:00" in words


# -- replay ---------------------------------------------------------------------------------------


def replay(*story: tuple[str, What]) -> Replay:
    lengths = dict.fromkeys(Kind, FOUR_HOURS)
    told = Replay(OFFICE, lengths)
    for text, what in story:
        told.apply(Happening(at(text), what, by_customer=what is What.CREATED))
    return told


def test_a_second_message_does_not_restart_the_reply_clock() -> None:
    told = replay(("12 10:00", What.CREATED), ("12 12:00", What.CUSTOMER_WROTE))
    assert [clock.started_at for clock in told.clocks(Kind.NEXT_REPLY)] == [at("12 10:00")]


def test_waiting_never_excuses_silence() -> None:
    told = replay(("12 10:00", What.CREATED), ("12 10:30", What.WAITING))
    assert told.clocks(Kind.FIRST_RESPONSE)[0].due() == at("12 14:00")
    assert told.clocks(Kind.FIRST_RESPONSE)[0].paused_since(at("12 12:00")) is None


def test_the_time_between_closing_and_reopening_is_a_pause() -> None:
    told = replay(
        ("12 10:00", What.CREATED), ("12 11:00", What.CLOSED), ("13 11:00", What.REOPENED)
    )
    assert told.clocks(Kind.RESOLVE)[0].due() == at("13 14:00")


# -- invariants -----------------------------------------------------------------------------------

START = at("12 10:00")
minutes = st.integers(0, 60 * 24 * 30).map(lambda n: dt.timedelta(minutes=n))
pauses = st.lists(st.tuples(minutes, minutes), max_size=4).map(
    lambda pairs: tuple(Pause(START + a, START + a + b) for a, b in pairs)
)
lengths = st.one_of(
    st.integers(1, 60 * 80).map(lambda n: OpenTime(dt.timedelta(minutes=n))),
    st.integers(1, 15).map(Days),
)


@settings(max_examples=200, deadline=None)
@given(lengths, pauses, minutes)
def test_spent_and_left_are_what_was_granted(
    length: OpenTime | Days, held: tuple[Pause, ...], after: dt.timedelta
) -> None:
    clock = Clock(OFFICE, length, START, held)
    reading = clock.read(START + after)
    base = Clock(OFFICE, length, START)
    granted = OFFICE.between(START, base.due())
    if reading.breached:
        assert reading.used - reading.late == granted
        assert reading.left == dt.timedelta()
    else:
        assert reading.used + reading.left == granted
    assert reading.used + reading.paused == OFFICE.between(START, START + after)


@settings(max_examples=200, deadline=None)
@given(lengths, pauses, minutes, minutes)
def test_a_further_pause_never_makes_a_deadline_earlier(
    length: OpenTime | Days, held: tuple[Pause, ...], start: dt.timedelta, width: dt.timedelta
) -> None:
    more = (*held, Pause(START + start, START + start + width))
    assert Clock(OFFICE, length, START, more).due() >= Clock(OFFICE, length, START, held).due()


@settings(max_examples=200, deadline=None)
@given(lengths, pauses, minutes)
def test_breached_means_later_than_the_breach_instant(
    length: OpenTime | Days, held: tuple[Pause, ...], after: dt.timedelta
) -> None:
    clock = Clock(OFFICE, length, START, held)
    breach = clock.breach_at()
    assert breach is not None
    assert breach >= clock.due()
    reading = clock.read(START + after)
    if reading.breached:
        assert START + after > breach
        assert reading.breached_at == breach
    elif START + after > breach:
        assert reading.late == dt.timedelta()


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 600), st.sampled_from(list(What)[1:])), max_size=12))
def test_over_random_histories_clocks_stay_honest(steps: list[tuple[int, What]]) -> None:
    told = Replay(OFFICE, dict.fromkeys(Kind, FOUR_HOURS))
    moment = START
    told.apply(Happening(moment, What.CREATED, by_customer=True))
    for gap, what in steps:
        moment += dt.timedelta(minutes=gap)
        told.apply(Happening(moment, what))
        for kind in Kind:
            for clock in told.clocks(kind):
                reading = clock.read(moment)
                assert dt.timedelta() <= reading.used <= OFFICE.between(clock.started_at, moment)
                assert reading.due_at >= Clock(OFFICE, clock.length, clock.started_at).due()
                assert reading.breached == (reading.used > 4 * HOUR)


TUESDAY = dt.date(2026, 1, 13)


def test_a_promised_day_is_due_at_closing_and_late_when_it_is_over() -> None:
    clock = Clock(OFFICE, OnDay(TUESDAY), at("12 11:00"))
    assert clock.due() == at("13 17:00")
    assert not clock.read(at("13 23:59")).breached, "the same evening it is still that day"
    assert clock.breach_at() == at("14 00:00"), "whatever the hours: the day is over"
    assert clock.read(at("14 01:00")).late == HOUR
    kept = Clock(OFFICE, OnDay(TUESDAY), at("12 11:00"), ended_at=at("13 20:00"))
    assert (kept.read(at("15 09:00")).status, kept.read(at("15 09:00")).breached) == ("met", False)


def test_a_promised_day_without_work_ends_with_itself() -> None:
    saturday = Clock(OFFICE, OnDay(dt.date(2026, 1, 17)), at("12 11:00"))
    assert saturday.due() == at("17 23:59:59") == saturday.breach_at()
    after_closing = Clock(OFFICE, OnDay(TUESDAY), at("13 18:00"))
    assert after_closing.due() == at("13 23:59:59")
    over = Clock(OFFICE, OnDay(TUESDAY), at("14 10:00"))
    assert over.due() == at("14 10:00"), "never before it began"


def test_a_day_ends_by_the_clock_of_its_place() -> None:
    there = Clock(Calendar.always("America/New_York"), OnDay(TUESDAY), at("12 11:00"))
    assert there.due() == at("14 04:59:59")
    assert there.breach_at() == at("14 04:59:59")


def test_a_promised_day_does_not_lengthen_what_law_sets() -> None:
    law = Clock(OFFICE, OnDay(TUESDAY, at_most=FOUR_HOURS), at("12 10:00"))
    assert law.due() == at("12 14:00") == law.breach_at()
    roomy = Clock(OFFICE, OnDay(TUESDAY, at_most=Days(5)), at("12 10:00"))
    assert roomy.due() == at("13 17:00"), "and law does not lengthen what was promised"
