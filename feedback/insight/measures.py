"""What is counted. Each measure says on which day, under which keys, and what a bucket is of."""

from enum import StrEnum

#: Nothing is spread: the row is a count, and perhaps a sum.
WHOLE = -1
#: Buckets of a promise.
KEPT, MISSED = 0, 1
#: What stands for "none" among keys that are ids.
NO_CAUSE = "0"
#: A customer who complains again about the same within so many days had it happen again.
AGAIN_DAYS = 90


class Measure(StrEnum):
    """The day is UTC's. `n` counts, `total` adds up what is named; both are additive, so that days,
    teams and categories are summed. A bucket makes a distribution of it, from which medians come.
    """

    #: Complaints, on the day they came in; key: channel.
    RECEIVED = "received"
    #: How many points a complaint has, when it came in; bucket and total: points (at most 9).
    POINTS = "points"
    #: Customers back within AGAIN_DAYS with the same category, when they came; reopened ones, when
    #: that happened. Key: "same" or "reopened".
    AGAIN = "again"
    #: Complaints upheld in full or part, on the day of the first such finding.
    UPHELD = "upheld"
    #: The same by root cause, once for each of a complaint's; key: its id, or NO_CAUSE.
    CAUSE = "cause"
    #: Points decided; key: outcome.
    OUTCOME = "outcome"

    #: Customers asked, when the question left; key: what became of it.
    ASKED = "asked"
    #: Answers, when they came; key: "words" where some were written, else "scores".
    ANSWER = "answer"
    #: One score of an answer; key: dimension; bucket and total: 1 to 5, more is better.
    SCORE = "score"
    #: What the words are about; key: theme.
    THEME = "theme"

    #: Promises of time, when they were decided; key: kind; bucket: KEPT or MISSED.
    PROMISE = "promise"
    #: The same by root cause of the complaint, once for each of its causes; key: id or NO_CAUSE.
    PROMISE_CAUSE = "promise_cause"

    #: Remedies granted that were not taken back; key: "kind currency", or kind alone where it is
    #: no money; bucket: of the sum; total: minor units.
    REMEDY = "remedy"
    #: Complaints that money was granted for, when the first was; key: currency; bucket, total: all.
    GRANTED = "granted"
    #: From the complaint to its first offer, when that was sent; bucket: of length; total: seconds.
    OFFER_TIME = "offer_time"
    #: Requests for more than policy or authority allow, when asked; key: what became of them.
    EXCEPTION = "exception"

    #: Lengths for diagnosis, when they ended; key: TIMES; bucket: of length; total: seconds.
    TIME = "time"
    #: Complaints that changed hands, when they came in; total: how often.
    HANDED = "handed"


#: Keys of Measure.TIME, in the order of a complaint's life.
TIMES = ("acknowledge", "first_response", "resolve", "deliver")
SAME, REOPENED = "same", "reopened"
WORDS, SCORES = "words", "scores"
MOST_POINTS = 9
