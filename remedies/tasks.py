"""What the beat rings for."""

import datetime as dt

from celery import shared_task
from django.utils import timezone

from remedies.services import activate_next, expire_next, replaying

#: One call's share; the next tick takes up the rest.
MOST = 500
#: How long one ring works on backtests before it lets others have the worker.
TURN = dt.timedelta(seconds=10)


@shared_task
def expire_offers() -> int:
    """Let the offers run out that nobody answered in time. Returns how many."""
    now = dt.datetime.now(dt.UTC)
    done = 0
    while done < MOST and expire_next(now=now):
        done += 1
    return done


@shared_task
def activate_policies() -> int:
    """Put the policies in force whose day has come. Returns how many."""
    now = dt.datetime.now(dt.UTC)
    done = 0
    while done < MOST and activate_next(now=now):
        done += 1
    return done


@shared_task
def run_backtests(key: int | None = None) -> None:
    """Work on what is tried on the past, part by part; rung by beat too, so that one whose worker
    was killed goes on. Two at once share the parts."""
    until = timezone.now() + TURN
    while (now := timezone.now()) < until:
        if not replaying.work_next(now=now, key=key):
            return
    run_backtests.delay(key)


@shared_task
def forget_backtests() -> int:
    """Delete results that nobody looks at any more. Returns how many."""
    return replaying.forget_backtests(now=timezone.now())
