"""What a person should know: the bell of the top bar."""

import datetime as dt

from tickets.models import Alert, User

SHOWN = 12


def unread_of(user: User) -> list[Alert]:
    """The newest alerts that were not read. One query."""
    found = Alert.objects.filter(user=user, read_at=None).select_related("ticket")
    return list(found.order_by("-id")[:SHOWN])


def mark_read(user: User, *, now: dt.datetime, up_to: int) -> int:
    """Note that alerts up to the one with this id were read; newer ones stay."""
    return Alert.objects.filter(user=user, read_at=None, pk__lte=up_to).update(read_at=now)
