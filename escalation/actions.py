"""What a step of a path can do: a registry of name to deed.

A new action is a function here, its word in escalation.policies.paths.ACTIONS, a test and a line in
docs/deadlines.md. What concerns another app is an event, which that app hears.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, gettext_noop

from escalation.hours import Calendar
from escalation.models import Deadline
from escalation.people import on_duty_now
from escalation.policies.paths import Deed, PathStep
from escalation.rules import EscalationEvent
from tickets import services as desk
from tickets.actors import SYSTEM
from tickets.change import Change
from tickets.errors import DomainError
from tickets.languages import said_to, speaking
from tickets.models import User
from tickets.saying import Phrase, spelled
from tickets.values import json_value

MAX_PAIN = 5
#: What a customer reads where a path gives no words of its own.
LETTER = gettext_noop(
    "Dear {name},\n\nYou should have heard from us about {number} by now. We were wrong to let you "
    "wait. Somebody who can decide looks at it now, and you will hear from us by {date}.\n"
)


@dataclass(frozen=True)
class Call:
    """One step that is being taken: who is told what, and the key that makes it happen once."""

    change: Change
    people: Sequence[User]
    text: Phrase
    key: str
    urgent: bool = True
    #: The deed that is being done, with its time; the letter that the step has for the customer.
    deed: Deed = field(default_factory=lambda: Deed(""))
    letter: str = ""
    #: The clock whose path it is, where it is a clock's.
    row: Deadline | None = None
    #: Working time of the deeds; day and night where none is given.
    calendar: Calendar = field(default_factory=Calendar.always)

    @property
    def fold(self) -> str:
        """Steps of one clock or call that come at once are told once."""
        return self.key.rpartition(":path:")[0] or self.key.rpartition(":")[0]

    @property
    def record(self) -> str:
        """The text as it is kept for everybody: in the desk's own language."""
        return said_to("", self.text)

    def after(self, length: dt.timedelta) -> dt.datetime:
        """The instant that lies so much working time ahead."""
        return self.calendar.add(self.change.now, length)


Action = Callable[[Call], None]
ACTIONS: dict[str, Action] = {}


def action(name: str) -> Callable[[Action], Action]:
    """Register a deed under its word."""

    def _register(deed: Action) -> Action:
        ACTIONS[name] = deed
        return deed

    return _register


def perform(call: Call, step: PathStep) -> None:
    """Do everything that a step says, in its order."""
    for deed in step.deeds:
        ACTIONS[deed.name](replace(call, deed=deed, letter=step.letter))


def _ring(call: Call, *, mail: bool) -> None:
    duty = on_duty_now(call.change.now)
    for person in call.people:
        call.change.alert(
            person, key=call.key, text=call.text, urgent=call.urgent, mail=mail,
            anyway=person.pk in duty, fold=call.fold,
        )  # fmt: skip


@action("notify")
def notify(call: Call) -> None:
    """Tell each person in the page."""
    _ring(call, mail=False)


@action("mail")
def mail(call: Call) -> None:
    """Tell each person by mail too: singly, or in a digest where it is much at once."""
    _ring(call, mail=True)


@action("webhook")
def webhook(call: Call) -> None:
    """Ask systems outside to ring somebody: those endpoints hear it that asked for `paged`."""
    row = call.row
    call.change.record(
        EscalationEvent.PAGED,
        data={
            "key": call.key,
            "why": call.record,
            "people": [{"name": p.name, "email": p.email} for p in call.people],
            "kind": row.kind if row is not None else "",
            "due_at": json_value(row.due_at) if row is not None else None,
        },
    )


@action("reassign")
def reassign(call: Call) -> None:
    """Give the ticket to the first of the people who can own it; if nobody can, it stays."""
    change = call.change
    for person in call.people:
        if person.pk == change.ticket.owner_id:
            return
        try:
            desk.assign(change.ticket, person, brief=call.record, actor=SYSTEM, now=change.now)
        except DomainError:
            continue
        return


@action("raise_pain")
def raise_pain(call: Call) -> None:
    """Our slowness adds to the pain: one level more, up to the highest."""
    ticket = call.change.ticket
    level = min((ticket.pain or 0) + 1, MAX_PAIN)
    if level != ticket.pain:
        desk.override_pain(ticket, level, reason=call.record, actor=SYSTEM, now=call.change.now)


@action("call_back")
def call_back(call: Call) -> None:
    """Promise the customer a call: a deadline of its own, unless one is promised already."""
    _promise(call, gettext_noop("a call"))


@action("tell_customer")
def tell_customer(call: Call) -> None:
    """Write to the customer by when he hears instead, and have it be a promise with a clock.

    Not where he has a date of us that still lies ahead: one new expectation at a time.
    """
    change = call.change
    due = call.after(call.deed.length)
    if not _promise(call, gettext_noop("news")):
        return
    customer = change.ticket.customer
    local = due.astimezone(ZoneInfo(customer.time_zone or "UTC"))
    with speaking(change.ticket.language):
        body = (call.letter or gettext(LETTER)).format(
            name=customer.name,
            number=change.ticket.number,
            date=spelled(local, gettext("%A %-d %B, %H:%M")),
        )
    desk.reply(change.ticket, body=body, automatic=True, actor=SYSTEM, now=change.now)


@action("add_delay")
def add_delay(call: Call) -> None:
    """Our delay belongs into the offer: remedies hear of it and draft anew."""
    row, now = call.row, call.change.now
    since = row.breached_at or row.due_at if row is not None else now
    call.change.record(
        EscalationEvent.DELAY_OWED,
        data={
            "kind": row.kind if row is not None else "",
            "since": json_value(since),
            "seconds": max(int((now - since).total_seconds()), 0),
        },
    )


def _promise(call: Call, what: str) -> bool:
    """Promise the customer something in the time of the deed; False where a promise stands."""
    change = call.change
    for row in change.all(Deadline):
        if row.kind == "promise" and row.is_open and row.due_at > change.now:
            return False
    due = call.after(call.deed.length)
    desk.make_promise(change.ticket, what=what, due=due, actor=SYSTEM, now=change.now)
    return True
