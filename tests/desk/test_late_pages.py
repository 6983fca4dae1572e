"""Pages of the board: by key, so that page nine costs what page one costs."""

import re

import pytest

from desk import late
from escalation.models import Deadline
from tests.builders import Desk, make_ticket
from tests.desk.pages import SignIn, queries_of

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
    first = f"/desk/late/?after={late.cursor_text(Deadline.objects.order_by('due_at', 'id')[0])}"
    assert queries_of(client, first.replace("+", "%2B")) <= queries_of(client, "/desk/late/")


@pytest.mark.parametrize(
    "after", ["x", "~", "2026-11-24T11:00:00~1", "2026-11-24T11:00:00%2B00:00~x"]
)
def test_a_page_that_is_none_is_the_first(sign_in: SignIn, whole_desk: Desk, after: str) -> None:
    page = sign_in(whole_desk.sue).get(f"/desk/late/?after={after}")
    assert page.status_code == 200
    assert not page.context["further"]
