"""What a person should know: the bell of the top bar."""

import datetime as dt

from tickets.kept import Asking, GivenMoment, given
from tickets.models import Alert, User
from tickets.services.alerts import alerts_of

SHOWN = 12


_UNREAD: Asking[Alert] = Asking(
    lambda: (
        alerts_of(given("user"), unread_at=GivenMoment.called("now"))
        .only("text", "urgent", "created_at", "ticket__number")
        .order_by("-id")[: SHOWN + 1]
    )
)


def unread_of(user: User, *, now: dt.datetime) -> list[Alert]:
    """The newest alerts that ring: not read, and not held back by quiet hours; one more than is
    shown tells that there are more. One query."""
    return _UNREAD(user=user.pk, now=now)
