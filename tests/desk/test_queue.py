"""The queue: who sees what, in which order, and what can be done with rows."""

import datetime as dt
from itertools import pairwise

import pytest

from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tests.desk.pages import SignIn, queries_of, text_of
from tickets import services
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def test_who_is_not_signed_in_is_asked_to(sign_in: SignIn, ticket: Ticket) -> None:
    response = sign_in(None).get("/desk/")
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


def test_a_new_complaint_stands_in_the_teams_queue_with_its_clock(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    page = sign_in(whole_desk.alice).get("/desk/")
    words = text_of(page)
    assert "Ines Calloway" in words
    assert "Nobody yet · take it" in words
    assert "acknowledgement" in words
    assert page.context["groups"][0].rows[0].number == ticket.number


def test_another_teams_complaint_is_not_there(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    words = text_of(sign_in(whole_desk.charlie).get("/desk/?view=team"))
    assert "Ines Calloway" not in words
    assert "Nothing waits here" in words


def test_a_confidential_one_is_seen_by_its_owner_only(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    services.take(ticket, actor=user(whole_desk.alice), now=NOW)
    services.set_confidential(ticket, confidential=True, actor=user(whole_desk.alice), now=NOW)
    assert "Ines Calloway" in text_of(sign_in(whole_desk.alice).get("/desk/"))
    assert "Ines Calloway" not in text_of(sign_in(whole_desk.bob).get("/desk/?view=team"))
    assert "Ines Calloway" not in text_of(sign_in(whole_desk.sue).get("/desk/?view=team"))


def test_what_is_late_stands_first_and_what_waits_stands_apart(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    late = make_ticket(
        whole_desk, now=NOW - dt.timedelta(days=2), customer=make_customer("Rosa Ferrante")
    )
    waits = make_ticket(whole_desk, customer=make_customer("Sam Whitlock"))
    services.request_information(
        waits, facts=["account"], body="Which?", actor=user(whole_desk.alice), now=NOW
    )
    groups = sign_in(whole_desk.alice).get("/desk/?view=team").context["groups"]
    numbers = {group.key: [row.number for row in group.rows] for group in groups}
    assert numbers["late"] == [late.number]
    assert numbers["waiting"] == [waits.number]
    assert next(iter(numbers)) == "late"


def test_an_unknown_view_is_refused_in_words(sign_in: SignIn, whole_desk: Desk) -> None:
    response = sign_in(whole_desk.alice).get("/desk/?view=nonsense")
    assert response.status_code == 400
    assert "There is no such view." in text_of(response)


@pytest.mark.parametrize("after", ["x", "1_x", "nan_1", "1e400_1", "_"])
def test_a_broken_page_mark_is_refused_in_words(
    sign_in: SignIn, whole_desk: Desk, after: str
) -> None:
    response = sign_in(whole_desk.alice).get(f"/desk/?after={after}")
    assert response.status_code == 400
    assert "Start from the top" in text_of(response)


def test_pages_follow_one_another_without_a_gap(
    sign_in: SignIn, whole_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.queue.PAGE", 3)
    customer = make_customer()
    made = [make_ticket(whole_desk, customer=customer).number for _ in range(7)]
    client, seen, url = sign_in(whole_desk.alice), [], "/desk/?view=team"
    for _ in range(5):
        context = client.get(url).context
        seen += [row.number for group in context["groups"] for row in group.rows]
        if not context["after"]:
            break
        url = f"/desk/?view=team&after={context['after']}"
    assert seen == made


def test_more_rows_take_no_more_queries(sign_in: SignIn, whole_desk: Desk, ticket: Ticket) -> None:
    client = sign_in(whole_desk.alice)
    one = queries_of(client, "/desk/?view=team")
    for number in range(12):
        make_ticket(whole_desk, customer=make_customer(f"Customer {number}"))
    assert queries_of(client, "/desk/?view=team") == one


def test_take_makes_it_mine(sign_in: SignIn, whole_desk: Desk, ticket: Ticket) -> None:
    response = sign_in(whole_desk.alice).post("/desk/bulk/", {"take": ticket.number})
    assert response["Location"] == f"/desk/tickets/{ticket.number}/"
    ticket.refresh_from_db()
    assert ticket.owner == whole_desk.alice


def test_selected_tickets_are_given_to_a_colleague(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    other = make_ticket(whole_desk, customer=make_customer("Rosa Ferrante"))
    client = sign_in(whole_desk.alice)
    client.post(
        "/desk/bulk/",
        {"do": "assign", "owner": whole_desk.bob.pk, "ticket": [ticket.number, other.number]},
    )
    for row in (ticket, other):
        row.refresh_from_db()
        assert row.owner == whole_desk.bob
    assert "2 tickets given to Bob" in text_of(client.get("/desk/"))


def test_bulk_says_of_each_why_it_could_not_be_given(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    client = sign_in(whole_desk.alice)
    response = client.post(
        "/desk/bulk/",
        {"do": "assign", "owner": whole_desk.bob.pk, "ticket": ["A-999", ticket.number]},
        follow=True,
    )
    assert "A-999" in text_of(response)
    assert "1 ticket given to Bob" in text_of(response)


def test_one_reason_for_many_is_said_once_with_their_numbers(
    sign_in: SignIn, whole_desk: Desk
) -> None:
    numbers = [make_ticket(whole_desk).number for _ in range(7)]
    Ticket.objects.update(status="closed", resolved_at=NOW, closed_at=NOW)
    form = {"do": "snooze", "until": "2026-11-30T09:00", "ticket": [*numbers, "A-999"]}
    told = text_of(sign_in(whole_desk.alice).post("/desk/bulk/", form, follow=True))
    assert f"{', '.join(numbers[:5])} and 2 more: This ticket is finished" in told
    assert told.count("This ticket is finished") == 1
    assert "A-999: " in told


def test_the_auditor_reads_and_does_nothing(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    client = sign_in(whole_desk.audrey)
    assert "Ines Calloway" in text_of(client.get("/desk/?view=team"))
    assert client.post("/desk/bulk/", {"take": ticket.number}).status_code == 403


def test_take_next_takes_what_is_due_first(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    sooner = make_ticket(
        whole_desk, now=NOW - dt.timedelta(hours=5), customer=make_customer("Rosa Ferrante")
    )
    response = sign_in(whole_desk.alice).post("/desk/next/")
    assert response["Location"] == f"/desk/tickets/{sooner.number}/"


def test_what_is_wrong_with_an_act_on_several_is_told_with_its_field(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    alice = sign_in(whole_desk.alice)
    base = {"ticket": ticket.number, "view_url": "/desk/?view=team"}
    wrong = [
        ({"do": "tag", "tag": "  "}, "tag", "missing"),
        ({"do": "tag", "tag": "x" * 41}, "tag", "invalid"),
        ({"do": "assign", "owner": ""}, "owner", "invalid"),
        ({"do": "category", "category": ""}, "category", "invalid"),
        ({"do": "snooze", "until": "2020-01-01T10:00"}, "until", "invalid"),
        ({"do": "snooze", "until": "soon"}, "until", "invalid"),
    ]
    for typed, field, code in wrong:
        answer = alice.post(
            "/desk/bulk/", {**base, **typed}, headers={"Accept": "application/json"}
        )
        told = answer.json()
        assert (answer.status_code, told["field"]) == (422, field), typed
        assert told["message"], typed
        assert told["code"] == code, (typed, told)
    answer = alice.post(
        "/desk/bulk/", {**base, "do": "tag", "tag": "leeds"}, headers={"Accept": "application/json"}
    )
    assert answer.json() == {"to": "/desk/?view=team"}
    assert "1 ticket tagged leeds." in text_of(alice.get("/desk/?view=team"))


def test_one_walks_in_the_order_that_one_has_chosen(sign_in: SignIn, whole_desk: Desk) -> None:
    made = [
        make_ticket(whole_desk, now=NOW - dt.timedelta(days=days), customer=make_customer(name))
        for days, name in ((1, "Rosa"), (3, "Sam"), (2, "Omar"))
    ]
    rosa, sam, omar = (ticket.number for ticket in made)
    alice = sign_in(whole_desk.alice)
    for sort, order in (("newest", [rosa, omar, sam]), ("oldest", [sam, omar, rosa])):
        alice.post("/desk/views/settings/", {"sort": sort, "next": "/desk/"})
        rows = alice.get("/desk/?view=team").context["groups"][0].rows
        assert [row.number for row in rows] == order
        for here, there in pairwise(order):
            on = alice.get(f"/desk/tickets/{here}/next/?view=team")["Location"]
            assert on == f"/desk/tickets/{there}/?view=team", sort
            back = alice.get(f"/desk/tickets/{there}/previous/?view=team")["Location"]
            assert back == f"/desk/tickets/{here}/?view=team", sort
        places = [
            alice.get(f"/desk/tickets/{one}/?view=team").context["walk_place"] for one in order
        ]
        assert places == ["1 of 3", "2 of 3", "3 of 3"], sort


def test_one_walks_through_the_list_that_one_came_from_with_its_filter_and_order(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    made = [
        make_ticket(whole_desk, now=NOW - dt.timedelta(days=days), customer=make_customer(name))
        for days, name in ((1, "Rosa"), (3, "Sam"), (2, "Omar"))
    ]
    rosa, sam, omar = (one.number for one in made)
    for one in made:
        services.set_tags(one, ["leeds"], actor=user(whole_desk.alice), now=NOW)
    alice = sign_in(whole_desk.alice)
    came = "/desk/?view=team&filter=1&tag=leeds&sort=oldest"
    assert [row.number for row in alice.get(came).context["groups"][0].rows] == [sam, omar, rosa]
    page = alice.get(f"/desk/tickets/{omar}/", headers={"Referer": f"http://testserver{came}"})
    assert page.context["walk_place"] == "2 of 3"
    key = page.context["view_key"]
    on = alice.get(f"/desk/tickets/{omar}/next/?view={key}")["Location"]
    assert on == f"/desk/tickets/{rosa}/?view={key}"
    assert alice.get(on).context["walk_place"] == "3 of 3"
    back = alice.get(f"/desk/tickets/{omar}/previous/?view={key}")["Location"]
    assert back == f"/desk/tickets/{sam}/?view={key}"
    last = alice.get(f"/desk/tickets/{rosa}/next/?view={key}", follow=True)
    assert "This is the last one in" in text_of(last)
    sent = {"body": "Dear customer", "then_asked": "1", "then": "next", "view": key}
    after = alice.post(f"/desk/tickets/{sam}/reply/", sent)["Location"]
    assert after == f"/desk/tickets/{omar}/?view={key}"
    # What does not stand there has no place in it; what was made up leads through one's own.
    assert alice.get(f"/desk/tickets/{ticket.number}/?view={key}").context["walk_place"] == ""
    for wrong in ("f-e30", "f-WyJ0ZWFtIiwiIix7Im5vIjoiMSJ9XQ", "f-____", "s-99999", "nothing"):
        page = alice.get(f"/desk/tickets/{rosa}/?view={wrong}")
        assert page.status_code == 200, wrong
        assert page.context["walk"] == "For me", wrong


def test_what_was_selected_is_answered_one_after_the_other(
    sign_in: SignIn, whole_desk: Desk
) -> None:
    made = [make_ticket(whole_desk, customer=make_customer(name)) for name in ("Rosa", "Sam")]
    make_ticket(whole_desk, customer=make_customer("Omar"))
    alice = sign_in(whole_desk.alice)
    key = "-".join(["x", *(str(ticket.pk) for ticket in made)])
    sent = {"body": "Dear customer", "then_asked": "1", "then": "next", "view": key}
    first = alice.post(f"/desk/tickets/{made[0].number}/reply/", sent)
    assert first["Location"] == f"/desk/tickets/{made[1].number}/?view=x-{made[1].pk}"
    page = alice.get(first["Location"])
    assert f'name="view" value="x-{made[1].pk}"' in page.content.decode()
    last = alice.post(f"/desk/tickets/{made[1].number}/reply/", {**sent, "view": f"x-{made[1].pk}"})
    assert last["Location"] == "/desk/"
    assert "Reply sent." in text_of(alice.get("/desk/"))
