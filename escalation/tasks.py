"""Doorbells: each rings a service. What is due lies in the database."""

from celery import shared_task
from django.utils import timezone

from escalation.services import calling, rederiving, stepping, trials
from tickets.services import telling


@shared_task
def sweep() -> int:
    """Take every step that is due, and tell people. Ringing it twice doubles nothing."""
    now = timezone.now()
    steps = stepping.sweep(now=now).steps + calling.sweep_climbs(now=now)
    telling.tell(now=now)
    return steps


@shared_task
def rederive_open(after: int = 0) -> None:
    """Work out open deadlines anew after a calendar or path was changed, in batches."""
    last = rederiving.rederive_batch(after=after, now=timezone.now())
    if last is not None:
        rederive_open.delay(last)


@shared_task
def simulate(key: int) -> None:
    """Carry a trial of a draft on for some seconds, then ring again: the sweep needs room."""
    if trials.work(key, now=timezone.now()):
        simulate.delay(key)
