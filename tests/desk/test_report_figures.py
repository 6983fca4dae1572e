"""Every figure of the reports that insight leads to opens exactly what it counts, for whoever sees
all of it and for whoever sees a team."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any
from urllib.parse import parse_qs, urlencode
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import RequestFactory
from django.utils import timezone

from desk.build.codes import kind_words
from desk.views import behind
from desk.views.shell import Ask
from desk.words import moment_words
from escalation.models import Deadline, Pause
from remedies.models import Offer
from tests.builders import NOW, Desk, make_ticket, user
from tests.desk.pages import SignIn, queries_of, text_of
from tests.remedies.builders import put_in_force
from tests.remedies.test_fairness import BAND, given
from tests.remedies.test_outcomes import settled
from tickets import services
from tickets.access import Principal
from tickets.listed import Listed
from tickets.models import Ticket, User

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


@pytest.fixture
def few(whole_desk: Desk) -> Desk:
    """A desk with something in each report."""
    put_in_force(BAND)
    given(whole_desk, 40)
    settled(whole_desk, "upheld")
    return whole_desk


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW + dt.timedelta(days=20), tick=False):
        yield


def links_of(client: Any, address: str) -> set[tuple[str, str]]:
    body = client.get(address).content.decode()
    return {(html.unescape(url), words) for url, words in LINK.findall(body) if "/behind/" in url}


def asked_over_the_api(page: str) -> str:
    """Where the API lists what this page lists."""
    path, _, query = page.partition("?")
    report = path.split("/")[3]
    asked = {name: value for name, (value,) in parse_qs(query, keep_blank_values=True).items()}
    what, _, by = asked.get("what", "").partition("-")
    if report == "fairness" and what == "offers":
        narrow = ("from", "to", "team", "category", "key")
        report = "offer-times"
        asked = {"what": by, **{name: asked[name] for name in narrow if name in asked}}
    elif report == "fairness" and what == "answers":
        report = "satisfaction"
        asked.pop("rule", None)
        poor = asked.pop("column", "") == "poor"
        asked |= {"band": asked.pop("key"), "poor": "true" if poor else "false"}
        del asked["what"]
    return f"/api/v1/reports/{report}/tickets/?{urlencode(asked)}"


def found_at(person: User, url: str) -> Listed:
    """What the page at this address lists, read from it as the page reads it."""
    ask = Ask(Principal.of_user(person, now=timezone.now()), timezone.now(), ZoneInfo("UTC"))
    return behind.found_of(RequestFactory().get(url), ask, url.split("/")[3])[-1]


def test_every_figure_opens_exactly_what_it_counts(sign_in: SignIn, reported: Desk) -> None:
    """The list behind each; its page and the API for each part and column of a report."""
    counted, kinds = 0, set()
    shown: set[tuple[str, ...]] = set()
    for person in (reported.mona, reported.sue):
        client = sign_in(person)
        for report in REPORTS:
            for url, words in links_of(client, f"/desk/reports/{report}/?{SPAN}"):
                found = found_at(person, url)
                assert found.count > 0, (person, url, words)
                assert len(found.rows) == min(found.count, 50), (person, url)
                if re.fullmatch(r"[\d,]+", words):
                    assert found.count == int(words.replace(",", "")), (person, url)
                    counted += 1
                query = parse_qs(url.partition("?")[2])
                kinds.add(f"{report} {query['what'][0]}")
                new = {(report, name, query.get(name, [""])[0]) for name in ("what", "column")}
                new.add((report, "person", person.name))
                if not new <= shown:
                    shown |= new
                    lists_the_same(client, url, found)
    assert counted > 120
    for report, of in OF.items():
        assert {f"{report} {what}" for what in of.split()} <= kinds


def lists_the_same(client: Any, url: str, found: Listed) -> None:
    """The page at this address, and the API for it, list what was found."""
    numbers = dict(Ticket.objects.values_list("pk", "number"))
    page, told = client.get(url), client.get(asked_over_the_api(url)).json()
    assert f"{found.count:,} in all" in text_of(page), url
    listed = [numbers[ticket] for ticket, _ in found.rows]
    assert [number for number, _ in rows_of(page.content.decode())] == listed, url
    assert [row["ticket"] for row in told["results"]] == listed, url
    assert told["count"] == found.count, url


def come_in_on_top(desk: Desk) -> None:
    """A promise, a sum and a finding that are newer than all there were."""
    later = NOW + dt.timedelta(days=19)
    new = [given(desk, 40).pk, settled(desk, "upheld").pk]
    Ticket.objects.filter(pk__in=new, resolved_at__isnull=False).update(resolved_at=later)
    Offer.objects.filter(ticket__in=new, sent_at__isnull=False).update(
        sent_at=later, expires_at=later + dt.timedelta(days=9)
    )
    Deadline.objects.filter(ticket__in=new, met_at__isnull=False).update(met_at=later)


def rows_of(body: str) -> list[tuple[str, ...]]:
    """The rows of a list: each ticket's number, and the day."""
    number = r'<th scope="row"><a href="/desk/tickets/([^/]+)/\?view=l-'
    row = rf'{number}.*?<td class="num">\s*([^<]+?)\s*<'
    return re.findall(row, body, re.DOTALL)


def more_of(body: str) -> str:
    """The query of the page behind this one, "" on the last."""
    more = re.search(r'class="btn-line" href="(\?[^"]+)">Older ones', body)
    return html.unescape(more[1]) if more else ""


def test_a_list_goes_on_behind_its_last_row_whatever_comes_in(
    sign_in: SignIn, reported: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, lists = sign_in(reported.mona), [f"/desk/reports/{one}/behind/" for one in REPORTS]
    monkeypatch.setattr(behind, "SIZE", 200)
    whole = {url: rows_of(client.get(f"{url}?{SPAN}").content.decode()) for url in lists}
    monkeypatch.setattr(behind, "SIZE", 3)
    pages = {url: [client.get(f"{url}?{SPAN}").content.decode()] for url in lists}
    come_in_on_top(reported)
    for url in lists:
        while query := more_of(pages[url][-1]):
            pages[url].append(client.get(f"{url}{query}").content.decode())
        read = [row for body in pages[url] for row in rows_of(body)]
        assert len(pages[url]) > 1 and read == whole[url], url
        again = rows_of(client.get(f"{url}?{SPAN}").content.decode())
        assert again != read[:3], url


def test_a_list_shows_nobody_what_his_report_does_not(sign_in: SignIn, reported: Desk) -> None:
    charlie, alice = sign_in(reported.charlie), sign_in(reported.alice)
    for report in REPORTS[1:]:
        assert charlie.get(f"/desk/reports/{report}/behind/?what=all").status_code == 403
    seen = text_of(charlie.get(f"/desk/reports/deadlines/behind/?{SPAN}"))
    of_home = Ticket.objects.filter(team__key="home")
    assert not any(ticket.number in seen for ticket in of_home)
    assert alice.get(f"/desk/reports/deadlines/behind/?{SPAN}").status_code == 200
    assert sign_in(None).get("/desk/reports/outcomes/behind/").status_code == 302
    rep = f"what=rep&key={reported.alice.pk}"
    audited = text_of(sign_in(reported.audrey).get(f"/desk/reports/fairness/behind/?{SPAN}&{rep}"))
    assert "0 in all" in audited
    hidden = make_ticket(reported, now=NOW)
    services.set_confidential(hidden, True, actor=user(reported.ada), now=NOW)
    listed = text_of(sign_in(reported.mona).get(f"/desk/reports/deadlines/behind/?{SPAN}"))
    assert hidden.number not in listed


@pytest.mark.parametrize(
    "address",
    [
        "deadlines/behind/?what=rep", "deadlines/behind/?column=out", "deadlines/behind/?after=x",
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


def test_a_list_takes_as_many_queries_however_long(sign_in: SignIn, few: Desk) -> None:
    client = sign_in(few.mona)
    urls = [f"/desk/reports/{report}/behind/?{SPAN}&what=all" for report in REPORTS]
    once = [queries_of(client, url) for url in urls]
    for outcome in ("upheld", "not_upheld", "upheld"):
        settled(few, outcome)
        given(few, 40)
    assert [queries_of(client, url) for url in urls] == once


def test_what_is_printed_has_its_tables_open(sign_in: SignIn, few: Desk) -> None:
    client = sign_in(few.mona)
    for report in REPORTS[:2]:
        shut = client.get(f"/desk/reports/{report}/?{SPAN}").content.decode()
        printed = client.get(f"/desk/reports/{report}/?{SPAN}&print=1").content.decode()
        assert '<details class="seen-fold">' in shut and "data-print" in shut
        assert '<details class="seen-fold">' not in printed


@pytest.mark.parametrize("column", ["missed", "kept"])
def test_a_list_of_promises_says_which_clock_it_was_and_when(
    sign_in: SignIn, reported: Desk, column: str
) -> None:
    mona = sign_in(reported.mona)
    query = f"{SPAN}&what=all&column={column}"
    page = mona.get(f"/desk/reports/deadlines/behind/?{query}")
    told = mona.get(f"/api/v1/reports/deadlines/tickets/?{query}").json()["results"]
    assert told
    now, zone = timezone.now(), ZoneInfo(reported.mona.time_zone)
    for row in told:
        clock = Deadline.objects.get(pk=row["deadline"])
        assert (row["ticket"], row["kind"]) == (clock.ticket.number, clock.kind)
        assert bool(row["missed_at"]) == (column == "missed")
        moments = [("missed", clock.breached_at)] if clock.breached_at else []
        if clock.met_at:
            moments.append(("done" if clock.breached_at else "kept", clock.met_at))
        when = ", ".join(f"{word} {moment_words(at, now=now, zone=zone)}" for word, at in moments)
        assert f"{kind_words(clock.kind).capitalize()} {when}" in text_of(page)
        explained = f"/desk/tickets/{clock.ticket.number}/deadlines/"
        assert f'href="{explained}#deadline-{clock.pk}"' in page.content.decode()
        assert f'id="deadline-{clock.pk}"' in mona.get(explained).content.decode()


def test_what_is_behind_a_report_is_walked_through_each_ticket_once(
    sign_in: SignIn, reported: Desk
) -> None:
    mona = sign_in(reported.mona)
    rows = mona.get(f"/desk/reports/deadlines/behind/?{SPAN}&what=all&column=kept").context["rows"]
    numbers = list(dict.fromkeys(row.number for row in rows))
    assert len(rows) > len(numbers) > 1
    page = mona.get(rows[0].url)
    assert page.context["walk_place"] == f"1 of {len(numbers)}"
    on = mona.get(f"/desk/tickets/{numbers[0]}/next/?view={page.context['view_key']}")
    assert f"/{numbers[1]}/" in on["Location"]


def test_of_paused_promises_it_is_said_which_they_were_and_of_other_lists_nothing(
    sign_in: SignIn, reported: Desk
) -> None:
    mona, clock = sign_in(reported.mona), Deadline.objects.filter(met_at__isnull=False)[0]
    pause = Pause.objects.create(
        ticket=clock.ticket, deadline=clock, reason="waiting_customer", started_at=NOW, ended_at=NOW
    )
    query = f"{SPAN}&what=pause&key={pause.reason}&column=pauses"
    page = mona.get(f"/desk/reports/deadlines/behind/?{query}")
    words = kind_words(clock.kind).capitalize()
    assert f'#deadline-{pause.deadline_id}">{words}</a>' in page.content.decode()
    told = mona.get(f"/api/v1/reports/deadlines/tickets/?{query}").json()["results"]
    assert clock.pk in {row["deadline"] for row in told}
    other = mona.get(f"/desk/reports/outcomes/behind/?{SPAN}&what=all")
    assert "Clock" not in text_of(other).split("Tickets behind the figure")[1]
