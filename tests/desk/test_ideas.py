"""The page of ideas and thanks: told, voted for, answered and given, by those who may."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import re
from typing import Any

import pytest
import time_machine

from feedback import services as feedback
from feedback.models import Idea, IdeaVote, Kudos
from tests.builders import NOW, Desk, make_ticket, user
from tests.desk.pages import SignIn, queries_of, text_of

pytestmark = pytest.mark.django_db
PAGE = "/desk/insight/ideas/"


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def told(desk: Desk, title: str = "Call first", **more: Any) -> Idea:
    return feedback.suggest_idea(
        title=title, text="Then write.", author=more.pop("author", desk.alice), now=NOW, **more
    )


def test_an_idea_is_told_voted_for_and_answered_on_the_page(sign_in: SignIn, desk: Desk) -> None:
    alice, bob, sue = sign_in(desk.alice), sign_in(desk.bob), sign_in(desk.sue)
    ticket = make_ticket(desk)
    said = {"title": "Call first", "text": "Then write.", "ticket": ticket.number.lower()}
    answer = alice.post(PAGE, said)
    assert answer.status_code == 302 and answer["Location"] == f"{PAGE}#ideas"
    idea = Idea.objects.get()
    assert (idea.author, idea.ticket) == (desk.alice, ticket)
    assert "Idea: Call first" in text_of(alice.get(f"/desk/tickets/{ticket.number}/"))
    page = text_of(bob.get(PAGE))
    assert "Call first" in page and "1 vote" in page and ticket.number in page
    assert "Answer it" not in page and "Answer it" in text_of(sue.get(PAGE))

    bob.post(f"{PAGE}{idea.pk}/vote/")
    assert idea.votes.count() == 2
    bob.post(f"{PAGE}{idea.pk}/vote/")
    assert "You voted for this idea already." in text_of(bob.get(PAGE))
    assert "Take your vote back: Call first" in bob.get(PAGE).content.decode()
    bob.post(f"{PAGE}{idea.pk}/vote/", {"back": "1"})
    assert idea.votes.count() == 1
    bob.post(f"{PAGE}{idea.pk}/vote/", {"back": "1"})
    assert "nothing to take back" in text_of(bob.get(PAGE))

    form = {f"idea-{idea.pk}-status": "planned", f"idea-{idea.pk}-answer": "From May on."}
    assert bob.post(f"{PAGE}{idea.pk}/answer/", form).status_code == 403
    assert sue.post(f"{PAGE}{idea.pk}/answer/", form).status_code == 302
    idea.refresh_from_db()
    assert (idea.status, idea.answered_by) == ("planned", desk.sue)
    page = text_of(alice.get(PAGE))
    assert "Planned" in page and "From May on." in page
    alert = desk.alice.alerts.get(ticket=ticket)
    assert "answered your idea" in alert.text
    assert "Idea answered: Call first, planned" in text_of(
        alice.get(f"/desk/tickets/{ticket.number}/")
    )


def test_what_is_missing_is_said_at_its_field_and_what_was_typed_stays(
    sign_in: SignIn, desk: Desk
) -> None:
    alice = sign_in(desk.alice)
    answer = alice.post(PAGE, {"title": " ", "text": "Then write.", "ticket": "A-1"})
    words = text_of(answer)
    assert answer.status_code == 422 and "Say it in one line" in words and "Then write." in words
    hidden = make_ticket(desk, team=desk.travel)
    for number in ("A-11", hidden.number):
        answer = alice.post(PAGE, {"title": "T", "text": "W", "ticket": number})
        body = answer.content.decode()
        assert answer.status_code == 422 and 'id="id_ticket_error"' in body, number
    refused = alice.post(f"{PAGE}thanks/", {"thanks-to": desk.alice.pk, "thanks-words": "Me"})
    assert refused.status_code == 422 and "id_thanks-to_error" in refused.content.decode()
    assert not Idea.objects.exists() and not Kudos.objects.exists()
    idea = told(desk)
    form = {f"idea-{idea.pk}-status": "declined", f"idea-{idea.pk}-answer": ""}
    refused = sign_in(desk.mona).post(f"{PAGE}{idea.pk}/answer/", form)
    assert refused.status_code == 422 and "Say why." in text_of(refused)


def test_two_answers_at_once_do_not_wipe_each_other_out(sign_in: SignIn, desk: Desk) -> None:
    idea = told(desk)
    mine = {f"idea-{idea.pk}-status": "declined", f"idea-{idea.pk}-answer": "No money."}
    feedback.answer_idea(idea, status="planned", answer="In May.", by=desk.mona, now=NOW)
    held = sign_in(desk.sue).post(f"{PAGE}{idea.pk}/answer/", mine)
    words = text_of(held)
    assert held.status_code == 422 and "Somebody else answered this idea" in words
    assert "In May." in words and "No money." in words
    seen = re.search(rf'name="idea-{idea.pk}-seen" value="([^"]+)"', held.content.decode())
    assert seen is not None
    again = mine | {f"idea-{idea.pk}-seen": html.unescape(seen[1])}
    assert sign_in(desk.sue).post(f"{PAGE}{idea.pk}/answer/", again).status_code == 302
    idea.refresh_from_db()
    assert idea.answer == "No money."


def test_a_form_that_is_sent_twice_tells_one_idea(sign_in: SignIn, desk: Desk) -> None:
    alice = sign_in(desk.alice)
    once = {"title": "Call", "text": "First", "once": "abcdefgh12345678"}
    assert [alice.post(PAGE, once).status_code for _ in range(2)] == [302, 302]
    assert Idea.objects.count() == 1


def test_an_auditor_reads_and_changes_nothing(sign_in: SignIn, desk: Desk) -> None:
    idea = told(desk)
    audrey = sign_in(desk.audrey)
    page = audrey.get(PAGE)
    assert page.status_code == 200 and "Tell the idea" not in text_of(page)
    assert audrey.post(PAGE, {"title": "T", "text": "W"}).status_code == 403
    for path in (f"{idea.pk}/vote/", f"{idea.pk}/answer/", "thanks/"):
        assert audrey.post(PAGE + path, {}).status_code == 403
    assert sign_in(None).post(PAGE, {}).status_code == 302
    assert sign_in(desk.alice).post(f"{PAGE}999/vote/").status_code == 404


def test_ideas_and_thanks_come_from_a_ticket_too(sign_in: SignIn, desk: Desk) -> None:
    ticket, bob = make_ticket(desk), sign_in(desk.bob)
    page = f"/desk/tickets/{ticket.number}/"
    assert "Tell the idea" in text_of(bob.get(f"{page}?do=idea"))
    assert bob.post(f"{page}idea/", {"title": "Call", "text": "First"}).status_code == 302
    assert Idea.objects.get().ticket == ticket
    assert bob.post(f"{page}idea/", {"title": "", "text": "First"}).status_code == 422
    thanks = {"to": desk.alice.pk, "words": "She stayed late."}
    assert bob.post(f"{page}thanks/", thanks).status_code == 302
    assert Kudos.objects.get().ticket == ticket
    assert "She stayed late." in text_of(sign_in(desk.alice).get(PAGE))


def test_each_figure_opens_its_ideas_with_their_tickets(sign_in: SignIn, desk: Desk) -> None:
    ticket, hidden = make_ticket(desk), make_ticket(desk, team=desk.travel)
    told(desk, "One", ticket=ticket)
    told(desk, "Two", ticket=hidden)
    done = told(desk, "Three")
    told(desk, "=4+4", author=desk.charlie)
    feedback.answer_idea(done, status="done", answer="Yes.", by=desk.mona, now=NOW)
    for person, tickets in ((desk.mona, 2), (desk.sue, 1)):
        client = sign_in(person)
        for query in ("", "&team=home"):
            body = client.get(f"{PAGE}?print=1{query}").content.decode()
            links = set(re.findall(r'href="(/desk/insight/ideas/behind/[^"]+)">(\d+)<', body))
            assert len(links) >= 4
            for address, figure in links:
                page = text_of(client.get(html.unescape(address)))
                words = f"{figure} in all" if "votes" not in address else figure
                assert words in page or f"{figure} votes" in page, (address, figure, page)
        of_ticket = text_of(client.get(f"{PAGE}behind/?of=ticket"))
        assert f"{tickets} in all" in of_ticket
        assert (hidden.number in of_ticket) == (person == desk.mona)
    client = sign_in(desk.sue)
    assert client.get(f"{PAGE}behind/?status=none").status_code == 400
    assert client.get(f"{PAGE}behind/?of=none").status_code == 400


def test_the_file_has_figures_ideas_and_thanks_and_no_formula(sign_in: SignIn, desk: Desk) -> None:
    told(desk, "=4+4")
    feedback.give_kudos(to=desk.alice, words="@SUM(1)", actor=user(desk.bob), now=NOW)
    client = sign_in(desk.sue)
    answer = client.get("/desk/insight/ideas.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1][:5] == ["new", "Waiting for an answer", "1", "1", "0"]
    assert any(row[1:2] == ["'=4+4"] for row in rows) and any("'@SUM(1)" in row for row in rows)
    for part in ("ideas", "list", "thanks"):
        assert client.get(f"/desk/insight/ideas.csv?part={part}").status_code == 200
    assert client.get("/desk/insight/ideas.csv?part=none").status_code == 404


def test_many_ideas_take_no_more_queries_and_have_pages(sign_in: SignIn, desk: Desk) -> None:
    told(desk)
    client = sign_in(desk.sue)
    few = queries_of(client, PAGE)
    for n in range(25):
        row = told(desk, f"Idea {n}", ticket=make_ticket(desk) if n < 3 else None)
        IdeaVote.objects.create(idea=row, user=desk.bob)
    assert queries_of(client, PAGE) == few
    assert "1 of 2" in text_of(client.get(PAGE))
    assert "Idea 3" in text_of(client.get(f"{PAGE}?page=2&status=new"))
    old = dt.timedelta(days=200)
    Idea.objects.filter(title="Call first").update(created_at=NOW - old)
    assert "25 ideas in this period" in text_of(client.get(PAGE))
