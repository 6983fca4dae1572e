"""The filter of the queue: its fields, what is chosen in words, and addresses with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext

from tickets.catalogue import catalogue
from tickets.models import Team, User
from tickets.models.desk import Sort
from tickets.rules import Channel, Status
from tickets.selecting import AWAITING, DUE, ME, NAMES, NOBODY, Criteria

SORTS = {
    Sort.DUE.value: "What matters first",
    Sort.PAIN.value: "The most pain first",
    Sort.OLDEST.value: "Who waits longest",
    Sort.NEWEST.value: "The newest first",
}
_STATUS = {
    Status.NEW.value: "New",
    Status.OPEN.value: "Open",
    Status.WAITING_CUSTOMER.value: "Waiting for the customer",
    Status.WAITING_THIRD_PARTY.value: "Waiting for others",
    Status.RESOLVED.value: "Resolved",
    Status.CLOSED.value: "Closed",
}
_CHANNELS = {Channel.API.value: "API"}
_DUE = {
    "late": "Due before now",
    "soon": "Due in two hours",
    "today": "Due today",
    "week": "Due in seven days",
    "none": "Nothing is due",
}
_AWAITED = {
    "us": "Awaited from us",
    "customer": "Awaited from the customer",
    "third_party": "Awaited from others",
}


def back_words() -> str:
    """The order of what is put aside, which no view keeps as its own."""
    return gettext("What comes back first")


def _snoozed() -> dict[str, str]:
    return {"only": gettext("Those put aside"), "too": gettext("Those put aside, too")}


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """One value of a field."""

    value: str
    words: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class FilterFieldView:
    """A field with its choices; without choices it is typed, `value` is what stands in it."""

    name: str
    label: str
    choices: tuple[ChoiceView, ...] = ()
    value: str = ""
    tick: bool = False


@dataclass(frozen=True, slots=True)
class FilterChipView:
    """A criterion in words, and the address without it."""

    words: str
    without: str


def address(view: str, criteria: Mapping[str, Any], *, sort: str = "", **more: str) -> str:
    """The queue with these criteria. They replace those of a saved view, hence the mark."""
    asked: dict[str, str] = {"view": view}
    if sort:
        asked["sort"] = sort
    if criteria:
        asked["filter"] = "1"
    for name in NAMES:
        if criteria.get(name):
            asked[name] = text_of(criteria[name])
    return f"/desk/?{urlencode({**asked, **more})}"


def text_of(value: Any) -> str:
    """A criterion as it stands in an address."""
    if isinstance(value, list):
        return ",".join(value)
    return "1" if value is True else str(value)


def filter_fields(
    criteria: Criteria, people: Sequence[User], teams: Sequence[Team]
) -> tuple[FilterFieldView, ...]:
    """Every field, with what is chosen."""
    owners = {ME: "Me", NOBODY: "Nobody"} | {str(one.pk): one.name for one in people}
    entries = sorted(catalogue().by_key.values(), key=lambda one: one.words)
    filed = {entry.category.key: entry.words for entry in entries if entry.category.active}
    channels = {one.value: _CHANNELS.get(one.value, one.value.capitalize()) for one in Channel}
    fields = [
        _choose("status", "Status", _STATUS, criteria, "Open ones"),
        _choose("owner", "Owner", owners, criteria, "Anyone"),
        _choose("category", "Category", filed, criteria, "All"),
        _choose("pain_min", "Pain", {str(n): f"{n} or more" for n in range(2, 6)}, criteria, "Any"),
        _choose("due", "Due", {key: _DUE[key] for key in DUE}, criteria, "Whenever"),
        _choose("awaiting", "Awaited", {k: _AWAITED[k] for k in AWAITING}, criteria, "From anyone"),
        _choose("snoozed", gettext("Put aside"), _snoozed(), criteria, gettext("Left out")),
        _choose("channel", "Channel", channels, criteria, "Any"),
        _choose(
            "contacts_min", "Contacts", {str(n): f"{n} or more" for n in range(2, 6)}, criteria,
            "Any",
        ),
    ]  # fmt: skip
    if len(teams) > 1:
        names = {team.key: team.name for team in teams}
        fields.insert(3, _choose("team", "Team", names, criteria, "All"))
    return (
        *fields,
        FilterFieldView("tag", "Tag", value=text_of(criteria.get("tag", ""))),
        FilterFieldView("text", "Words", value=str(criteria.get("text", ""))),
        FilterFieldView(
            "support_needs", "Customers with support needs",
            value="1" if criteria.get("support_needs") else "", tick=True,
        ),
    )  # fmt: skip


def _choose(
    name: str, label: str, known: Mapping[str, str], criteria: Criteria, every: str
) -> FilterFieldView:
    held = text_of(criteria.get(name, ""))
    choices = [ChoiceView("", every, not held)]
    choices += [ChoiceView(value, words, value == held) for value, words in known.items()]
    if held and held not in known:  # several, or somebody of another team
        choices.append(ChoiceView(held, _several(held.split(","), known), chosen=True))
    return FilterFieldView(name, label, tuple(choices))


def _several(values: Iterable[str], known: Mapping[str, str]) -> str:
    return " or ".join(known.get(value, value) for value in values)


def filter_chips(
    view: str, criteria: Criteria, people: Sequence[User], teams: Sequence[Team], sort: str
) -> tuple[FilterChipView, ...]:
    """What is chosen, in words, each with the address of the queue without it."""
    known: dict[str, Mapping[str, str]] = {
        "status": _STATUS,
        "owner": {ME: "mine", NOBODY: "nobody's"} | {str(one.pk): one.name for one in people},
        "category": {key: entry.words for key, entry in catalogue().by_key.items()},
        "team": {team.key: team.name for team in teams},
        "due": _DUE,
        "awaiting": _AWAITED,
        "snoozed": _snoozed(),
    }
    chips = []
    for name, value in criteria.items():
        values = value if isinstance(value, list) else [text_of(value)]
        words = _several(values, known.get(name, {}))
        shown = {
            "pain_min": f"Pain {words} or more",
            "contacts_min": f"{words} contacts or more",
            "support_needs": "Support needs",
            "tag": f"Tag: {words}",
            "text": f"“{words}”",
            "owner": f"Owner: {words}",
            "channel": f"By {words}",
        }.get(name, words)
        rest = {key: one for key, one in criteria.items() if key != name}
        chips.append(FilterChipView(shown, address(view, rest, sort=sort, filter="1")))
    return tuple(chips)
