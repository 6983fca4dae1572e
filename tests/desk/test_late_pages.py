"""Pages of the board: by key, so that page nine costs what page one costs."""

import datetime as dt
import re
from urllib.parse import quote

import pytest

from desk import late
from escalation.models import Deadline
from tests.builders import NOW, Desk, make_ticket
from tests.desk.pages import SignIn, queries_of, text_of
from tickets.access import Principal
from tickets.listed import Cursor

pytestmark = pytest.mark.django_db


def test_pages_follow_one_another_and_every_clock_stands_on_one(
    sign_in: SignIn, whole_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(late, "SHOWN", 4)
    for _ in range(3):
        make_ticket(whole_desk)
    client, url, seen, pages = sign_in(whole_desk.sue), "/desk/late/", [], 0
    while url and pages < 20:
        page = client.get(url)
        seen += [row.id for group in page.context["groups"] for row in group.rows]
        found = re.search(r'rel="next" href="([^"]+)"', page.content.decode())
        url = f"/desk/late/{found[1].replace('&amp;', '&')}" if found else ""
        pages += 1
    assert sorted(seen) == sorted(Deadline.objects.open().values_list("pk", flat=True))
    assert pages > 3
    nearest = Deadline.objects.order_by("due_at", "id")[0]
    first = f"/desk/late/?after={quote(Cursor(nearest.due_at, (nearest.pk,)).text)}"
    assert queries_of(client, first) <= queries_of(client, "/desk/late/")


@pytest.mark.parametrize(
    "after",
    [
        "x", "~", "2026-11-24T11:00:00~1", "2026-11-24T11:00:00%2B00:00~x",
        "0001-01-01T00:00:00%2B14:00~1",
    ],
)  # fmt: skip
def test_a_page_that_is_none_is_the_first(sign_in: SignIn, whole_desk: Desk, after: str) -> None:
    page = sign_in(whole_desk.sue).get(f"/desk/late/?after={after}")
    assert page.status_code == 200
    assert not page.context["further"]


def test_a_page_named_in_a_zone_that_no_database_knows_breaks_nothing(
    sign_in: SignIn, whole_desk: Desk
) -> None:
    page = sign_in(whole_desk.sue).get("/desk/late/?after=2026-11-24T11:00:00%2B23:59~1")
    assert page.status_code == 200


def test_the_figures_beside_the_board_count_so_many_clocks_and_say_so(
    sign_in: SignIn, whole_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        make_ticket(whole_desk, now=NOW - dt.timedelta(days=30))
    client = sign_in(whole_desk.sue)
    assert "clocks that are due first" not in text_of(client.get("/desk/late/"))
    monkeypatch.setattr(late, "AMONG", 2)
    page = client.get("/desk/late/")
    assert sum(load.due + load.late for load in page.context["loads"]) > 0
    nobody = next(load for load in page.context["loads"] if load.who.nobody)
    assert nobody.words == "2"
    assert "Of the 2 clocks that are due first." in text_of(page)


def test_of_the_promises_of_a_week_the_newest_are_counted(
    whole_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tickets = [make_ticket(whole_desk) for _ in range(3)]
    rows = [ticket.deadlines.get(kind="resolve") for ticket in tickets]
    for days, row in enumerate(rows):
        at = NOW - dt.timedelta(days=days)
        Deadline.objects.filter(pk=row.pk).update(breached_at=at if days else None)
    Deadline.objects.filter(pk=rows[0].pk).update(status="met", met_at=NOW, next_at=None)
    who = Principal.of_user(whole_desk.sue, now=NOW)
    assert late.kept_this_week(who, now=NOW) == (1, 3)
    monkeypatch.setattr(late, "AMONG", 2)
    assert late.kept_this_week(who, now=NOW) == (1, 2)
    assert late.kept_this_week(who, now=NOW + dt.timedelta(days=8)) == (0, 0)
