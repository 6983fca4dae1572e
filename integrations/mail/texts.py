"""What automatic mail says, in the language that is active. Words in, words out.

Plain and warm, short lines, no promise that nobody made.
"""

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, get_timezone_location
from django.utils.translation import get_language, gettext, gettext_lazy

#: What a deadline promises the customer, in the order in which it happens.
_PROMISES = {
    "first_response": gettext_lazy("A person reads it and writes to you by %(when)s."),
    "next_update": gettext_lazy("You hear from us how it stands by %(when)s."),
    "decide": gettext_lazy("We tell you what we decide by %(when)s."),
    "resolve": gettext_lazy("We mean to have put it right by %(when)s."),
}
_NO_DATES = gettext_lazy("A person of our team reads it and writes to you.")


def moment_words(moment: dt.datetime, zone: str) -> str:
    """ "Thursday 26 November 2026, 17:00 (London time)", in the IANA time zone `zone`."""
    local = moment.astimezone(ZoneInfo(zone))
    spoken = get_language() or "en"
    city = get_timezone_location(ZoneInfo(zone), locale=spoken, return_city=True)
    # Translators: how a moment is written, in the letters of CLDR's date patterns.
    pattern = gettext("EEEE d MMMM y, HH:mm")
    told = format_datetime(local.replace(tzinfo=None), pattern, locale=spoken)
    return gettext("%(moment)s (%(city)s time)") % {"moment": told, "city": city}


def next_steps(deadlines: Mapping[str, str], *, zone: str) -> list[str]:
    """What happens next and by when, one line each, the next one first.

    `deadlines` maps kinds to ISO moments, as the event `deadlines_set` tells them; kinds that
    are ours alone (acknowledge, approve) are left out, and so is what can't be read.
    """
    steps: list[tuple[dt.datetime, str]] = []
    for kind, words in _PROMISES.items():
        try:
            due = dt.datetime.fromisoformat(str(deadlines[kind]))
        except (KeyError, ValueError):
            continue
        if due.tzinfo is not None:
            steps.append((due, words % {"when": moment_words(due, zone)}))
    found = [words for _, words in sorted(steps, key=lambda step: step[0])]
    return found or [str(_NO_DATES)]


def received_text(
    *, name: str, number: str, subject: str, steps: list[str], link: str, answers: bool
) -> str:
    """The confirmation that a complaint arrived; `answers` to it come in here."""
    lines = "\n".join(f"- {step}" for step in steps)
    thanks = gettext(
        "Thank you for telling us. Your complaint “%(subject)s” is with us and has the number "
        "%(number)s."
    )
    keep = gettext("Please keep this link to yourself: whoever has it can read your complaint.")
    paragraphs = [
        gettext("Dear %(name)s,") % {"name": name},
        thanks % {"subject": subject, "number": number},
        "\n".join((gettext("What happens next"), lines)),
        "\n".join((gettext("Here you can see where it stands, and add to it:"), link, keep)),
    ]
    if answers:
        paragraphs.append(
            gettext("You can also answer this mail. You don't have to tell us anything twice.")
        )
    return "\n\n".join(paragraphs)
