"""Which single keys there are, place by place, and how a person has them instead.

Stored with the person as `{"off": …, "own": {place: {key of the page: own key}}}`; an own key of ""
is none. What holds everywhere has the place "".
"""

import json
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext_lazy

from desk.actions import ACTIONS
from desk.keys import KEYS
from tickets.models import User

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
