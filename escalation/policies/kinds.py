"""The kinds of deadline, and what starts, meets, pauses and ends each unless a policy says
otherwise. Pure.

The words are types of events (tickets.rules.EventType and those of the other apps) and statuses.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from escalation.policies.pausing import PauseRule
from tickets.saying import pgettext_noop


class Kind(StrEnum):
    """One kind of promise of time on a ticket."""

    ACKNOWLEDGE = "acknowledge"
    FIRST_RESPONSE = "first_response"
    NEXT_REPLY = "next_reply"
    NEXT_UPDATE = "next_update"
    DECIDE = "decide"
    RESOLVE = "resolve"
    DELIVER_REMEDY = "deliver_remedy"
    APPROVE = "approve"
    PROMISE = "promise"
    FOLLOW_UP = "follow_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindDefaults:
    """What a kind does unless its policy says otherwise."""

    words: str
    starts: frozenset[str]
    meets: frozenset[str]
    # Events that end a running clock without meeting it and start another in its place.
    restarts: frozenset[str] = frozenset()
    cancels: frozenset[str] = frozenset()
    # Name in the event's data of what the deadline is about: a ticket may have several of the kind.
    subject: str = ""
    # Name in the event's data of the instant that was promised.
    until: str = ""
    # Name in the event's data of the day that was promised, as an ISO date.
    until_on: str = ""
    pauses: tuple[PauseRule, ...] = ()
    ends_with_resolution: bool = True
    # A promise to a person holds at the hour that was said, in office hours or not.
    any_hour: bool = False


def _all(*words: str) -> frozenset[str]:
    return frozenset(words)


WAITING = (PauseRule("waiting_customer", on=_all("waiting_customer")),)
#: The one who decides has asked something first: the time until the answer is not his.
ASKED_BACK = (
    PauseRule("asked_back", begins=_all("exception_asked_back"), ends=_all("exception_answered")),
)

DEFAULTS: dict[Kind, KindDefaults] = {
    Kind.ACKNOWLEDGE: KindDefaults(
        words=pgettext_noop("kind of deadline", "Acknowledge"),
        starts=_all("ticket_created"),
        meets=_all("acknowledged", "reply_sent"),
    ),
    Kind.FIRST_RESPONSE: KindDefaults(
        words=pgettext_noop("kind of deadline", "First response"),
        starts=_all("ticket_created"),
        meets=_all("reply_sent"),
    ),
    Kind.NEXT_REPLY: KindDefaults(
        words=pgettext_noop("kind of deadline", "Next reply"),
        starts=_all("ticket_created", "message_received", "information_given"),
        meets=_all("reply_sent"),
        pauses=WAITING,
    ),
    Kind.NEXT_UPDATE: KindDefaults(
        words=pgettext_noop("kind of deadline", "Next update"),
        starts=_all("ticket_created", "reply_sent"),
        meets=_all("reply_sent"),
        until="promised_next",
        pauses=WAITING,
    ),
    Kind.DECIDE: KindDefaults(
        words=pgettext_noop("kind of deadline", "Decide"),
        starts=_all("ticket_created"),
        restarts=_all("review_asked"),
        meets=_all("offer_sent", "refusal_sent", "resolved"),
        pauses=WAITING,
    ),
    Kind.RESOLVE: KindDefaults(
        words=pgettext_noop("kind of deadline", "Resolve"),
        starts=_all("ticket_created"),
        restarts=_all("review_asked"),
        meets=_all("resolved"),
        pauses=WAITING,
    ),
    Kind.DELIVER_REMEDY: KindDefaults(
        words=pgettext_noop("kind of deadline", "Deliver remedy"),
        starts=_all("remedy_granted"),
        meets=_all("remedy_fulfilled"),
        cancels=_all("remedy_cancelled"),
        subject="remedy",
        until_on="due_on",
        ends_with_resolution=False,
    ),
    Kind.APPROVE: KindDefaults(
        words=pgettext_noop("kind of deadline", "Decide exception"),
        starts=_all("exception_requested", "exception_reopened"),
        meets=_all("exception_decided"),
        cancels=_all("exception_withdrawn"),
        subject="exception",
        pauses=ASKED_BACK,
    ),
    Kind.PROMISE: KindDefaults(
        words=pgettext_noop("kind of deadline", "Promise"),
        starts=_all("promise_made"),
        meets=_all("promise_kept"),
        subject="promise",
        until="due",
        ends_with_resolution=False,
        any_hour=True,
    ),
    Kind.FOLLOW_UP: KindDefaults(
        words=pgettext_noop("kind of deadline", "Follow up"),
        starts=_all("followup_opened"),
        meets=_all("followup_closed"),
        subject="followup",
        ends_with_resolution=False,
    ),
}
