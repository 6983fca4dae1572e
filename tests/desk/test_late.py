"""The board of clocks: what runs late, and what is done about it."""

import datetime as dt

import pytest

from desk.build.events import event_words, short_words
from escalation.models import Deadline
from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tests.desk.pages import SignIn, queries_of, text_of
from tickets import services
from tickets.models import Event, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def late(whole_desk: Desk) -> Ticket:
    """A complaint of last week that nobody took."""
    return make_ticket(whole_desk, now=NOW - dt.timedelta(days=7))


def nearest(ticket: Ticket) -> Deadline:
    """Its clock that was due first."""
    return Deadline.objects.filter(ticket=ticket, status="running").order_by("due_at")[0]


def test_missed_clocks_stand_on_top_with_owner_and_next_step(
    sign_in: SignIn, whole_desk: Desk, late: Ticket
) -> None:
    page = sign_in(whole_desk.sue).get("/desk/late/")
    assert page.context["groups"][0].key == "late"
    words = text_of(page)
    assert "Ines Calloway" in words and "Nobody" in words and " late" in words


def test_the_board_shows_what_its_reader_may_see(
    sign_in: SignIn, whole_desk: Desk, late: Ticket
) -> None:
    assert "Ines" not in text_of(sign_in(whole_desk.charlie).get("/desk/late/"))
    assert "Ines" in text_of(sign_in(whole_desk.mona).get("/desk/late/"))


def test_it_filters_by_team_and_kind(sign_in: SignIn, whole_desk: Desk, late: Ticket) -> None:
    client = sign_in(whole_desk.mona)
    assert "Ines" not in text_of(client.get("/desk/late/?team=travel"))
    page = client.get("/desk/late/?team=home&kind=resolve")
    kinds = {row.kind for group in page.context["groups"] for row in group.rows}
    assert kinds == {"Resolution"}


def test_taking_over_needs_a_brief_and_makes_the_taker_owner(
    sign_in: SignIn, whole_desk: Desk, late: Ticket
) -> None:
    services.take(late, actor=user(whole_desk.alice), now=NOW)
    client, url = sign_in(whole_desk.sue), f"/desk/late/{nearest(late).pk}/take-over/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"brief": ""}).status_code == 422
    assert client.post(url, {"brief": "Alice is ill. I call her."}).status_code == 302
    late.refresh_from_db()
    assert late.owner == whole_desk.sue


def test_acknowledging_stops_the_climb(sign_in: SignIn, whole_desk: Desk, late: Ticket) -> None:
    row = nearest(late)
    client = sign_in(whole_desk.sue)
    client.post(f"/desk/late/{row.pk}/acknowledge/")
    row.refresh_from_db()
    assert row.acknowledged_by == whole_desk.sue
    again = client.post(f"/desk/late/{row.pk}/acknowledge/", follow=True)
    assert again.status_code == 200


def test_an_extension_is_written_to_the_customer(sign_in: SignIn, whole_desk: Desk) -> None:
    ticket = make_ticket(whole_desk)
    row = ticket.deadlines.get(kind="resolve")
    url = f"/desk/late/{row.pk}/extend/"
    later = (row.due_at + dt.timedelta(days=5)).strftime("%Y-%m-%dT%H:%M")
    client = sign_in(whole_desk.sue)
    empty = client.post(url, {"to": later, "reason": "The engineer is ill", "letter": ""})
    assert empty.status_code == 400
    client.post(url, {"to": later, "reason": "The engineer is ill", "letter": "Dear Ines, …"})
    row.refresh_from_db()
    assert row.extended_to is not None
    assert ticket.messages.filter(kind="reply", body="Dear Ines, …").exists()


def test_what_is_missed_is_not_extended(sign_in: SignIn, whole_desk: Desk, late: Ticket) -> None:
    response = sign_in(whole_desk.sue).post(
        f"/desk/late/{nearest(late).pk}/extend/",
        {"to": "2026-12-24T12:00", "reason": "Why", "letter": "Dear Ines"},
    )
    assert response.status_code in {400, 409, 422}
    assert late.messages.filter(kind="reply").count() == 0


def test_reassigning_gives_it_to_somebody_of_the_team(
    sign_in: SignIn, whole_desk: Desk, late: Ticket
) -> None:
    url = f"/desk/late/{nearest(late).pk}/reassign/"
    client = sign_in(whole_desk.sue)
    foreign = client.post(url, {"to": whole_desk.charlie.pk, "brief": "Please"})
    assert foreign.status_code == 422
    client.post(url, {"to": whole_desk.bob.pk, "brief": "Please"})
    late.refresh_from_db()
    assert late.owner == whole_desk.bob


@pytest.mark.parametrize("verb", ["take-over", "acknowledge", "extend", "reassign"])
def test_a_clock_of_another_team_does_not_exist(
    sign_in: SignIn, whole_desk: Desk, late: Ticket, verb: str
) -> None:
    url = f"/desk/late/{nearest(late).pk}/{verb}/"
    assert sign_in(whole_desk.charlie).post(url).status_code == 404
    assert sign_in(whole_desk.audrey).post(url).status_code == 403


def test_more_clocks_take_no_more_queries(sign_in: SignIn, whole_desk: Desk, late: Ticket) -> None:
    client = sign_in(whole_desk.sue)
    few = queries_of(client, "/desk/late/")
    for number in range(8):
        make_ticket(whole_desk, customer=make_customer(f"Customer {number}"))
    assert queries_of(client, "/desk/late/") == few


def test_the_timeline_says_whom_each_step_told_and_of_what() -> None:
    step = Event(
        type="escalated",
        data={
            "by": "clock",
            "step": 2,
            "told": ["Sue Marsh", "Bob Stone"],
            "deadlines": [{"id": 1, "kind": "first_response"}],
        },
    )
    assert event_words(step) == "escalated for first response, step 2: told Sue Marsh and Bob Stone"
    assert short_words(step) == "escalated"


def test_who_only_looks_on_is_shown_who_can_act(
    sign_in: SignIn, whole_desk: Desk, late: Ticket
) -> None:
    for person in (whole_desk.audrey, whole_desk.mona):
        page = sign_in(person).get("/desk/late/")
        body = page.content.decode()
        assert "/take-over/" not in body and "/acknowledge/" not in body
        assert "Take over: somebody of the team can" in text_of(page)
        assert 'action="/desk/next/"' not in body
    assert "/take-over/" in sign_in(whole_desk.sue).get("/desk/late/").content.decode()


def test_a_queue_offers_to_take_what_its_reader_may_take(
    sign_in: SignIn, whole_desk: Desk, late: Ticket
) -> None:
    for person, offered in (
        (whole_desk.alice, True), (whole_desk.audrey, False), (whole_desk.mona, False),
    ):  # fmt: skip
        client = sign_in(person)
        body = client.get("/desk/?view=team").content.decode()
        assert (f'name="take" value="{late.number}"' in body) is offered, person
        assert ('action="/desk/next/"' in body) is offered, person
        assert ("data-selection" in body) is offered, person
    client = sign_in(whole_desk.mona)
    assert "has an owner" in text_of(client.post("/desk/next/", follow=True))
