"""Which single keys there are, place by place, and how a person has them instead.

Stored with the person as `{"off": …, "own": {place: {key of the page: own key}}}`; an own key of ""
is none. What holds everywhere has the place "".
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext_lazy

from desk.actions import ACTIONS
from desk.keys import KEYS
from tickets.errors import Invalid
from tickets.models import User
from tickets.services.people import set_own_keys

Words = str | Promise

#: Place → its name. They are what pages call themselves (`data-page`).
PLACES: dict[str, Words] = {
    "": _l("Everywhere"),
    "queue": _l("Queue"),
    "ticket": _l("Ticket"),
    "exceptions": _l("Exceptions"),
    "late": _l("Running late"),
}
_EVERYWHERE: dict[str, Words] = {
    "/": _l("search"),
    "?": _l("all keys"),
    "g": _l("go to a place, the first of two keys"),
    "u": _l("undo, while it is offered"),
}
_QUEUE: dict[str, Words] = {
    "j": _l("next row"),
    "k": _l("row before"),
    "x": _l("select"),
    "t": _l("tag what is selected; else take the next one"),
    "a": _l("assign"),
    "z": pgettext_lazy("key", "put aside"),
    "c": _l("file what is selected elsewhere"),
    "r": _l("reply to what is selected, one after the other"),
    "l": _l("link what is selected"),
    "f": _l("filter"),
    "s": _l("save the filter as a view"),
    "n": _l("show what is new"),
}
_TICKET: dict[str, Words] = {
    "[": _l("previous ticket"),
    "]": _l("next ticket"),
    ";": _l("texts"),
    "1": _l("Customer"),
    "2": _l("Conversation"),
    "3": _l("What is owed"),
}
_EXCEPTIONS: dict[str, Words] = {
    "j": _l("next row"),
    "k": _l("row before"),
    "x": _l("select"),
    "a": _l("approve"),
    "m": _l("amend"),
    "d": _l("decline"),
    "b": _l("ask back"),
}
_LATE: dict[str, Words] = {
    "j": _l("next row"),
    "k": _l("row before"),
    "t": _l("take over"),
    "e": _l("extend, with the letter"),
    "a": _l("acknowledge"),
    "r": _l("reassign"),
    "s": _l("share out as proposed"),
    "d": _l("who is on duty"),
    "p": _l("promises kept"),
}


def keys_of(place: str) -> dict[str, Words]:
    """The keys of a place, with what each does."""
    if place == "ticket":
        done = {key: ACTIONS[verb].title for verb, key in KEYS.items() if verb in ACTIONS}
        return {**done, KEYS["refuse"]: _l("Refuse"), **_TICKET}
    known = {"": _EVERYWHERE, "queue": _QUEUE, "exceptions": _EXCEPTIONS, "late": _LATE}
    return known[place]


def own_of(user: User, place: str) -> dict[str, str]:
    """The keys of a place as this person has them, by those of the page."""
    own = user.own_keys.get("own", {}).get(place, {})
    return {key: own.get(key, key) for key in keys_of(place)}


def keys_json(user: User) -> str:
    """What the pages of this person need to know; "" where nothing was changed."""
    kept: dict[str, Any] = user.own_keys
    if not kept.get("off") and not any(kept.get("own", {}).values()):
        return ""
    return json.dumps({"off": bool(kept.get("off")), "own": kept.get("own", {})})


@dataclass(frozen=True)
class Fault:
    """A sign that can't be a key: nobody can type it, or it has another key's place as well."""

    place: str
    key: str
    typed: str
    #: (place, key) of what the sign does already; None for what can't be typed.
    other: tuple[str, str] | None = None

    @property
    def words(self) -> str:
        """What is wrong, beside its own field."""
        if self.other is None:
            return _("One letter, digit or sign that you can type; or nothing.")
        told = {"key": self.typed, "other": _does(*self.other)}
        return _("“%(key)s” is taken by “%(other)s”.") % told

    @property
    def sentence(self) -> str:
        """What is wrong, with both that the key would do, for who sees no form."""
        if self.other is None:
            return self.words
        told = {"key": self.typed, "one": _does(*self.other), "other": _does(self.place, self.key)}
        return _("“%(key)s” would do both “%(one)s” and “%(other)s”. Give one of them another.") % (
            told
        )


def _does(place: str, key: str) -> str:
    return str(keys_of(place)[key])


def faults_of(own: Mapping[str, Mapping[str, str]]) -> Iterator[Fault]:
    """What is wrong with keys by place: those that can't be typed, and the second of two alike
    where both would be heard. What is not named is as on the pages; "" is none."""
    met: set[tuple[str, str]] = set()
    for place in PLACES:
        heard: dict[str, tuple[str, str]] = {}
        for part in dict.fromkeys(("", place)):
            given = own.get(part, {})
            for key in keys_of(part):
                typed = given.get(key, key)
                if not typed or (part, key) in met:
                    continue
                bad = len(typed) != 1 or not typed.isprintable() or typed.isspace()
                if bad or typed in heard:
                    met.add((part, key))
                    yield Fault(part, key, typed, None if bad else heard[typed])
                else:
                    heard[typed] = (part, key)


class KeysInvalid(Invalid):
    """These can't be your keys."""

    code = "invalid"

    def __init__(self, details: list[tuple[str, str, str]]) -> None:
        self.details = details
        super().__init__(field=details[0][0])


def keep_own_keys(user: User, *, off: bool, own: Mapping[str, Mapping[str, str]]) -> None:
    """Have the keys of this person as `own` says, by place, the rest as on the pages.

    Raises `KeysInvalid` with each place and key that there is not, each sign that can't be typed,
    and each that two would have.
    """
    wrong: list[tuple[str, str, str]] = []
    for place, keys in own.items():
        if place not in PLACES:
            known = ", ".join(place or ALL for place in PLACES)
            told = _("There is no such place. Known are: %(known)s.") % {"known": known}
            wrong.append((_field(place), "unknown_place", told))
            continue
        for key in keys.keys() - keys_of(place).keys():
            known = " ".join(keys_of(place))
            told = _("There is no such key here. Known are: %(known)s") % {"known": known}
            wrong.append((_field(place, key), "unknown_key", told))
    for fault in faults_of(own):
        at = [(fault.place, fault.key), *([fault.other] if fault.other else [])]
        # Of two alike, the one that was sent is at fault.
        sent = next((one for one in at if one[1] in own.get(one[0], {})), at[0])
        code = "key_taken" if fault.other else "key_unfit"
        wrong.append((_field(*sent), code, fault.sentence))
    if wrong:
        raise KeysInvalid(wrong)
    changed = {
        place: kept for place, keys in own.items()
        if (kept := {key: typed for key, typed in keys.items() if typed != key})
    }  # fmt: skip
    set_own_keys(user, off=off, own=changed)


#: What programs call the place that holds everywhere.
ALL = "all"


def _field(place: str, key: str = "") -> str:
    return ".".join(filter(None, ("own", str(place or ALL)[:60], key[:60])))
