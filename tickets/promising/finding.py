"""Which sentences of a text are promises of ours, and by when. Pure."""

import datetime as dt
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from tickets.days import end_of_day
from tickets.promising.moments import Part, parts_in
from tickets.promising.words import MONTHS

#: A text with more is a plan, not a promise; nobody reads more suggestions.
MOST = 3
LONGEST = dt.timedelta(days=400)
WHAT_MAX = 200

# A full stop ends a sentence, but not in "24. November" or "p.m. on".
_ENDS = re.compile(
    rf"(?:(?<=[.!?])(?<!\b[ap]\.m\.)\s+(?=[\"“(]?[A-ZÄÖÜ])(?!(?i:{'|'.join(MONTHS)})\b))|\n+"
)
#: What the customer would have to do first, up to the comma that ends it.
_CONDITION = re.compile(
    r"\b(?:if|unless|once|when|as soon as|wenn|falls|sobald|sofern)\b[^,;]*(?:,|;|$)", re.IGNORECASE
)
_OURS = re.compile(
    r"\b(?:I|we)(?:['’]ll|\s+(?:will|shall|can\s+promise|promise|commit))\b"
    r"|\b(?:I|we)(?:['’]m|['’]re|\s+am|\s+are)\s+(?:going\s+to|gonna)\b"
    r"|\b(?:I|we)\s+(?:call|ring|phone|write|e-?mail|reply|answer|pay|refund|send|come|visit|"
    r"deliver|decide|tell|check|confirm|update|arrange|replace|repair|mend)\b"
    r"|\b(?:I['’]m|I\s+am|we['’]re|we\s+are)\s+(?:calling|ringing|phoning|sending|paying|coming|"
    r"visiting|refunding|replacing|writing(?:\s+to\s+you)?\s+again)\b"
    r"|\blet\s+me\s+(?:call|ring|phone|write|come|get)\b"
    r"|\b(?:is|are)\s+going\s+to\b"
    r"|\bexpect\s+(?:my|our|to\s+hear|a|an|it|them|me|us)\b"
    r"|(?<!\byou )\b(?:will|shall)\s+\w+"
    r"|\byou(?:['’]ll|\s+will)\s+(?:have|hear|get|receive|find|be)\b"
    r"|\b(?:will|shall)\s+(?:I|we)\b",
    re.IGNORECASE,
)
_UNSERE_VERBEN = (
    "werden?|melden?|rufen?|schicken?|senden?|geben?|informieren?|antworten?|prüfen?|klären?|"
    "kümmern?|kümmere|erstatten?|überweisen?|liefern?|liefere|kommen?|schreiben?|verspreche|"
    "versprechen|sagen?|teilen?|erledigen?|holen?|tauschen?|bringen?|buchen?|haben?|sehen?"
)
_UNSERE = re.compile(
    rf"\b(?:ich|wir)\s+(?:{_UNSERE_VERBEN})\b|\b(?:{_UNSERE_VERBEN})\s+(?:ich|wir)\b"
    r"|\b(?:hören|bekommen|erhalten)\s+Sie\b|\bSie\s+(?:hören|bekommen|erhalten|werden)\b"
    r"|\bhaben\s+Sie\b(?=.*\b(?:antwort|bescheid|geld|nachricht|ergebnis|ersatz|rückmeldung)\b)"
    r"|\b(?:wird|werden)\b.*\b(?:sein|kommen|melden|anrufen|geliefert|erstattet|überwiesen|"
    r"gutgeschrieben|repariert|abgeholt|geschickt)\b",
    re.IGNORECASE,
)
#: What somebody else does, what nobody promises, and what is past.
_NOT = re.compile(
    r"\b(?:won['’]t|will\s+not|cannot|can['’]t|can\s+not|kann\s+nicht|können\s+nicht|nicht\s+mehr)\b"
    r"|\byou(?:['’]ll|\s+will)\s+(?:need|have\s+to|be\s+(?:asked|able|required))\b"
    r"|\b(?:we|office|shop|store|desk|lines?)\b[^,;]*\bbe\s+(?:closed|shut)\b"
    r"|\bgeschlossen\s+(?:sein|haben)\b|\bhaben\s+(?:wir\s+)?geschlossen\b"
    r"|\b(?:müssen|können|sollten)\s+Sie\b|\bSie\s+(?:müssen|können|sollten)\b"
    r"|\b(?:ich|wir)\s+(?:habe|haben)\b(?=.*\b(?:ge\w+t|ge\w+en|erhalten|bekommen)\b)",
    re.IGNORECASE,
)
_CALL = re.compile(
    r"\b(?:call|ring|phone|telephone)(?!ed)\w*|\banruf\w*|\brufe?n?\b|\btelefon\w*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise in a text: the sentence, where the moment stands in the text, and the moment."""

    #: The sentence, as what is promised; at most 200 characters.
    what: str
    #: The moment as it is written.
    said: str
    start: int
    end: int
    #: In UTC.
    due: dt.datetime
    #: No time was said: `due` is the end of that day for the customer.
    whole_day: bool
    #: Somebody is to be called.
    call: bool


def promises_in(text: str, *, now: dt.datetime, zone: str) -> tuple[Promised, ...]:
    """Promises in a text to a customer in the time zone `zone`, in the order of the text.

    Days and times are his; a day without a time is meant to its end. What has passed, what is
    asked and what hangs on him is left out, and so are lines that quote (">").
    """
    here = now.astimezone(ZoneInfo(zone))
    found: list[Promised] = []
    for start, sentence in _sentences(text):
        ours = _CONDITION.sub(lambda match: " " * len(match[0]), sentence)
        if not _commits(ours):
            continue
        for part in parts_in(ours, here):
            due = _due(part, here, zone)
            if due is not None and now < due < now + LONGEST:
                found.append(_promised(sentence, part, due, start))
    return tuple(found[:MOST])


def _sentences(text: str) -> list[tuple[int, str]]:
    found, at = [], 0
    for match in [*_ENDS.finditer(text), None]:
        end = match.start() if match else len(text)
        sentence = text[at:end]
        if sentence.strip() and not sentence.lstrip().startswith(">"):
            found.append((at, sentence))
        at = match.end() if match else end
    return found


def _commits(sentence: str) -> bool:
    if sentence.rstrip().endswith("?") or _NOT.search(sentence):
        return False
    return bool(_OURS.search(sentence) or _UNSERE.search(sentence))


def _due(part: Part, here: dt.datetime, zone: str) -> dt.datetime | None:
    """The instant; a time alone is today's, or tomorrow's once that has passed."""
    if part.exact is not None:
        return part.exact
    if part.time is None:
        return end_of_day(part.day, zone) if part.day is not None else None
    day = part.day or here.date()
    due = dt.datetime.combine(day, part.time, here.tzinfo).astimezone(dt.UTC)
    if part.day is None and due <= here:
        tomorrow = day + dt.timedelta(days=1)
        due = dt.datetime.combine(tomorrow, part.time, here.tzinfo).astimezone(dt.UTC)
    return due


def _promised(sentence: str, part: Part, due: dt.datetime, start: int) -> Promised:
    what = " ".join(sentence.split())
    if len(what) > WHAT_MAX:
        what = what[: WHAT_MAX - 1].rsplit(" ", 1)[0] + "…"
    said = sentence[part.start : part.end]
    if re.search(r"(?<![ap]\.)[^\W\d_]\.$", said):
        said = said[:-1]  # the end of the sentence, not of "p.m." or "30.11."
    return Promised(
        what=what,
        said=said,
        start=start + part.start,
        end=start + part.start + len(said),
        due=due,
        whole_day=part.exact is None and part.time is None,
        call=bool(_CALL.search(sentence)),
    )
