"""Insight: counting every ticket, following what happens, and reading each tab."""

import datetime as dt
import statistics
import time
from typing import Any

from django.db import connection, transaction

from feedback.insight.measures import Measure
from feedback.models import Rollup, Tally
from feedback.services.insight import behind, keeping, rebuilding
from feedback.services.insight.reading import insight
from feedback.services.insight.shapes import Behind, Tab
from feedback.services.insight.writing import add_up_anew
from tickets import services
from tickets.access import Principal
from tickets.actors import Actor
from tickets.models import Event, Ticket, User
from tickets.models.search import Follower
from tickets.periods import Period

#: Copies of fifty tickets lie close together: each is moved back by up to so many days.
DAYS = 730
_SPREAD = "UPDATE feedback_tally SET day = day - (ticket_id %% %s)::int"


def rebuild(at_most: int) -> dict[str, float]:
    """Count so many tickets anew: seconds, tickets and rows."""
    began, done = time.perf_counter(), 0
    for done in rebuilding.rebuild():
        if done >= at_most:
            break
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "tickets": done, "tallies": Tally.objects.count()}


def spread() -> dict[str, int]:
    """Have what was counted lie on so many days, as that of a desk does; what there is then."""
    with connection.cursor() as cursor:
        cursor.execute(_SPREAD, [DAYS])
    return add_up()


def add_up() -> dict[str, int]:
    """Make the sums of what was counted; how much of both there is."""
    with transaction.atomic():
        add_up_anew()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE feedback_tally, feedback_rollup")
    return {"tallies": Tally.objects.count(), "sums": Rollup.objects.count()}


def following(events: int) -> dict[str, float]:
    """Notes on so many tickets, one each: seconds until the follower has counted all."""
    newest = Event.objects.order_by("-transaction", "-id")[0]
    Follower.objects.update_or_create(
        name=keeping.NAME, defaults={"transaction": newest.transaction, "event": newest.pk}
    )
    rep = Actor.of_user(User.objects.filter(role="rep").order_by("id")[0])
    now = dt.datetime.now(dt.UTC)
    for ticket in Ticket.objects.order_by("-id")[:events]:
        services.add_note(ticket, body="Rang twice.", actor=rep, now=now)
    began = time.perf_counter()
    read = keeping.catch_up()
    return {"seconds": time.perf_counter() - began, "events": read}


def reading(rounds: int) -> dict[str, float]:
    """Seconds that each tab takes for a manager, 13 weeks against the 13 before: the median."""
    manager = Principal.of_user(User.objects.get(role="manager"), now=dt.datetime.now(dt.UTC))
    last = Rollup.objects.order_by("-day").values_list("day", flat=True)[0]
    end = dt.datetime.combine(last, dt.time(), dt.UTC)
    period = Period(end - dt.timedelta(days=91), end)
    found: dict[str, float] = {}
    for tab in (tab for tab in Tab if tab is not Tab.IDEAS):
        found[tab.value] = _median(rounds, lambda tab=tab: insight(manager, tab, period))
    what = Behind(Measure.PROMISE, (), (1,))

    def listed() -> Any:
        rows = behind.tallies_behind(manager, what, period)[1]
        return list(rows.order_by("-day", "-pk")[:51])

    found["the tickets behind a figure"] = _median(rounds, listed)
    return found


def _median(rounds: int, work: Any) -> float:
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)
