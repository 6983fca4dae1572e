"""What Amends does without HTTP, and how its tables are filled. Called by bench.agent."""

import datetime as dt
import time
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from oauth2_provider.models import get_access_token_model, get_application_model

from bench.amends.desk import complain, desk, set_up
from bench.amends.insight import DAYS, add_up
from bench.amends.multiply import multiply
from bench.plan import open_of
from desk.orders import cursor_of
from escalation.models import Deadline
from escalation.services import stepping
from feedback.models import Rollup, Tally
from feedback.services.insight import keeping
from integrations.clients import make_client
from tickets.access import Principal
from tickets.models import Event, Message, Outbox, SavedView, Team, Ticket, User
from tickets.models.search import Follower
from tickets.rules import Role
from tickets.services.indexing import index_what_happened
from tickets.services.views import save_view

#: So many complaints go through the services; the rest are copies of them.
ORIGINALS = 50
_CLIENT = "bench"
#: The mapping that ships for files of the form that bench.data writes.
_MAPPING = "cfpb_2015_2020"


def migrate() -> None:
    """Make the tables and set the desk up."""
    call_command("migrate", verbosity=0)
    set_up(now=timezone.now())


def fill(tickets: int) -> dict[str, Any]:
    """Fill the tables with so many tickets, three of ten of them open."""
    _complaints()
    return _copy(tickets // ORIGINALS - 1)


def fill_whole(tickets: int) -> dict[str, Any]:
    """The same for a desk that is only looked at: without the outbox, which no page reads, with the
    index of words up to date, and with what insight counts spread over two years."""
    _complaints()
    while (part := index_what_happened()) is not None and part.events:
        continue
    while keeping.catch_up():
        continue
    found = _copy(tickets // ORIGINALS - 1, without=(Outbox,), spread={Tally: DAYS})
    put_aside(now=timezone.now())
    newest = Event.objects.order_by("-transaction", "-id")[0]
    Follower.objects.update(transaction=newest.transaction, event=newest.pk)
    return found | add_up()


def put_aside(*, now: dt.datetime) -> None:
    """Snooze one of a hundred open tickets for a week and a bit."""
    until = now + dt.timedelta(days=7)
    rep = User.objects.filter(role=Role.REP.value).order_by("id")[0]
    one_of_many = Ticket.objects.still_open().annotate(share=F("id") % 100).filter(share=0)
    one_of_many.update(snoozed_until=until, snoozed_by=rep)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE tickets_ticket")


def quarter() -> tuple[str, str]:
    """First and last day of the 13 weeks that insight counted last, in ISO 8601."""
    last = Rollup.objects.order_by("-day").values_list("day", flat=True)[0]
    return (last - dt.timedelta(days=90)).isoformat(), last.isoformat()


def views() -> list[int]:
    """Saved views, as people make them, shared with a team; their keys."""
    now = timezone.now()
    lead = User.objects.filter(role=Role.SUPERVISOR.value).order_by("id")[0]
    who = Principal.of_user(lead, now=now)
    team = Team.objects.get(members=lead)
    wanted: dict[str, dict[str, Any]] = {
        "Repeated": {"tag": "repeat", "pain_min": 3},
        "Third contact": {"contacts_min": 3},
        "Nobody's, by form": {"owner": "nobody", "channel": "form"},
    }
    known = {view.name: view.pk for view in SavedView.objects.filter(team=team)}
    for name, criteria in wanted.items():
        if name not in known:
            row = save_view(who, name=name, criteria=criteria, team=team, now=now)
            known[name] = row.pk
    return [known[name] for name in wanted]


def _complaints() -> None:
    at_desk = desk()
    share = open_of(ORIGINALS)
    for number in range(ORIGINALS):
        # Open ones stand between the others, as in life.
        is_open = number * share // ORIGINALS != (number + 1) * share // ORIGINALS
        complain(at_desk, number, is_open=is_open)


def fill_deadlines(deadlines: int) -> dict[str, Any]:
    """Fill the tables with open tickets until about so many deadlines run."""
    at_desk = desk()
    for number in range(ORIGINALS):
        complain(at_desk, number, is_open=True)
    return _copy(round(deadlines / open_deadlines()) - 1)


def _copy(
    copies: int,
    *,
    without: tuple[type[Any], ...] = (),
    spread: dict[type[Any], int] | None = None,
) -> dict[str, Any]:
    began = time.perf_counter()
    with transaction.atomic():
        multiply(copies, without=without, spread=spread)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    tickets = Ticket.objects.count()
    return {
        "seconds": time.perf_counter() - began,
        "tickets": tickets,
        "open": Ticket.objects.still_open().count(),
        "messages_each": round(Message.objects.count() / tickets),
        "events_each": round(Event.objects.count() / tickets),
        "deadlines": Deadline.objects.count(),
        "open_deadlines": open_deadlines(),
    }


def token() -> str:
    """An access token, as a client gets one from /oauth/token/; good for a day."""
    now = timezone.now()
    applications: Any = get_application_model().objects
    if not applications.filter(name=_CLIENT).exists():
        make_client(_CLIENT, now=now)
    secret = f"bench-{now.timestamp():.0f}"
    tokens: Any = get_access_token_model().objects
    tokens.create(
        application=applications.get(name=_CLIENT),
        token=secret,
        scope="tickets:read tickets:write customers:read customers:write",
        expires=now + dt.timedelta(days=1),
    )
    return secret


def keys(count: int) -> list[str]:
    """Numbers of answered tickets from all over the table, of which every client reads."""
    answered = Ticket.objects.filter(answered_at__isnull=False).order_by("id")
    step = max(1, answered.count() // count)
    return list(answered.values_list("number", flat=True)[::step][:count])


def session(role: str = "supervisor") -> str:
    """The cookie of a person who signed in."""
    return session_of(User.objects.filter(role=Role(role).value).order_by("id")[0])


def session_of(user: User) -> str:
    """The same of this person."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def collect_assets() -> None:
    """Put stylesheets, scripts and icons where the web server takes them from."""
    call_command("collectstatic", interactive=False, verbosity=0)


def desk_cursor(behind: int) -> str:
    """Where the desk's queue goes on behind so many open tickets."""
    if not behind:
        return ""
    tickets = Ticket.objects.still_open().order_by("attention_at", "id")
    return cursor_of(tickets[behind - 1])


def import_file(path: str, processes: int = 1) -> dict[str, float]:
    """Load a file by `manage.py import_tickets`, in so many processes."""
    before = Ticket.objects.count()
    began = time.perf_counter()
    call_command("import_tickets", path, map=_MAPPING, processes=processes, verbosity=0)
    elapsed = time.perf_counter() - began
    return {"rows": Ticket.objects.count() - before, "seconds": elapsed}


def open_deadlines() -> int:
    """How many deadlines run."""
    return Deadline.objects.open().count()


def due_moment(due: int) -> str:
    """The moment at which nothing is due (0), or at least `due` deadlines are, in ISO 8601.

    Where calendars open, many fall due at one instant.
    """
    waiting = Deadline.objects.filter(next_at__isnull=False).order_by("next_at", "id")
    moment = waiting.values_list("next_at", flat=True)[due]
    assert moment is not None
    return (moment + dt.timedelta(microseconds=min(due, 1))).isoformat()


def sweep(now: str) -> dict[str, float]:
    """One sweep: every step that is due, with its events, alerts and mails."""
    moment = dt.datetime.fromisoformat(now)
    began = time.perf_counter()
    swept = stepping.sweep(now=moment)
    elapsed = time.perf_counter() - began
    if swept.failed:
        raise RuntimeError(f"{swept.failed} steps failed")
    return {"steps": swept.steps, "seconds": elapsed}
