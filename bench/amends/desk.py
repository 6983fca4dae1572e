"""A desk as it is used, with a few complaints that went through the services of the product.

Nothing is written past the services here: rows as they are, events, deadlines, offers, outbox.
bench.amends.multiply makes many of the few.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from bench import data
from config.paths import BASE_DIR
from escalation.services.defaults import ensure_defaults
from remedies.services.policies import activate, save_draft
from tickets import services
from tickets.actors import Actor
from tickets.models import Category, FactDefinition, Membership, Team, Ticket, User
from tickets.money import Money
from tickets.rules import Channel, Outcome
from tickets.services.customers import CustomerDetails
from tickets.services.opening import NewTicket

TEAMS = 5
REPS_EACH = 5
HOUR = dt.timedelta(hours=1)


@dataclass
class Desk:
    """Whom the complaints concern."""

    categories: list[Category]
    reps: dict[int, list[User]]


def set_up(*, now: dt.datetime) -> None:
    """Teams, people, categories with facts, and the deadlines and remedies of the general packs."""
    ensure_defaults(now=now)
    source = (BASE_DIR / "remedies" / "packs" / "general.yaml").read_text(encoding="utf-8")
    activate(save_draft(source, by=None, now=now), by=None, now=now)
    for number in range(TEAMS):
        team = Team.objects.create(
            key=f"team{number}", name=f"Team {number}", is_default=number == 0
        )
        people = [_person(f"rep{number}-{n}", "rep") for n in range(REPS_EACH)]
        lead = _person(f"lead{number}", "supervisor")
        Team.objects.filter(pk=team.pk).update(lead=lead)
        Membership.objects.bulk_create(Membership(user=person, team=team) for person in people)
        Membership.objects.create(user=lead, team=team, supervises=True)
        top = Category.objects.create(key=f"area{number}", name=f"Area {number}", team=team)
        child = Category.objects.create(key=f"matter{number}", name=f"Matter {number}", parent=top)
        FactDefinition.objects.bulk_create(_facts(top, child))
    _person("manager", "manager")


def _person(name: str, role: str) -> User:
    return User.objects.create(email=f"{name}@example.org", name=name.title(), role=role)


def _facts(top: Category, child: Category) -> list[FactDefinition]:
    rows: list[dict[str, Any]] = [
        {"category": top, "name": "account", "label": "Account", "kind": "text"},
        {"category": child, "name": "days_without", "label": "Days without", "kind": "number"},
        {"category": child, "name": "monthly_fee", "label": "Monthly fee", "kind": "money"},
        {"category": child, "name": "hours_lost", "label": "Hours lost", "kind": "number"},
        {"category": child, "name": "price_paid", "label": "Price paid", "kind": "money"},
    ]
    return [FactDefinition(**row) for row in rows]


def desk() -> Desk:
    """The desk that `set_up` made."""
    reps: dict[int, list[User]] = {}
    for link in Membership.objects.filter(supervises=False).select_related("user"):
        reps.setdefault(link.team_id, []).append(link.user)
    categories = list(Category.objects.filter(key__startswith="matter").order_by("key"))
    return Desk(categories, reps)


def complain(at_desk: Desk, number: int, *, is_open: bool) -> Ticket:
    """One complaint, from the form to an answer and, unless it stays open, to its end.

    Six messages over its life, where it is closed; open ones are as far as they come.
    """
    opened = data.EPOCH + number * dt.timedelta(minutes=7)
    name, email = data.person(number)
    details = CustomerDetails(name=name, email=email, phone=f"+44 20 7946 {number % 1000:04}")
    customer = services.find_or_create_customer(details, now=opened)
    words = Actor.of_customer(customer)
    new = NewTicket(
        customer=customer,
        category=at_desk.categories[number % len(at_desk.categories)],
        channel=Channel.FORM,
        subject=data.subject(number),
        body=data.story(number),
        wish="That it works, and my money back.",
        facts={"account": f"AC-{number:06}", "days_without": 1 + number % 9,
               "monthly_fee": {"amount": "34.00", "currency": "GBP"}},
        factors={"time_lost": "hours", "distress": ("annoyed", "upset", "worried")[number % 3]},
        loss=Money(1500 + 10 * (number % 100), "GBP"),
        points=["No connection for days", "Nobody came"],
        tags=["repeat"] if number % 5 == 0 else [],
    )  # fmt: skip
    ticket = services.open_ticket(new, actor=words, now=opened)
    if is_open and number % 3 == 0:
        return ticket  # nobody has looked at it yet
    _answer(at_desk, ticket, words, number, opened)
    if not is_open:
        _finish(ticket, number, opened)
    return ticket


def _answer(at_desk: Desk, ticket: Ticket, customer: Actor, number: int, at: dt.datetime) -> None:
    people = at_desk.reps[ticket.team_id]
    rep = Actor.of_user(people[number % len(people)])
    services.take(ticket, actor=rep, now=at + HOUR)
    services.reply(ticket, body=data.story(number + 1, sentences=3), actor=rep, now=at + 2 * HOUR)
    services.add_note(
        ticket, body=data.story(number + 2, sentences=2), actor=rep, now=at + 2 * HOUR
    )
    services.receive_message(
        ticket, body=data.story(number + 3, sentences=3), channel=Channel.EMAIL,
        actor=customer, now=at + 5 * HOUR,
    )  # fmt: skip


def _finish(ticket: Ticket, number: int, at: dt.datetime) -> None:
    ticket.refresh_from_db()
    assert ticket.owner is not None
    rep = Actor.of_user(ticket.owner)
    later = at + 24 * HOUR
    services.reply(ticket, body=data.story(number + 4, sentences=4), actor=rep, now=later)
    for point in ticket.points.all():
        services.decide_point(
            ticket, point.pk, outcome=Outcome.UPHELD, finding="We were wrong.", actor=rep, now=later
        )
    services.resolve(ticket, actor=rep, now=later + HOUR, summary="Put right.")
