"""The pages of insight: answers first, every figure with the tickets behind it, and only what its
reader may see."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.db.models import Sum
from django.utils import timezone

from desk.build.codes import kind_words
from desk.words import moment_words
from escalation.models import Deadline
from feedback.models import Rollup
from feedback.services.insight.behind import behind_of, tallies_behind
from feedback.services.insight.keeping import catch_up
from feedback.services.insight.shapes import Tab
from tests.builders import NOW, Desk, make_ticket, user
from tests.desk.pages import SignIn, queries_of, text_of
from tests.feedback.insight.history import Act, History
from tickets import services
from tickets.access import Principal
from tickets.models import Category, Ticket
from tickets.periods import period_of

pytestmark = pytest.mark.django_db
PAGE = "/desk/insight/"
TABS = ["", "customers/", "causes/", "promises/", "remedies/", "exceptions/", "ideas/", "times/"]
COMPARING = {"remedies/", "exceptions/"}
SPAN = "from=2026-09-01&to=2026-12-31"


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW + dt.timedelta(days=20), tick=False):
        yield


@pytest.fixture
def lived(whole_desk: Desk) -> Desk:
    """A desk with some of everything behind it."""
    story = History(whole_desk)
    for pick, name in enumerate(
        (
            "open settle ask answer open beyond open open decide accept fulfil late open hand "
            "open settle ask answer reopen"
        ).split()
    ):
        story.do(Act(name, pick % 4, pick % 3, 3))
    catch_up()
    return whole_desk


def test_each_tab_opens_for_those_it_concerns(sign_in: SignIn, lived: Desk) -> None:
    for person in (lived.mona, lived.audrey, lived.ada, lived.sue, lived.alice):
        client = sign_in(person)
        for tab in TABS:
            refused = person == lived.alice and tab in COMPARING
            status = client.get(f"{PAGE}{tab}?{SPAN}").status_code
            assert status == (403 if refused else 200), (person, tab)
    assert sign_in(None).get(PAGE).status_code == 302


def test_the_first_page_leads_with_what_customers_say(sign_in: SignIn, lived: Desk) -> None:
    words = text_of(sign_in(lived.mona).get(f"{PAGE}?{SPAN}"))
    order = [
        "What customers say",
        "In their words",
        "Why it happened",
        "Promises kept",
        "Remedies, and",
    ]
    places = [words.index(title) for title in order]
    assert places == sorted(places)
    assert "“I explained it to four people.”" in words and "Had to say it again" in words


def test_every_figure_opens_exactly_the_tickets_that_it_counts(
    sign_in: SignIn, lived: Desk
) -> None:
    client, links = sign_in(lived.mona), set()
    for tab in TABS:
        body = client.get(f"{PAGE}{tab}?{SPAN}").content.decode()
        found = re.findall(r'href="(/desk/insight/tickets/\?[^"]+)"[^>]*>\s*([\d,]+)\s*<', body)
        assert found or tab == "ideas/"
        links |= set(found)
    assert len(links) > 60
    for address, figure in links:
        url = html.unescape(address)
        page = text_of(client.get(url))
        assert f"{int(figure.replace(',', ''))} in all" in page, (url, figure)
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        period = period_of(asked["from"], asked["to"], now=NOW, zone=dt.UTC)
        _, rows = tallies_behind(Principal.of_user(lived.mona, now=NOW), behind_of(asked), period)
        assert rows.aggregate(n=Sum("n"))["n"] == int(figure.replace(",", ""))


def test_a_reader_is_shown_the_sums_of_his_teams_alone(sign_in: SignIn, lived: Desk) -> None:
    causes = f"{PAGE}causes/?{SPAN}"
    everyone = sign_in(lived.mona).get(causes).content.decode()
    charlie = sign_in(lived.charlie)
    assert "team=travel" in everyone and "team=home" in everyone
    his = charlie.get(causes)
    assert "team=travel" in his.content.decode() and "team=home" not in his.content.decode()
    assert "Home" not in text_of(his)
    refused = charlie.get(f"{PAGE}causes/?{SPAN}&team=home")
    assert refused.status_code == 400 and "There is no such team." in text_of(refused)
    listed = charlie.get(f"{PAGE}tickets/?measure=received&{SPAN}")
    assert listed.status_code == 200
    of_home = Ticket.objects.filter(team__key="home")
    assert not any(ticket.number in text_of(listed) for ticket in of_home)
    assert charlie.get(f"{PAGE}tickets/?measure=received&team=home&{SPAN}").status_code == 400
    assert charlie.get(f"{PAGE}tickets/?measure=granted&{SPAN}").status_code == 403


def test_a_confidential_complaint_is_in_no_figure_and_no_list(sign_in: SignIn, lived: Desk) -> None:
    ticket = make_ticket(lived, now=NOW)
    catch_up()
    url = f"{PAGE}tickets/?measure=received&{SPAN}"
    client = sign_in(lived.mona)
    assert ticket.number in text_of(client.get(url))
    services.set_confidential(ticket, True, actor=user(lived.ada), now=NOW)
    assert ticket.number not in text_of(client.get(url))  # before it is counted anew, too
    catch_up()
    assert ticket.number not in text_of(client.get(url))


def test_narrowing_to_a_category_takes_those_below_it_in(sign_in: SignIn, lived: Desk) -> None:
    client = sign_in(lived.mona)
    counted = Rollup.objects.filter(measure="received", category__key="outage")
    n = counted.aggregate(n=Sum("n"))["n"]
    page = text_of(client.get(f"{PAGE}tickets/?measure=received&category=broadband&{SPAN}"))
    assert f"{n} in all" in page and "Broadband" in page


def test_a_line_of_categories_opens_its_own_tickets_and_not_those_of_the_ones_below(
    sign_in: SignIn, lived: Desk
) -> None:
    own = make_ticket(lived, category=lived.outage.parent)
    catch_up()
    client, opened = sign_in(lived.mona), 0
    for tab, query in (("causes/", SPAN), ("causes/", f"{SPAN}&category=broadband")):
        body = client.get(f"{PAGE}{tab}?{query}").content.decode()
        card = body[body.index('id="p-category"') :]
        card = card[: card.index("</section>")]
        assert "Broadband itself" in card
        for address, figure in re.findall(r'href="([^"]+)"[^>]*>\s*([\d,]+)\s*<', card):
            page = text_of(client.get(html.unescape(address)))
            assert f"{figure} in all" in page, address
            opened += own.number in page and "Broadband itself" in page
    assert opened


def test_where_a_ticket_gave_several_it_is_said_how_many_tickets_there_are(
    sign_in: SignIn, lived: Desk
) -> None:
    services.reply(
        ticket := make_ticket(lived, now=NOW),
        body="We were wrong.",
        actor=user(lived.alice),
        now=NOW,
    )
    catch_up()
    listed = text_of(sign_in(lived.mona).get(f"{PAGE}tickets/?measure=promise&{SPAN}"))
    _, rows = tallies_behind(
        Principal.of_user(lived.mona, now=NOW), behind_of({"measure": "promise"}),
        period_of("2026-09-01", "2026-12-31", now=NOW, zone=dt.UTC),
    )  # fmt: skip
    every, tickets = sum(row.n for row in rows), len({row.ticket_id for row in rows})
    assert ticket.number in listed and every > tickets
    assert f"{every} in all, of {tickets} tickets" in listed


@pytest.mark.parametrize("measure", ["promise", "promise_cause"])
def test_behind_promises_of_insight_each_clock_is_named_with_its_moment(
    sign_in: SignIn, lived: Desk, measure: str
) -> None:
    mona = sign_in(lived.mona)
    address = f"{PAGE}tickets/?measure={measure}&bucket=1&{SPAN}"
    missed = Deadline.objects.filter(breached_at__isnull=False, counted_on=None).exclude(
        ticket__historical=True
    )
    page = mona.get(address)
    body, words = page.content.decode(), text_of(page)
    assert missed
    for clock in missed:
        assert f"/desk/tickets/{clock.ticket.number}/deadlines/#deadline-{clock.pk}" in body
        assert clock.breached_at is not None
        at = moment_words(clock.breached_at, now=timezone.now(), zone=dt.UTC)
        assert f"{kind_words(clock.kind).capitalize()} missed {at}" in words
    kept = mona.get(address.replace("bucket=1", "bucket=0")).content.decode()
    assert not any(f"#deadline-{clock.pk}" in kept for clock in missed)
    queries = queries_of(mona, address)
    assert queries_of(mona, f"{PAGE}tickets/?measure=received&{SPAN}") >= queries - 1


def test_the_tickets_behind_a_figure_are_walked_through_in_their_order(
    sign_in: SignIn, lived: Desk
) -> None:
    mona = sign_in(lived.mona)
    rows = mona.get(f"{PAGE}tickets/?measure=received&{SPAN}").context["rows"]
    numbers = list(dict.fromkeys(row.number for row in rows))
    page = mona.get(rows[0].url)
    assert page.context["walk_place"] == f"1 of {len(numbers)}"
    on = mona.get(f"/desk/tickets/{numbers[0]}/next/?view={page.context['view_key']}")
    assert f"/{numbers[1]}/" in on["Location"]


def test_thanks_and_patterns_are_of_the_team_and_category_that_were_asked_for(
    sign_in: SignIn, lived: Desk
) -> None:
    from feedback.services import give_kudos

    ticket = make_ticket(lived, now=NOW)
    for words, about in (("Of the house", ticket), ("Of no ticket", None)):
        give_kudos(to=lived.alice, words=words, ticket=about, actor=user(lived.sue), now=NOW)
    client = sign_in(lived.mona)
    seen = {
        query: text_of(client.get(f"{PAGE}ideas/?{SPAN}{query}"))
        for query in ("", "&team=home", "&team=travel", "&category=broadband", "&category=flights")
    }
    told = {
        query: ("Of the house" in words, "Of no ticket" in words) for query, words in seen.items()
    }
    assert told == {
        "": (True, True), "&team=home": (True, True), "&team=travel": (False, False),
        "&category=broadband": (True, False), "&category=flights": (False, False),
    }  # fmt: skip


def test_what_makes_no_sense_is_told_beside_the_last_weeks(sign_in: SignIn, desk: Desk) -> None:
    client = sign_in(desk.mona)
    for query in ("from=nonsense", "from=2026-02-01&to=2026-01-01", "team=none", "category=none"):
        page = client.get(f"{PAGE}?{query}")
        assert page.status_code == 400
        assert "Shown are the last 13 weeks." in text_of(page)


@pytest.mark.parametrize(
    "query", ["", "measure=none", "measure=score&bucket=x", "measure=score&bucket=99999",
              f"measure=cause&key={','.join('ab' for _ in range(60))}",
              "measure=received&alone=1",
              "measure=received&category=outage&alone=2", "measure=received&after=x",
              "measure=received&after=2026-01-01_-5"],
)  # fmt: skip
def test_an_address_that_was_bent_is_refused(sign_in: SignIn, desk: Desk, query: str) -> None:
    assert sign_in(desk.mona).get(f"{PAGE}tickets/?{query}").status_code == 400


def test_there_is_no_such_tab_or_part(sign_in: SignIn, desk: Desk) -> None:
    client = sign_in(desk.mona)
    assert client.get(f"{PAGE}none/").status_code == 404
    assert client.get(f"{PAGE}causes.csv?part=none").status_code == 404


def test_an_empty_desk_says_so_everywhere(sign_in: SignIn, desk: Desk) -> None:
    client = sign_in(desk.mona)
    for tab in TABS:
        assert client.get(PAGE + tab).status_code == 200
    words = text_of(client.get(PAGE))
    for lead in ("Nobody answered", "No complaint was upheld", "No promise was decided"):
        assert lead in words


def test_each_tab_is_a_file_too(sign_in: SignIn, lived: Desk) -> None:
    mona, alice = sign_in(lived.mona), sign_in(lived.alice)
    for tab in (tab for tab in Tab if tab is not Tab.IDEAS):
        answer = mona.get(f"{PAGE}{tab.value}.csv?{SPAN}")
        assert answer["Content-Type"].startswith("text/csv")
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert rows[0][1] == "name" and rows[0][-1] == "currency"
        refused = f"{tab.value}/" in COMPARING
        assert alice.get(f"{PAGE}{tab.value}.csv").status_code == (403 if refused else 200)


@pytest.mark.parametrize(
    "page",
    ["/desk/insight/", "/desk/reports/deadlines/", "/desk/reports/outcomes/",
     "/desk/reports/fairness/"],
)  # fmt: skip
def test_categories_of_the_same_name_are_told_apart(
    sign_in: SignIn, lived: Desk, page: str
) -> None:
    for above in ("broadband", "flights"):
        Category.objects.create(
            key=f"{above}-bills", name="Billing", parent=Category.objects.get(key=above)
        )
    shown = sign_in(lived.mona).get(page).content.decode()
    assert "Broadband · billing" in shown and "Flights · billing" in shown


def test_a_file_has_sums_and_times_as_one_reads_them(sign_in: SignIn, lived: Desk) -> None:
    mona = sign_in(lived.mona)

    def cost() -> list[str]:
        answer = mona.get(f"{PAGE}remedies.csv?part=cost&{SPAN}").content.decode("utf-8-sig")
        return answer.splitlines()

    page = text_of(mona.get(f"{PAGE}remedies/?{SPAN}"))
    (head, row, *_) = csv.reader(cost())
    total = dict(zip(head, row, strict=True))["total"]
    assert re.fullmatch(r"\d+\.\d\d", total)
    assert f"£{float(total):,.2f}" in page
    lived.mona.language = "de"
    lived.mona.save()
    (head, row, *_) = csv.reader(cost(), delimiter=";")
    assert dict(zip(head, row, strict=True))["total"] == total.replace(".", ",")


def test_the_pareto_in_a_file_runs_up_to_all(sign_in: SignIn, lived: Desk) -> None:
    answer = sign_in(lived.mona).get(f"{PAGE}causes.csv?part=causes&{SPAN}")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    counts = [int(row["complaints"]) for row in rows if row["name"] != "No cause found yet"]
    assert counts == sorted(counts, reverse=True) and rows[-1]["running"] == "1"


def test_what_is_printed_has_its_tables_open(sign_in: SignIn, lived: Desk) -> None:
    client = sign_in(lived.mona)
    shut = client.get(f"{PAGE}?{SPAN}").content.decode()
    printed = client.get(f"{PAGE}?{SPAN}&print=1").content.decode()
    folds = re.compile(r'<details class="seen-fold insight-table"( open)?>')
    assert set(folds.findall(shut)) == {""} and set(folds.findall(printed)) == {" open"}


def test_a_tab_takes_as_many_queries_whatever_there_is(sign_in: SignIn, lived: Desk) -> None:
    client = sign_in(lived.mona)
    few = {tab: queries_of(client, f"{PAGE}{tab}?{SPAN}") for tab in TABS}
    story = History(lived)
    story.customers = [ticket.customer for ticket in Ticket.objects.order_by("pk")[:2]]
    for name in "open settle ask answer open decide late open accept".split():
        for pick in range(3):
            story.do(Act(name, pick, pick + 1, 4))
    catch_up()
    many = {tab: queries_of(client, f"{PAGE}{tab}?{SPAN}") for tab in TABS}
    assert many == few and max(few.values()) <= 22


def test_the_list_goes_on_where_the_page_before_ended(sign_in: SignIn, lived: Desk) -> None:
    for _ in range(3):
        make_ticket(lived, now=NOW)
    catch_up()
    from desk.views import insight

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(insight, "PAGE", 2)
        client, url, seen = sign_in(lived.mona), f"{PAGE}tickets/?measure=received&{SPAN}", []
        while url:
            body = client.get(url).content.decode()
            seen += re.findall(r'<th scope="row"><a href="/desk/tickets/(A-\d+)/\?view=l-', body)
            more = re.search(r'class="btn-line" href="(\?[^"]+)">Older ones', body)
            url = f"{PAGE}tickets/{html.unescape(more[1])}" if more else ""
    assert len(seen) == len(set(seen)) == Ticket.objects.filter(merged_into=None).count()


@pytest.mark.parametrize(
    ("handling", "result", "said"),
    [
        ((3.66, 3.61), (3.38, 3.43), "Handling rises."),  # 3.4 then and now: as before
        ((3.66, 3.61), (3.34, 3.43), "Handling rises, the result falls."),
        ((3.61, 3.64), (3.38, 3.43), "Much as before."),
        ((3.64, 3.61), (3.34, 3.43), "The result falls."),
    ],
)
def test_what_is_shown_as_before_neither_rises_nor_falls(
    handling: tuple[float, float], result: tuple[float, float], said: str
) -> None:
    from desk.build.insight.findings import scores_finding
    from feedback.services.insight.shapes import Column, Line, Part, Unit

    lines = tuple(
        Line(key, "", {"mean": now}, {"mean": before})
        for key, (now, before) in (("handling", handling), ("result", result))
    )
    part = Part("scores", (Column("mean", Unit.SCORE, 1),), lines, every=70, every_before=40)
    assert scores_finding(part)[0] == said


def test_a_period_of_one_day_is_one_day(desk: Desk, sign_in: SignIn) -> None:
    page = text_of(sign_in(desk.sue).get("/desk/insight/?from=2026-11-18&to=2026-11-18"))
    assert "1 day, against the one before" in page
