"""`[` and `]` walk through the list that one came from: what a search found, and the board."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from escalation.models import Deadline
from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tests.desk.pages import SignIn, text_of
from tickets import services
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
HERE = "http://testserver"


@pytest.fixture
def three(whole_desk: Desk) -> list[Ticket]:
    """Of three customers, the newest first; the newest is nobody's, and the others are Bob's."""
    made = [
        make_ticket(
            whole_desk, now=NOW - dt.timedelta(days=days), subject="Router lost",
            customer=make_customer(name),
        )
        for days, name in ((1, "Rosa"), (2, "Omar"), (3, "Sam"))
    ]  # fmt: skip
    for one in made[1:]:
        services.assign(
            one, owner=whole_desk.bob, actor=user(whole_desk.sue), now=NOW, brief="Yours."
        )
    return made


def opened(client: Any, ticket: Ticket, came: str) -> Any:
    return client.get(f"/desk/tickets/{ticket.number}/", headers={"Referer": f"{HERE}{came}"})


def found_by(client: Any, words: str) -> str:
    """The key of what a search finds, as the links of its rows have it."""
    (first, *_) = client.get("/desk/search/", {"q": words}).context["rows"]
    return str(first.url.partition("?view=")[2])


def walked(client: Any, start: Ticket, key: str, way: str) -> list[str]:
    """The numbers that one comes by until the end."""
    found, number = [start.number], start.number
    while len(found) < 9:
        on = client.get(f"/desk/tickets/{number}/{way}/?view={key}")["Location"]
        _, _, _, number, more = on.split("/")
        assert more == f"?view={key}"
        if number == found[-1]:
            return found
        found.append(number)
    raise AssertionError(found)


def test_what_was_found_is_walked_through_in_its_order_whoever_has_it(
    sign_in: SignIn, whole_desk: Desk, three: list[Ticket]
) -> None:
    rosa, omar, sam = three
    make_ticket(whole_desk, customer=make_customer("Ada Elsewhere"), subject="Bill")
    alice, came = sign_in(whole_desk.alice), "/desk/search/?q=router"
    listed = [row.number for row in alice.get(came).context["rows"]]
    assert listed == [one.number for one in three]
    link = alice.get(came).context["rows"][1].url
    page = alice.get(link, headers={"Referer": f"{HERE}{came}"})
    assert page.context["ticket"] == omar
    assert (page.context["walk_place"], page.context["walk"]) == ("2 of 3", "What was found")
    assert page.context["back"].url == came
    key = page.context["view_key"]
    assert walked(alice, rosa, key, "next") == listed
    assert walked(alice, sam, key, "previous") == listed[::-1]
    end = alice.get(f"/desk/tickets/{sam.number}/next/?view={key}", follow=True)
    assert "This is the last one in “What was found”." in text_of(end)
    assert end.context["view_key"] == key, "and the list is still the one that is walked"


def test_what_one_may_not_see_is_not_walked_to_and_nothing_made_up_breaks(
    sign_in: SignIn, whole_desk: Desk, three: list[Ticket]
) -> None:
    rosa, omar, sam = three
    services.set_confidential(omar, confidential=True, actor=user(whole_desk.bob), now=NOW)
    alice = sign_in(whole_desk.alice)
    key = "-".join(["r", *(str(one.pk) for one in three)])
    assert walked(alice, rosa, key, "next") == [rosa.number, sam.number]
    page = alice.get(f"/desk/tickets/{sam.number}/?view={key}")
    assert page.context["walk_place"] == "2 of 2"
    for wrong in ("r", "r-", "r-x", "r-1-" + "9" * 13, "b-%%", "b-_", "b-____", "b-" + "A" * 400):
        page = alice.get(f"/desk/tickets/{sam.number}/", {"view": wrong})
        assert page.status_code == 200, wrong
        assert alice.get(f"/desk/tickets/{sam.number}/next/", {"view": wrong}).status_code == 302
    nothing = opened(alice, sam, "/desk/search/?q=router")
    assert (nothing.context["walk"], nothing.context["view_key"]) == ("For me", "")


def test_a_customers_tickets_are_walked_through_as_his_page_lists_them(
    sign_in: SignIn, whole_desk: Desk
) -> None:
    rosa = make_customer("Rosa")
    for subject in ("Router", "Bill", "Flight"):
        make_ticket(whole_desk, subject=subject, customer=rosa)
    make_ticket(whole_desk, customer=make_customer("Omar"))
    by = user(whole_desk.mona)
    done = make_ticket(whole_desk, subject="Meter", customer=rosa)
    for point in done.points.all():
        services.decide_point(done, point.pk, outcome="not_upheld", actor=by, now=NOW)
    services.resolve(done, actor=by, now=NOW)
    mona = sign_in(whole_desk.mona)
    listed = mona.get(f"/desk/customers/{rosa.pk}/").context
    rows = [*listed["rows"], *listed["earlier"]]
    assert rows[-1].number == done.number
    for place, row in enumerate(rows, 1):
        page = mona.get(row.url)
        assert page.context["walk_place"] == f"{place} of 4"
        assert page.context["walk"] == "The list you came from"
    first = mona.get(rows[0].url)
    assert walked(mona, first.context["ticket"], first.context["view_key"], "next") == [
        row.number for row in rows
    ]


def test_after_sending_the_next_that_one_may_work_on_opens_else_ones_own(
    sign_in: SignIn, whole_desk: Desk, three: list[Ticket]
) -> None:
    rosa, omar, sam = three
    bobs = user(whole_desk.bob)
    for point in omar.points.all():
        services.decide_point(omar, point.pk, outcome="not_upheld", actor=bobs, now=NOW)
    services.resolve(omar, actor=bobs, now=NOW)
    bob = sign_in(whole_desk.bob)
    key = found_by(bob, "router")
    sent = {"body": "Dear customer", "then_asked": "1", "then": "next", "view": key}
    on = bob.post(f"/desk/tickets/{rosa.number}/reply/", sent)["Location"]
    assert on == f"/desk/tickets/{sam.number}/?view={key}", "past what is resolved"
    alone = found_by(bob, "sam")
    on = bob.post(f"/desk/tickets/{sam.number}/reply/", {**sent, "view": alone})["Location"]
    assert alone not in on and on.startswith("/desk/tickets/A-"), "one of those for him"


def test_the_board_is_walked_through_by_time_left_each_ticket_once(
    sign_in: SignIn, whole_desk: Desk, three: list[Ticket]
) -> None:
    sue, came = sign_in(whole_desk.sue), "/desk/late/"
    groups = sue.get(came).context["groups"]
    listed = list(dict.fromkeys(row.number for group in groups for row in group.rows))
    assert len(listed) == 3 < Deadline.objects.open().count()
    first, last = (Ticket.objects.get(number=listed[place]) for place in (0, -1))
    page = opened(sue, first, came)
    assert (page.context["walk"], page.context["walk_place"]) == ("Running late", "")
    key = page.context["view_key"]
    assert walked(sue, first, key, "next") == listed
    assert walked(sue, last, key, "previous") == listed[::-1]


def test_the_board_is_walked_through_as_it_was_narrowed(
    sign_in: SignIn, whole_desk: Desk, three: list[Ticket]
) -> None:
    away = make_ticket(whole_desk, category=whole_desk.flights, customer=make_customer("Tom"))
    mona = sign_in(whole_desk.mona)
    for came, count in (("/desk/late/?team=travel", 1), ("/desk/late/?team=home&kind=resolve", 3)):
        groups = mona.get(came).context["groups"]
        listed = list(dict.fromkeys(row.number for group in groups for row in group.rows))
        assert len(listed) == count
        start = Ticket.objects.get(number=listed[0])
        key = opened(mona, start, came).context["view_key"]
        assert walked(mona, start, key, "next") == listed
    every = opened(mona, away, "/desk/late/").context["view_key"]
    charlie = sign_in(whole_desk.charlie)
    assert walked(charlie, away, every, "next") == [away.number], "nobody is led astray"


def test_who_is_off_the_board_goes_on_from_its_top_and_paused_ones_stand_last(
    sign_in: SignIn, whole_desk: Desk, three: list[Ticket]
) -> None:
    rosa, omar, sam = three
    Deadline.objects.open().filter(ticket=sam).update(status="paused", paused_since=NOW)
    Deadline.objects.open().filter(ticket=omar).update(
        status="cancelled", cancelled_at=NOW, next_at=None, next_step=""
    )
    sue = sign_in(whole_desk.sue)
    key = opened(sue, rosa, "/desk/late/").context["view_key"]
    assert walked(sue, omar, key, "next") == [omar.number, rosa.number, sam.number]
    assert walked(sue, sam, key, "previous") == [sam.number, rosa.number]
    assert walked(sue, omar, key, "previous") == [omar.number]


def test_walking_takes_as_many_queries_however_long_the_board(
    sign_in: SignIn, whole_desk: Desk, three: list[Ticket]
) -> None:
    sue = sign_in(whole_desk.sue)
    key = opened(sue, three[0], "/desk/late/").context["view_key"]
    address = f"/desk/tickets/{three[0].number}/next/?view={key}"

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert sue.get(address).status_code == 302
        return len(caught)

    queries()
    once = queries()
    for name in ("Ada", "Tom", "Mei", "Karl"):
        make_ticket(whole_desk, customer=make_customer(name))
    assert queries() == once
