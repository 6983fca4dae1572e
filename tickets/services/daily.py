"""The mail of the day: what a person has not read, and nothing told him of, at his own hour.

Never twice: his row of settings says for which day he had it, under his lock, and the key of the
mail names person and day. Nobody's failure stops the others; it is tried again a minute later.
"""

import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

import structlog
from django.db import connection, transaction

from tickets import outbox
from tickets.models import Alert, AlertSettings, Outbox, User
from tickets.rules import ToldBy
from tickets.services.alerts import alerts_of
from tickets.services.telling import READ, digest_of

log = structlog.get_logger(__name__)

#: What nobody read for longer is not news any more.
OLDEST = dt.timedelta(days=7)


def send_daily(*, now: dt.datetime) -> int:
    """Write the mails of the day that are due; returns how many. Harmless to run again, and side
    by side."""
    rows = AlertSettings.objects.filter(daily_at__isnull=False, user__is_active=True)
    due = [row.user_id for row in rows.select_related("user") if _is_due(row, now=now)]
    return sum(_send(person, now=now) for person in due)


def _today(row: AlertSettings, *, now: dt.datetime) -> dt.datetime:
    """Now, as the person's own clock shows it."""
    name = row.user.time_zone if row.user.time_zone in available_timezones() else "UTC"
    return now.astimezone(ZoneInfo(name))


def _is_due(row: AlertSettings, *, now: dt.datetime) -> bool:
    """Whether the hour of today has come, on a day that is not quiet, and he has had none."""
    local = _today(row, now=now)
    if row.daily_at is None or local.weekday() in row.quiet_days:
        return False
    return local.time() >= row.daily_at and row.daily_on != local.date()


def _send(person: int, *, now: dt.datetime) -> int:
    """The mail of one person in a transaction of its own: 1, or 0 where there is nothing."""
    try:
        with transaction.atomic():
            return _write(person, now=now)
    except Exception:
        if not connection.is_usable():
            raise
        log.exception("daily_mail_failed", person=person)
        return 0


def _write(person: int, *, now: dt.datetime) -> int:
    locked = User.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=person)
    user = locked.first()
    row = AlertSettings.objects.select_related("user").filter(user=person).first()
    # Read again under the lock: another worker may just have done it.
    if user is None or row is None or not _is_due(row, now=now):
        return 0
    row.daily_on = _today(row, now=now).date()
    row.save(update_fields=["daily_on"])
    rest = alerts_of(user, unread_at=now).filter(
        told_at=None, mailed_at=None, mail_at=None, created_at__gt=now - OLDEST
    )
    alerts = list(rest.order_by("-urgent", "-id")[: READ + 1])
    more = rest.count() - len(alerts) if len(alerts) > READ else 0
    if not alerts:
        return 0
    key = f"daily:{person}:{row.daily_on.isoformat()}"
    mail = digest_of(user, alerts, key=key, more=more, now=now)
    Outbox.objects.bulk_create([mail], ignore_conflicts=True)
    told = Alert.objects.filter(pk__in=[alert.pk for alert in alerts]) if not more else rest
    told.update(told_at=now, told_by=ToldBy.DAILY.value)
    transaction.on_commit(outbox.ring)
    return 1
