"""Who does something: a person, a customer, an API client, or the desk itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tickets.rules import ActorKind

if TYPE_CHECKING:
    from tickets.models import Customer, User


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who did it, by name as it was at that moment."""

    kind: ActorKind
    name: str
    user: User | None = None

    @classmethod
    def of_user(cls, user: User) -> Actor:
        """A person who works here."""
        return cls(ActorKind.USER, user.name or user.email, user)

    @classmethod
    def of_customer(cls, customer: Customer) -> Actor:
        """The customer, through his link, a mail or the form."""
        return cls(ActorKind.CUSTOMER, customer.name)

    @classmethod
    def of_client(cls, name: str) -> Actor:
        """An integration."""
        return cls(ActorKind.CLIENT, name)

    @property
    def is_person_here(self) -> bool:
        """Whether it is one of us, in person."""
        return self.kind is ActorKind.USER


SYSTEM = Actor(ActorKind.SYSTEM, "Amends")
