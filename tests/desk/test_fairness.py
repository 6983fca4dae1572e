"""The page of fairness: pictures with their tables, what stands out, what it brought."""

import datetime as dt

import pytest

from desk.build.boxes import Scale, sum_words
from desk.satisfaction import satisfaction
from feedback.models import Answer, Survey
from remedies.services import accept_offer
from tests.builders import NOW, Desk
from tests.desk.pages import SignIn, queries_of, text_of
from tests.remedies.builders import put_in_force, set_limits
from tests.remedies.test_fairness import BAND, WEEK, given, who
from tickets.actors import Actor
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
PAGE = "/desk/reports/fairness/"


@pytest.fixture
def band(desk: Desk) -> Desk:
    """A policy with a wide range, and reps who may use all of it."""
    put_in_force(BAND)
    set_limits("rep", per_ticket=100_000)
    return desk


@pytest.fixture
def odd(band: Desk) -> Ticket:
    """Five equals, and one that got far more."""
    for pounds in (40, 40, 45, 45, 50):
        given(band, pounds)
    return given(band, 150)


def answered(ticket: Ticket, score: int) -> None:
    """The customer took the offer, and said so much of 5."""
    offer = ticket.offers.get()
    accept_offer(offer, actor=Actor.of_customer(ticket.customer), now=NOW)
    survey = Survey.objects.create(
        ticket=ticket, status="answered", planned_at=NOW, due_at=NOW, sent_at=NOW,
        expires_at=NOW + dt.timedelta(days=30),
    )  # fmt: skip
    Answer.objects.create(
        survey=survey, ticket=ticket, handling=score, result=score, channel="form", at=NOW
    )


def test_what_stands_out_is_shown_first_with_its_ticket(
    sign_in: SignIn, band: Desk, odd: Ticket
) -> None:
    page = sign_in(band.sue).get(PAGE)
    words, body = text_of(page), page.content.decode()
    assert "1 remedy stands out from their equals." in words
    assert f'href="/desk/tickets/{odd.number}/"' in body
    assert "£150.00 usual £45.00, +£105.00" in words
    assert 'role="img"' in body
    assert "By colleague" in words and "never a score" in words
    assert "Distress, M-1" in words


def test_who_may_see_it(sign_in: SignIn, band: Desk, odd: Ticket) -> None:
    assert sign_in(band.alice).get(PAGE).status_code == 403
    assert sign_in(None).get(PAGE).status_code == 302
    assert sign_in(band.alice).get("/desk/reports/fairness.csv").status_code == 403
    audited = text_of(sign_in(band.audrey).get(PAGE))
    assert "By team" in audited and "By colleague" not in audited
    assert (
        'href="/desk/reports/fairness/"' not in sign_in(band.alice).get("/desk/").content.decode()
    )
    remedies = sign_in(band.sue).get("/desk/insight/remedies/").content.decode()
    assert 'href="/desk/reports/fairness/?' in remedies


def test_an_empty_period_says_so_and_a_bad_one_is_told(
    sign_in: SignIn, band: Desk, odd: Ticket
) -> None:
    client = sign_in(band.mona)
    empty = text_of(client.get(f"{PAGE}?from=2020-01-01&to=2020-02-01"))
    assert "Nothing was offered or refused" in empty
    for query in ("from=soon", "category=nothing", "team=nobody", "currency=pounds"):
        wrong = client.get(f"{PAGE}?{query}")
        assert wrong.status_code == 400
        assert "Shown are the last 13 weeks" in text_of(wrong)
    assert client.get("/desk/reports/fairness.csv?from=x").status_code == 400
    only = text_of(client.get(f"{PAGE}?rule=M-1&category=broadband&team=home&currency=GBP"))
    assert "1 remedy stands out" in only


def test_few_are_too_few(sign_in: SignIn, band: Desk) -> None:
    given(band, 40)
    given(band, 140)
    words = text_of(sign_in(band.mona).get(PAGE))
    assert "Too few to tell." in words
    assert "too few to tell" in words


def test_the_csv_has_everything_and_no_formulas(sign_in: SignIn, band: Desk, odd: Ticket) -> None:
    answer = sign_in(band.sue).get("/desk/reports/fairness.csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert answer["Content-Type"].startswith("text/csv")
    assert lines[0].startswith("what,key,name,facts,currency,count")
    assert any(line.startswith("equal,M-1,Distress,") for line in lines)
    assert any(line.startswith("outlier,") and odd.number in line for line in lines)
    assert any(line.startswith("rep,") and "Alice" in line for line in lines)


def test_more_offers_take_no_more_queries(sign_in: SignIn, band: Desk, odd: Ticket) -> None:
    client = sign_in(band.sue)
    few = queries_of(client, PAGE)
    for pounds in (41, 99, 42):
        answered(given(band, pounds), 4)
    assert queries_of(client, PAGE) <= few + 1


def test_answers_stand_beside_what_was_granted(band: Desk) -> None:
    for score in (1, 2, 2, 3, 2):
        answered(given(band, 20), score)
    for score in (4, 5, 5, 4, 4, 5):
        answered(given(band, 120), score)
    answered(given(band, 60), 5)
    currency, bands = satisfaction(who(band.mona), WEEK)
    assert (currency, [band.words for band in bands]) == (
        "GBP", ["Up to £25", "£50 to £100", "£100 to £250"],
    )  # fmt: skip
    low, few, high = bands
    assert (low.answers, low.result, low.poor, low.granted) == (5, 2.0, 4, 10_000)
    assert not few.enough
    assert high.result is not None and high.result > 4


def test_the_same_is_told_over_rest(sign_in: SignIn, band: Desk) -> None:
    for _ in range(5):
        answered(given(band, 40), 4)
    address = "/api/v1/reports/satisfaction/"
    told = sign_in(band.sue).get(address).json()
    assert (told["currency"], [one["answers"] for one in told["bands"]]) == ("GBP", [5])
    assert told["bands"][0]["result"] == 4
    assert told["bands"][0]["up_to"] == {"amount": "50.00", "minor": 5000, "currency": "GBP"}
    assert sign_in(band.alice).get(address).status_code == 403
    assert sign_in(band.sue).get(f"{address}?currency=pounds").status_code == 400
    assert sign_in(band.sue).get(f"{address}?rep=1").json()["errors"][0]["field"] == "rep"


def test_answers_of_others_do_not_count(band: Desk) -> None:
    hidden = given(band, 40)
    answered(hidden, 1)
    Ticket.objects.filter(pk=hidden.pk).update(confidential=True)
    assert satisfaction(who(band.sue), WEEK) == ("", ())


def test_a_scale_has_round_ticks_and_keeps_all_in_it() -> None:
    scale = Scale(0, 15_000, "GBP")
    assert [words for _, words in scale.axis().ticks] == ["£0", "£50", "£100", "£150"]
    assert scale.at(7500) == "50.00%"
    around = Scale(-310, 450, "GBP")
    assert around.axis(signed=True).zero
    assert (around.start, around.end) == (-400, 600)
    assert sum_words(-310, "GBP", signed=True) == "−£3.10"
    assert sum_words(0, "GBP", signed=True) == "±0"
