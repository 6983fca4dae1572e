"""Voucher codes: nobody guesses them, each is given once, and a pool that runs low is said."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from rest_framework.test import APIClient

from remedies import services as remedies
from remedies.models import PoolEntry, Remedy, VoucherCode, VoucherPool
from remedies.services import codes
from remedies.services.refilling import give_waiting
from tests.builders import NOW, Desk, make_customer, user
from tests.remedies.builders import make_hurt, part, put_in_force, sent_offer
from tests.remedies.test_at_once import at_once, busy_desk  # noqa: F401 - a fixture
from tests.remedies.test_ledger import disagreements, refused
from tests.remedies.test_previews import VOUCHER
from tickets import services
from tickets.actors import SYSTEM, Actor
from tickets.errors import Conflict, DomainError, Invalid
from tickets.models import Alert, Ticket

pytestmark = pytest.mark.django_db


def pool(amount: int | None = 6000, **over: object) -> VoucherPool:
    """Imported codes of £60, or generated ones of whatever was granted."""
    values = {
        "key": "spring", "title": "Spring vouchers", "form": "voucher", "currency": "GBP",
        "source": "imported" if amount else "generated", "amount": amount, "by": None, "now": NOW,
        **over,
    }  # fmt: skip
    return codes.make_pool(**values)  # type: ignore[arg-type]


def chosen(desk: Desk, **over: object) -> tuple[Ticket, Remedy]:
    """A ticket whose customer took the voucher of £60 for the cash of £40."""
    ticket = make_hurt(desk, **over)
    services.take(ticket, actor=user(desk.alice), now=NOW)
    offer = sent_offer(desk, ticket)
    remedies.accept_offer(
        offer,
        choices={part(offer, "V-1").pk: "voucher"},
        actor=Actor.of_customer(ticket.customer),
        now=NOW,
    )
    return ticket, Remedy.objects.get(ticket=ticket, rule="V-1")


def test_a_code_of_the_list_is_given_and_the_remedy_is_delivered(remedy_desk: Desk) -> None:
    put_in_force(VOUCHER)
    spring = pool(valid_days=365)
    codes.import_codes(spring, ["AAAA-1111", "BBBB-2222"], actor=SYSTEM, now=NOW)
    _, remedy = chosen(remedy_desk)
    assert (remedy.gateway, remedy.status, remedy.gateway_ref) == ("voucher", "fulfilled", "…1111")
    given = VoucherCode.objects.get(remedy=remedy)
    assert (given.code, given.given_at) == ("AAAA-1111", NOW)
    assert given.expires_on == NOW.date() + dt.timedelta(days=365)
    assert disagreements() == []


def test_generated_codes_are_not_guessable_and_not_alike(remedy_desk: Desk) -> None:
    made = {codes.new_code() for _ in range(500)}
    assert len(made) == 500
    assert all(len(code) == 19 and set(code) <= {*codes.LETTERS, "-"} for code in made)
    put_in_force(VOUCHER)
    pool(None)
    _, remedy = chosen(remedy_desk)
    assert remedy.status == "fulfilled"
    assert len(remedy.voucher.code) == 19


def test_without_a_code_it_waits_and_gets_one_when_they_come(remedy_desk: Desk) -> None:
    put_in_force(VOUCHER)
    spring = pool()
    _, remedy = chosen(remedy_desk)
    assert (remedy.gateway, remedy.status) == ("voucher", "granted")
    assert Alert.objects.filter(user=remedy_desk.alice, text__startswith="No code is left").exists()
    codes.import_codes(spring, ["CCCC-3333"], actor=SYSTEM, now=NOW)
    assert give_waiting(spring, actor=SYSTEM, now=NOW) == 1
    assert give_waiting(spring, actor=SYSTEM, now=NOW) == 0
    remedy.refresh_from_db()
    assert (remedy.status, remedy.voucher.code) == ("fulfilled", "CCCC-3333")


def test_a_pool_that_runs_low_is_said_once_a_day(remedy_desk: Desk) -> None:
    put_in_force(VOUCHER)
    spring = pool(low=1)
    codes.import_codes(spring, ["AAAA-1111", "BBBB-2222", "CCCC-3333"], actor=SYSTEM, now=NOW)
    for name in ("One", "Two", "Three"):
        chosen(remedy_desk, customer=make_customer(name))
    told = [alert.text for alert in Alert.objects.filter(user=remedy_desk.sue)]
    assert "1 code left in Spring vouchers" in told
    (counted,) = codes.pools_with_counts()
    assert (counted.left, counted.given) == (0, 3)  # type: ignore[attr-defined]


def test_what_was_taken_back_is_void_and_not_given_again(remedy_desk: Desk) -> None:
    put_in_force(VOUCHER)
    codes.import_codes(pool(), ["AAAA-1111", "BBBB-2222"], actor=SYSTEM, now=NOW)
    _, remedy = chosen(remedy_desk)
    remedies.reverse_remedy(remedy, reason="Wrong", actor=user(remedy_desk.sue), now=NOW)
    assert VoucherCode.objects.get(remedy=remedy).void_at == NOW
    _, other = chosen(remedy_desk, customer=make_customer("Two"))
    assert other.voucher.code == "BBBB-2222"
    assert refused("UPDATE remedies_vouchercode SET remedy_id = NULL, given_at = NULL")
    with pytest.raises(DatabaseError, match="refused"), transaction.atomic():
        VoucherCode.objects.filter(remedy=other).update(code="CHANGED")


def test_a_code_is_known_once_wherever_it_comes_from(remedy_desk: Desk) -> None:
    spring = pool()
    other = pool(7000, key="autumn", title="Autumn")
    assert codes.import_codes(spring, ["A111", "A111", " B222 ", ""], actor=SYSTEM, now=NOW) == (
        codes.Imported(2, 1)
    )
    assert codes.import_codes(other, ["A111", "C333"], actor=SYSTEM, now=NOW) == codes.Imported(
        1, 1
    )


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"key": "Big Key"}, "key"),
        ({"currency": "GOLD"}, "currency"),
        ({"source": "found"}, "source"),
        ({"amount": 6000, "source": "generated"}, "amount"),
        ({"amount": 0, "source": "imported"}, "amount"),
        ({"title": ""}, "title"),
        ({"low": -1}, "low"),
        ({"valid_days": 0}, "valid_days"),
    ],
)
def test_a_pool_that_can_not_be_is_refused_by_name(
    remedy_desk: Desk, over: dict[str, object], field: str
) -> None:
    with pytest.raises(DomainError) as caught:
        pool(**over)  # type: ignore[arg-type]
    assert caught.value.field == field


def test_no_two_pools_pay_the_same(remedy_desk: Desk) -> None:
    pool()
    with pytest.raises(Conflict):
        pool(key="again")
    with pytest.raises(Conflict):
        pool(7000)
    pool(7000, key="other")


@pytest.mark.parametrize("code", ["ab", "with blank", "x" * 81, "émile-1"])
def test_what_is_no_code_is_refused_with_its_place(remedy_desk: Desk, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        codes.import_codes(pool(), ["GOOD-1", code], actor=SYSTEM, now=NOW)
    assert caught.value.field == "codes.1"
    assert not VoucherCode.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_a_code_each_and_none_twice(busy_desk: Desk) -> None:  # noqa: F811
    put_in_force(VOUCHER)
    codes.import_codes(pool(), [f"CODE-{n:04}" for n in range(5)], actor=SYSTEM, now=NOW)
    offers = []
    for n in range(6):
        ticket = make_hurt(busy_desk, customer=make_customer(f"Customer {n}"), loss=None)
        offers.append(sent_offer(busy_desk, ticket))
    taken = [
        lambda offer=offer: remedies.accept_offer(
            offer, choices={part(offer, "V-1").pk: "voucher"}, actor=SYSTEM, now=NOW
        )
        for offer in offers
    ]
    assert at_once(*taken) == ["done"] * 6
    given = list(VoucherCode.objects.filter(remedy__isnull=False))
    assert len({code.remedy_id for code in given}) == len(given) == 5
    assert Remedy.objects.filter(gateway="voucher", status="granted").count() == 1
    assert disagreements() == []


def test_a_pool_keeps_its_history_and_nobody_rewrites_it(remedy_desk: Desk) -> None:
    put_in_force(VOUCHER)
    mona = user(remedy_desk.mona)
    spring = pool(by=remedy_desk.mona)
    codes.import_codes(spring, ["AAAA-1111", "BBBB-2222", "AAAA-1111"], actor=mona, now=NOW)
    _, remedy = chosen(remedy_desk)
    later = NOW + dt.timedelta(days=2)
    remedies.reverse_remedy(remedy, reason="Twice", actor=user(remedy_desk.sue), now=later)
    kept = PoolEntry.objects.filter(pool=spring).order_by("id").select_related("code")
    assert [(one.deed, one.actor_name, one.count, one.known) for one in kept] == [
        ("made", "Mona", 0, 0),
        ("loaded", "Mona", 2, 1),
        ("issued", remedy.ticket.customer.name, 0, 0),
        ("voided", "Sue", 0, 0),
    ]
    issued, voided = kept[2], kept[3]
    assert issued.code == voided.code == VoucherCode.objects.get(remedy=remedy)
    assert (issued.at, voided.at) == (NOW, later)
    for statement in ("UPDATE remedies_poolentry SET count = 9", "DELETE FROM remedies_poolentry"):
        assert refused(statement)
    again = PoolEntry(pool=spring, deed="issued", at=NOW, code=issued.code)
    with pytest.raises(DatabaseError, match="pool_deed_once"), transaction.atomic():
        again.save()
    mona_client, charlie = APIClient(), APIClient()
    mona_client.force_login(remedy_desk.mona)
    charlie.force_login(remedy_desk.charlie)
    address = "/api/v1/voucher-pools/spring/history/"
    told = mona_client.get(address).json()["results"]
    assert [(one["deed"], one["by"], one["code"]) for one in told] == [
        ("voided", "Sue", "…1111"),
        ("issued", remedy.ticket.customer.name, "…1111"),
        ("loaded", "Mona", None),
        ("made", "Mona", None),
    ]
    assert (told[2]["added"], told[2]["known"], told[0]["remedy"]) == (2, 1, remedy.pk)
    assert len(mona_client.get(address, {"deed": "loaded"}).json()["results"]) == 1
    wrong = mona_client.get(address, {"deed": "burnt"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "deed")
    assert charlie.get(address).status_code == 403
