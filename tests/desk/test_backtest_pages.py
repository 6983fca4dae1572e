"""A policy tried on the past, on its pages: begun, watched, stopped, read, and by whom."""

import csv
import datetime as dt

import pytest

from remedies.models import Authority, Backtest
from remedies.services import replaying, save_draft
from tests.builders import NOW, Desk, make_customer, user
from tests.desk.pages import SignIn, queries_of, text_of
from tests.remedies.builders import draft_of, make_hurt, part, put_in_force, sent_offer
from tests.remedies.test_backtesting import policy
from tickets import services
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
PAGE = "/desk/backtests/"
DAY = NOW - dt.timedelta(days=1)
SINCE = {"since": "2026-11-01"}


def general(each: int) -> str:
    """A text of the policy for all complaints."""
    return policy(each, key="general")


@pytest.fixture
def hurt(whole_desk: Desk) -> Ticket:
    """A complaint, with £40 and its loss by the policy in force."""
    put_in_force(general(10))
    Authority.objects.filter(role="rep").update(per_ticket=4500)
    return make_hurt(whole_desk, now=DAY)


def done(row: Backtest) -> Backtest:
    """Worked on to its end."""
    while replaying.work_next(now=NOW, key=row.pk):
        pass
    row.refresh_from_db()
    return row


@pytest.fixture
def tried(sign_in: SignIn, whole_desk: Desk, hurt: Ticket) -> Backtest:
    """Mona tried £12 for each level of pain."""
    sign_in(whole_desk.mona).post(PAGE, {"text": general(12), **SINCE})
    return done(Backtest.objects.get())


def test_a_text_is_tried_from_its_form_to_its_result(
    sign_in: SignIn, whole_desk: Desk, hurt: Ticket
) -> None:
    client = sign_in(whole_desk.mona)
    assert "Nothing was tried yet" in text_of(client.get(PAGE))
    answer = client.post(PAGE, {"text": general(12), **SINCE})
    row = Backtest.objects.get()
    assert answer["Location"] == f"{PAGE}{row.pk}/"
    waiting = client.get(answer["Location"])
    assert 'hx-trigger="every 2s"' in waiting.content.decode()
    assert "Waiting for a worker" in text_of(waiting)
    done(row)
    words = text_of(client.get(answer["Location"]))
    assert "1 ticket, 1 changes, +£8.00. Exceptions rise from 0 to 1." in words
    assert "pain 4" in words
    assert hurt.number in words
    assert "1 ticket, 1 changes" in text_of(client.get(PAGE))


def test_a_stored_draft_is_tried_and_seen_beside_its_editor(
    sign_in: SignIn, whole_desk: Desk, hurt: Ticket
) -> None:
    draft = save_draft(general(12), by=whole_desk.mona, now=NOW)
    beside = f"{PAGE}beside/{draft.key}/{draft.version}/"
    client = sign_in(whole_desk.mona)
    assert "has not been tried" in text_of(client.get(beside))
    client.post(PAGE, {"policy": f"{draft.key}@{draft.version}", **SINCE})
    assert 'hx-trigger="every 2s"' in client.get(beside).content.decode()
    done(Backtest.objects.get())
    words = text_of(client.get(beside))
    assert "If it had applied since 1 November" in words
    assert "pain 4 +£8.00 , 1 ticket" in words


def test_a_draft_with_mistakes_says_so_beside_its_editor(
    sign_in: SignIn, whole_desk: Desk, hurt: Ticket
) -> None:
    draft = save_draft(general(12), by=whole_desk.mona, now=NOW)
    type(draft).objects.filter(pk=draft.pk).update(source="policy: plain")
    words = text_of(sign_in(whole_desk.mona).get(f"{PAGE}beside/{draft.key}/{draft.version}/"))
    assert "Once its mistakes are mended" in words
    assert sign_in(whole_desk.mona).get(f"{PAGE}beside/none/1/").status_code == 404


def test_bad_input_is_told_at_its_field(sign_in: SignIn, whole_desk: Desk, hurt: Ticket) -> None:
    client = sign_in(whole_desk.mona)
    for data, words in (
        ({**SINCE}, "Choose a policy, or write a text"),
        ({**SINCE, "text": "policy: x\nrules: {"}, "Not begun yet"),
        ({"since": "2036-01-01", "text": general(12)}, "It begins in the past"),
        ({"since": "soon", "text": general(12)}, "This is no day of the calendar."),
        ({**SINCE, "policy": "general@99"}, "Select a valid choice"),
    ):
        answer = client.post(PAGE, data)
        assert answer.status_code == 422, data
        assert words in text_of(answer), data
    assert not Backtest.objects.exists()


def test_it_is_stopped_and_says_by_whom(sign_in: SignIn, whole_desk: Desk, hurt: Ticket) -> None:
    client = sign_in(whole_desk.mona)
    client.post(PAGE, {"text": general(12), **SINCE})
    row = Backtest.objects.get()
    assert sign_in(whole_desk.sue).post(f"{PAGE}{row.pk}/cancel/").status_code == 403
    client = sign_in(whole_desk.mona)
    assert client.post(f"{PAGE}{row.pk}/cancel/").status_code == 302
    assert "Stopped by Mona" in text_of(client.get(f"{PAGE}{row.pk}/"))


def test_supervisors_read_and_reps_do_not(
    sign_in: SignIn, whole_desk: Desk, tried: Backtest
) -> None:
    page = f"{PAGE}{tried.pk}/"
    sue = sign_in(whole_desk.sue)
    assert "Exceptions rise from 0 to 1" in text_of(sue.get(page))
    assert "Try it on the past" not in text_of(sue.get(PAGE))
    assert sue.post(PAGE, {"text": general(13), **SINCE}).status_code == 403
    alice = sign_in(whole_desk.alice)
    for address in (PAGE, page, f"{PAGE}{tried.pk}.csv"):
        assert alice.get(address).status_code == 403
    assert sign_in(None).get(page).status_code == 302
    assert sign_in(whole_desk.mona).get(f"{PAGE}{tried.pk + 1}/").status_code == 404


def test_no_ticket_is_named_to_one_who_may_not_see_it(
    sign_in: SignIn, whole_desk: Desk, hurt: Ticket, tried: Backtest
) -> None:
    Ticket.objects.filter(pk=hurt.pk).update(confidential=True, owner=None)
    client = sign_in(whole_desk.sue)
    answer = client.get(f"{PAGE}{tried.pk}/")
    assert hurt.number not in answer.content.decode()
    assert "1 more ticket that you may not see" in text_of(answer)
    assert hurt.number not in client.get(f"{PAGE}{tried.pk}.csv").content.decode()
    assert client.get(f"{PAGE}{tried.pk}/tickets/{hurt.number}/").status_code == 404


def test_both_explanations_stand_side_by_side(
    sign_in: SignIn, whole_desk: Desk, hurt: Ticket, tried: Backtest
) -> None:
    words = text_of(sign_in(whole_desk.sue).get(f"{PAGE}{tried.pk}/tickets/{hurt.number}/"))
    assert "£40.00 £10 × 4 = £40 £48.00 £12 × 4 = £48 +£8.00" in words
    assert "Total £71.40 £79.40 +£8.00" in words


def test_unequal_offers_for_equal_facts_are_listed(sign_in: SignIn, whole_desk: Desk) -> None:
    put_in_force(general(10))
    first = make_hurt(whole_desk, customer=make_customer("Ada"), now=DAY)
    second = make_hurt(whole_desk, customer=make_customer("Bea"), now=DAY)
    for ticket, more in ((first, 0), (second, 700)):
        services.take(ticket, actor=user(whole_desk.alice), now=NOW)
        offer = draft_of(ticket)
        credit = part(offer, "A")
        type(credit).objects.filter(pk=credit.pk).update(amount=(credit.amount or 0) + more)
        type(offer).objects.filter(pk=offer.pk).update(total=offer.total + more)
        sent_offer(whole_desk, ticket)
    client = sign_in(whole_desk.mona)
    client.post(PAGE, {"text": general(12), **SINCE})
    row = done(Backtest.objects.get())
    words = text_of(client.get(f"{PAGE}{row.pk}/"))
    assert "Equal facts, treated unequally 1 set" in words
    assert f"£71.40 on {first.number} , £78.40 on {second.number}" in words


def test_the_csv_has_every_number(sign_in: SignIn, whole_desk: Desk, tried: Backtest) -> None:
    answer = sign_in(whole_desk.sue).get(f"{PAGE}{tried.pk}.csv")
    rows = list(csv.DictReader(answer.content.decode("utf-8-sig").splitlines()))
    whole = next(row for row in rows if row["what"] == "all")
    assert (whole["minor_now"], whole["minor_then"], whole["minor_difference"]) == (
        "7140", "7940", "800",
    )  # fmt: skip
    assert {row["what"] for row in rows} == {"all", "pain", "rule", "size", "change", "exception"}


def test_more_tickets_take_no_more_queries(
    sign_in: SignIn, whole_desk: Desk, tried: Backtest
) -> None:
    client = sign_in(whole_desk.mona)
    few = queries_of(client, f"{PAGE}{tried.pk}/"), queries_of(client, PAGE)
    for _ in range(3):
        make_hurt(whole_desk, now=DAY)
    client.post(PAGE, {"text": general(14), **SINCE})
    row = done(Backtest.objects.latest("id"))
    assert (queries_of(client, f"{PAGE}{row.pk}/"), queries_of(client, PAGE)) == few


def test_one_that_nobody_works_on_says_so(sign_in: SignIn, whole_desk: Desk, hurt: Ticket) -> None:
    client = sign_in(whole_desk.mona)
    client.post(PAGE, {"text": general(12), **SINCE})
    row = Backtest.objects.get()
    Backtest.objects.update(touched_at=row.touched_at - dt.timedelta(minutes=5))
    assert "No worker has been at it" in text_of(client.get(f"{PAGE}{row.pk}/"))
