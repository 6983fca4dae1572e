"""What open pages are told: who is here, what changed, what rings; and by whom nothing is heard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from redis.exceptions import ConnectionError as RedisGone

from desk.live import keys, presence
from desk.live.presence import Face
from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tests.desk.pages import SignIn
from tickets import services
from tickets.change import changing
from tickets.models import Ticket, User

pytestmark = pytest.mark.django_db
SINCE = "1000-0"
LIVE = {"X-Live": "1"}


@pytest.fixture(autouse=True)
def _nobody_here() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def done(django_capture_on_commit_callbacks: Any) -> Callable[..., None]:
    """Do something to a ticket, and have it committed."""

    def do(verb: Callable[..., object], *args: object, **kwargs: object) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            verb(*args, now=NOW, **kwargs)

    return do


def pulse(client: Client, **given: str | int) -> dict[str, Any]:
    response = client.get("/desk/pulse/", given, headers=LIVE)
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


def on(ticket: Ticket, **more: str | int) -> dict[str, Any]:
    return {"t": ticket.pk, "e": ticket.event_count, "b": "0.0", **more}


def test_who_else_is_on_a_ticket_is_told_once_for_each_person(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    alice, bob = sign_in(whole_desk.alice), sign_in(whole_desk.bob)
    assert "here" not in pulse(alice, **on(ticket))
    pulse(bob, **on(ticket))
    pulse(sign_in(whole_desk.bob), **on(ticket))  # a second browser of his
    told = pulse(alice, **on(ticket))
    assert [(one["name"], one["writing"]) for one in told["here"]] == [("Bob", False)]
    assert told["pace"] < 10  # beside somebody a page looks more often
    again = pulse(alice, **on(ticket), h=told["mark"])
    assert "here" not in again
    pulse(bob, **on(ticket), w=1)
    pulse(sign_in(whole_desk.bob), **on(ticket))  # his other tab only reads
    told = pulse(alice, **on(ticket), h=told["mark"])
    assert [one["writing"] for one in told["here"]] == [True]
    pulse(bob, **on(ticket), gone=1)
    assert pulse(alice, **on(ticket), h=told["mark"])["here"] == []


def test_a_queue_shows_who_is_on_its_rows(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    pulse(sign_in(whole_desk.bob), **on(ticket))
    told = pulse(sign_in(whole_desk.alice), v="me", since=SINCE, b="0.0")
    assert [(one["ticket"], one["name"]) for one in told["here"]] == [(ticket.pk, "Bob")]
    other_team = pulse(sign_in(whole_desk.charlie), v="me", since=SINCE, b="0.0")
    assert "here" not in other_team


def test_nobody_hears_of_a_ticket_that_he_may_not_see(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket, done: Callable[..., None]
) -> None:
    charlie, alice, bob = map(sign_in, (whole_desk.charlie, whole_desk.alice, whole_desk.bob))
    assert charlie.get("/desk/pulse/", on(ticket), headers=LIVE).status_code == 404
    pulse(alice, **on(ticket))
    pulse(bob, **on(ticket))
    done(services.take, ticket, actor=user(whole_desk.alice))
    done(services.set_confidential, ticket, True, actor=user(whole_desk.alice))
    assert bob.get("/desk/pulse/", on(ticket), headers=LIVE).status_code == 404
    ticket.refresh_from_db()
    pulse(alice, **on(ticket))
    told = pulse(bob, v="team", since=SINCE, b="0.0")
    assert [one for one in told.get("here", []) if one["name"] == "Alice"] == []


def test_a_pulse_with_nothing_new_asks_no_database(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    alice = sign_in(whole_desk.alice)
    pages: list[dict[str, Any]] = [on(ticket), {"v": "me", "since": SINCE, "b": "0.0"}]
    for page in pages:
        pulse(alice, **page)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            told = pulse(alice, **page)
        assert len(asked) == 0
        assert set(told) == {"pace", "me"}


def test_a_change_is_told_to_those_whose_list_it_concerns(
    sign_in: SignIn, whole_desk: Desk, done: Callable[..., None]
) -> None:
    redis_knows_from_before()
    names = (whole_desk.alice, whole_desk.bob, whole_desk.sue, whole_desk.charlie)
    of = {person.name: sign_in(person) for person in names}
    made: list[Ticket] = []
    done(lambda now: made.append(make_ticket(whole_desk, now=now)))
    ticket = made[0]

    def hears(name: str, view: str = "me", since: str = SINCE) -> bool:
        return ticket.pk in pulse(of[name], v=view, since=since, b="0.0").get("told", [])

    assert hears("Alice") and hears("Bob") and not hears("Charlie")
    assert not hears("Alice", "mine")
    since = pulse(of["Alice"], v="me", since=SINCE, b="0.0")["since"]
    done(services.take, ticket, actor=user(whole_desk.alice))
    # It leaves the tickets without an owner, and comes to hers.
    assert hears("Bob", since=since) and hears("Alice", "mine", since)
    later = pulse(of["Alice"], v="me", since=since, b="0.0")["since"]
    assert not hears("Alice", since=later)
    done(services.add_note, ticket, body="Called.", actor=user(whole_desk.alice))
    assert hears("Alice", since=later) and not hears("Bob", since=later)
    assert hears("Bob", "team", later) and hears("Sue", "team", later)


def redis_knows_from_before() -> None:
    cache.ask(lambda redis: redis.set(keys.BORN, 1), None)  # type: ignore[attr-defined]


def test_a_list_that_may_have_missed_something_is_told_to_look_again(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket, done: Callable[..., None]
) -> None:
    alice = sign_in(whole_desk.alice)
    # Redis begins anew, and hears of something after the page was made.
    done(services.take, ticket, actor=user(whole_desk.alice))
    told = pulse(alice, v="me", since="5-0", b="0.0")
    assert told["again"] is True
    assert "again" not in pulse(alice, v="me", since=told["since"], b="0.0")


def test_an_open_ticket_is_told_of_its_events_and_its_parts_are_given(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket, done: Callable[..., None]
) -> None:
    alice = sign_in(whole_desk.alice)
    seen = ticket.event_count
    assert "events" not in pulse(alice, **on(ticket))
    done(services.take, ticket, actor=user(whole_desk.bob))
    ticket.refresh_from_db()
    assert pulse(alice, **on(ticket, e=seen))["events"] == ticket.event_count
    page = alice.get(f"/desk/live/tickets/{ticket.number}/", {"seen": seen}).content.decode()
    assert f'data-events="{ticket.event_count}"' in page and "data-holds" in page
    assert "data-log" in page and "data-composer" not in page
    assert "Bob" in page[page.index("data-news") :]
    # What one did oneself is no news, and holds nothing up.
    mine = (
        sign_in(whole_desk.bob)
        .get(f"/desk/live/tickets/{ticket.number}/", {"seen": seen})
        .content.decode()
    )
    assert "data-holds" not in mine and "Bob" not in mine[mine.index("data-news") :]
    assert (
        sign_in(whole_desk.charlie).get(f"/desk/live/tickets/{ticket.number}/").status_code == 404
    )


def test_rows_are_given_as_the_list_shows_them_and_no_others(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    theirs = make_ticket(whole_desk, customer=make_customer("Omar Haddad"))
    services.assign(theirs, whole_desk.bob, actor=user(whole_desk.sue), now=NOW)
    asked = f"{ticket.pk},{theirs.pk},nonsense,999"
    alice = sign_in(whole_desk.alice)
    page = alice.get("/desk/live/rows/", {"only": asked}).content.decode()
    assert f'data-id="{ticket.pk}"' in page and f'data-id="{theirs.pk}"' not in page
    page = alice.get("/desk/live/rows/", {"only": asked, "view": "team"}).content.decode()
    assert f'data-id="{theirs.pk}"' in page
    counts = alice.get("/desk/live/counts/").json()
    assert counts["views"]["/desk/?view=unowned"] == "1"
    assert counts["summary"].startswith("1 for you")


def test_the_bell_rings_once_and_falls_silent_everywhere(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket, done: Callable[..., None]
) -> None:
    sue = sign_in(whole_desk.sue)
    assert "bell" not in pulse(sue, b="0.0")
    done(lambda now: alerted(ticket, whole_desk.sue))
    mark = pulse(sue, b="0.0")["bell"]
    page = sue.get("/desk/live/frame/").content.decode()
    assert f'data-bell="{mark}"' in page and "Look at this" in page
    assert "bell" not in pulse(sue, b=mark)
    sue.post("/desk/alerts/read/", {"newest": mark.split(".")[0]})
    assert pulse(sue, b=mark)["bell"] == "0.0"


def alerted(ticket: Ticket, person: User, key: str = "a") -> None:
    with changing(ticket, actor=user(person), now=NOW) as change:
        change.alert(person, key=key, text="Look at this")
        change.record("tags_changed")


def test_whose_session_has_ended_is_told_so_at_once(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    alice = sign_in(whole_desk.alice)
    pulse(alice, **on(ticket))
    alice.session.flush()
    for path in ("pulse/", "live/rows/", "live/counts/", "live/frame/"):
        response = alice.get(f"/desk/{path}", headers=LIVE)
        assert (response.status_code, response.json()) == (401, {"ended": True})
    assert Client().get("/desk/pulse/", headers=LIVE).status_code == 401


def test_a_form_sent_after_its_session_ended_leads_back_to_its_page(
    whole_desk: Desk, ticket: Ticket
) -> None:
    page = f"http://testserver/desk/tickets/{ticket.number}/"
    response = Client().post(
        f"/desk/tickets/{ticket.number}/reply/", {"body": "x"}, headers={"Referer": page}
    )
    assert response["Location"].endswith(f"next=/desk/tickets/{ticket.number}/")


def test_without_redis_nobody_is_shown_and_nothing_breaks(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = sign_in(whole_desk.alice)
    monkeypatch.setattr("config.cache.DispensableRedisCache._resting_until", 0.0)

    def gone(*args: object, **kwargs: object) -> object:
        raise RedisGone("away")

    monkeypatch.setattr("redis.Connection.connect", gone)
    monkeypatch.setattr("redis.Connection.send_packed_command", gone)
    seen = ticket.event_count
    services.take(ticket, actor=user(whole_desk.bob), now=NOW)
    ticket.refresh_from_db()
    told = pulse(alice, **on(ticket, e=seen))
    assert told["events"] == ticket.event_count and "here" not in told
    assert pulse(alice, v="me", since=SINCE, b="0.0")["again"] is True
    assert alice.get("/desk/").status_code == 200
    monkeypatch.setattr("config.cache.DispensableRedisCache._resting_until", 0.0)


def test_another_site_makes_nobody_seem_to_be_here(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    sign_in(whole_desk.bob).get("/desk/pulse/", on(ticket))  # as a picture's address would
    assert "here" not in pulse(sign_in(whole_desk.alice), **on(ticket))


@pytest.mark.parametrize(
    "given", [{"t": "x"}, {"t": "9" * 30}, {"e": "-1"}, {"since": "x"}, {"v": "é" * 400}]
)
def test_nonsense_is_as_if_it_was_not_there(
    sign_in: SignIn, whole_desk: Desk, given: dict[str, str]
) -> None:
    assert pulse(sign_in(whole_desk.alice), **given)["pace"] > 0


def test_people_who_do_not_ask_again_are_gone_soon() -> None:
    face = Face(7, "Jo|han Ek", "JE", 3)
    stored = presence.fields_of(face, 12, writing=True, now=1000.0)
    seen, past = presence.read(stored, now=1005.0, but=1)
    assert [(one.face, one.writing) for one in seen] == [(face, True)] and not past
    seen, _ = presence.read(stored, now=1000.0 + keys.WRITING_LIFE + 1, but=1)
    assert [one.writing for one in seen] == [False]
    seen, past = presence.read(stored, now=1000.0 + keys.HERE_LIFE + 1, but=1)
    assert not seen and sorted(past) == ["12.7", "12.7.w"]
    assert presence.mark_of([]) == ""
