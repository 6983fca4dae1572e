"""Named people and plain builders. Every test speaks of the same small desk.

The team Home has alice (who usually owns the ticket) and bob as reps and sue as supervisor;
charlie is a rep of another team, Travel; mona manages, audrey audits, ada administers.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from tickets import services
from tickets.actors import Actor
from tickets.models import (
    Category,
    Customer,
    FactDefinition,
    Membership,
    Team,
    Ticket,
    User,
)
from tickets.rules import Channel
from tickets.services.customers import CustomerDetails
from tickets.services.opening import NewTicket

#: A Tuesday morning in working hours, in winter time everywhere that matters.
NOW = dt.datetime(2026, 11, 24, 11, 18, tzinfo=dt.UTC)


@dataclass
class Desk:
    """The people, teams and categories of a test."""

    home: Team
    travel: Team
    alice: User
    bob: User
    charlie: User
    sue: User
    mona: User
    audrey: User
    ada: User
    broadband: Category
    outage: Category
    flights: Category


def make_user(name: str, role: str = "rep", **over: Any) -> User:
    """A person without a password, so that tests need not hash."""
    return User.objects.create(
        **{"email": f"{name.lower()}@example.org", "name": name, "role": role, **over}
    )


def make_desk() -> Desk:
    """Two teams, seven people, three categories with facts."""
    people = {
        name: make_user(name.title(), role)
        for name, role in {
            "alice": "rep",
            "bob": "rep",
            "charlie": "rep",
            "sue": "supervisor",
            "mona": "manager",
            "audrey": "auditor",
            "ada": "admin",
        }.items()
    }
    home = Team.objects.create(key="home", name="Home", is_default=True, lead=people["sue"])
    travel = Team.objects.create(key="travel", name="Travel")
    Membership.objects.bulk_create(
        [
            Membership(user=people["alice"], team=home),
            Membership(user=people["bob"], team=home),
            Membership(user=people["sue"], team=home, supervises=True),
            Membership(user=people["charlie"], team=travel),
        ]
    )
    broadband = Category.objects.create(
        key="broadband", name="Broadband", team=home, icon="wifi", order=1
    )
    outage = Category.objects.create(key="outage", name="Outage", parent=broadband, order=2)
    flights = Category.objects.create(
        key="flights", name="Flights", team=travel, icon="plane", order=3
    )
    facts: list[dict[str, Any]] = [
        {"category": broadband, "name": "account", "label": "Account", "kind": "text"},
        {"category": outage, "name": "reported", "label": "Reported", "kind": "moment"},
        {
            "category": outage,
            "name": "days_without",
            "label": "Days without",
            "kind": "number",
        },
        {
            "category": outage,
            "name": "monthly_fee",
            "label": "Monthly fee",
            "kind": "money",
        },
        {
            "category": outage,
            "name": "visits_missed",
            "label": "Visits missed",
            "kind": "number",
        },
        {
            "category": flights,
            "name": "delay_minutes",
            "label": "Delay",
            "kind": "duration",
        },
        {
            "category": None,
            "name": "order_number",
            "label": "Order number",
            "kind": "text",
        },
    ]
    FactDefinition.objects.bulk_create([FactDefinition(**fact) for fact in facts])
    return Desk(
        home=home,
        travel=travel,
        broadband=broadband,
        outage=outage,
        flights=flights,
        **people,
    )


def make_customer(name: str = "Ines Calloway", **over: Any) -> Customer:
    """A customer with an e-mail address made of the name."""
    details: dict[str, Any] = {
        "name": name,
        "email": f"{name.lower().replace(' ', '.')}@example.org",
        **over,
    }
    return services.find_or_create_customer(CustomerDetails(**details), now=NOW)


def make_ticket(desk: Desk, *, now: dt.datetime = NOW, **over: Any) -> Ticket:
    """A complaint about an outage, as the customer's own form would open it."""
    customer = over.pop("customer", None) or make_customer()
    actor = over.pop("actor", None) or Actor.of_customer(customer)
    values: dict[str, Any] = {
        "customer": customer,
        "category": desk.outage,
        "channel": Channel.FORM,
        "body": "We had no internet from the 9th to the 18th. Nobody came.",
        "subject": "Nine days offline, two visits not kept",
        **over,
    }
    return services.open_ticket(NewTicket(**values), actor=actor, now=now)


def user(person: User) -> Actor:
    """The person as the one who acts."""
    return Actor.of_user(person)
