"""What a person was told: reading it, and how he wants to be told."""

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet, Value

from tickets.errors import Invalid
from tickets.languages import clean_choice
from tickets.models import Alert, AlertSettings, User
from tickets.rules import ToldBy
from tickets.services.customers import clean_zone

#: What rang longer ago is no news for a browser that comes back: the bell has it.
NOTICE_AGE = dt.timedelta(minutes=15)
NOTICES_MOST = 5


def alerts_of(user: User | Value, *, unread_at: dt.datetime | None = None) -> QuerySet[Alert]:
    """What a person was told, with the tickets; with `unread_at` only what rings at that moment:
    not read, and not held back by quiet hours."""
    found = Alert.objects.filter(user=user).select_related("ticket")
    if unread_at is not None:
        loud = Q(held_until=None) | Q(held_until__lte=unread_at)
        found = found.filter(loud, read_at=None)
    return found


def read_alerts(user: User, *, up_to: int, now: dt.datetime) -> int:
    """Note that a person read what rang up to the alert with this key; newer ones stay, and what
    his quiet hours still hold back. Returns how many were new to him."""
    if not 0 <= up_to < 2**63:
        raise Invalid("That is no alert.", field="up_to")
    return alerts_of(user, unread_at=now).filter(pk__lte=up_to).update(read_at=now)


@transaction.atomic
def claim_notices(user: User, *, now: dt.datetime) -> list[Alert]:
    """What a browser may show its person now, oldest first; from then on no other browser is given
    it, and no mail is written. Nothing where he did not ask for it."""
    if not settings_of(user).notify:
        return []
    # Whoever mails him holds his row: what is being mailed is not shown as well. It is waited for,
    # since a bell rings once: who came away with nothing would not ask again.
    if User.objects.select_for_update(no_key=True).filter(pk=user.pk).first() is None:
        return []
    since = now - NOTICE_AGE
    fresh = alerts_of(user, unread_at=now).filter(
        Q(held_until=None, created_at__gte=since) | Q(held_until__gte=since),
        told_at=None, mailed_at=None,
    )  # fmt: skip
    found = list(fresh.order_by("-id")[:NOTICES_MOST])[::-1]
    Alert.objects.filter(pk__in=[alert.pk for alert in found]).update(
        told_at=now, told_by=ToldBy.BROWSER.value, mail_at=None
    )
    return found


def settings_of(user: User) -> AlertSettings:
    """How a person wants to be told; the usual way where he never said."""
    return AlertSettings.objects.filter(user=user).first() or AlertSettings(user=user)


def set_alert_settings(
    user: User,
    *,
    quiet_from: dt.time | None,
    quiet_until: dt.time | None,
    quiet_days: Iterable[int] = (),
    urgent_anyway: bool = False,
    digest_after: int = 5,
    digest_minutes: int = 15,
    time_zone: str = "",
    language: str | None = None,
    notify: bool = False,
    daily_at: dt.time | None = None,
    now: dt.datetime,
) -> AlertSettings:
    """Say when and how a person is told. Times are local to his own time zone, which is
    `time_zone` from now on where that is given; everything else he sees is in it too. `language` is
    the one in which the desk speaks to him, "" for his browser's; None leaves it. `notify` has
    his browsers show what rings; the mail of the day, with what he has not read and nothing told
    him of, is sent at `daily_at`, for the first time when that comes next.

    Raises `Invalid` as `checked_days` does, for a mail of the day in quiet hours, and for a time
    zone or a language that there is not.
    """
    days = checked_days(quiet_from, quiet_until, quiet_days, digest_after, digest_minutes)
    _keep_person(user, time_zone, language)
    if daily_at is not None and _between(daily_at, quiet_from, quiet_until):
        raise Invalid("That is in your quiet hours.", field="daily_at")
    before = settings_of(user)
    daily_on = before.daily_on
    if daily_at != before.daily_at:
        # Today's is not sent after the fact.
        local = now.astimezone(ZoneInfo(user.time_zone))
        daily_on = local.date() if daily_at is not None and local.time() >= daily_at else None
    row, _ = AlertSettings.objects.update_or_create(
        user=user,
        defaults={
            "quiet_from": quiet_from,
            "quiet_until": quiet_until,
            "quiet_days": days,
            "urgent_anyway": urgent_anyway,
            "digest_after": digest_after,
            "digest_minutes": digest_minutes,
            "notify": notify,
            "daily_at": daily_at,
            "daily_on": daily_on,
        },
    )
    return row


def _keep_person(user: User, time_zone: str, language: str | None) -> None:
    """What is his own and not only of his alerts: saved where it is another than before."""
    changed = []
    if time_zone and clean_zone(time_zone) != user.time_zone:
        user.time_zone = time_zone
        changed.append("time_zone")
    if language is not None and clean_choice(language) != user.language:
        user.language = language
        changed.append("language")
    if changed:
        user.save(update_fields=changed)


def _between(at: dt.time, start: dt.time | None, end: dt.time | None) -> bool:
    """Whether it is quiet at that time of day, where quiet hours may pass midnight."""
    if start is None or end is None:
        return False
    return start <= at < end if start < end else at >= start or at < end


def checked_days(
    quiet_from: dt.time | None,
    quiet_until: dt.time | None,
    quiet_days: Iterable[int],
    digest_after: int,
    digest_minutes: int,
) -> list[int]:
    """The quiet days in order, where all of it makes sense.

    Raises `Invalid`: one end of the quiet hours without the other, both the same (that is the whole
    day), every day quiet, or a digest of nothing.
    """
    if (quiet_from is None) != (quiet_until is None):
        field = "quiet_until" if quiet_until is None else "quiet_from"
        raise Invalid("Quiet hours have a beginning and an end.", field=field)
    if quiet_from is not None and quiet_from == quiet_until:
        raise Invalid("That would be the whole day.", field="quiet_until")
    days = sorted(set(quiet_days))
    if not set(days) <= set(range(7)):
        raise Invalid("Days go from 0 (Monday) to 6.", field="quiet_days")
    if len(days) == 7:
        raise Invalid("On one day at least you have to be reached.", field="quiet_days")
    if not 1 <= digest_after <= 100:
        raise Invalid("From 1 to 100.", field="digest_after")
    if not 1 <= digest_minutes <= 1440:
        raise Invalid("From 1 to 1440 minutes.", field="digest_minutes")
    return days
