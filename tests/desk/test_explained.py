"""The page that explains deadlines: the same as the command and the API say."""

import datetime as dt
from pathlib import Path

import pytest
from django.core.management import call_command

from desk.build import explained
from escalation.clock import duration_words
from escalation.services import explaining, stepping
from tests.builders import NOW, Desk, make_ticket, user
from tests.desk.pages import SignIn, queries_of, text_of
from tickets import services
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(whole_desk: Desk) -> Ticket:
    """A complaint of last week that waited for its customer for a day."""
    ticket = make_ticket(whole_desk, now=NOW - dt.timedelta(days=7))
    alice = user(whole_desk.alice)
    services.take(ticket, actor=alice, now=NOW - dt.timedelta(days=6))
    services.wait_for_customer(
        ticket, for_what="the bill", actor=alice, now=NOW - dt.timedelta(days=5)
    )
    services.resume(ticket, actor=alice, now=NOW - dt.timedelta(days=4))
    stepping.sweep(now=NOW)
    return ticket


def url(ticket: Ticket) -> str:
    return f"/desk/tickets/{ticket.number}/deadlines/"


def test_page_api_and_command_say_the_same(
    sign_in: SignIn, whole_desk: Desk, story: Ticket, capsys: pytest.CaptureFixture[str]
) -> None:
    (found,) = explaining.explain(story, kind="resolve", now=NOW)
    page = sign_in(whole_desk.alice).get(url(story) + "?kind=resolve")
    (shown,) = page.context["explained"]
    api = (
        sign_in(whole_desk.alice)
        .get(f"/api/v1/tickets/{story.number}/deadlines/explain/?kind=resolve")
        .json()
    )
    call_command("deadlines", "explain", story.number, "resolve")
    assert api[0]["text"] == list(found.lines())
    told = capsys.readouterr().out
    assert all(line in told for line in found.lines())
    assert shown.policy == api[0]["policy"] == found.policy == "General v1"
    assert len(shown.steps) == len(api[0]["steps"]) == len(found.steps)
    assert len(shown.counted) == len(api[0]["windows"]) == len(found.windows)
    assert [line.first for line in shown.pauses] == ["Waiting for the customer"]
    assert api[0]["used_seconds"] == sum(w["seconds"] for w in api[0]["windows"])
    assert "Waiting for the customer" in text_of(page)


def test_the_picture_shows_hours_pauses_steps_and_now(
    sign_in: SignIn, whole_desk: Desk, story: Ticket
) -> None:
    body = sign_in(whole_desk.alice).get(url(story)).content.decode()
    for part in ("hours", "pause", "due", "now", "mark breach done", "mark warning done"):
        assert f'class="{part}' in body, part
    assert body.count('role="img"') >= 2


def test_time_on_the_wall_stands_beside_working_time(
    sign_in: SignIn, whole_desk: Desk, story: Ticket
) -> None:
    (found,) = explaining.explain(story, kind="resolve", now=NOW)
    page = sign_in(whole_desk.alice).get(url(story) + "?kind=resolve")
    (shown,) = page.context["explained"]
    times = {line.first: (line.second, line.third) for line in shown.times}
    assert times["Until now, in all"][0] == "7 d"
    assert times["of that paused"] == ("1 d", duration_words(found.reading.paused))
    assert times["of that counted"] == ("6 d", duration_words(found.reading.used))
    assert found.reading.used < dt.timedelta(days=6)
    assert ("Late" in times) is bool(found.reading.late)
    assert ("Left" in times) is not bool(found.reading.late)
    assert "On the wall" in text_of(page) and "Working time" in text_of(page)


def test_a_picture_can_be_kept_as_a_file(
    sign_in: SignIn, whole_desk: Desk, story: Ticket, tmp_path: Path
) -> None:
    row = story.deadlines.get(kind="resolve")
    client = sign_in(whole_desk.alice)
    response = client.get(f"{url(story)}{row.pk}.svg")
    assert response["Content-Type"] == "image/svg+xml"
    assert response.content.startswith(b"<svg")
    assert client.get(f"{url(story)}999999.svg").status_code == 404
    call_command("deadlines", "explain", story.number, "resolve", svg=tmp_path)
    assert (tmp_path / f"{story.number}-resolve-{row.pk}.svg").exists()


def test_who_may_not_see_the_ticket_sees_no_explanation(
    sign_in: SignIn, whole_desk: Desk, story: Ticket
) -> None:
    row = story.deadlines.get(kind="resolve")
    client = sign_in(whole_desk.charlie)
    assert client.get(url(story)).status_code == 404
    assert client.get(f"{url(story)}{row.pk}.svg").status_code == 404
    api = sign_in(whole_desk.charlie)
    assert api.get(f"/api/v1/tickets/{story.number}/deadlines/explain/").status_code == 404


def test_a_kind_that_does_not_exist_is_no_page_and_a_clear_error(
    sign_in: SignIn, whole_desk: Desk, story: Ticket
) -> None:
    assert sign_in(whole_desk.alice).get(url(story) + "?kind=lunch").status_code == 404
    api = sign_in(whole_desk.alice).get(
        f"/api/v1/tickets/{story.number}/deadlines/explain/?kind=lunch"
    )
    assert api.status_code == 400
    assert api.json()["errors"][0]["field"] == "kind"


def test_a_ticket_without_deadlines_says_so(sign_in: SignIn, desk: Desk) -> None:
    ticket = make_ticket(desk)
    words = text_of(sign_in(desk.alice).get(url(ticket)))
    assert "No deadline was set" in words


def test_more_pauses_and_steps_take_no_more_queries(
    sign_in: SignIn, whole_desk: Desk, story: Ticket
) -> None:
    client = sign_in(whole_desk.alice)
    few = queries_of(client, url(story))
    for hour in (1, 2, 3):
        now = NOW + dt.timedelta(hours=hour)
        services.wait_for_customer(story, for_what="more", actor=user(whole_desk.alice), now=now)
        services.resume(story, actor=user(whole_desk.alice), now=now + dt.timedelta(minutes=20))
    assert queries_of(client, url(story)) == few


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("warning 1wd before", "warning 1 working day before"),
        ("warning 2h before", "warning 2 h before"),
        ("warning 10d before", "warning 10 days before"),
        ("warning at 75 %", "warning at 75 %"),
        ("step 2 of the path (notify, mail)", "step 2 of the path: told here, by mail"),
    ],
)
def test_lengths_are_said_in_words(words: str, said: str) -> None:
    assert explained._step_words(words) == said
