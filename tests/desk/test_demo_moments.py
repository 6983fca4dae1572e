"""When things happen in the demo, whatever day it is filled on. No database."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from desk.demo.content import Case, cases, shoppers
from desk.demo.loading import chosen
from desk.demo.moments import Moment, MomentInvalid, Moments
from desk.demo.past import settled
from desk.demo.playing import Play, turns_of
from desk.demo.setting_up import BEFORE, Firm
from escalation.hours import Calendar

LONDON = ZoneInfo("Europe/London")
OFFICE = Calendar.parse(
    {
        "tz": "Europe/London",
        "country": "GB",
        "subdivision": "ENG",
        "hours": {day: [["09:00", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    }
)


def local(text: str) -> dt.datetime:
    """A moment on London's clock."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=LONDON)


TUESDAY = local("2026-11-24T11:18")
SUNDAY = local("2026-11-22T03:00")
DAYS = {
    "a Tuesday morning": TUESDAY,
    "a Sunday night": SUNDAY,
    "a Monday before the first opening": local("2026-11-23T08:10"),
    "a Friday just before closing": local("2026-11-27T17:29"),
    "the day after the clocks went back": local("2026-10-26T09:05"),
    "Boxing Day": local("2026-12-26T12:00"),
    "a Monday in May": local("2027-05-10T10:00"),
}


@pytest.mark.parametrize(
    ("now", "words", "expected"),
    [
        (TUESDAY, "-42m", "2026-11-24T10:36"),
        (TUESDAY, "-3h18m", "2026-11-23T16:30"),
        (TUESDAY, "+1h10m", "2026-11-24T12:28"),
        (TUESDAY, "~3h", "2026-11-24T08:18"),
        (TUESDAY, "-2d 15:40", "2026-11-20T15:40"),
        (TUESDAY, "0d 09:05", "2026-11-24T09:05"),
        (TUESDAY, "+1d 12:00", "2026-11-25T12:00"),
        (TUESDAY, "wed -3d 13:40", "2026-11-18T13:40"),
        (SUNDAY, "0d 16:00", "2026-11-20T16:00"),
        (SUNDAY, "-1h", "2026-11-20T16:30"),
        (SUNDAY, "+1h", "2026-11-23T10:00"),
        (SUNDAY, "~3h", "2026-11-22T00:00"),
    ],
)
def test_words_mean_moments_inside_working_hours(
    now: dt.datetime, words: str, expected: str
) -> None:
    assert Moments(now, OFFICE).read(words) == local(expected)


def test_a_date_may_start_from_another_one() -> None:
    named = Moments(TUESDAY, OFFICE).named(
        {"restored": "wed -4d 13:40", "reported": "restored -9 08:12"}
    )
    assert f"{named['restored']:iso}" == "2026-11-18T13:40+00:00"
    assert f"{named['reported']:full}" == "Monday 9 November, 08:12"
    assert f"{named['reported']:th}" == "9th"


@pytest.mark.parametrize("words", ["", "soon", "3h", "-", "-1d 9", "nowhere +1 09:00"])
def test_words_that_mean_nothing_are_refused(words: str) -> None:
    with pytest.raises(MomentInvalid):
        Moments(TUESDAY, OFFICE).read(words)


def test_an_unknown_form_of_a_moment_is_refused() -> None:
    with pytest.raises(MomentInvalid, match="no form"):
        format(Moment(TUESDAY, LONDON), "roman")


def test_a_step_that_would_come_too_late_comes_before_the_next_one() -> None:
    moments = Moments(TUESDAY, OFFICE)
    order = [TUESDAY, TUESDAY - dt.timedelta(hours=2), TUESDAY + dt.timedelta(hours=1)]
    first, second, third = moments.in_order(order)
    assert first < second < third < TUESDAY
    assert second == order[1]


@pytest.mark.parametrize("now", DAYS.values(), ids=DAYS.keys())
def test_every_case_lies_in_the_past_and_in_order_on(now: dt.datetime) -> None:
    play = Play(Firm(), Moments(now, OFFICE))
    turns = turns_of(play, chosen())
    assert all(turn.at < now for turn in turns)
    for key in play.played:
        mine = [turn for turn in turns if turn.played.case.key == key]
        assert [turn.number for turn in mine] == list(range(len(mine))), key
    assert turns[0].at > now - BEFORE  # the desk was set up before anybody complained


def test_every_text_finds_its_dates() -> None:
    play = Play(Firm(), Moments(TUESDAY, OFFICE))
    turns_of(play, cases())
    asked, found = [], []
    for played in play.played.values():
        for name in ("next", "promised"):
            play.remember(played, name, TUESDAY)
        texts = [played.case.says, *(str(one.args.get("text", "")) for one in played.case.steps)]
        asked += texts
        found += [play.text(played, text) for text in texts]
    assert any("{" in text for text in asked)
    assert not [text for text in found if "{" in text or "}" in text]


def test_there_are_two_hundred_customers_in_several_languages() -> None:
    people = shoppers()
    assert len({who.email for who in people}) == len(people) >= 200
    assert all(who.email.isascii() for who in people)
    assert {"en", "de", "fr", "es"} <= {who.language for who in people}


def test_what_one_finds_who_looks_for_it() -> None:
    by_matter: dict[str, list[Case]] = {}
    for case in settled():
        by_matter.setdefault(case.key.rpartition("-")[0], []).append(case)
    moments = Moments(TUESDAY, OFFICE)

    def came(matter: str) -> list[dt.datetime]:
        return sorted(moments.read(case.at) for case in by_matter[matter])

    late: set[str] = set()
    kept: set[str] = set()
    for case in by_matter["callback"]:
        promise, keep = (next(s for s in case.steps if s.do == do) for do in ("promise", "keep"))
        slipped = moments.read(keep.at) > moments.read(promise.args["due"])
        (late if slipped else kept).add(promise.by)
    assert late == {"mateo"}
    assert len(kept) > 2
    kettles = came("kettle")
    half = kettles[0] + (TUESDAY - kettles[0]) / 2
    assert sum(at > half for at in kettles) > sum(at <= half for at in kettles)
    scores = [
        step.args["score"] for case in by_matter["statement"] for step in case.steps
        if step.do == "survey"
    ]  # fmt: skip
    assert max(scores[:5]) < min(scores[5:])
    names = [case.customer for cases in by_matter.values() for case in cases]
    assert sum(names.count(name) > 2 for name in set(names)) >= 3, "some come again and again"


def test_the_last_thirteen_weeks_have_as_many_before_them() -> None:
    moments = Moments(TUESDAY, OFFICE)
    came = sorted(moments.read(case.at) for case in settled())
    weeks = [(TUESDAY - at).days // 7 for at in came]
    assert sum(week < 13 for week in weeks) >= 90
    assert sum(13 <= week < 26 for week in weeks) >= 50
    # In most weeks of either something happened, so that a line over time can be drawn.
    assert len({week for week in weeks if 13 <= week < 26}) >= 10
