"""Fills an empty database with the demo, in one transaction: all of it, or nothing."""

import datetime as dt
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.apps import apps
from django.core.cache import cache
from django.db import connection, transaction

from desk.demo import amends_verbs, clock_verbs  # noqa: F401 - they register their words
from desk.demo.colleagues import give_thanks, tell_ideas
from desk.demo.content import Case, cases, read
from desk.demo.earlier import bring_over
from desk.demo.feedback_verbs import ask_until
from desk.demo.moments import Moments
from desk.demo.past import settled
from desk.demo.paying import set_up_paying, tell_of_payouts
from desk.demo.playing import Play, hush, play_all, turns_of
from desk.demo.setting_up import BEFORE, PASSWORD, email_of, leave_draft, office, send_away, set_up
from desk.demo.tried import try_on_the_past
from desk.demo.verbs import VERBS, open_case
from feedback.services.insight import keeping
from remedies.services import mining
from tickets.append_only import everything_goes
from tickets.cached import forget_all
from tickets.models import Ticket, User

#: Called with the steps done and the steps in all.
Progress = Callable[[int, int], None]

#: Tables that are no data of the desk.
_KEPT = frozenset({"django_migrations", "django_content_type", "auth_permission"})
#: What a small demo has: the case of the pictures, and one of each state.
SMALL = frozenset(
    """
    ines-first ines-second ines joseph lukas tomasz chloe isla sam marek viktor arthur thomas
    esther wei nathan yusuf peter brenda
    parcel-1 repair-1 weather-1 seat-1 speed-1 rude-1
    """.split()
)


@dataclass(frozen=True)
class Filled:
    """What a fill made."""

    tickets: int
    steps: int


def is_filled() -> bool:
    """Whether anybody works here already."""
    return User.objects.exists()


def fill(*, now: dt.datetime, small: bool = False, progress: Progress | None = None) -> Filled:
    """Fill the database as of `now`. A `small` one has a few cases of each kind, for tests.

    Raises `ContentInvalid` for a mistake in the content; nothing is kept then.
    """
    tell = progress or (lambda _done, _total: None)
    with transaction.atomic(), _no_savepoints(), _seldom_collected():
        firm = set_up(now, small=small)
        set_up_paying(firm, now - BEFORE)
        moments = Moments(now, office())
        if not small:
            bring_over(moments)
        play = Play(firm, moments)
        turns = turns_of(play, chosen(small=small))
        tell(0, len(turns))
        for done in play_all(play, turns, opener=open_case, verbs=VERBS, daily=ask_until):
            tell(done, len(turns))
        tell_ideas(play)
        give_thanks(play)
        hush(now, read_before=moments.read("-2h"))
        tell_of_payouts(moments.read("-1d 03:00"))
        send_away(firm, moments)
        leave_draft(firm, moments)
    try_on_the_past(firm.people["miriam"], now=now)  # it reads; a savepoint is what it needs
    mining.look(now=now)
    keeping.catch_up()
    return Filled(Ticket.objects.count(), len(turns))


@contextmanager
def _no_savepoints() -> Iterator[None]:
    """One unit of work in three queries is a savepoint, and here none is ever gone back to:
    whatever fails takes all of it back."""
    connection.features.uses_savepoints = False
    try:
        yield
    finally:
        connection.features.uses_savepoints = True


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Python looks for cycles after many more objects than usual: few are made here, and each look
    goes through all the rows that the play still holds."""
    usual = gc.get_threshold()
    gc.set_threshold(200_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def chosen(*, small: bool = False) -> list[Case]:
    """The cases that are played: all, or those of the small demo."""
    every = [*settled(), *cases()]
    return [case for case in every if case.key in SMALL] if small else every


def empty() -> None:
    """Take everything out of the database, the demo's or not."""
    tables = [
        connection.ops.quote_name(name)
        for name in connection.introspection.django_table_names(only_existing=True)
        if name not in _KEPT
    ]
    with everything_goes() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
    cache.clear()
    forget_all()


def logins() -> list[tuple[str, str, str]]:
    """(who, e-mail or client id, password or secret) of those who are shown; of those who are
    here and still have the password of the demo."""
    data = read("people")
    found = []
    for item in data["shown"]:
        name = data["people"][item["who"]]["name"]
        email = email_of(name, data["domain"])
        user = User.objects.filter(email=email, is_active=True).first()
        if user is not None and user.check_password(PASSWORD):
            found.append((f"{name}, {item['words']}", email, PASSWORD))
    client = data["client"]
    if apps.get_model("integrations", "ApiClient").objects.filter(name=client["name"]).exists():
        found.append((f"{client['name']}, an API client", client["id"], client["secret"]))
    return found
