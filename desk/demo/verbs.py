"""The words that steps of a case use, each one call of the services that everyone uses.

`by` is who does it, `at` when; what else a step may say are the arguments of its function.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from desk.demo import photos
from desk.demo.content import ContentInvalid
from desk.demo.moments import told
from desk.demo.playing import Play, Played, Verb
from tickets import services
from tickets.actors import SYSTEM, Actor
from tickets.models import Event, Point, Ticket
from tickets.money import Money
from tickets.rules import Channel, EventType
from tickets.services.opening import NewTicket

VERBS: dict[str, Verb] = {}


def verb(name: str) -> Callable[[Verb], Verb]:
    """Register a function under the word that steps use for it."""

    def _register(function: Verb) -> Verb:
        VERBS[name] = function
        return function

    return _register


def open_case(play: Play, played: Played, *, at: dt.datetime) -> None:
    """The complaint comes in, by its channel."""
    case = played.case
    customer = play.firm.customers[case.customer]
    actor = Actor.of_customer(customer)
    if case.channel == Channel.API:
        actor = Actor.of_client("Linden web shop")
    elif case.channel in {Channel.PHONE, Channel.LETTER, Channel.IN_PERSON}:
        actor = play.actor("tara", played)
    ticket = services.open_ticket(
        NewTicket(
            customer=customer,
            category=case.category,
            channel=Channel(case.channel),
            subject=play.text(played, case.subject),
            body=play.text(played, case.says),
            wish=play.text(played, case.wish),
            language=case.language,
            facts=facts_of(play, played, case.facts),
            factors=case.factors,
            loss=money(case.loss) if case.loss else None,
            points=case.points,
            tags=case.tags,
            uploads=[photos.upload(name) for name in case.uploads],
            confidential=case.confidential,
            external=case.external,
        ),
        actor=actor,
        now=at,
    )
    if case.pain is not None:
        level, reason = case.pain
        services.override_pain(ticket, level, reason=reason, actor=SYSTEM, now=at)
    played.ticket = ticket


def money(text: str) -> Money:
    """A sum from "12.50 GBP"."""
    amount, currency = text.split()
    return Money.of(amount, currency)


def facts_of(play: Play, played: Played, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts with the dates of the case filled in."""
    return {
        name: play.text(played, value) if isinstance(value, str) else value
        for name, value in facts.items()
    }


# -- whose it is ------------------------------------------------------------------------------


@verb("take")
def take(play: Play, played: Played, *, actor: Actor, at: dt.datetime) -> None:
    """The person becomes the owner."""
    services.take(played.open_ticket, actor=actor, now=at)


@verb("assign")
def assign(
    play: Play, played: Played, *, actor: Actor, at: dt.datetime, to: str, brief: str = ""
) -> None:
    """Somebody gives it to another."""
    owner = play.firm.people[to]
    services.assign(played.open_ticket, owner, brief=brief, actor=actor, now=at)


@verb("move")
def move(play: Play, played: Played, *, actor: Actor, at: dt.datetime, to: str, brief: str) -> None:
    """It goes to another team."""
    team = play.firm.teams[to]
    services.move_to_team(played.open_ticket, team, brief=brief, actor=actor, now=at)


@verb("about")
def about(play: Play, played: Played, *, actor: Actor, at: dt.datetime, who: str) -> None:
    """The complaint is about a colleague."""
    person = play.firm.people[who]
    services.complain_about(played.open_ticket, person, actor=actor, now=at)


@verb("name")
def name(play: Play, played: Played, *, actor: Actor, at: dt.datetime, who: str) -> None:
    """A colleague may see a confidential ticket."""
    services.name_person(played.open_ticket, play.firm.people[who], actor=actor, now=at)


# -- what is said -----------------------------------------------------------------------------


@verb("reply")
def reply(
    play: Play,
    played: Played,
    *,
    actor: Actor,
    at: dt.datetime,
    text: str,
    channel: str = "email",
    promised_next: str = "",
) -> None:
    """A person answers; `promised_next` is when the next word comes, `{next}` in the text."""
    promised = None
    if promised_next:
        promised = told(play.moments.read(promised_next, played.dates))
        play.remember(played, "next", promised)
    services.reply(
        played.open_ticket,
        body=play.text(played, text),
        channel=Channel(channel),
        promised_next=promised,
        actor=actor,
        now=at,
    )


@verb("write")
def write(
    play: Play,
    played: Played,
    *,
    actor: Actor,
    at: dt.datetime,
    text: str,
    channel: str = "email",
    uploads: Sequence[str] = (),
) -> None:
    """The customer says something."""
    services.receive_message(
        played.open_ticket,
        body=play.text(played, text),
        channel=Channel(channel),
        uploads=[photos.upload(one) for one in uploads],
        actor=actor,
        now=at,
    )


@verb("note")
def note(
    play: Play,
    played: Played,
    *,
    actor: Actor,
    at: dt.datetime,
    text: str,
    mentions: Sequence[str] = (),
) -> None:
    """Among ourselves."""
    services.add_note(
        played.open_ticket,
        body=play.text(played, text),
        mentions=[play.firm.people[one] for one in mentions],
        actor=actor,
        now=at,
    )


@verb("ask")
def ask(
    play: Play,
    played: Played,
    *,
    actor: Actor,
    at: dt.datetime,
    facts: Sequence[str],
    text: str,
) -> None:
    """Ask the customer for facts; clocks pause."""
    body = play.text(played, text)
    services.request_information(played.open_ticket, facts=facts, body=body, actor=actor, now=at)


@verb("answer")
def answer(
    play: Play,
    played: Played,
    *,
    actor: Actor,
    at: dt.datetime,
    text: str,
    facts: Mapping[str, Any] | None = None,
    channel: str = "form",
    uploads: Sequence[str] = (),
) -> None:
    """The customer answers what he was asked."""
    services.give_information(
        played.open_ticket,
        facts=facts_of(play, played, facts or {}),
        body=play.text(played, text),
        channel=Channel(channel),
        uploads=[photos.upload(one) for one in uploads],
        actor=actor,
        now=at,
    )


@verb("promise")
def promise(
    play: Play, played: Played, *, actor: Actor, at: dt.datetime, what: str, due: str
) -> None:
    """Promise something by a moment on the full five minutes, `{promised}` in later texts."""
    moment = told(play.moments.read(due, played.dates))
    services.make_promise(played.open_ticket, what=what, due=moment, actor=actor, now=at)
    play.remember(played, "promised", moment)


@verb("keep")
def keep(play: Play, played: Played, *, actor: Actor, at: dt.datetime) -> None:
    """The last promise is kept, in time or not."""
    made = Event.objects.filter(
        ticket=played.open_ticket, type=EventType.PROMISE_MADE.value
    ).order_by("-seq")
    last = made.first()
    if last is None:
        raise ContentInvalid(f"{played.case.key} has no promise to keep.")
    services.keep_promise(played.open_ticket, last.data["promise"], actor=actor, now=at)


# -- what it is about -------------------------------------------------------------------------


@verb("facts")
def facts(
    play: Play, played: Played, *, actor: Actor, at: dt.datetime, values: Mapping[str, Any]
) -> None:
    """Facts become known."""
    known = facts_of(play, played, values)
    services.set_facts(played.open_ticket, known, actor=actor, now=at)


@verb("loss")
def loss(play: Play, played: Played, *, actor: Actor, at: dt.datetime, amount: str) -> None:
    """What it cost becomes known."""
    services.set_loss(played.open_ticket, money(amount), actor=actor, now=at)


@verb("pain")
def pain(
    play: Play, played: Played, *, actor: Actor, at: dt.datetime, level: int, reason: str
) -> None:
    """A person sets the level."""
    services.override_pain(played.open_ticket, level, reason=reason, actor=actor, now=at)


@verb("decide")
def decide(
    play: Play,
    played: Played,
    *,
    actor: Actor,
    at: dt.datetime,
    outcome: str,
    cause: str,
    finding: str,
    point: int = 1,
    because: str = "",
) -> None:
    """A point gets its outcome and cause; at a review, why what was decided did not hold."""
    points = list(Point.objects.filter(ticket=played.open_ticket).order_by("pk"))
    services.decide_point(
        played.open_ticket,
        points[point - 1].pk,
        outcome=outcome,
        root_cause=play.firm.causes[cause],
        finding=play.text(played, finding),
        because=because,
        actor=actor,
        now=at,
    )


@verb("action")
def action(
    play: Play, played: Played, *, actor: Actor, at: dt.datetime, text: str, owner: str, due: str
) -> None:
    """What we change so that it does not happen again."""
    services.add_corrective_action(
        played.open_ticket,
        text=text,
        owner=play.firm.people[owner],
        due_on=play.moments.read(due, played.dates).date(),
        actor=actor,
        now=at,
    )


@verb("link")
def link(
    play: Play, played: Played, *, actor: Actor, at: dt.datetime, to: str, kind: str = "related"
) -> None:
    """It belongs to another case."""
    other: Ticket = play.played[to].open_ticket
    services.link(played.open_ticket, other, kind, actor=actor, now=at)


# -- where it stands --------------------------------------------------------------------------


@verb("wait")
def wait(play: Play, played: Played, *, actor: Actor, at: dt.datetime, what: str) -> None:
    """Somebody else has to answer."""
    services.wait_for_third_party(played.open_ticket, for_what=what, actor=actor, now=at)


@verb("snooze")
def snooze(
    play: Play, played: Played, *, actor: Actor, at: dt.datetime, until: str, reason: str
) -> None:
    """It is put aside until a moment."""
    back = told(play.moments.read(until, played.dates))
    services.snooze(played.open_ticket, until=back, reason=reason, actor=actor, now=at)


@verb("wait_customer")
def wait_customer(play: Play, played: Played, *, actor: Actor, at: dt.datetime, what: str) -> None:
    """The customer has to answer."""
    services.wait_for_customer(played.open_ticket, for_what=what, actor=actor, now=at)


@verb("resume")
def resume(play: Play, played: Played, *, actor: Actor, at: dt.datetime, why: str) -> None:
    """Work goes on."""
    services.resume(played.open_ticket, why=why, actor=actor, now=at)


@verb("resolve")
def resolve(
    play: Play, played: Played, *, actor: Actor, at: dt.datetime, summary: str = ""
) -> None:
    """The matter is settled."""
    services.resolve(played.open_ticket, summary=summary, actor=actor, now=at)


@verb("close")
def close(play: Play, played: Played, *, actor: Actor, at: dt.datetime) -> None:
    """Nothing is left to do."""
    services.close(played.open_ticket, actor=actor, now=at)


@verb("review")
def review(play: Play, played: Played, *, actor: Actor, at: dt.datetime, reason: str) -> None:
    """The customer asks for another person to look."""
    services.ask_review(played.open_ticket, reason=reason, actor=actor, now=at)


@verb("external")
def external(play: Play, played: Played, *, actor: Actor, at: dt.datetime, body: str) -> None:
    """It went to an outside body."""
    services.escalate_to_external(played.open_ticket, body=body, actor=actor, now=at)


@verb("escalate")
def escalate(play: Play, played: Played, *, actor: Actor, at: dt.datetime, reason: str) -> None:
    """The customer asks for somebody above."""
    services.escalated_by_customer(played.open_ticket, reason=reason, actor=actor, now=at)
