"""Two at the same instant, on real connections: no limit is passed, nothing is paid twice."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from remedies import services as remedies
from remedies.errors import AboveAuthority, AlreadyDecided, OfferNotOpen
from remedies.models import Budget, Offer, Remedy, RemedyPolicy
from tests.builders import NOW, Desk, make_customer, make_desk, make_ticket, user
from tests.remedies.builders import draft_of, make_hurt, part, put_in_force, sent_offer, set_limits
from tests.remedies.conftest import PACKS
from tickets.actors import Actor
from tickets.errors import DomainError

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def busy_desk(transactional_db: None) -> Desk:
    """A desk whose rows other connections see."""
    desk = make_desk()
    put_in_force((PACKS / "general.yaml").read_text())
    set_limits("rep", per_ticket=10_000, per_customer=20_000)
    set_limits("supervisor", per_ticket=50_000)
    return desk


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Runs each act on a connection of its own, all begun together; says how each ended."""
    start = threading.Barrier(len(acts))
    ends: list[str] = []

    def run(act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
            ends.append("done")
        except DomainError as error:
            ends.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


def test_one_offer_accepted_twice_at_once_is_granted_once(busy_desk: Desk) -> None:
    ticket = make_hurt(busy_desk)
    offer = sent_offer(busy_desk, ticket)
    customer = Actor.of_customer(ticket.customer)
    ends = at_once(
        *[lambda: remedies.accept_offer(Offer.objects.get(pk=offer.pk), actor=customer, now=NOW)]
        * 4
    )
    assert ends == ["OfferNotOpen"] * 3 + ["done"]
    assert Remedy.objects.filter(ticket=ticket).count() == 3


def test_accept_and_withdraw_at_once_leave_one_truth(busy_desk: Desk) -> None:
    ticket = make_hurt(busy_desk)
    offer = sent_offer(busy_desk, ticket)
    customer = Actor.of_customer(ticket.customer)
    ends = at_once(
        lambda: remedies.accept_offer(offer, actor=customer, now=NOW),
        lambda: remedies.withdraw_offer(offer, reason="No", actor=user(busy_desk.alice), now=NOW),
    )
    assert ends == ["OfferNotOpen", "done"]
    offer.refresh_from_db()
    assert (offer.status == "accepted") is Remedy.objects.filter(ticket=ticket).exists()


def test_splitting_over_tickets_at_once_passes_no_limit(busy_desk: Desk) -> None:
    """Four offers of £90 to one customer who may get £200 a year: two go out."""
    customer = make_customer()
    people = [busy_desk.alice, busy_desk.bob] * 2
    tickets = [
        make_hurt(busy_desk, customer=customer, category=busy_desk.broadband) for _ in range(4)
    ]
    for ticket in tickets[1:]:  # "same cause again" would add to them; here each is £90
        Offer.objects.get(ticket=ticket).components.filter(rule="M-5").delete()
    ends = at_once(
        *[
            lambda ticket=ticket, person=person: remedies.send_offer(
                draft_of(ticket), body="Sorry.", actor=user(person), now=NOW
            )
            for ticket, person in zip(tickets, people, strict=True)
        ]
    )
    assert ends == ["AboveAuthority"] * 2 + ["done"] * 2
    sent = Offer.objects.filter(status="sent", ticket__customer=customer)
    sums = [part(offer, "M-4").amount or 0 for offer in sent]
    assert sum(sums) <= 20_000


def test_splitting_one_remedy_into_small_ones_passes_no_limit(busy_desk: Desk) -> None:
    ticket = make_ticket(busy_desk)
    granted = 0
    for n in range(30):
        try:
            remedies.add_component(
                ticket, kind="credit", title=f"Part {n}", amount=1000, currency="GBP",
                reason="Kind", actor=user(busy_desk.alice), now=NOW,
            )  # fmt: skip
            granted += 1000
        except AboveAuthority:
            continue
    assert granted <= 10_000
    assert sent_offer(busy_desk, ticket).total == granted


def test_two_who_add_to_one_draft_at_once_pass_no_limit(busy_desk: Desk) -> None:
    ticket = make_ticket(busy_desk)

    def add(person: object) -> None:
        remedies.add_component(
            ticket, kind="credit", title="Credit", amount=6000, currency="GBP", reason="Kind",
            actor=user(person), now=NOW,  # type: ignore[arg-type]
        )  # fmt: skip

    ends = at_once(lambda: add(busy_desk.alice), lambda: add(busy_desk.bob))
    assert ends == ["AboveAuthority", "done"]


def test_one_exception_is_decided_once(busy_desk: Desk) -> None:
    ticket = make_hurt(busy_desk)
    offer = draft_of(ticket)
    request = remedies.request_exception(
        offer,
        amounts={part(offer, "M-4").pk: 20_000},
        reason="Worse than it looks",
        actor=user(busy_desk.alice),
        now=NOW,
    )
    sue = user(busy_desk.sue)
    ends = at_once(
        lambda: remedies.approve_exception(request, reason="Yes", actor=sue, now=NOW),
        lambda: remedies.decline_exception(request, reason="No", actor=sue, now=NOW),
    )
    assert ends == ["AlreadyDecided", "done"]
    assert {AlreadyDecided.code, OfferNotOpen.code} == {"already_decided", "offer_not_open"}


def test_two_who_give_from_one_budget_at_once_do_not_pass_it(busy_desk: Desk) -> None:
    tickets = [make_hurt(busy_desk) for _ in range(4)]
    Budget.objects.create(team=tickets[0].team, currency="GBP", amount=18_000)
    people = [busy_desk.alice, busy_desk.bob] * 2
    ends = at_once(
        *[
            lambda ticket=ticket, person=person: remedies.send_offer(
                draft_of(ticket), body="We were wrong.", actor=user(person), now=NOW
            )
            for ticket, person in zip(tickets, people, strict=True)
        ]
    )
    assert ends == ["AboveAuthority", "AboveAuthority", "done", "done"]


def test_one_of_two_who_begin_a_draft_at_once_is_told(busy_desk: Desk) -> None:
    source = (PACKS / "general.yaml").read_text()
    active = RemedyPolicy.objects.get(status="active")
    ends = at_once(
        *[
            lambda: remedies.begin_draft(source, by=busy_desk.mona, now=NOW, based_on=active),
            lambda: remedies.begin_draft(source, by=busy_desk.ada, now=NOW, based_on=active),
            lambda: remedies.begin_draft(source, by=None, now=NOW),
        ]
    )
    assert ends == ["Conflict", "Conflict", "done"]


def test_one_of_two_who_save_a_draft_at_once_is_told(busy_desk: Desk) -> None:
    source = (PACKS / "general.yaml").read_text()
    draft = remedies.begin_draft(source, by=busy_desk.mona, now=NOW)

    def save(title: str) -> object:
        text = source.replace("title: General retail policy", f"title: {title}")
        return remedies.write_draft(draft, text, by=busy_desk.mona, now=NOW, seen=1)

    assert at_once(lambda: save("One"), lambda: save("Two")) == ["DraftStale", "done"]
    draft.refresh_from_db()
    assert draft.revision == 2
