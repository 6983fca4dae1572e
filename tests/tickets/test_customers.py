"""A customer is found again over all channels, and what he says of himself is kept."""

import datetime as dt
from typing import Any

import pytest

from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tickets import services
from tickets.errors import DomainError


def test_somebody_known_is_found_by_his_address_in_any_case(desk: Desk) -> None:
    first = make_customer("Ines Calloway")
    again = make_customer("I. Calloway", email="INES.Calloway@Example.org")
    assert again.pk == first.pk
    assert again.name == "Ines Calloway"


def test_another_number_and_another_need_of_somebody_known_are_kept_beside_the_old(
    desk: Desk,
) -> None:
    first = make_customer(phone="020 7946 0001", support_needs="Calls after 17:00")
    for _ in range(2):
        make_customer(phone="020 7946 0002", support_needs="On crutches")
    first.refresh_from_db()
    assert sorted(p.normalized for p in first.contacts.filter(kind="phone")) == [
        "+442079460001",
        "+442079460002",
    ]
    assert first.support_needs == "On crutches\nCalls after 17:00"


def test_a_number_alone_finds_nobody_since_families_share_one(desk: Desk) -> None:
    first = make_customer("Ines", phone="020 7946 0001")
    other = make_customer("Tom", phone="020 7946 0001")
    assert first.pk != other.pk


def test_merging_keeps_every_ticket_address_and_id(desk: Desk) -> None:
    keep = make_customer("Ines Calloway", external=("shop", "1"))
    other = make_customer("Ina Calloway", external=("crm", "2"), phone="020 7946 0001")
    mine, his = make_ticket(desk, customer=keep), make_ticket(desk, customer=other)
    services.merge_customers(keep, other, actor=user(desk.sue), now=NOW)
    assert set(keep.tickets.values_list("pk", flat=True)) == {mine.pk, his.pk}
    assert keep.contacts.count() == 3
    assert keep.external_ids.count() == 2
    assert his.events.filter(type="customer_merged").count() == 1


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"language": "klingon-of-old"}, "language"),
        ({"since": dt.date(2999, 1, 1)}, "since"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"email": "nobody"}, "email"),
        ({"phone": "12"}, "phone"),
        ({"name": "\u200b"}, "name"),
    ],
)
def test_what_can_not_be_is_refused_naming_the_field(
    desk: Desk, over: dict[str, Any], field: str
) -> None:
    with pytest.raises(DomainError) as error:
        make_customer(**over)
    assert error.value.field == field


@pytest.mark.parametrize(
    "over", [{"language": "??"}, {"since": dt.date(2999, 1, 1)}, {"time_zone": "Mars"}]
)
def test_it_is_refused_of_somebody_we_know_too(desk: Desk, over: dict[str, Any]) -> None:
    make_customer("Ines", email="ines@example.org")
    with pytest.raises(DomainError) as error:
        make_customer("Ines", email="ines@example.org", **over)
    assert error.value.field == next(iter(over))
