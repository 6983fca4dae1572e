"""What is said: from the customer, to the customer, and among ourselves."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from tickets.access import people_who_see
from tickets.actors import Actor
from tickets.catalogue import catalogue, parse_facts
from tickets.change import Change, changing
from tickets.errors import Conflict, Invalid, Missing, WrongStatus
from tickets.filling import gaps_in
from tickets.models import Message, Ticket, User
from tickets.rules import ActorKind, BackBecause, Channel, EventType, MessageKind, Status
from tickets.saying import Phrase
from tickets.services import snoozing
from tickets.services.files import Upload, attach_uploads
from tickets.services.ownership import own_if_unowned
from tickets.services.promises import PROMISES_MAX, WHAT_MAX, promised_moment, record_promise
from tickets.services.status import refuse_merged, reopen_in, resume_in
from tickets.services.texts import clean_text, needed

BODY_MAX = 20_000

#: What is promised, and by when; a date means the end of that day for the customer.
Promise = tuple[str, dt.datetime | dt.date]


class GapsLeft(Invalid):
    """Fill in what is still missing, marked with ⟦ ⟧ in the text: {gaps}."""

    code = "gaps_left"


def _say(
    change: Change,
    kind: MessageKind,
    *,
    body: str,
    channel: Channel,
    automatic: bool = False,
    uploads: Sequence[Upload] = (),
    mail_id: str = "",
    at: dt.datetime | None = None,
) -> tuple[Message, dict[str, tuple[Any, Any]]]:
    actor = change.actor
    author_kind = ActorKind.CUSTOMER if kind is MessageKind.INBOUND else actor.kind
    name = change.ticket.customer.name if kind is MessageKind.INBOUND else actor.name
    message = Message.made(
        ticket=change.ticket,
        kind=kind.value,
        channel=Channel(channel).value,
        author_kind=author_kind.value,
        author=actor.user if kind is not MessageKind.INBOUND else None,
        author_name=name[:160],
        automatic=automatic,
        body=body,
        at=at or change.now,
        mail_id=mail_id[:255],
    )
    change.add(message)
    changes: dict[str, tuple[Any, Any]] = {f"messages.{message.pk}": (None, message.kind)}
    internal = kind is MessageKind.NOTE
    changes |= attach_uploads(change, uploads, message=message, internal=internal)
    return message, changes


def receive_message(
    ticket: Ticket,
    *,
    body: str,
    channel: Channel,
    actor: Actor,
    now: dt.datetime,
    uploads: Sequence[Upload] = (),
    mail_id: str = "",
    automatic: bool = False,
    at: dt.datetime | None = None,
) -> Message:
    """The customer says something, now or at the moment `at` in the past.

    It ends a wait for him and reopens what was finished, unless a machine wrote it (an
    out-of-office note, say). What is said on a ticket that was merged is said on the one that
    it is part of. Raises `Missing` for an empty text.
    """
    text = needed(body, what=_("a message"), field="body", limit=BODY_MAX)
    with changing(ticket, actor=actor, now=now) as change:
        if change.ticket.merged_into_id is not None:
            return receive_message(
                change.ticket.survivor,
                body=text,
                channel=channel,
                actor=actor,
                now=now,
                uploads=uploads,
                mail_id=mail_id,
                automatic=automatic,
                at=at,
            )
        message, changes = _say(
            change,
            MessageKind.INBOUND,
            body=text,
            channel=channel,
            automatic=automatic,
            uploads=uploads,
            mail_id=mail_id,
            at=at,
        )
        answers = change.ticket.status == Status.WAITING_CUSTOMER
        if not automatic and not answers:
            change.set(contacts=change.ticket.contacts + 1)
        change.record(
            EventType.MESSAGE_RECEIVED,
            data={"message": message.pk, "automatic": automatic},
            changes=changes,
            at=at,
        )
        if not automatic:
            if answers:
                resume_in(change, why="The customer answered.", at=at)
            elif not change.ticket.is_open:
                reopen_in(change, reason="The customer wrote again.", at=at)
        _tell_owner(change, message.author_name)
    return message


def _tell_owner(change: Change, author: str) -> None:
    owner = change.ticket.owner
    if owner is not None and owner != change.actor.user:
        key = f"message:{change.ticket.pk}:{change.ticket.event_count}"
        text = Phrase("{name} wrote on {number}", name=author, number=change.ticket.number)
        change.alert(owner, key=key, text=text)


def reply(
    ticket: Ticket,
    *,
    body: str,
    actor: Actor,
    now: dt.datetime,
    channel: Channel = Channel.EMAIL,
    uploads: Sequence[Upload] = (),
    automatic: bool = False,
    promised_next: dt.datetime | dt.date | None = None,
    promises: Sequence[Promise] = (),
    puts_off: Sequence[str] = (),
    seen: int | None = None,
    at: dt.datetime | None = None,
) -> Message:
    """Answer the customer. It goes out by mail after commit, and stands on his page.

    `automatic` marks what a machine wrote: it is no first response. `promised_next` is the
    moment by which this text promises the next word; a date means the end of that day in the
    customer's time zone. Each of `promises`, what and by when, becomes a deadline of its own.
    `puts_off` is the promise (kind and subject) that this text only says comes later: it keeps
    every other. A person who answers a ticket without an owner becomes its owner. Raises `Missing`
    for an empty text, `GapsLeft`, `Stale`, and `Invalid` for a promise not in the future.
    """
    text = public_text(body, what=_("a message"))
    promised = promised_moment(ticket, promised_next, now=now, field="promised_next")
    checked = _checked(ticket, promises, now=now)
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        refuse_merged(change)
        if not automatic:
            own_if_unowned(change)
        message, changes = _say(
            change, MessageKind.REPLY, body=text, channel=channel, automatic=automatic,
            uploads=uploads, at=at,
        )  # fmt: skip
        if not automatic:
            _answered(change, at=at or now)
        data: dict[str, Any] = {
            "message": message.pk,
            "automatic": automatic,
            "promised_next": promised.isoformat() if promised else None,
        }
        if puts_off:
            data["puts_off"] = list(puts_off)
        change.record(EventType.REPLY_SENT, data=data, changes=changes, at=at)
        for what, until in checked:
            record_promise(change, what, until)
        send_message(change, message)
    return message


def _answered(change: Change, *, at: dt.datetime) -> None:
    """Somebody works on it, and the customer has heard from a person."""
    if change.ticket.status == Status.NEW:
        change.set(status=Status.OPEN.value)
    if change.ticket.answered_at is None:
        change.set(answered_at=at)


def _checked(
    ticket: Ticket, promises: Sequence[Promise], *, now: dt.datetime
) -> list[tuple[str, dt.datetime]]:
    """Promises that can be kept, each as what and an instant."""
    if len(promises) > PROMISES_MAX:
        raise Invalid("At most {most} promises at once.", most=PROMISES_MAX, field="promises")
    found = []
    for place, (what, due) in enumerate(promises):
        field = f"promises.{place}"
        text = needed(what, what=_("what is promised"), field=f"{field}.what", limit=WHAT_MAX)
        until = promised_moment(ticket, due, now=now, field=f"{field}.due")
        if until is None:
            raise Missing(what=_("a date"), field=f"{field}.due")
        found.append((text, until))
    return found


def public_text(body: str, *, what: str) -> str:
    """A text for the customer. Raises `Missing`, and `GapsLeft` where something of a reusable
    text was never filled in."""
    text = needed(body, what=what, field="body", limit=BODY_MAX)
    if gaps := gaps_in(text):
        raise GapsLeft(gaps=", ".join(gaps), field="body")
    return text


def send_message(change: Change, message: Message) -> None:
    """Have a public message delivered to the customer by mail."""
    change.enqueue("mail", f"message:{message.pk}", {"template": "message", "message": message.pk})


def add_note(
    ticket: Ticket,
    *,
    body: str,
    actor: Actor,
    now: dt.datetime,
    mentions: Sequence[User] = (),
    uploads: Sequence[Upload] = (),
) -> Message:
    """Write among ourselves; the customer never sees it. Those mentioned are alerted, each once.

    Raises `Missing` for an empty text, `Invalid` where somebody mentioned may not see the ticket.
    """
    text = needed(body, what=_("a note"), field="body", limit=BODY_MAX)
    with changing(ticket, actor=actor, now=now) as change:
        _check_they_see(change.ticket, mentions)
        message, changes = _say(
            change, MessageKind.NOTE, body=text, channel=Channel.API, uploads=uploads
        )
        change.record(
            EventType.NOTE_ADDED,
            data={"message": message.pk, "mentions": [user.name for user in mentions]},
            changes=changes,
        )
        for user in dict.fromkeys(mentions):
            if user != actor.user:
                number = change.ticket.number
                said = Phrase("{name} mentions you on {number}", name=actor.name, number=number)
                change.alert(user, key=f"mention:{message.pk}", text=said)
        kept_for = {change.ticket.owner_id, change.ticket.snoozed_by_id}
        if kept_for & {user.pk for user in mentions if user != actor.user}:
            snoozing.end_in(change, BackBecause.MENTION)
    return message


def _check_they_see(ticket: Ticket, mentions: Sequence[User]) -> None:
    if not mentions:
        return
    seeing = set(people_who_see(ticket).values_list("pk", flat=True))
    blind = [user.name for user in mentions if user.pk not in seeing]
    if blind:
        names = ", ".join(blind)
        raise Invalid(
            "May not see this ticket: {names}. Name them on it first.",
            names=names,
            field="mentions",
        )


def acknowledge(
    ticket: Ticket, *, actor: Actor, now: dt.datetime, at: dt.datetime | None = None
) -> None:
    """Record that the complaint was acknowledged. Raises `Conflict` where it was before."""
    with changing(ticket, actor=actor, now=now) as change:
        if change.ticket.acknowledged_at is not None:
            raise Conflict("This complaint is acknowledged already.", field="status")
        change.set(acknowledged_at=at or now)
        change.record(EventType.ACKNOWLEDGED, data={"by": actor.name}, at=at)


def request_information(
    ticket: Ticket,
    *,
    facts: Sequence[str],
    body: str,
    actor: Actor,
    now: dt.datetime,
    seen: int | None = None,
) -> Message:
    """Ask the customer for facts; the ticket waits for him until he answers.

    Raises `Conflict` for a fact that is known already (nobody is asked twice), `Invalid` for
    one that the category does not have.
    """
    text = public_text(body, what=_("the question"))
    entry = catalogue().entry(ticket.category_id).knowing(facts)
    for position, name in enumerate(facts):
        if name not in entry.facts:
            raise Invalid("This category has no fact {name}.", name=name, field=f"facts.{position}")
    with changing(ticket, actor=actor, now=now, seen=seen) as change:
        known = [entry.facts[name].label for name in facts if name in change.ticket.facts]
        if known:
            raise Conflict(
                "Already known, don't ask again: {known}.", known=", ".join(known), field="facts"
            )
        if not change.ticket.is_open:
            raise WrongStatus(status=change.ticket.status, to=Status.WAITING_CUSTOMER.value)
        own_if_unowned(change)
        message, changes = _say(change, MessageKind.REPLY, body=text, channel=Channel.EMAIL)
        labels = [entry.facts[name].label for name in facts]
        if change.ticket.answered_at is None:
            change.set(answered_at=now)
        change.record(
            EventType.REPLY_SENT,
            data={"message": message.pk, "automatic": False},
            changes=changes,
        )
        change.set(
            status=Status.WAITING_CUSTOMER.value,
            waiting_for=(", ".join(labels) or "an answer")[:200],
        )
        change.record(
            EventType.INFORMATION_REQUESTED,
            data={"message": message.pk, "facts": list(facts), "labels": labels},
        )
        send_message(change, message)
    return message


def give_information(
    ticket: Ticket,
    *,
    facts: Mapping[str, Any],
    body: str,
    actor: Actor,
    now: dt.datetime,
    channel: Channel = Channel.FORM,
    uploads: Sequence[Upload] = (),
) -> None:
    """The customer answers what he was asked: facts, words, files. The clock goes on.

    Raises `FactInvalid` and `FactUnknown`, naming the fact; `Missing` where nothing is given.
    """
    entry = catalogue().entry(ticket.category_id).knowing(facts)
    values = parse_facts(entry, dict(facts), zone=ticket.customer.time_zone)
    values = {name: value for name, value in values.items() if value is not None}
    text = clean_text(body, field="body", limit=BODY_MAX)
    if not values and not text and not uploads:
        raise Missing(what=_("an answer"), field="body")
    with changing(ticket, actor=actor, now=now) as change:
        labels = [entry.facts[name].label for name in values]
        words = text or ("Sent: " + (", ".join(labels) or "files"))
        message, changes = _say(
            change, MessageKind.INBOUND, body=words, channel=channel, uploads=uploads
        )
        if change.put("facts", values):
            changes_facts = sorted(values)
            change.record(EventType.FACTS_SET, data={"names": changes_facts, "labels": labels})
        change.record(
            EventType.INFORMATION_GIVEN,
            data={"message": message.pk, "facts": sorted(values)},
            changes=changes,
        )
        if change.ticket.status == Status.WAITING_CUSTOMER:
            resume_in(change, why="The customer answered.")
        elif not change.ticket.is_open:
            reopen_in(change, reason="The customer wrote again.")
        _tell_owner(change, message.author_name)
