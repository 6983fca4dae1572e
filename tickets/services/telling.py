"""Mailing people what they should know: singly, or in one digest where it is much at once.

What waits lies in the table of alerts. `tell` claims people whose mails are due, so that two
workers never mail one person at the same time, and writes the outbox in the same transaction.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import Count

from tickets import outbox
from tickets.models import Alert, Outbox, User
from tickets.reaching import Decision, Manner, manner_of
from tickets.ringing import wishes_of

#: People in one transaction.
BATCH = 100
#: Alerts that a digest names; it counts the others.
NAMED = 30
LONGEST_WINDOW = dt.timedelta(minutes=1440)


def tell(*, now: dt.datetime) -> int:
    """Have everyone mailed who is to be told something by `now`; returns how many mails that are.

    Harmless to run again, and side by side.
    """
    mails = 0
    while True:
        people, written = _tell_batch(now=now)
        mails += written
        if people == 0:
            return mails


@transaction.atomic
def _tell_batch(*, now: dt.datetime) -> tuple[int, int]:
    """The next people: how many were claimed, and mails written for them. Six queries."""
    due = Alert.objects.filter(mail_at__lte=now, mailed_at=None)
    waiting = list(due.order_by("mail_at").values_list("user_id", flat=True)[: 10 * BATCH])
    if not waiting:
        return 0, 0
    people = {
        user.pk: user
        for user in User.objects.filter(pk__in=list(dict.fromkeys(waiting))[:BATCH])
        .order_by("pk")
        .select_for_update(no_key=True, skip_locked=True)
    }
    by_person: dict[int, list[Alert]] = defaultdict(list)
    # Read under the lock: what another worker has just mailed is no longer among it.
    for alert in due.filter(user__in=people).select_related("ticket").order_by("id"):
        by_person[alert.user_id].append(alert)
    told = _told_lately(list(by_person), now=now)
    rows: list[Outbox] = []
    for key, alerts in by_person.items():
        rows += _mails_for(people[key], alerts, told[key], now=now)
    Outbox.objects.bulk_create(rows, ignore_conflicts=True)
    changed = [alert for alerts in by_person.values() for alert in alerts]
    Alert.objects.bulk_update(changed, ["mail_at", "mailed_at"], batch_size=1000)
    if rows:
        transaction.on_commit(outbox.ring)
    return len(by_person), len(rows)


def _told_lately(
    people: list[int], *, now: dt.datetime
) -> defaultdict[int, list[tuple[dt.datetime, int]]]:
    found: defaultdict[int, list[tuple[dt.datetime, int]]] = defaultdict(list)
    mailed = Alert.objects.filter(user__in=people, mailed_at__gt=now - LONGEST_WINDOW)
    counts = mailed.order_by().values_list("user_id", "mailed_at").annotate(count=Count("id"))
    for person, at, count in counts:
        if at is not None:
            found[person].append((at, count))
    return found


def _mails_for(
    person: User, alerts: list[Alert], told: list[tuple[dt.datetime, int]], *, now: dt.datetime
) -> list[Outbox]:
    """The mails that tell a person of these alerts, which are marked accordingly."""
    unread = [alert for alert in alerts if alert.read_at is None]
    for alert in alerts:
        if alert.read_at is not None:
            alert.mail_at = None  # read in the page: no mail is needed
    if not person.is_active or not unread:
        for alert in unread:
            alert.mail_at = None
        return []
    wishes = wishes_of(person.pk)
    decision: Decision = manner_of(
        len(unread), told, limit=wishes.digest_after, window=wishes.digest_window, now=now
    )
    for alert in unread:
        if decision.manner is Manner.LATER:
            alert.mail_at = decision.at
        else:
            alert.mailed_at = now
    if decision.manner is Manner.LATER:
        return []
    if decision.manner is Manner.DIGEST:
        return [_digest(person, unread, now=now)]
    return [_single(person, alert, now=now) for alert in unread]


def _single(person: User, alert: Alert, *, now: dt.datetime) -> Outbox:
    subject = "Running late, needs you" if alert.urgent else "You should know"
    return Outbox(
        kind="mail",
        key=f"alert:{alert.pk}",
        ticket=alert.ticket,
        payload={
            "template": "alert",
            "to": [person.email],
            "subject": subject,
            "body": f"{alert.text}.\n\n{_link(alert)}\n",
        },
        created_at=now,
        next_attempt_at=now,
    )


def _digest(person: User, alerts: Sequence[Alert], *, now: dt.datetime) -> Outbox:
    """One mail of many alerts: the urgent ones first, then the newest, each ticket once."""
    order = sorted(alerts, key=lambda alert: (not alert.urgent, -alert.pk))
    first = list({alert.ticket_id: alert for alert in reversed(order)}.values())[::-1]
    tickets = len(first)
    lines = [f"- {alert.text}\n  {_link(alert)}" for alert in first[:NAMED]]
    if tickets > NAMED:
        lines.append(f"… and {tickets - NAMED} more: {settings.SITE_URL}/desk/alerts/")
    head = f"{len(alerts)} things on {tickets} tickets need you, {person.get_short_name()}."
    if tickets == 1:
        head = f"{len(alerts)} things on one ticket need you, {person.get_short_name()}."
    return Outbox(
        kind="mail",
        key=f"digest:{person.pk}:{alerts[-1].pk}",
        payload={
            "template": "alert_digest",
            "to": [person.email],
            "subject": f"{tickets} tickets need you" if tickets > 1 else "A ticket needs you",
            "body": f"{head}\n\n" + "\n".join(lines) + "\n",
        },
        created_at=now,
        next_attempt_at=now,
    )


def _link(alert: Alert) -> str:
    return f"{settings.SITE_URL}/desk/tickets/{alert.ticket.number}/"
