"""Doorbells: what is due lies in the database."""

from celery import shared_task
from django.utils import timezone

from feedback.services import expire_next, send_next

_AT_MOST = 1000


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
