"""Doorbells: what is due lies in the database."""

import time

from celery import shared_task
from django.utils import timezone

from feedback.services import expire_next, send_next
from feedback.services.insight.keeping import MOST, follow

_AT_MOST = 1000
#: How long one ring of the follower works before it lets others have the worker.
_SECONDS = 20.0


@shared_task
def send_due_surveys() -> int:
    """Send what is due and end what nobody answered. Ringing it twice doubles nothing."""
    now = timezone.now()
    sent = 0
    while sent < _AT_MOST and send_next(now=now):
        sent += 1
    ended = 0
    while ended < _AT_MOST and expire_next(now=now):
        ended += 1
    return sent


@shared_task
def follow_for_insight() -> int:
    """Count what happened since. Returns how many events were read."""
    read, stop = 0, time.monotonic() + _SECONDS
    while time.monotonic() < stop:
        part = follow()
        if part is None:
            break
        read += part.events
        if part.events < MOST:
            break
    return read
