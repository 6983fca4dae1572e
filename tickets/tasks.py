"""What the beat rings for."""

import time

from celery import shared_task

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
