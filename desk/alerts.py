"""What a person should know: the bell of the top bar."""

import datetime as dt

from tickets.models import Alert, User
from tickets.services.alerts import alerts_of

SHOWN = 12


def unread_of(user: User, *, now: dt.datetime) -> list[Alert]:
    """The newest alerts that ring: not read, and not held back by quiet hours; one more than is
    shown tells that there are more. One query."""
    found = alerts_of(user, unread_at=now).only("text", "urgent", "created_at", "ticket__number")
    return list(found.order_by("-id")[: SHOWN + 1])
