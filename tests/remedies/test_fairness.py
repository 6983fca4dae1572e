"""The spread of what was given for equal facts, and how long an offer takes."""

import datetime as dt
from typing import Any

import pytest

from remedies import services as remedies
from remedies.models import Offer, OfferComponent
from remedies.rules.checks.equality import box, digest, fences
from remedies.services.fairness import Asked, Fairness, fairness, offer_times, outliers_of
from tests.builders import NOW, Desk, make_customer, make_ticket, make_user, user
from tests.remedies.builders import draft_of, make_hurt, put_in_force, sent_offer, set_limits
from tickets.access import Principal
from tickets.errors import Invalid, NotAllowed
from tickets.models import Membership, Ticket, User
from tickets.periods import Period

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
WEEK = Period(NOW - 3 * DAY, NOW + 4 * DAY)
BAND = """
policy: band
currency: GBP
facts:
  pain: number
rules:
  - rule: M-1
    title: Distress
    gives: credit
    range: {from: 20, to: 200}
  - {rule: A-1, title: Apology, gives: apology}
"""


def who(person: User) -> Principal:
    return Principal.of_user(person, now=NOW)


def given(desk: Desk, pounds: int, *, by: User | None = None, **over: Any) -> Ticket:
    """A complaint whose distress was made good with so many pounds."""
    number = Ticket.objects.count()
    ticket = make_ticket(desk, customer=make_customer(f"Customer {number}"), **over)
    person = user(by or desk.alice)
    offer = draft_of(ticket)
    part = OfferComponent.objects.get(offer=offer, rule="M-1")
    if part.amount != pounds * 100:
        remedies.adjust_component(
            offer, part.pk, pounds * 100, reason="Because", actor=person, now=NOW
        )
    remedies.send_offer(offer, body="Dear customer", actor=person, now=NOW)
    return ticket


@pytest.fixture
def band(desk: Desk) -> Desk:
    """A policy with a wide range, and reps who may use all of it."""
    put_in_force(BAND)
    for role in ("rep", "supervisor"):
        set_limits(role, per_ticket=100_000)
    return desk


def found(desk: Desk, person: User | None = None, **asked: str) -> Fairness:
    return fairness(who(person or desk.mona), WEEK, Asked(**asked))


def test_a_sum_far_from_those_of_its_equals_stands_out(band: Desk) -> None:
    for pounds in (40, 40, 45, 45, 50):
        given(band, pounds)
    odd = given(band, 150)
    seen = found(band)
    (group,) = seen.groups
    assert (group.rule, group.title, group.box.count, group.box.outliers) == (
        "M-1", "Distress", 6, 1,
    )  # fmt: skip
    assert (group.box.usual, group.box.to, group.box.most) == (4500, 5000, 15_000)
    (one,) = seen.outliers
    assert (one.number, one.amount, one.usual, one.apart, one.equals) == (
        odd.number, 15_000, 4500, 10_500, 6,
    )  # fmt: skip
    assert (one.reason, one.exception, one.refused) == ("Because", False, False)
    assert seen.standing_out == 1
    assert seen.total is not None
    assert (seen.total.count, seen.total.compared, seen.total.amount) == (6, 6, 37_000)


def test_four_equals_are_too_few_to_tell(band: Desk) -> None:
    for pounds in (40, 40, 40, 150):
        given(band, pounds)
    seen = found(band)
    assert not seen.groups[0].box.enough
    assert seen.outliers == ()
    assert seen.by["rule"][0].box is None
    assert (seen.by["rule"][0].count, seen.by["rule"][0].compared) == (4, 0)


def test_other_facts_are_no_equals(desk: Desk) -> None:
    put_in_force(BAND.replace("range: {from: 20, to: 200}", "amount: {each: 10, per: pain}"))
    set_limits("rep", per_ticket=100_000)
    for factors in ({}, {}, {"consequence": "serious"}):
        ticket = make_ticket(
            desk, customer=make_customer(f"C {Ticket.objects.count()}"), factors=factors
        )
        sent_offer(desk, ticket)
    (group,) = found(desk).groups
    assert group.box.count == 2
    assert group.box.equal
    assert [label for label, _ in group.facts] == ["pain"]


def test_who_was_refused_is_compared_with_those_who_got_something(band: Desk) -> None:
    for _ in range(5):
        given(band, 40)
    ticket = make_ticket(band, customer=make_customer("Omar Ferro"))
    findings = [remedies.Finding(ticket.points.get().pk, "not_upheld", "We found nothing.")]  # type: ignore[arg-type]
    no = remedies.No(reason="No.", next_stage="Ask for a review until 24 December.")
    remedies.refuse(ticket, findings=findings, no=no, actor=user(band.bob), now=NOW)
    (one,) = found(band).outliers
    assert (one.number, one.amount, one.usual, one.refused) == (ticket.number, 0, 4000, True)
    assert found(band).totals[0].refused == 1


def test_what_a_person_added_makes_the_whole_stand_out(band: Desk) -> None:
    for _ in range(5):
        given(band, 40)
    ticket = make_ticket(band, customer=make_customer("Omar Ferro"))
    alice = user(band.alice)
    offer = draft_of(ticket)
    part = OfferComponent.objects.get(offer=offer, rule="M-1")
    remedies.adjust_component(offer, part.pk, 4000, reason="As usual", actor=alice, now=NOW)
    remedies.add_component(
        ticket, kind="gift", title="Hamper", amount=3000, currency="GBP", reason="Because",
        actor=alice, now=NOW,
    )  # fmt: skip
    remedies.send_offer(offer, body="Dear Omar", actor=alice, now=NOW)
    (one,) = found(band).outliers
    assert (one.rule, one.amount, one.usual) == ("", 7000, 4000)


def test_teams_and_categories_are_compared_by_their_distance_from_the_usual(band: Desk) -> None:
    for _ in range(6):
        given(band, 40)
    for _ in range(5):
        given(band, 60, by=band.charlie, category=band.flights)
    seen = found(band)
    assert seen.groups[0].box.count == 11
    home, travel = sorted(seen.by["team"], key=lambda part: part.name)
    assert (home.name, home.box and home.box.usual, home.same) == ("Home", 0, 6)
    assert (travel.name, travel.box and travel.box.usual) == ("Travel", 2000)
    assert {part.key for part in seen.by["category"]} == {"outage", "flights"}
    assert found(band, category="flights").totals[0].count == 5
    assert found(band, category="broadband").totals[0].count == 6
    assert found(band, team="travel").totals[0].count == 5
    assert found(band, rule="M-1").by["team"][0].compared == 6


def test_reps_are_told_apart_for_those_who_lead_them_and_by_name(band: Desk) -> None:
    for _ in range(5):
        given(band, 90, by=band.bob)
        given(band, 40, by=band.alice)
        given(band, 40, by=band.charlie, category=band.flights)
    names = [part.name for part in found(band, band.mona).by["rep"]]
    assert names == ["Alice", "Bob", "Charlie"]
    assert [part.name for part in found(band, band.sue).by["rep"]] == ["Alice", "Bob"]
    for person in (band.audrey,):
        seen = found(band, person)
        assert seen.by["rep"] == () and not seen.reps
    client = Principal.of_client("shop", scopes=frozenset({"remedies:read"}))
    assert fairness(client, WEEK, Asked()).by["rep"] == ()
    for person in (band.alice, band.charlie):
        with pytest.raises(NotAllowed, match="supervise a team"):
            found(band, person)


def test_a_supervisor_compares_what_his_teams_did(band: Desk) -> None:
    given(band, 40)
    given(band, 40, by=band.charlie, category=band.flights)
    hidden = given(band, 190)
    Ticket.objects.filter(pk=hidden.pk).update(confidential=True)
    assert found(band, band.sue).totals[0].count == 1
    assert found(band, band.mona).totals[0].count == 2
    with pytest.raises(Invalid, match="no such team"):
        found(band, band.sue, team="travel")
    zoe = make_user("Zoe", "supervisor")
    Membership.objects.create(user=zoe, team=band.travel, supervises=True)
    assert found(band, zoe).totals[0].count == 1


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"category": "x"}, "category"),
        ({"team": "x"}, "team"),
        ({"currency": "pounds"}, "currency"),
    ],
)
def test_a_filter_that_fits_nothing_is_named(band: Desk, asked: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as error:
        fairness(who(band.mona), WEEK, Asked(**asked))
    assert error.value.field == field


def test_nothing_decided_is_nothing_told(band: Desk) -> None:
    make_ticket(band)
    seen = found(band)
    assert (seen.currency, seen.totals, seen.groups, seen.outliers) == ("", (), (), ())
    assert found(band, rule="'; DROP TABLE x; --").totals == ()
    assert outliers_of(who(band.mona), WEEK, Asked()) == ("", ())
    assert offer_times(who(band.mona), WEEK).total is None


def test_an_offer_after_a_review_takes_the_place_of_the_refusal(band: Desk) -> None:
    ticket = given(band, 40)
    Offer.objects.filter(ticket=ticket).update(sent_at=NOW - 10 * DAY)
    assert found(band).totals == ()
    given(band, 50)
    assert found(band).totals[0].count == 1


def test_the_database_draws_the_same_box_as_the_pure_side(band: Desk) -> None:
    sums = [20, 33, 35, 35, 41, 44, 60, 61, 180, 199, 42]
    for pounds in sums:
        given(band, pounds)
    (group,) = found(band).groups
    assert group.box == box([pounds * 100 for pounds in sums])


def test_equal_facts_are_the_same_to_the_database_and_to_the_pure_side(remedy_desk: Desk) -> None:
    hurts: list[dict[str, Any]] = [{}, {}, {"factors": {"distress": "anguish"}}]
    for over in hurts:
        name = f"C {Ticket.objects.count()}"
        sent_offer(remedy_desk, make_hurt(remedy_desk, customer=make_customer(name), **over))
    pure: dict[bytes, int] = {}
    for offer in Offer.objects.select_related("policy"):
        assert offer.policy is not None
        for part in OfferComponent.objects.filter(offer=offer, amount__isnull=False):
            key = digest(str(offer.policy), offer.currency, [(part.rule, part.facts)])
            pure[key] = pure.get(key, 0) + 1
    seen = found(remedy_desk)
    assert sorted(n for n in pure.values() if n > 1) == sorted(g.box.count for g in seen.groups)


def test_a_digest_does_not_know_the_order_of_rules() -> None:
    one, other = ("A", [("pain", "Pain", "4")]), ("B", [("loss", "Loss", "£3")])
    assert digest("p", "GBP", [one, other]) == digest("p", "GBP", [other, one])
    assert digest("p", "GBP", [one]) != digest("p", "EUR", [one]) != digest("q", "EUR", [one])
    assert fences(10, 20) == (-5, 35)


def test_the_time_to_an_offer_is_told_with_its_tail(band: Desk) -> None:
    for hours in (1, 2, 3, 30):
        ticket = given(band, 40)
        Ticket.objects.filter(pk=ticket.pk).update(received_at=NOW - dt.timedelta(hours=hours))
    given(band, 40, by=band.charlie, category=band.flights)
    times = offer_times(who(band.mona), WEEK)
    assert times.total is not None
    assert times.total.median == dt.timedelta(hours=2)
    assert times.total.longest == dt.timedelta(hours=30)
    assert sum(times.total.counts) == times.total.count == 5
    assert times.total.counts[:4] == (2, 2, 0, 1)
    assert [(line.key, line.count) for line in times.by["team"]] == [("home", 4), ("travel", 1)]
    only = offer_times(who(band.mona), WEEK, category="flights").total
    assert only is not None and only.count == 1


def test_more_offers_take_no_more_queries(band: Desk, django_assert_num_queries: Any) -> None:
    given(band, 40)
    with django_assert_num_queries(10):
        found(band)
    for pounds in (40, 50, 60, 199):
        given(band, pounds)
    with django_assert_num_queries(10):
        found(band)
