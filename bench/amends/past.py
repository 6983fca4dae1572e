"""Remedies: evaluations by themselves, a policy tried on the past, and grants at once."""

import datetime as dt
import os
import resource
import subprocess
import sys
import time
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection

from bench.amends.processes import forked, memory
from config.paths import BASE_DIR
from remedies import services
from remedies.models import Authority, Offer
from remedies.rules import evaluate, load_policy
from remedies.services.backtesting import Period
from remedies.services.pasts import pasts_of
from remedies.services.situations import Situation
from tickets.actors import Actor
from tickets.models import Ticket, User

GENERAL = BASE_DIR / "remedies" / "packs" / "general.yaml"
#: What the draft says otherwise than the general policy: pain 3 is worth more.
_ROW = "gives: [30, 40, 55, 75, 85]"
_RAISED = "gives: [35, 45, 60, 80, 95]"

# The copies of fifty tickets are told apart, so that nothing can be found out once for many.
_VARY = """
UPDATE tickets_ticket SET
    pain = 1 + (id * 7 %% 100 >= 20)::int + (id * 7 %% 100 >= 50)::int
             + (id * 7 %% 100 >= 80)::int + (id * 7 %% 100 >= 95)::int,
    loss_minor = CASE WHEN id %% 3 = 0 THEN 0 ELSE id * 7919 %% 60000 END,
    contacts = 1 + id * 13 %% 5,
    handoffs = id * 11 %% 4 / 2,
    facts = facts || jsonb_build_object('hours_lost', id * 17 %% 12)
        || CASE WHEN id %% 5 = 0 THEN jsonb_build_object('goods', 'faulty',
            'price_paid', jsonb_build_object('amount', round((id * 6007 %% 20000) / 100.0, 2)::text,
                                             'currency', 'GBP')) ELSE '{}' END
"""


def vary() -> int:
    """Give each ticket facts, pain and loss of its own. How many there are."""
    with connection.cursor() as cursor:
        cursor.execute(_VARY, [])
        count: int = cursor.rowcount
        cursor.execute("VACUUM ANALYZE tickets_ticket")
    return count


def evaluating(tickets: int, rounds: int) -> dict[str, list[float]]:
    """Evaluations of the default policy in a second of one core, round by round, on the facts of so
    many tickets: explained, and without words. By the processor's time: what else runs on the
    machine takes no part."""
    policy = load_policy(GENERAL.read_text(encoding="utf-8"))
    now = Ticket.objects.order_by("-received_at")[0].received_at
    situations = _situations(tickets, now)
    found: dict[str, list[float]] = {"explained": [], "unexplained": []}
    for _ in range(rounds):
        for name, series in found.items():
            began = time.process_time()
            for one in situations:
                evaluate(policy, one.facts, now=now, currency="GBP", explained=name == "explained")
            series.append(len(situations) / (time.process_time() - began))
    return found


def _situations(tickets: int, now: dt.datetime) -> list[Situation]:
    rows = list(Ticket.objects.select_related("customer").order_by("-id")[:tickets])
    return [situation for _, situation in pasts_of(rows, now=now)]


def backtesting(tickets: int, folder: str) -> dict[str, Any]:
    """`manage.py policy backtest` of a changed default policy on so many tickets, by two processes:
    seconds from its start to its end, and the memory of its largest process."""
    draft = Path(folder) / "draft.yaml"
    text = GENERAL.read_text(encoding="utf-8")
    if _ROW not in text:
        raise RuntimeError("the default policy has no such row any more")
    draft.write_text(text.replace(_ROW, _RAISED), encoding="utf-8")
    since = _since(tickets)
    command = [sys.executable, "manage.py", "policy", "backtest", str(draft), "--since", since]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(
        command, cwd=BASE_DIR, env=os.environ, capture_output=True, text=True, check=True
    )
    seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    counted = Period(dt.datetime.fromisoformat(f"{since}T00:00:00+00:00"), _end()).count()
    return {
        "seconds": seconds,
        "tickets": counted,
        "cpu": after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime,
        "peak": after.ru_maxrss // 1024,
        "words": done.stdout.splitlines()[0],
    }


def _since(tickets: int) -> str:
    """The last day from which on there are so many tickets."""
    received = Ticket.objects.order_by("-received_at").values_list("received_at", flat=True)
    first = received[min(tickets, received.count()) - 1]
    return f"{first:%Y-%m-%d}"


def _end() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def granting(processes: int, grants: int, *, one_customer: bool) -> dict[str, float]:
    """Offers sent by reps and accepted, shared out among so many processes: each weighs the rep's
    authority under the customer's lock, and ends in the ledger."""
    Authority.objects.get_or_create(
        role="rep", kind="", currency="GBP",
        defaults={"per_ticket": 10**9, "per_customer": 10**12},
    )  # fmt: skip
    drafts = Offer.objects.filter(status="draft", total__gt=0, currency="GBP").order_by("id")
    keys = list(islice(drafts.values_list("pk", "ticket_id"), grants))
    if len(keys) < grants:
        raise RuntimeError(f"there are only {len(keys)} drafts left")
    if one_customer:
        first = Ticket.objects.get(pk=keys[0][1])
        Ticket.objects.filter(pk__in=[ticket for _, ticket in keys]).update(
            customer=first.customer_id
        )
    now = Ticket.objects.order_by("-received_at")[0].received_at + dt.timedelta(days=1)
    offers = [offer for offer, _ in keys]
    told = forked([partial(_grant, offers[n::processes], now) for n in range(processes)])
    return {
        "per_second": sum(one["grants"] / one["seconds"] for one in told),
        "peak": max(one["peak"] for one in told),
    }


def _grant(offers: list[int], now: dt.datetime) -> dict[str, float]:
    """One to begin with, in which a process reads what it keeps; the others are measured."""
    rep = Actor.of_user(User.objects.filter(role="rep").order_by("id")[0])
    first, *others = offers
    _send_and_accept(first, rep, now)
    began = time.perf_counter()
    for key in others:
        _send_and_accept(key, rep, now)
    return {
        "grants": len(others),
        "seconds": time.perf_counter() - began,
        "peak": memory(),
    }


def _send_and_accept(key: int, rep: Actor, now: dt.datetime) -> None:
    offer = Offer.objects.select_related("ticket__customer").get(pk=key)
    services.send_offer(offer, body="We were wrong, and we are sorry.", actor=rep, now=now)
    services.accept_offer(offer, actor=Actor.of_customer(offer.ticket.customer), now=now)
