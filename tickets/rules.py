"""What a ticket may be and where it may go. Pure: no Django, no clock."""

import datetime as dt
from enum import StrEnum

from tickets.saying import Phrase, pgettext_noop

#: Sorts after every real moment: "nothing is due". Keeps `attention_at` not null, so that
#: one index serves the queue and its keyset pages.
NEVER = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)


class Status(StrEnum):
    """Where a ticket stands."""

    NEW = "new"
    OPEN = "open"
    WAITING_CUSTOMER = "waiting_customer"
    WAITING_THIRD_PARTY = "waiting_third_party"
    RESOLVED = "resolved"
    CLOSED = "closed"


#: Of each status, for languages other than English: a ticket is "…", can become "…".
STATUS_NAMES = (
    pgettext_noop("status", "new"),
    pgettext_noop("status", "open"),
    pgettext_noop("status", "waiting customer"),
    pgettext_noop("status", "waiting third party"),
    pgettext_noop("status", "resolved"),
    pgettext_noop("status", "closed"),
    pgettext_noop("status", "merged"),
    pgettext_noop("status", "split"),
)

OPEN_STATUSES = frozenset(
    {Status.NEW, Status.OPEN, Status.WAITING_CUSTOMER, Status.WAITING_THIRD_PARTY}
)
WAITING_STATUSES = frozenset({Status.WAITING_CUSTOMER, Status.WAITING_THIRD_PARTY})

#: The whole life of a ticket on one screen: from → where it may go.
TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.NEW: frozenset(
        {
            Status.OPEN,
            Status.WAITING_CUSTOMER,
            Status.WAITING_THIRD_PARTY,
            Status.RESOLVED,
        }
    ),
    Status.OPEN: frozenset({Status.WAITING_CUSTOMER, Status.WAITING_THIRD_PARTY, Status.RESOLVED}),
    Status.WAITING_CUSTOMER: frozenset({Status.OPEN, Status.WAITING_THIRD_PARTY, Status.RESOLVED}),
    Status.WAITING_THIRD_PARTY: frozenset({Status.OPEN, Status.WAITING_CUSTOMER, Status.RESOLVED}),
    Status.RESOLVED: frozenset({Status.OPEN, Status.CLOSED}),
    Status.CLOSED: frozenset({Status.OPEN}),
}


def may_move(current: str, to: str) -> bool:
    """Whether a ticket may go from status `current` to `to`. Staying is not a move."""
    return Status(to) in TRANSITIONS[Status(current)]


class Stage(StrEnum):
    """How far the complaint has gone: first answer, review by another person, outside body."""

    FIRST = "1"
    REVIEW = "2"
    EXTERNAL = "external"


class OverturnReason(StrEnum):
    """Why the first decision did not hold."""

    NEW_EVIDENCE = "new_evidence"
    FACTS_WRONG = "facts_wrong"
    RULE_MISREAD = "rule_misread"
    OUTSIDE_RULE = "outside_rule"
    OUR_HANDLING = "our_handling"
    OTHER = "other"


OVERTURN_WORDS: dict[OverturnReason, Phrase] = {
    OverturnReason.NEW_EVIDENCE: Phrase("New evidence came"),
    OverturnReason.FACTS_WRONG: Phrase("We had the facts wrong"),
    OverturnReason.RULE_MISREAD: Phrase("We misread the rule"),
    OverturnReason.OUTSIDE_RULE: Phrase("The rule was right, its result unfair"),
    OverturnReason.OUR_HANDLING: Phrase("Our own handling weighed more"),
    OverturnReason.OTHER: Phrase("Another reason"),
}


class Channel(StrEnum):
    """How a complaint or a message came to us."""

    FORM = "form"
    EMAIL = "email"
    PHONE = "phone"
    API = "api"
    LETTER = "letter"
    IN_PERSON = "in_person"
    SOCIAL = "social"
    CHAT = "chat"


class Role(StrEnum):
    """What a person does here."""

    REP = "rep"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Outcome(StrEnum):
    """The finding on one point of complaint."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    NOT_UPHELD = "not_upheld"
    WITHDRAWN = "withdrawn"
    OUT_OF_SCOPE = "out_of_scope"


#: How much a finding gives the customer; one that gives more than before overturns it.
_FAVOUR = {Outcome.UPHELD.value: 2, Outcome.PARTLY_UPHELD.value: 1}


def is_better(before: str, after: str) -> bool:
    """Whether a finding is better for the customer than the one before it."""
    return _FAVOUR.get(after, 0) > _FAVOUR.get(before, 0)


class FactKind(StrEnum):
    """The type of a fact's value."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    MOMENT = "moment"
    DURATION = "duration"
    CHOICE = "choice"
    YES_NO = "yes_no"


class FactShare(StrEnum):
    """Of which part a fact is true when a ticket is split: the old one, the new one, or both."""

    HERE = "here"
    THERE = "there"
    BOTH = "both"


class BackBecause(StrEnum):
    """Why a ticket that was put aside is back."""

    DUE = "due"
    CUSTOMER = "customer"
    DEADLINE = "deadline"
    MENTION = "mention"
    COLLEAGUE = "colleague"
    OWNER = "owner"
    FINISHED = "finished"
    BY_HAND = "by_hand"
    UNDONE = "undone"


class LinkKind(StrEnum):
    """How two tickets belong together."""

    DUPLICATE = "duplicate"
    RELATED = "related"
    FOLLOW_UP = "follow_up"


class MessageKind(StrEnum):
    """Who a message is for: us (inbound), the customer (reply), or our own eyes (note)."""

    INBOUND = "inbound"
    REPLY = "reply"
    NOTE = "note"


class DraftKind(StrEnum):
    """Into which form of a ticket something is typed."""

    REPLY = "reply"
    NOTE = "note"
    PROMISE = "promise"
    CALL_BACK = "call_back"
    ASK = "ask"
    OFFER = "offer"
    HEARD = "heard"
    HAND_OVER = "hand_over"
    REFUSE = "refuse"


class TextUse(StrEnum):
    """In which form a reusable text is offered."""

    REPLY = "reply"
    ASK = "ask"
    NOTE = "note"


class ToldBy(StrEnum):
    """How an alert reached its person beside the page and a mail of its own."""

    BROWSER = "browser"
    DAILY = "daily"


class ActorKind(StrEnum):
    """Who did it."""

    USER = "user"
    CUSTOMER = "customer"
    CLIENT = "client"
    SYSTEM = "system"


class PersonRelation(StrEnum):
    """Why a colleague is named on a ticket."""

    NAMED = "named"
    COMPLAINED_ABOUT = "complained_about"


class EventType(StrEnum):
    """The facts that `tickets` itself records. The other apps declare theirs beside their rules."""

    CREATED = "ticket_created"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    HANDED_OVER = "handed_over"
    #: An assignment was a slip and is undone. data: to (empty for nobody), from.
    ASSIGNMENT_UNDONE = "assignment_undone"
    MOVED = "team_changed"
    CATEGORY_CHANGED = "category_changed"
    SUBJECT_CHANGED = "subject_changed"
    MESSAGE_RECEIVED = "message_received"
    REPLY_SENT = "reply_sent"
    NOTE_ADDED = "note_added"
    INFORMATION_REQUESTED = "information_requested"
    INFORMATION_GIVEN = "information_given"
    STATUS_CHANGED = "status_changed"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REOPENED = "reopened"
    FACTS_SET = "facts_set"
    FACTORS_SET = "factors_set"
    LOSS_SET = "loss_set"
    PAIN_ASSESSED = "pain_assessed"
    PAIN_OVERRIDDEN = "pain_overridden"
    POINT_ADDED = "point_added"
    POINT_DECIDED = "point_decided"
    ACTION_ADDED = "corrective_action_added"
    ACTION_DONE = "corrective_action_done"
    TAGS_CHANGED = "tags_changed"
    LINKED = "linked"
    UNLINKED = "unlinked"
    ATTACHMENT_ADDED = "attachment_added"
    CONFIDENTIAL_CHANGED = "confidential_changed"
    PERSON_NAMED = "person_named"
    PERSON_UNNAMED = "person_unnamed"
    REVIEW_ASKED = "review_asked"
    WENT_EXTERNAL = "went_external"
    #: data: review (id), stage, point, text, from, to, because, words.
    OVERTURNED = "decision_overturned"
    #: data: review, stage, overturned.
    REVIEW_DECIDED = "review_decided"
    CUSTOMER_MERGED = "customer_merged"
    TIER_CHANGED = "tier_changed"
    MERGED = "merged"
    MERGED_IN = "merged_in"
    #: A merge was a slip: on the one that is its own again, and on the one that gave it back.
    #: data: other, other_id, reason, points.
    MERGE_UNDONE = "merge_undone"
    MERGE_UNDONE_IN = "merge_undone_in"
    SPLIT_OFF = "split_off"
    SPLIT_FROM = "split_from"
    PROMISE_MADE = "promise_made"
    PROMISE_KEPT = "promise_kept"
    #: data: until, reason. Put aside; no clock pauses.
    SNOOZED = "snoozed"
    #: data: because (a `BackBecause`), until (when it was to come back).
    SNOOZE_ENDED = "snooze_ended"
    CUSTOMER_ESCALATED = "customer_escalated"
    #: data: what (in the words of who bore it), to (who has the ticket now).
    ABUSE_REPORTED = "abuse_reported"
