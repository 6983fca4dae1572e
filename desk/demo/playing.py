"""Plays the cases in the order of time, so that everything comes about as it would have.

Before each step the sweep is run at every past moment at which a deadline or a call of that ticket
had something to do, so warnings, breaches and escalations come before what was done about them.
What was due on other tickets by then happens in the same sweep, as on a slow day of a real one.
Mail of the past is marked as delivered and never leaves. Steps of one case at one moment are one
unit of work.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from django.db.models import F, Min, Q

from desk.demo.content import Case, ContentInvalid, Step
from desk.demo.moments import Moment, Moments
from desk.demo.setting_up import Firm
from escalation.models import Climb, Deadline
from escalation.services.calling import sweep_climbs
from escalation.services.stepping import sweep
from tickets.actors import SYSTEM, Actor
from tickets.change import unit_of_work
from tickets.errors import DomainError
from tickets.models import Alert, Outbox, Ticket
from tickets.models.stream import OutboxState

#: A real sweep comes some seconds after the moment that was due.
TICK = dt.timedelta(seconds=10)


@dataclass
class Played:
    """A case that is being played: its ticket once it is open, and its dates."""

    case: Case
    dates: dict[str, Moment]
    ticket: Ticket | None = None

    @property
    def open_ticket(self) -> Ticket:
        """The ticket. Raises `ContentInvalid` before it is opened."""
        if self.ticket is None:
            raise ContentInvalid(f"{self.case.key} is not open yet.")
        return self.ticket


@dataclass(order=True)
class Turn:
    """One step of one case at its moment; step None opens the ticket."""

    at: dt.datetime
    order: int
    number: int
    played: Played = field(compare=False)
    step: Step | None = field(compare=False)


class Play:
    """Everything that the steps work with."""

    def __init__(self, firm: Firm, moments: Moments) -> None:
        self.firm = firm
        self.moments = moments
        self.played: dict[str, Played] = {}

    def actor(self, by: str, played: Played) -> Actor:
        """The one who does a step: a person's key, "customer", or "system"."""
        if by == "customer":
            return Actor.of_customer(self.firm.customers[played.case.customer])
        if by == "system":
            return SYSTEM
        return Actor.of_user(self.firm.people[by])

    def text(self, played: Played, words: str) -> str:
        """`words` with the dates of the case filled in."""
        try:
            return words.format_map(played.dates) if "{" in words else words
        except (KeyError, ValueError) as error:
            raise ContentInvalid(f"{played.case.key}: {words!r}: {error}") from error

    def remember(self, played: Played, name: str, at: dt.datetime) -> None:
        """Let later texts of the case speak of a moment by `name`."""
        played.dates[name] = self.moments.moment(at)


#: Does one step; registered by its word in desk.demo.verbs.
Verb = Callable[..., None]


def turns_of(play: Play, cases: Iterable[Case]) -> list[Turn]:
    """Every step of every case, in the order of time."""
    turns: list[Turn] = []
    for order, case in enumerate(cases):
        played = Played(case, play.moments.named(case.dates))
        if case.key in play.played:
            raise ContentInvalid(f"There are two cases called {case.key}.")
        play.played[case.key] = played
        steps: list[Step | None] = [None, *case.steps]
        read = [
            play.moments.read(case.at if step is None else step.at, played.dates) for step in steps
        ]
        for number, (at, step) in enumerate(zip(play.moments.in_order(read), steps, strict=True)):
            turns.append(Turn(at, order, number, played, step))
    return sorted(turns)


def play_all(
    play: Play,
    turns: list[Turn],
    *,
    opener: Verb,
    verbs: dict[str, Verb],
    daily: Callable[[dt.datetime], None],
) -> Iterator[int]:
    """Play every turn; yields how many were played so far, about once for each moment.

    `daily` is called at the first moment of each day, and at the end. Raises `ContentInvalid`
    naming the case and the step that can't be done.
    """
    done = 0
    day = None
    for (at, _), group in groupby(turns, key=lambda turn: (turn.at, turn.order)):
        if at.date() != day:
            day = at.date()
            daily(at)
        together = list(group)
        ticket = together[0].played.ticket
        if ticket is not None:
            sweep_until(at, ticket)
        with unit_of_work(now=at) as unit:
            for turn in together:
                _take(play, turn, opener=opener, verbs=verbs)
                # Steps read what those before them wrote.
                unit.flush()
        done += len(together)
        yield done
    daily(play.moments.now)
    sweep_until(play.moments.now)


def _take(play: Play, turn: Turn, *, opener: Verb, verbs: dict[str, Verb]) -> None:
    played, step = turn.played, turn.step
    where = f"{played.case.key}, {'opening' if step is None else f'{step.do} at {step.at}'}"
    try:
        if step is None:
            opener(play, played, at=turn.at)
            return
        if step.do not in verbs:
            raise ContentInvalid(f"{where}: nobody knows how to {step.do}.")
        actor = play.actor(step.by, played)
        verbs[step.do](play, played, actor=actor, at=turn.at, **step.args)
    except DomainError as error:
        raise ContentInvalid(f"{where}: {error.message}") from error
    except (KeyError, TypeError) as error:
        raise ContentInvalid(f"{where}: {error!r}") from error


def sweep_until(now: dt.datetime, ticket: Ticket | None = None) -> None:
    """Sweep at each moment before `now` at which a deadline or a call has something to do: one of
    this ticket, or any."""
    before = None
    while (at := _first_due(now, ticket)) is not None:
        if at == before:
            raise ContentInvalid(f"What is due at {at} can't be swept.")
        before = at
        moment = min(at + TICK, now)
        sweep(now=moment)
        sweep_climbs(now=moment)


def _first_due(now: dt.datetime, ticket: Ticket | None) -> dt.datetime | None:
    due = Q(next_at__lt=now) if ticket is None else Q(next_at__lt=now, ticket=ticket)
    rows = (Deadline.objects.filter(due), Climb.objects.filter(due))
    moments = [each.aggregate(at=Min("next_at"))["at"] for each in rows]
    return min((at for at in moments if at is not None), default=None)


def hush(now: dt.datetime, *, read_before: dt.datetime) -> None:
    """Nothing of the past leaves the house, and alerts of before `read_before` were read."""
    past = Outbox.objects.filter(state=OutboxState.PENDING.value, next_attempt_at__lte=now)
    past.update(state=OutboxState.DELIVERED.value, delivered_at=F("created_at"), attempts=1)
    Alert.objects.filter(created_at__lt=read_before).update(
        read_at=F("created_at") + dt.timedelta(minutes=20)
    )
