"""What the beat rings for."""

import datetime as dt

from celery import shared_task
from django.utils import timezone

from remedies.errors import PolicyInvalid
from remedies.gateways import CreditGateway
from remedies.searched import flaws_of
from remedies.services import activate_next, expire_next, mining, note_late_next, replaying
from remedies.services.reconciling import reconcile

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
def note_late_remedies() -> int:
    """Note the remedies whose date passed without them. Returns how many."""
    now = dt.datetime.now(dt.UTC)
    done = 0
    while done < MOST and note_late_next(now=now):
        done += 1
    return done


@shared_task
def reconcile_payouts() -> int:
    """Compare the ledger with the other side's list, where there is one. Returns what differs."""
    gateway = CreditGateway.configured()
    if gateway is None or not gateway.status_url:
        return 0
    return reconcile(since=None, by=None, now=timezone.now()).found


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


@shared_task
def look_for_patterns() -> int:
    """Look where exceptions are the rule, and have what follows tried on the past. Looking twice
    finds nothing twice. Returns how many changed rules are open."""
    return len(mining.look(now=timezone.now()))


@shared_task
def search_policy(source: str) -> int:
    """Search the text of a policy for disproportion and doubts, and keep what is found for whoever
    looks at it. Returns how many; 0 too where it can't be read."""
    try:
        return len(flaws_of(source))
    except PolicyInvalid:
        return 0
