"""What a view of the queue selects, said in criteria alone: so that a filter over any list can be
saved, and the saved view holds what was seen."""

from desk.queue import View
from tickets.rules import WAITING_STATUSES
from tickets.selecting import ME, NOBODY, STOOD_IN_FOR, Criteria, checked

#: What views that everybody has select.
_OWN: dict[str, Criteria] = {
    "me": {"owner": [ME, NOBODY, STOOD_IN_FOR]},
    "mine": {"owner": [ME]},
    "team": {},
    "unowned": {"owner": [NOBODY]},
    "waiting": {"status": sorted(status.value for status in WAITING_STATUSES)},
    "snoozed": {"snoozed": "only"},
    "today": {"due": "today"},
}


def spelled(view: View) -> Criteria | None:
    """The view with its filter as criteria; None where none say it. Where both say something of the
    same, it is what both hold, or what the filter says where they hold nothing."""
    own = {} if view.saved is not None else _OWN.get(view.key)
    if view.key.startswith("c-"):
        own = {"category": [view.key.removeprefix("c-")]}
    if own is None:
        return None
    both = {**own, **view.criteria}
    for name in {"owner", "status"} & own.keys() & view.criteria.keys():
        both[name] = [one for one in view.criteria[name] if one in own[name]] or both[name]
    if "due" in own and view.criteria.get("due") == "week":
        both["due"] = own["due"]
    return checked(both)
