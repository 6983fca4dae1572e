"""The survey by its link: reading it never answers it."""

import datetime as dt

import pytest
from django.test import Client

from feedback.models import Answer, FollowUp, Survey
from feedback.services import send_next
from tests.builders import NOW, Desk, make_ticket, user
from tests.desk.pages import SignIn, text_of
from tickets import services
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def survey(whole_desk: Desk) -> Survey:
    """Asked a while after the complaint was settled."""
    ticket = make_ticket(whole_desk, now=NOW - dt.timedelta(days=20))
    before = NOW - dt.timedelta(days=19)
    alice = user(whole_desk.alice)
    services.take(ticket, actor=alice, now=before)
    services.decide_point(ticket, ticket.points.get().pk, outcome="upheld", actor=alice, now=before)
    services.resolve(ticket, actor=alice, now=before)
    assert send_next(now=NOW - dt.timedelta(days=1))
    return Survey.objects.get(ticket=ticket)


def test_reading_it_any_number_of_times_answers_nothing(survey: Survey) -> None:
    for method in ("get", "head", "get"):
        assert getattr(Client(), method)(f"/s/{survey.token}/").status_code == 200
    assert not Answer.objects.exists()
    survey.refresh_from_db()
    assert survey.status == "sent"


def test_a_poor_score_opens_a_follow_up_for_the_team(survey: Survey) -> None:
    response = Client().post(
        f"/s/{survey.token}/",
        {"handling": "1", "result": "2", "words": "Nobody called."},
        follow=True,
    )
    assert "Thank you, Ines." in text_of(response)
    answer = Answer.objects.get()
    assert (answer.handling, answer.words) == (1, "Nobody called.")
    assert FollowUp.objects.get().ticket == survey.ticket
    assert Ticket.objects.get().deadlines.filter(kind="follow_up").exists()


def rows_of(client: Client, view: str = "followups") -> list[str]:
    """The numbers in a view of the queue."""
    groups = client.get(f"/desk/?view={view}").context["groups"]
    return [row.number for group in groups for row in group.rows]


def test_a_follow_up_stands_in_the_queue_until_somebody_closed_it(
    survey: Survey, sign_in: SignIn, whole_desk: Desk
) -> None:
    Client().post(f"/s/{survey.token}/", {"handling": "1", "words": "Nobody called."})
    alice, number = sign_in(whole_desk.alice), survey.ticket.number
    assert rows_of(alice) == [number]
    assert rows_of(sign_in(whole_desk.charlie)) == []
    page = text_of(alice.get(f"/desk/tickets/{number}/"))
    assert "A poor score for handling. “Nobody called.” Close the follow-up" in page
    assert "Next: follow up" in page and "Nothing is to be done" not in page
    row = FollowUp.objects.get()
    closing = {"followup": row.pk, "result": "Called, all is well."}
    closed = alice.post(f"/desk/tickets/{number}/follow-up/", closing)
    assert closed.status_code == 302, text_of(closed)
    assert rows_of(alice) == []
    assert "Nothing is to be done" in text_of(alice.get(f"/desk/tickets/{number}/"))


def counts_of(client: Client) -> dict[str, int]:
    """What stands behind the names of the views."""
    return {link.words: int(link.count) for link in client.get("/desk/").context["links"]}


def test_its_owner_sees_a_follow_up_among_his_own(
    survey: Survey, sign_in: SignIn, whole_desk: Desk
) -> None:
    alice, bob = sign_in(whole_desk.alice), sign_in(whole_desk.bob)
    before = counts_of(alice)
    Client().post(f"/s/{survey.token}/", {"handling": "1"})
    number = survey.ticket.number
    for view, words in (("me", "For me"), ("mine", "Mine")):
        assert rows_of(alice, view) == [number]
        assert counts_of(alice)[words] == before[words] + 1
        assert rows_of(bob, view) == []
    page = text_of(alice.get("/desk/"))
    assert "1 for you: 1 yours" in page
    assert "You · follow up" in page
    closing = {"followup": FollowUp.objects.get().pk, "result": "Called."}
    alice.post(f"/desk/tickets/{number}/follow-up/", closing)
    assert rows_of(alice, "mine") == [] and counts_of(alice) == before


def test_it_is_answered_once(survey: Survey) -> None:
    Client().post(f"/s/{survey.token}/", {"handling": "5"})
    again = Client().post(f"/s/{survey.token}/", {"handling": "1"})
    assert again.status_code == 409
    assert Answer.objects.get().handling == 5


@pytest.mark.parametrize("data", [{}, {"handling": "6"}, {"handling": "x"}, {"words": "x" * 4001}])
def test_nonsense_is_refused_and_kept_nowhere(survey: Survey, data: dict[str, str]) -> None:
    response = Client().post(f"/s/{survey.token}/", data)
    assert response.status_code in {400, 422}
    assert not Answer.objects.exists()


@pytest.mark.parametrize("token", ["x", "a" * 22, "a" * 300])
def test_a_wrong_link_is_a_kind_404(whole_desk: Desk, token: str) -> None:
    assert Client().get(f"/s/{token}/").status_code == 404
