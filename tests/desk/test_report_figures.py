"""Every figure of the reports that insight leads to opens exactly what it counts, for whoever sees
all of it and for whoever sees a team."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any
from urllib.parse import parse_qs

import pytest
import time_machine

from feedback.services.insight.keeping import catch_up
from remedies.models import Authority
from tests.builders import NOW, Desk, make_ticket, user
from tests.desk.pages import SignIn, queries_of, text_of
from tests.desk.test_fairness import answered
from tests.feedback.insight.history import Act, History
from tests.remedies.builders import put_in_force
from tests.remedies.test_fairness import BAND, given
from tests.remedies.test_outcomes import reviewed, settled
from tickets import services
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
SPAN = "from=2026-10-01&to=2026-12-31"
LINK = re.compile(r'<a class="figure-link" href="([^"]+)">\s*([^<]*?)\s*</a>')
#: What figures of each report are of.
OF = {
    "deadlines": "all kind cause team category",
    "fairness": "group rule category team rep offers offers-bucket offers-team answers",
    "outcomes": "all category team finding time answer redress stage review_team rule reason",
}
REPORTS = tuple(OF)


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW + dt.timedelta(days=20), tick=False):
        yield


@pytest.fixture
def lived(whole_desk: Desk) -> Desk:
    """A desk on which promises were kept and missed, sums given and refused, findings reviewed."""
    story = History(whole_desk)
    acts = (
        "open settle ask answer open beyond open open decide accept fulfil late open hand open "
        "settle ask answer reopen"
    )
    for pick, name in enumerate(acts.split()):
        story.do(Act(name, pick % 4, pick % 3, 3))
    for row in Authority.objects.filter(role="rep"):
        row.per_ticket = 100_000
        row.save()
    put_in_force(BAND)
    for pounds in (40, 40, 45, 45, 50):
        answered(given(whole_desk, pounds), 2 + pounds % 3)
    given(whole_desk, 150)
    for outcome in ("upheld", "partly_upheld", "not_upheld", "withdrawn"):
        settled(whole_desk, outcome)
    reviewed(whole_desk)
    catch_up()
    return whole_desk


def links_of(client: Any, address: str) -> set[tuple[str, str]]:
    body = client.get(address).content.decode()
    return {(html.unescape(url), words) for url, words in LINK.findall(body) if "/behind/" in url}


def test_every_figure_opens_exactly_what_it_counts(sign_in: SignIn, lived: Desk) -> None:
    counted, kinds = 0, set()
    for person in (lived.mona, lived.sue):
        client = sign_in(person)
        for report in REPORTS:
            for url, words in links_of(client, f"/desk/reports/{report}/?{SPAN}"):
                page = client.get(url)
                assert page.status_code == 200, (person, url)
                told = re.search(r"([\d,]+) in all", text_of(page))
                assert told is not None, (person, url)
                assert int(told[1].replace(",", "")) > 0, (person, url, words)
                if re.fullmatch(r"[\d,]+", words):
                    assert told[1] == words, (person, url)
                    counted += 1
                    kinds |= {f"{report} {what}" for what in parse_qs(url).get("what", [])}
    assert counted > 120
    for report, of in OF.items():
        assert {f"{report} {what}" for what in of.split()} <= kinds


def test_a_list_has_as_many_rows_as_its_figure_and_goes_on(sign_in: SignIn, lived: Desk) -> None:
    from desk.views import behind

    client = sign_in(lived.mona)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(behind, "SIZE", 3)
        for report in REPORTS:
            url, rows = f"/desk/reports/{report}/behind/?{SPAN}&what=all", 0
            told = re.search(r"([\d,]+) in all", text_of(client.get(url)))
            assert told is not None
            while url:
                body = client.get(url).content.decode()
                rows += len(re.findall(r'<th scope="row"><a href="/desk/tickets/', body))
                more = re.search(r'class="btn-line" href="(\?[^"]+)">Older ones', body)
                url = f"/desk/reports/{report}/behind/{html.unescape(more[1])}" if more else ""
            assert rows == int(told[1].replace(",", "")), report


def test_a_list_shows_nobody_what_his_report_does_not(sign_in: SignIn, lived: Desk) -> None:
    charlie, alice = sign_in(lived.charlie), sign_in(lived.alice)
    for report in REPORTS[1:]:
        assert charlie.get(f"/desk/reports/{report}/behind/?what=all").status_code == 403
    seen = text_of(charlie.get(f"/desk/reports/deadlines/behind/?{SPAN}"))
    of_home = Ticket.objects.filter(team__key="home")
    assert not any(ticket.number in seen for ticket in of_home)
    assert alice.get(f"/desk/reports/deadlines/behind/?{SPAN}").status_code == 200
    assert sign_in(None).get("/desk/reports/outcomes/behind/").status_code == 302
    rep = f"what=rep&key={lived.alice.pk}"
    audited = text_of(sign_in(lived.audrey).get(f"/desk/reports/fairness/behind/?{SPAN}&{rep}"))
    assert "0 in all" in audited
    hidden = make_ticket(lived, now=NOW)
    services.set_confidential(hidden, True, actor=user(lived.ada), now=NOW)
    listed = text_of(sign_in(lived.mona).get(f"/desk/reports/deadlines/behind/?{SPAN}"))
    assert hidden.number not in listed


@pytest.mark.parametrize(
    "address",
    [
        "deadlines/behind/?what=rep", "deadlines/behind/?column=out", "deadlines/behind/?page=0",
        "fairness/behind/?what=none", "fairness/behind/?column=none",
        "fairness/behind/?what=answers&key=9&currency=GBP", "fairness/behind/?what=team&key=none",
        "fairness/behind/?what=offers-bucket&key=x", "fairness/behind/?what=offers-rep&key=1",
        "outcomes/behind/?what=none", "outcomes/behind/?column=none",
        "outcomes/behind/?what=time&key=none", "outcomes/behind/?what=category&key=none",
    ],
)  # fmt: skip
def test_an_address_that_was_bent_is_refused(sign_in: SignIn, desk: Desk, address: str) -> None:
    client = sign_in(desk.mona)
    assert client.get(f"/desk/reports/{address}").status_code == 400
    assert client.get("/desk/reports/nothing/behind/").status_code == 404


def test_a_list_takes_as_many_queries_however_long(sign_in: SignIn, lived: Desk) -> None:
    client = sign_in(lived.mona)
    urls = [f"/desk/reports/{report}/behind/?{SPAN}&what=all" for report in REPORTS]
    few = [queries_of(client, url) for url in urls]
    for outcome in ("upheld", "not_upheld", "upheld"):
        settled(lived, outcome)
        given(lived, 40)
    assert [queries_of(client, url) for url in urls] == few


def test_what_is_printed_has_its_tables_open(sign_in: SignIn, lived: Desk) -> None:
    client = sign_in(lived.mona)
    for report in REPORTS[:2]:
        shut = client.get(f"/desk/reports/{report}/?{SPAN}").content.decode()
        printed = client.get(f"/desk/reports/{report}/?{SPAN}&print=1").content.decode()
        assert '<details class="seen-fold">' in shut and "data-print" in shut
        assert '<details class="seen-fold">' not in printed
