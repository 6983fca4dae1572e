"""Where an offer, an exception and a remedy may stand, and where they may go. Pure."""

from enum import StrEnum

from tickets.saying import pgettext_noop

#: Of each status, for languages other than English: an offer, a request, a remedy is "…".
STATUS_NAMES = (
    pgettext_noop("state", "draft"),
    pgettext_noop("state", "sent"),
    pgettext_noop("state", "accepted"),
    pgettext_noop("state", "partly accepted"),
    pgettext_noop("state", "declined"),
    pgettext_noop("state", "expired"),
    pgettext_noop("state", "withdrawn"),
    pgettext_noop("state", "superseded"),
    pgettext_noop("state", "no longer open: it ran out"),
    pgettext_noop("state", "pending"),
    pgettext_noop("state", "asked back"),
    pgettext_noop("state", "approved"),
    pgettext_noop("state", "amended"),
    pgettext_noop("state", "void"),
    pgettext_noop("state", "open"),
    pgettext_noop("state", "dismissed"),
    pgettext_noop("state", "taken"),
    pgettext_noop("state", "faded"),
    pgettext_noop("state", "granted"),
    pgettext_noop("state", "fulfilled"),
    pgettext_noop("state", "failed"),
    pgettext_noop("state", "reversed"),
)


class PolicyStatus(StrEnum):
    """draft → active → retired, with a day to wait for in between; edited in draft only."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    ACTIVE = "active"
    RETIRED = "retired"


class PolicyDeed(StrEnum):
    """What people do about a version of a policy; its history is made of these."""

    BEGUN = "begun"
    SAVED = "saved"
    DISCARDED = "discarded"
    SCHEDULED = "scheduled"
    UNSCHEDULED = "unscheduled"
    ACTIVATED = "activated"
    RETIRED = "retired"


class OfferStatus(StrEnum):
    """draft → sent → answered; a sent one may be replaced, taken back or run out."""

    DRAFT = "draft"
    SENT = "sent"
    ACCEPTED = "accepted"
    PARTLY_ACCEPTED = "partly_accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


class ExceptionStatus(StrEnum):
    """pending → decided; asked_back is pending with the requester."""

    PENDING = "pending"
    ASKED_BACK = "asked_back"
    APPROVED = "approved"
    AMENDED = "amended"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    VOID = "void"


#: An exception that still waits for somebody.
UNDECIDED = frozenset({ExceptionStatus.PENDING, ExceptionStatus.ASKED_BACK})
#: An exception that allows what it says.
GRANTED = frozenset({ExceptionStatus.APPROVED, ExceptionStatus.AMENDED})
#: An exception that somebody decided, and whose decision stands.
DECIDED = GRANTED | {ExceptionStatus.DECLINED}


class ProposalStatus(StrEnum):
    """A changed rule is open until a manager takes it as a draft or dismisses it; it fades where
    the pattern no longer holds."""

    OPEN = "open"
    DISMISSED = "dismissed"
    TAKEN = "taken"
    FADED = "faded"


class RemedyStatus(StrEnum):
    """granted → fulfilled, or failed (and then tried again), or reversed."""

    GRANTED = "granted"
    FULFILLED = "fulfilled"
    FAILED = "failed"
    REVERSED = "reversed"


REMEDY_MOVES: dict[RemedyStatus, frozenset[RemedyStatus]] = {
    RemedyStatus.GRANTED: frozenset(
        {RemedyStatus.FULFILLED, RemedyStatus.FAILED, RemedyStatus.REVERSED}
    ),
    RemedyStatus.FAILED: frozenset(
        {RemedyStatus.FULFILLED, RemedyStatus.FAILED, RemedyStatus.REVERSED}
    ),
    RemedyStatus.FULFILLED: frozenset({RemedyStatus.REVERSED}),
    RemedyStatus.REVERSED: frozenset(),
}


class EntryKind(StrEnum):
    """What happened to a remedy: one line of the ledger each."""

    GRANTED = "granted"
    FULFILLED = "fulfilled"
    FAILED = "failed"
    REVERSED = "reversed"


class RemedyEvent(StrEnum):
    """Types of the events that `remedies` records; each names its row in its data."""

    #: data: offer (id), total (minor), currency, words; missing (labels) where facts lack.
    OFFER_DRAFTED = "offer_drafted"
    #: data: offer, total, words: facts or pain changed, so the draft did.
    OFFER_REDRAFTED = "offer_redrafted"
    #: data: offer, component, title, from, to (minor), reason.
    OFFER_ADJUSTED = "offer_adjusted"
    #: data: offer, message (id), total, currency, words, until (ISO).
    OFFER_SENT = "offer_sent"
    #: data: offer, total, words, part (whether only a part was taken).
    OFFER_ACCEPTED = "offer_accepted"
    #: data: offer, message, total, currency, words, automatic (whether nobody was there): added
    #: because a remedy came late, and granted at once.
    OFFER_GRANTED = "offer_granted"
    #: data: offer, wish (the customer's own words), words.
    OFFER_DECLINED = "offer_declined"
    OFFER_EXPIRED = "offer_expired"
    #: data: offer, reason.
    OFFER_WITHDRAWN = "offer_withdrawn"
    OFFER_SUPERSEDED = "offer_superseded"
    #: data: exception (id), offer, asked, policy (minor), currency, reason, words.
    EXCEPTION_REQUESTED = "exception_requested"
    #: data: exception, decision, reason, code (of a decline), words.
    EXCEPTION_DECIDED = "exception_decided"
    #: data: exception, by, needed (how many more have to say yes), total, words.
    EXCEPTION_HALF_APPROVED = "exception_half_approved"
    #: data: exception, by, words: a yes beside which another was needed was taken back at once.
    EXCEPTION_YES_WITHDRAWN = "exception_yes_withdrawn"
    #: data: exception, level, words: nobody decided in time, so the next who can were asked.
    EXCEPTION_MOVED_UP = "exception_moved_up"
    #: data: exception, words: its decision was taken back at once.
    EXCEPTION_REOPENED = "exception_reopened"
    #: data: exception, question.
    EXCEPTION_ASKED_BACK = "exception_asked_back"
    EXCEPTION_ANSWERED = "exception_answered"
    #: data: exception, reason. Also where a changed offer made it void.
    EXCEPTION_WITHDRAWN = "exception_withdrawn"
    #: data: refusal (id), message, points.
    REFUSAL_SENT = "refusal_sent"
    #: data: remedy (id), kind, amount, currency, words, due_on, by.
    REMEDY_GRANTED = "remedy_granted"
    REMEDY_FULFILLED = "remedy_fulfilled"
    REMEDY_FAILED = "remedy_failed"
    #: data: remedy, kind, amount, currency, words, due_on: its date passed without it.
    REMEDY_LATE = "remedy_late"
    #: data: remedy, reason, words: it was reversed, so nothing is delivered any more.
    REMEDY_CANCELLED = "remedy_cancelled"
