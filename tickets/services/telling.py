"""Mailing people what they should know: singly, or in one digest where it is much at once.

What waits lies in the table of alerts. `tell` claims people whose mails are due, so that two
workers never mail one person at the same time, and writes the outbox in the same transaction.
Whoever can't be told is noted (`Untold`), tried again later and later, and stops nobody.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from tickets import outbox
from tickets.languages import speaking_to, spoken
from tickets.models import Alert, Outbox, Untold, User
from tickets.money import said_count
from tickets.reaching import Decision, Manner, manner_of
from tickets.ringing import wishes_of

log = structlog.get_logger(__name__)

#: People in one transaction.
BATCH = 100
#: Alerts of one person that are read at most; those beyond are counted. Never fewer than a person
#: may have mailed singly.
READ = 200
#: Alerts that a digest names; it counts the others.
NAMED = 30
LONGEST_WINDOW = dt.timedelta(minutes=1440)
FIRST_DELAY = dt.timedelta(minutes=1)
LONGEST_DELAY = dt.timedelta(hours=6)


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


def _tell_batch(*, now: dt.datetime) -> tuple[int, int]:
    """The next people: how many were claimed, and mails written for them. Seven queries.

    Where one of them fails, the batch is undone and each is told alone.
    """
    claimed: list[int] = []
    try:
        with transaction.atomic():
            people = _claim(_waiting(now=now))
            claimed = list(people)
            return len(claimed), _tell_people(people, now=now)
    except Exception:
        # Without a database nobody is to blame.
        if not claimed or not connection.is_usable():
            raise
        log.exception("telling_batch_failed", people=len(claimed))
    return len(claimed), sum(_tell_alone(key, now=now) for key in claimed)


def _due(*, now: dt.datetime) -> QuerySet[Alert]:
    return Alert.objects.filter(mail_at__lte=now, mailed_at=None)


def _waiting(*, now: dt.datetime) -> list[int]:
    """Keys of people for whom something is due, longest first; not of those tried again later."""
    later = Untold.objects.filter(next_attempt_at__gt=now).values("user")
    rows = _due(now=now).exclude(user__in=later).order_by("mail_at")
    return list(dict.fromkeys(rows.values_list("user_id", flat=True)[: 10 * BATCH]))[:BATCH]


def _claim(keys: Sequence[int]) -> dict[int, User]:
    """Those of them whom no other worker has in hand, locked."""
    if not keys:
        return {}
    rows = User.objects.filter(pk__in=keys).select_related("untold").order_by("pk")
    found = rows.select_for_update(of=("self",), no_key=True, skip_locked=True)
    return {user.pk: user for user in found}


def _tell_alone(key: int, *, now: dt.datetime) -> int:
    """The mails of one person in a transaction of its own; a failure is noted, and is none."""
    try:
        with transaction.atomic():
            return _tell_people(_claim([key]), now=now)
    except Exception as error:
        if not connection.is_usable():
            raise
        log.exception("telling_failed", person=key)
        _note_failure(key, error, now=now)
        return 0


def _note_failure(key: int, error: Exception, *, now: dt.datetime) -> None:
    """Say on the person's row how it failed, and try again after 1, 2, 4 … minutes."""
    with transaction.atomic():
        row = Untold.objects.select_for_update().filter(user_id=key).first()
        row = row or Untold(user_id=key, since=now)
        delay = min(FIRST_DELAY * 2 ** min(row.failures, 12), LONGEST_DELAY)
        row.failures += 1
        row.last_error = f"{type(error).__name__}: {error}"[:2000]
        row.next_attempt_at = now + delay
        row.save()


def try_again(people: Sequence[int], *, now: dt.datetime) -> int:
    """Have those (by key) who could not be told tried at once; returns how many that are."""
    return Untold.objects.filter(user__in=people).update(next_attempt_at=now)


def _tell_people(people: dict[int, User], *, now: dt.datetime) -> int:
    """Write the mails of people who are locked; returns how many."""
    if not people:
        return 0
    due = _due(now=now).filter(user__in=people)
    due.exclude(read_at=None).update(mail_at=None)  # read in the page: no mail is needed
    by_person: dict[int, list[Alert]] = defaultdict(list)
    # Read under the lock: what another worker has just mailed is no longer among it.
    place = Window(RowNumber(), partition_by=F("user"), order_by=["-urgent", "-id"])
    read = due.filter(read_at=None).annotate(place=place).filter(place__lte=READ + 1)
    for alert in read.select_related("ticket").order_by("id"):
        by_person[alert.user_id].append(alert)
    told = _told_lately(list(by_person), now=now)
    rows: list[Outbox] = []
    for key, alerts in by_person.items():
        rows += _mails_for(people[key], alerts, told[key], now=now)
    Outbox.objects.bulk_create(rows, ignore_conflicts=True)
    changed = [alert for alerts in by_person.values() for alert in alerts]
    Alert.objects.bulk_update(changed, ["mail_at", "mailed_at"], batch_size=1000)
    if again := [key for key, user in people.items() if hasattr(user, "untold")]:
        Untold.objects.filter(user__in=again).delete()
    if rows:
        transaction.on_commit(outbox.ring)
    return len(rows)


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
    """The mails that tell a person of these alerts, which are marked accordingly; so are those that
    are too many to be read."""
    wishes = wishes_of(person.pk)
    decision: Decision = manner_of(
        len(alerts), told, limit=wishes.digest_after, window=wishes.digest_window, now=now
    )
    values: dict[str, dt.datetime | None] = {"mailed_at": now}
    if not person.is_active:
        values = {"mail_at": None}
    elif decision.manner is Manner.LATER:
        values = {"mail_at": decision.at}
    for alert in alerts:
        for name, value in values.items():
            setattr(alert, name, value)
    more = 0
    if len(alerts) > READ:
        others = ~Q(pk__in=[alert.pk for alert in alerts])
        more = _due(now=now).filter(others, user=person, read_at=None).update(**values)
    if "mailed_at" not in values:
        return []
    if decision.manner is Manner.DIGEST:
        key = f"digest:{person.pk}:{alerts[-1].pk}"
        return [digest_of(person, alerts, key=key, more=more, now=now)]
    return [_single(person, alert, now=now) for alert in alerts]


def _single(person: User, alert: Alert, *, now: dt.datetime) -> Outbox:
    with speaking_to(person.reads):
        subject = _("Running late, needs you") if alert.urgent else _("You should know")
        foot = _foot()
    return Outbox(
        kind="mail",
        key=f"alert:{alert.pk}",
        ticket=alert.ticket,
        payload={
            "template": "alert",
            "to": [person.email],
            "language": spoken(person.reads),
            "subject": subject,
            "body": f"{alert.text}.\n\n{_link(alert)}\n\n{foot}\n",
        },
        created_at=now,
        next_attempt_at=now,
    )


def digest_of(
    person: User, alerts: Sequence[Alert], *, key: str, more: int, now: dt.datetime
) -> Outbox:
    """One mail of many alerts, once for each `key`: the urgent ones first, then the newest, each
    ticket once. `more` are those that were not read, and only count."""
    order = sorted(alerts, key=lambda alert: (not alert.urgent, -alert.pk))
    first = list({alert.ticket_id: alert for alert in reversed(order)}.values())[::-1]
    tickets = len(first)
    lines = [f"- {alert.text}\n  {_link(alert)}" for alert in first[:NAMED]]
    things, rest = len(alerts) + more, tickets - NAMED
    with speaking_to(person.reads):
        subject, head = _heads(person, things, tickets, counted=not more)
        if more:
            # On how many tickets those are nobody has counted.
            rest = things - len(lines)
        if rest > 0:
            told = {"count": said_count(rest), "link": f"{settings.SITE_URL}/desk/alerts/"}
            lines.append(_("… and %(count)s more: %(link)s") % told)
        foot = _foot()
    return Outbox(
        kind="mail",
        key=key,
        payload={
            "template": "alert_digest",
            "to": [person.email],
            "language": spoken(person.reads),
            "subject": subject,
            "body": f"{head}\n\n" + "\n".join(lines) + f"\n\n{foot}\n",
        },
        created_at=now,
        next_attempt_at=now,
    )


def _heads(person: User, things: int, tickets: int, *, counted: bool) -> tuple[str, str]:
    """The subject and the first line of a digest."""
    told = {"things": said_count(things), "tickets": tickets, "name": person.get_short_name()}
    if not counted:
        subject = _("%(things)s things need you")
        head = _("%(things)s things need you, %(name)s.")
    elif tickets == 1:
        subject = _("A ticket needs you")
        head = _("%(things)s things on one ticket need you, %(name)s.")
    else:
        subject = _("%(tickets)s tickets need you")
        head = _("%(things)s things on %(tickets)s tickets need you, %(name)s.")
    return subject % told, head % told


def _foot() -> str:
    """Below each mail: where its reader says when and how he wants to be told, or no longer."""
    told = {"link": f"{settings.SITE_URL}/desk/alerts/#quiet-title"}
    return "-- \n" + _("When and how you are told, or no longer: %(link)s") % told


def _link(alert: Alert) -> str:
    return f"{settings.SITE_URL}/desk/tickets/{alert.ticket.number}/"
