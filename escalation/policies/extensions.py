"""How far, how often and with which letter a deadline may be extended. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from string import Formatter
from typing import Any

from escalation.clock import Length
from escalation.hours import Calendar
from escalation.law.lengths import length
from escalation.law.rules import Law
from escalation.reading import only, whole, wrong
from tickets.saying import gettext, ngettext

#: Where a policy says nothing else, no date lies further behind the first one than this.
LONGEST = timedelta(days=92)
#: What a letter may name.
BLANKS = frozenset({"name", "number", "subject", "due", "reason", "before"})


@dataclass(frozen=True, slots=True)
class ExtensionRule:
    """What a policy allows. `at_most` counts from the date before the first extension."""

    times: int = 1
    at_most: Length | None = None
    letter: str = ""
    #: The published rule that says how far, counted from the clock's own start; for a policy that
    #: uses one and names no limit of its own.
    up_to: Law | None = None

    def latest(self, calendar: Calendar, first_due: datetime) -> datetime:
        """The latest date to which a deadline first due then can be extended."""
        if self.at_most is None:
            return first_due + LONGEST
        return self.at_most.due(calendar, first_due)

    def longest_words(self) -> str:
        """How far it goes, for people."""
        return gettext("three months") if self.at_most is None else self.at_most.words()

    def times_words(self) -> str:
        """How often, for people."""
        if not self.times:
            return gettext("it can't be extended at all")
        many = {"times": self.times}
        return ngettext(
            "it can be extended once", "it can be extended %(times)s times", self.times
        ) % (many if self.times != 1 else {})


def read_extension(
    item: Mapping[str, Any], where: str, *, usual: Any = None, up_to: Law | None = None
) -> ExtensionRule:
    """The extensions of a target's data. Raises PolicyInvalid, naming the place.

    `extension: none`, or `{at_most: 20wd, times: 2, letter: "…"}`; the short form is
    `max_extensions`. `usual` is that of the published rule, in the same form: it counts where the
    target names none, and what the target leaves out of its own is as there; `up_to` is how far
    that rule goes.
    """
    if usual is not None and "max_extensions" not in item:
        own = item.get("extension", {})
        if isinstance(own, Mapping) and isinstance(usual, Mapping):
            item = {"extension": {**usual, **own}}
        elif "extension" not in item:
            item = {"extension": usual}
    if "extension" not in item:
        return ExtensionRule(times=whole(item.get("max_extensions", 1), f"{where}.max_extensions"))
    if "max_extensions" in item:
        raise wrong(f"{where}.extension", "instead of max_extensions, not beside it")
    data = item["extension"]
    place = f"{where}.extension"
    if data in (None, False, "none"):
        return ExtensionRule(times=0)
    if not isinstance(data, Mapping):
        raise wrong(place, "none, or {at_most: 20wd, times: 1, letter: …}")
    only(data, {"at_most", "times", "letter"}, place)
    most = data.get("at_most")
    letter = str(data.get("letter", ""))
    _check_letter(letter, f"{place}.letter")
    return ExtensionRule(
        times=whole(data.get("times", 1), f"{place}.times"),
        at_most=None if most is None else length(most, f"{place}.at_most"),
        letter=letter,
        up_to=None if most is not None else up_to,
    )


def _check_letter(letter: str, where: str) -> None:
    if not letter:
        return
    try:
        named = {name for _, name, _, _ in Formatter().parse(letter) if name is not None}
    except ValueError as error:
        raise wrong(where, f"a brace stands alone ({error})") from None
    if unknown := named - BLANKS:
        raise wrong(where, f"{{{min(unknown)}}} is none of {', '.join(sorted(BLANKS))}")
    if not {"due", "reason"} <= named:
        raise wrong(where, "it tells the customer {due} and {reason}")
