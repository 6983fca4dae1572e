"""What the beat rings for."""

import datetime as dt

from celery import shared_task

from remedies.services import activate_next, expire_next

#: One call's share; the next tick takes up the rest.
MOST = 500


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
