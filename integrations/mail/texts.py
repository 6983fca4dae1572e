"""What automatic mail says. Pure: words in, words out.

Plain and warm, short lines, no promise that nobody made.
"""

import datetime as dt
import html
import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo

#: What a deadline promises the customer, in the order in which it happens.
_PROMISES = {
    "first_response": "A person reads it and writes to you by {when}.",
    "next_update": "You hear from us how it stands by {when}.",
    "decide": "We tell you what we decide by {when}.",
    "resolve": "We mean to have put it right by {when}.",
}
_NO_DATES = "A person of our team reads it and writes to you."

_LINK = re.compile(r"https?://[^\s<>\"')]+[^\s<>\"').,;:!?]")


def moment_words(moment: dt.datetime, zone: str) -> str:
    """ "Thursday 26 November 2026, 17:00 (London time)", in the IANA time zone `zone`."""
    local = moment.astimezone(ZoneInfo(zone))
    city = zone.rsplit("/", 1)[-1].replace("_", " ")
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M} ({city} time)"


def next_steps(deadlines: Mapping[str, str], *, zone: str) -> list[str]:
    """What happens next and by when, one line each.

    `deadlines` maps kinds to ISO moments, as the event `deadlines_set` tells them; kinds that
    are ours alone (acknowledge, approve) are left out, and so is what can't be read.
    """
    steps = []
    for kind, words in _PROMISES.items():
        try:
            due = dt.datetime.fromisoformat(str(deadlines[kind]))
        except (KeyError, ValueError):
            continue
        if due.tzinfo is not None:
            steps.append(words.format(when=moment_words(due, zone)))
    return steps or [_NO_DATES]


def received_text(*, name: str, number: str, subject: str, steps: list[str], link: str) -> str:
    """The confirmation that a complaint arrived."""
    lines = "\n".join(f"- {step}" for step in steps)
    return (
        f"Dear {name},\n\n"
        f"Thank you for telling us. Your complaint “{subject}” is with us and has the number "
        f"{number}.\n\n"
        f"What happens next\n{lines}\n\n"
        f"Here you can see where it stands, and add to it:\n{link}\n"
        "Please keep this link to yourself: whoever has it can read your complaint.\n\n"
        "You can also answer this mail. You don't have to tell us anything twice."
    )


def html_of(text: str) -> str:
    """`text` as a simple page: paragraphs, line breaks, links; everything else escaped."""

    def linked(line: str) -> str:
        parts, last = [], 0
        for match in _LINK.finditer(line):
            parts.append(html.escape(line[last : match.start()]))
            address = html.escape(match[0], quote=True)
            parts.append(f'<a href="{address}">{address}</a>')
            last = match.end()
        return "".join(parts) + html.escape(line[last:])

    paragraphs = [
        "<p>" + "<br>\n".join(linked(line) for line in block.split("\n")) + "</p>"
        for block in re.split(r"\n{2,}", text.strip())
    ]
    return (
        '<!doctype html>\n<html><head><meta charset="utf-8"></head>\n'
        '<body style="font-family: sans-serif; line-height: 1.5; max-width: 40em">\n'
        + "\n".join(paragraphs)
        + "\n</body></html>\n"
    )
