"""What the beat rings for."""

import time

from celery import shared_task
from django.utils import timezone

from tickets.services.daily import send_daily
from tickets.services.indexing import MOST, index_what_happened

#: How long one ring works before it lets others have the worker.
SECONDS = 20.0


@shared_task
def index_for_search() -> int:
    """Let tickets be found by what happened to them since. Returns how many events were read."""
    read, stop = 0, time.monotonic() + SECONDS
    while time.monotonic() < stop:
        part = index_what_happened()
        if part is None:
            break
        read += part.events
        if part.events < MOST:
            break
    return read


@shared_task
def send_daily_mails() -> int:
    """Send everyone whose hour has come the mail of the day. Ringing it twice doubles nothing."""
    return send_daily(now=timezone.now())
