"""What Celery runs for this app: doorbells, worth nothing once answered."""

import imaplib
import time

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from integrations.mail.fetching import fetch_all
from integrations.outbox import deliver_next

log = structlog.get_logger(__name__)

#: Rows one task carries at most, and how long it takes at most (under the soft time limit).
CAP = 500
SECONDS = 60.0
#: A ring is answered this many seconds later, so that many commits cost one task.
PAUSE = 0.3
#: After a broker that failed, nobody rings for so many seconds; beat goes on.
REST_AFTER_FAILURE = 5.0


class _Bell:
    """Until when this process need not ring, in monotonic seconds."""

    quiet_until = 0.0


@shared_task(name="integrations.tasks.deliver_outbox")
def deliver_outbox() -> int:
    """Deliver what is due, one row after another. Returns how many were tried."""
    tried, stop = 0, time.monotonic() + SECONDS
    while tried < CAP and time.monotonic() < stop:
        if not deliver_next(now=timezone.now()):
            return tried
        tried += 1
    ring()
    return tried


@shared_task(name="integrations.tasks.fetch_mail")
def fetch_mail() -> int:
    """Take in new mail, where a mailbox is set. Returns how many mails."""
    url = str(getattr(settings, "INBOUND_IMAP_URL", ""))
    if not url:
        return 0
    try:
        return fetch_all(url, clock=timezone.now)
    except (OSError, imaplib.IMAP4.error) as error:
        log.warning("mailbox_unreachable", error=str(error))
        return 0


def ring() -> None:
    """Have the outbox delivered soon. Neither fails nor blocks, whatever the broker does.

    A task that was rung for and has not begun will see what was committed since, so for
    `PAUSE` seconds after a ring the next ones need nothing.
    """
    stamp = time.monotonic()
    if stamp < _Bell.quiet_until:
        return
    _Bell.quiet_until = stamp + PAUSE
    try:
        deliver_outbox.apply_async(countdown=PAUSE)
    except Exception as error:  # noqa: BLE001 - whatever a broken broker raises
        # The row is committed, and beat rings again.
        _Bell.quiet_until = time.monotonic() + REST_AFTER_FAILURE
        log.warning("broker_unreachable", error=str(error))
