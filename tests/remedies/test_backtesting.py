"""A policy tried on the past: what it would have given, beside what is in force."""

import datetime as dt
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from remedies.services.backtesting import Period, Sides, backtest
from remedies.services.pasts import pasts_of
from remedies.services.situations import situation_of
from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tests.remedies.builders import draft_of, make_hurt, put_in_force, sent_offer, set_limits
from tickets.change import changing
from tickets.models import Event, Ticket
from tickets.money import Money

pytestmark = pytest.mark.django_db

POLICY = """
policy: {key}
currency: GBP
facts: {{pain: number, loss: {{type: money, default: 0}}}}
rules:
  - {{rule: A, title: Credit, gives: credit, amount: {{each: {each}, per: pain}}}}
  - {{rule: L, title: Loss, gives: refund, amount: loss, makes_good_loss: yes}}
"""
ALL = Period(NOW - dt.timedelta(days=30), NOW + dt.timedelta(days=1))


def policy(each: int, key: str = "plain") -> str:
    """So much for each level of pain, and the loss."""
    return POLICY.format(each=each, key=key)


def keys() -> list[int]:
    """All tickets."""
    return [key for batch in ALL.batches() for key in batch]


def test_the_past_is_seen_as_the_product_saw_it(desk: Desk) -> None:
    customer = make_customer()
    make_hurt(desk, customer=customer)
    later = make_hurt(desk, customer=customer, now=NOW + dt.timedelta(hours=1))
    tickets = list(Ticket.objects.select_related("customer"))
    for ticket, past in pasts_of(tickets, now=NOW):
        with changing(ticket.pk, actor=user(desk.alice), now=NOW) as change:
            assert past == situation_of(change)
    ((_, past),) = pasts_of([later], now=NOW)
    assert past.facts["same_cause_before"] == 1


def test_what_a_draft_would_cost_stands_beside_what_is_in_force(desk: Desk) -> None:
    put_in_force(policy(10))
    for pounds in (0, 5, 20):
        make_hurt(desk, loss=Money(pounds * 100, "GBP"))
    tally = backtest(keys(), Sides.with_draft(policy(12)), now=NOW)
    assert (tally.looked_at, tally.concerned, tally.changed, tally.more, tally.less) == (3,) * 4 + (
        0,
    )
    line = tally.totals["GBP"]
    assert (line.sum_now, line.sum_then) == (3 * 4000 + 2500, 3 * 4800 + 2500)
    assert tally.by_rule["A", "GBP"].sum_then == 3 * 4800
    assert tally.by_pain[4, "GBP"].tickets_then == 3
    assert [change.size for change in tally.changes] == [800, 800, 800]


def test_the_same_policy_changes_nothing(desk: Desk) -> None:
    put_in_force(policy(10))
    make_hurt(desk)
    tally = backtest(keys(), Sides.with_draft(policy(10)), now=NOW)
    assert (tally.concerned, tally.changed, tally.changes) == (1, 0, [])


def test_a_policy_for_other_categories_concerns_none(desk: Desk) -> None:
    put_in_force(policy(10))
    make_hurt(desk)
    named = policy(12, key="named").replace("currency", "categories: [flights]\ncurrency")
    tally = backtest(keys(), Sides.with_draft(named), now=NOW)
    assert (tally.looked_at, tally.concerned) == (1, 0)


def test_what_a_rep_could_not_grant_alone_is_counted(desk: Desk) -> None:
    set_limits("rep", per_ticket=4500)
    put_in_force(policy(10))
    make_hurt(desk)
    tally = backtest(keys(), Sides.with_draft(policy(12)), now=NOW)
    assert (tally.beyond_now, tally.beyond_then) == (0, 1)


def test_equal_facts_that_were_treated_unequally_are_found(remedy_desk: Desk) -> None:
    desk = remedy_desk
    put_in_force(policy(10, key="general"))
    first, second = make_hurt(desk), make_hurt(desk)
    sent_offer(desk, first)
    offer = draft_of(second)
    component = offer.components.get(rule="A")
    component.amount, offer.total = 9000 - 3140, 9000
    component.save(update_fields=["amount"])
    offer.save(update_fields=["total"])
    sent_offer(desk, second)
    tally = backtest(keys(), Sides.with_draft(policy(12, key="general")), now=NOW)
    (spread,) = tally.unequal
    assert spread.tickets == 2
    assert [number for _, number in spread.offers] == [first.number, second.number]
    assert (spread.least, spread.most) == (spread.offers[0][0], 9000)


def test_parts_add_up_to_the_whole(desk: Desk) -> None:
    put_in_force(policy(10))
    for pounds in range(4):
        make_hurt(desk, loss=Money(pounds * 100, "GBP"))
    sides, all_keys = Sides.with_draft(policy(12)), keys()
    whole = backtest(all_keys, sides, now=NOW)
    first = backtest(all_keys[:1], sides, now=NOW)
    first.merge(backtest(all_keys[1:], sides, now=NOW))
    assert first == whole


def test_a_batch_costs_as_many_queries_as_one_ticket(
    desk: Desk, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    put_in_force(policy(10))
    for _ in range(5):
        make_hurt(desk)
    sides = Sides.with_draft(policy(12))
    backtest(keys(), sides, now=NOW)  # what is kept is read now
    for share in (keys()[:1], keys()):
        with django_assert_num_queries(8):  # type: ignore[operator]
            backtest(share, sides, now=NOW)


def test_nothing_is_written(desk: Desk) -> None:
    put_in_force(policy(10))
    make_hurt(desk)
    before = Event.objects.count(), draft_of(Ticket.objects.get()).total
    backtest(keys(), Sides.with_draft(policy(12)), now=NOW)
    assert (Event.objects.count(), draft_of(Ticket.objects.get()).total) == before


def run(*arguments: object) -> str:
    """What `manage.py policy` prints."""
    out = StringIO()
    call_command("policy", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_the_command_tries_a_policy_on_the_past(desk: Desk, tmp_path: Path) -> None:
    put_in_force(policy(10))
    ticket = make_hurt(desk)
    path = tmp_path / "p.yaml"
    path.write_text(policy(12))
    told = run("backtest", path, "--since", "2026-01-01", "--until", "2027-01-01", "--processes", 1)
    assert "1 ticket, 1 changes, +£8.00." in told
    assert f"{ticket.number}: £71.40 now, £79.40 then" in told
    with pytest.raises(CommandError, match="is no date"):
        run("backtest", path, "--since", "yesterday")
    with pytest.raises(CommandError, match="span is empty"):
        run("backtest", path, "--since", "2026-02-01", "--until", "2026-01-01")


def test_the_command_tells_two_policies_apart(desk: Desk, tmp_path: Path) -> None:
    one, other = tmp_path / "one.yaml", tmp_path / "other.yaml"
    one.write_text(policy(10))
    other.write_text(policy(12) + "  - {rule: Z, gives: gift}\n")
    told = run("diff", one, other)
    assert "rule A changed: amount: {'each': 10, 'per': 'pain'} → {'each': 12" in told
    assert "rule Z added" in told
    assert run("diff", one, one) == "They say the same.\n"
    make_ticket(desk)
    told = run("diff", one, other, "--since", "2026-01-01", "--until", "2027-01-01",
               "--processes", 1)  # fmt: skip
    assert "1 ticket, 1 changes, +£2.00." in told
