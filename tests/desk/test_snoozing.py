"""Put aside on the page: the menu, the view of what is aside, counts, undo, and what is refused."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine

from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tests.desk.pages import SignIn, hidden_of, queries_of, text_of
from tickets import services
from tickets.models import Ticket
from tickets.rules import Channel

pytestmark = pytest.mark.django_db
TOMORROW_AT_NINE = dt.datetime(2026, 11, 25, 9, tzinfo=dt.UTC)


@pytest.fixture
def mine(whole_desk: Desk, ticket: Ticket) -> Ticket:
    services.take(ticket, actor=user(whole_desk.alice), now=NOW)
    return ticket


def counts(page: object) -> dict[str, str]:
    return {link.words: link.count for link in page.context["links"]}  # type: ignore[attr-defined]


def markup(page: Any) -> str:
    return " ".join(page.content.decode().split())


def rows(page: object) -> list[str]:
    return [row.number for group in page.context["groups"] for row in group.rows]  # type: ignore[attr-defined]


def test_a_ticket_is_put_aside_by_a_moment_said_so_and_brought_back(
    sign_in: SignIn, whole_desk: Desk, mine: Ticket
) -> None:
    alice, at = sign_in(whole_desk.alice), f"/desk/tickets/{mine.number}/"
    form = text_of(alice.get(f"{at}?do=snooze"))
    assert "This afternoon 14:00 1 Tomorrow Wed 09:00 2" in form
    assert "No clock pauses. It is back at once when the customer writes." in form
    assert "At the latest" in form
    assert "Bring it back" not in form
    sent = hidden_of(alice, at) | {"preset": "tomorrow", "reason": "The courier calls back"}
    page = alice.post(f"{at}snooze/", sent, follow=True)
    assert "Put aside until tomorrow 09:00. No clock pauses." in text_of(page)
    assert "“The courier calls back”" in text_of(page)
    assert Ticket.objects.get(pk=mine.pk).snoozed_until == TOMORROW_AT_NINE
    undo = page.content.decode().split('action="/desk/bulk/')[1].split('"')[0]
    assert "1 ticket is as before" in text_of(alice.post(f"/desk/bulk/{undo}", follow=True))
    alice.post(f"{at}snooze/", sent)
    other = text_of(sign_in(whole_desk.bob).get(at))
    assert "Alice put it aside until tomorrow 09:00." in other
    back = alice.post(f"{at}end-snooze/", follow=True)
    assert "It is back in the queue." in text_of(back)
    assert Ticket.objects.get(pk=mine.pk).snoozed_until is None


def test_it_stands_in_its_own_view_with_its_moment_and_all_counts_agree(
    sign_in: SignIn, whole_desk: Desk, mine: Ticket
) -> None:
    soon = make_ticket(whole_desk, customer=make_customer("Rosa Ferrante"))
    stays = make_ticket(whole_desk, customer=make_customer("Sam Whitlock"))
    alice = user(whole_desk.alice)
    week = NOW + dt.timedelta(days=7)
    services.snooze(mine, until=week, reason="Spare part", actor=alice, now=NOW)
    services.snooze(soon, until=TOMORROW_AT_NINE, actor=alice, now=NOW)
    client = sign_in(whole_desk.alice)
    queue = client.get("/desk/?view=team")
    assert rows(queue) == [stays.number]
    told = counts(queue)
    assert (told["My team"], told["Mine"], told["For me"], told["Snoozed"]) == ("1", "0", "1", "2")
    aside = client.get("/desk/?view=snoozed")
    assert rows(aside) == [soon.number, mine.number], "what comes back first stands first"
    assert "What comes back first 2" in text_of(aside)
    assert "Back Wed 09:00" in text_of(aside)
    assert "Spare part" in text_of(aside)
    assert "put aside until tomorrow 09:00" in text_of(aside)
    assert rows(client.get("/desk/?view=snoozed&filter=1&text=Rosa")) == [soon.number]
    only = rows(client.get("/desk/?view=team&filter=1&snoozed=only&owner=me"))
    assert sorted(only) == sorted([soon.number, mine.number])
    assert len(rows(client.get("/desk/?view=team&filter=1&snoozed=too"))) == 3
    live = client.get("/desk/live/counts/?view=snoozed").json()
    assert live["views"]["/desk/?view=snoozed"] == "2"
    assert live["groups"]["all"] == "2"
    few = queries_of(client, "/desk/?view=snoozed")
    for name in ("Omar Haddad", "Grace Mbeki"):
        more = make_ticket(whole_desk, customer=make_customer(name))
        services.snooze(more, until=week, actor=alice, now=NOW)
    assert queries_of(client, "/desk/?view=snoozed") == few


def test_pages_of_what_is_aside_follow_one_another_without_a_gap(
    sign_in: SignIn, whole_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.queue.PAGE", 2)
    customer, made = make_customer(), []
    for hours in (30, 20, 20, 25, 40):
        made.append(make_ticket(whole_desk, customer=customer))
        until = NOW + dt.timedelta(hours=hours)
        services.snooze(made[-1], until=until, actor=user(whole_desk.alice), now=NOW)
    client, seen, url = sign_in(whole_desk.alice), [], "/desk/?view=snoozed"
    for _ in range(4):
        page = client.get(url)
        seen += rows(page)
        if not page.context["after"]:
            break
        url = f"/desk/?view=snoozed&after={page.context['after']}"
    assert seen == [made[n].number for n in (1, 2, 3, 0, 4)]


@pytest.mark.parametrize("day", [29, 30])
def test_on_a_sunday_and_a_monday_no_moment_is_offered_twice(
    sign_in: SignIn, whole_desk: Desk, mine: Ticket, day: int
) -> None:
    at = f"/desk/tickets/{mine.number}/"
    with time_machine.travel(dt.datetime(2026, 11, day, 10, tzinfo=dt.UTC), tick=False):
        client = sign_in(whole_desk.alice)
        for page in (client.get(f"{at}?do=snooze"), client.get("/desk/")):
            offered = re.findall(r'name="preset" value="(\w+)" data-key="(\d)"', markup(page))
            assert offered == [("today", "1"), ("tomorrow", "2"), ("week", "4")]
        sent = hidden_of(client, at) | {"preset": "monday"}  # of a page that was opened before
        client.post(f"{at}snooze/", sent)
    mondays = {29: dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)}
    mondays[30] = mondays[29] + dt.timedelta(days=7)
    assert Ticket.objects.get(pk=mine.pk).snoozed_until == mondays[day]


def test_several_are_put_aside_from_the_queue_and_what_is_refused_is_named(
    sign_in: SignIn, whole_desk: Desk, mine: Ticket
) -> None:
    client, ada = sign_in(whole_desk.alice), sign_in(whole_desk.ada)
    unowned = make_ticket(whole_desk, customer=make_customer("Rosa Ferrante"))
    both = [mine.number, unowned.number]
    refused = text_of(ada.post("/desk/bulk/", {"preset": "week", "ticket": both}, follow=True))
    assert "Nobody owns this ticket" in refused
    assert "1 ticket put aside until Tue 1 Dec, 09:00" in refused
    page = client.post(
        "/desk/bulk/", {"do": "snooze", "until": "2026-11-26T10:00", "ticket": both}, follow=True
    )
    assert "2 tickets put aside until Thu 26 Nov, 10:00" in text_of(page)
    for wrong, words in (
        ({"preset": "someday"}, "Known are: today, tomorrow, monday, week."),
        ({"do": "snooze"}, "Say when it comes back."),
        ({"do": "snooze", "until": "2026-11-01T10:00"}, "Choose a moment in the future."),
    ):
        page = client.post("/desk/bulk/", {**wrong, "ticket": both}, follow=True)
        assert words in text_of(page)


def test_a_wrong_moment_is_said_beside_its_field_and_nothing_is_lost(
    sign_in: SignIn, whole_desk: Desk, mine: Ticket
) -> None:
    client, at = sign_in(whole_desk.alice), f"/desk/tickets/{mine.number}/"
    sent = hidden_of(client, at) | {"until": "2026-11-01T10:00", "reason": "Spare part"}
    page = client.post(f"{at}snooze/", sent)
    assert page.status_code == 400
    assert "Choose a moment in the future." in text_of(page)
    assert 'value="Spare part"' in page.content.decode()
    assert client.post(f"{at}snooze/", hidden_of(client, at)).status_code == 422
    assert sign_in(whole_desk.audrey).post(f"{at}snooze/", sent).status_code == 403
    assert sign_in(whole_desk.charlie).post(f"{at}snooze/", sent).status_code == 404


def test_the_next_ticket_opens_with_undo_and_a_letter_brings_the_other_back(
    sign_in: SignIn, whole_desk: Desk, mine: Ticket
) -> None:
    follows = make_ticket(whole_desk, customer=make_customer("Rosa Ferrante"))
    client, at = sign_in(whole_desk.alice), f"/desk/tickets/{mine.number}/"
    sent = hidden_of(client, at) | {"preset": "monday", "then_asked": "1", "then": "next"}
    page = client.post(f"{at}snooze/", sent, follow=True)
    assert page.redirect_chain[-1][0].startswith(f"/desk/tickets/{follows.number}/")
    assert "This is the next one." in text_of(page)
    assert "Undo" in text_of(page)
    services.receive_message(
        Ticket.objects.get(pk=mine.pk), body="Any news?", channel=Channel.EMAIL,
        actor=user(whole_desk.bob), now=NOW,
    )  # fmt: skip
    assert mine.number in rows(client.get("/desk/?view=mine"))
    assert "the customer was heard of" in text_of(client.get(at))
