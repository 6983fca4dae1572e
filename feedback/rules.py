"""When a customer is asked, and which answer calls for action. Pure."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class FeedbackEvent(StrEnum):
    """What feedback records in the stream of a ticket."""

    #: data: survey (id), due.
    SURVEY_PLANNED = "survey_planned"
    SURVEY_SENT = "survey_sent"
    #: data: survey, reason.
    SURVEY_CANCELLED = "survey_cancelled"
    SURVEY_EXPIRED = "survey_expired"
    #: data: survey, scores, words, poor (list of dimensions).
    ANSWER_RECEIVED = "answer_received"
    #: data: followup (id), why. Escalation starts its deadline.
    FOLLOWUP_OPENED = "followup_opened"
    FOLLOWUP_CLOSED = "followup_closed"
    KUDOS_GIVEN = "kudos_given"
    #: data: idea (id), title.
    IDEA_SUGGESTED = "idea_suggested"
    #: data: idea, title, status, answer.
    IDEA_ANSWERED = "idea_answered"


class SurveyStatus(StrEnum):
    """planned → sent → answered or expired; planned or sent → cancelled by a reopening."""

    PLANNED = "planned"
    SENT = "sent"
    ANSWERED = "answered"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class IdeaStatus(StrEnum):
    """What became of an idea."""

    NEW = "new"
    PLANNED = "planned"
    DONE = "done"
    DECLINED = "declined"


#: What is asked, from 1 (very poor) to 5 (very good), in the order of the page. For effort, 5 is
#: "very easy": on every scale more is better.
DIMENSIONS: dict[str, str] = {
    "handling": "How did we handle your complaint?",
    "result": "And the result?",
    "effort": "How easy was it to get there?",
    "felt_heard": "Did you feel heard?",
    "fair": "Was it fair?",
}
LOWEST, HIGHEST = 1, 5


@dataclass(frozen=True, slots=True)
class AskRules:
    """The desk's own rules for asking. Times are elapsed, not working, time."""

    delay: dt.timedelta
    #: How long undelivered remedies hold the survey back at most.
    longest_wait: dt.timedelta
    expires_after: dt.timedelta
    #: Nobody is asked more often than this.
    rest: dt.timedelta
    poor_at_most: int


@dataclass(frozen=True, slots=True)
class Asking:
    """Whether and when to ask, with the reason."""

    due_at: dt.datetime | None
    reason: str


def when_to_ask(
    rules: AskRules,
    *,
    resolved_at: dt.datetime,
    remedies_open: bool,
    remedy_arrived_at: dt.datetime | None = None,
    do_not_survey: bool,
    historical: bool,
    last_asked_at: dt.datetime | None,
) -> Asking:
    """Ask after the remedy arrived; at the latest `longest_wait` after the resolution."""
    if historical:
        return Asking(None, "The complaint is from the past.")
    if do_not_survey:
        return Asking(None, "The customer does not want to be asked.")
    if last_asked_at is not None and resolved_at - last_asked_at < rules.rest:
        return Asking(None, "The customer was asked not long ago.")
    if remedies_open:
        return Asking(resolved_at + rules.longest_wait, "A remedy is still on its way.")
    start = max(resolved_at, remedy_arrived_at or resolved_at)
    return Asking(start + rules.delay, "The matter is settled.")


def poor_dimensions(scores: Mapping[str, int | None], *, at_most: int) -> list[str]:
    """The dimensions with a score of `at_most` or less: each calls for a follow-up."""
    return [name for name in DIMENSIONS if (s := scores.get(name)) is not None and s <= at_most]
