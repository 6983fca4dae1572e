"""Doorbells: each rings a service. What is due lies in the database."""

import datetime as dt

from celery import shared_task
from django.utils import timezone

from escalation.services import calling, rederiving, stepping, tidying, trials
from tickets.services import snoozing, telling

#: How long one ring works on a new reckoning before it lets others have the worker.
TURN = dt.timedelta(seconds=20)


@shared_task
def sweep() -> int:
    """Take every step that is due, bring back what was put aside until now, and tell people.
    Ringing it twice doubles nothing."""
    now = timezone.now()
    steps = stepping.sweep(now=now).steps + calling.sweep_climbs(now=now)
    snoozing.wake_due(now=now)
    telling.tell(now=now)
    return steps


@shared_task
def rederive_open() -> None:
    """Work on the new reckonings that were begun, part by part; rung by beat too, so that one whose
    worker was killed goes on. What falls due meanwhile goes first: a reckoning delays no sweep."""
    until = timezone.now() + TURN
    while (now := timezone.now()) < until:
        stepping.sweep(now=now)
        if not rederiving.do_next(now=now):
            return
    rederive_open.delay()


@shared_task
def forget_trials() -> None:
    """Delete results of trials and previews that nobody looks at any more."""
    tidying.forget_trials(now=timezone.now())


@shared_task
def simulate(key: int) -> None:
    """Carry a trial of a draft on for some seconds, then ring again: the sweep needs room."""
    if trials.work(key, now=timezone.now()):
        simulate.delay(key)
