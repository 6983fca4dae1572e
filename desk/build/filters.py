"""The filter of the queue: its fields, what is chosen in words, and addresses with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext, pgettext_lazy

from tickets.catalogue import catalogue
from tickets.languages import Spoken
from tickets.models import Team, User
from tickets.models.desk import Sort
from tickets.rules import Channel, Status
from tickets.selecting import AWAITING, DUE, ME, NAMES, NOBODY, STOOD_IN_FOR, Criteria

SORTS = Spoken(
    {
        Sort.DUE.value: _l("What matters first"),
        Sort.PAIN.value: _l("The most pain first"),
        Sort.OLDEST.value: _l("Who waits longest"),
        Sort.NEWEST.value: _l("The newest first"),
    }
)
_STATUS = Spoken(
    {
        Status.NEW.value: _l("New"),
        Status.OPEN.value: pgettext_lazy("status", "Open"),
        Status.WAITING_CUSTOMER.value: _l("Waiting for the customer"),
        Status.WAITING_THIRD_PARTY.value: _l("Waiting for others"),
        Status.RESOLVED.value: _l("Resolved"),
        Status.CLOSED.value: _l("Closed"),
    }
)
_CHANNELS = Spoken(
    {
        Channel.FORM.value: _l("Form"),
        Channel.EMAIL.value: _l("Email"),
        Channel.PHONE.value: _l("Phone"),
        Channel.API.value: "API",
        Channel.LETTER.value: _l("Letter"),
        Channel.IN_PERSON.value: _l("In person"),
        Channel.SOCIAL.value: _l("Social"),
        Channel.CHAT.value: _l("Chat"),
    }
)
_DUE = Spoken(
    {
        "late": _l("Due before now"),
        "soon": _l("Due in two hours"),
        "today": _l("Due today"),
        "week": _l("Due in seven days"),
        "none": _l("Nothing is due"),
    }
)
_AWAITED = Spoken(
    {
        "us": _l("Awaited from us"),
        "customer": _l("Awaited from the customer"),
        "third_party": _l("Awaited from others"),
    }
)


def back_words() -> str:
    """The order of what is put aside, which no view keeps as its own."""
    return _("What comes back first")


def _snoozed() -> dict[str, str]:
    return {"only": _("Those put aside"), "too": _("Those put aside, too")}


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
    owners = {ME: _("Me"), NOBODY: _("Nobody"), STOOD_IN_FOR: _("Whom I stand in for")}
    owners |= {str(one.pk): one.name for one in people}
    entries = sorted(catalogue().by_key.values(), key=lambda one: one.words)
    filed = {entry.category.key: entry.words for entry in entries if entry.category.active}
    channels = {one.value: _CHANNELS.get(one.value, one.value.capitalize()) for one in Channel}
    from_two = {str(n): _("%(count)s or more") % {"count": n} for n in range(2, 6)}
    awaited = {k: _AWAITED[k] for k in AWAITING}
    fields = [
        _choose("status", _("Status"), _STATUS, criteria, _("Open ones")),
        _choose("owner", _("Owner"), owners, criteria, _("Anyone")),
        _choose("category", _("Category"), filed, criteria, _("All")),
        _choose("pain_min", _("Pain"), from_two, criteria, _("Any")),
        _choose("due", _("Due"), {key: _DUE[key] for key in DUE}, criteria, _("Whenever")),
        _choose("awaiting", _("Awaited"), awaited, criteria, _("From anyone")),
        _choose("snoozed", _("Put aside"), _snoozed(), criteria, _("Left out")),
        _choose("channel", _("Channel"), channels, criteria, _("Any")),
        _choose(
            "contacts_min", _("Contacts"), from_two, criteria,
            _("Any"),
        ),
    ]  # fmt: skip
    if len(teams) > 1:
        names = {team.key: team.name for team in teams}
        fields.insert(3, _choose("team", _("Team"), names, criteria, _("All")))
    # What is typed comes first: a key opens the form, and one types on.
    return (
        FilterFieldView("text", _("Words"), value=str(criteria.get("text", ""))),
        FilterFieldView("tag", _("Tag"), value=text_of(criteria.get("tag", ""))),
        *fields,
        FilterFieldView(
            "support_needs", _("Customers with support needs"),
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
    return _(" or ").join(known.get(value, value) for value in values)


def filter_chips(
    view: str, criteria: Criteria, people: Sequence[User], teams: Sequence[Team], sort: str
) -> tuple[FilterChipView, ...]:
    """What is chosen, in words, each with the address of the queue without it."""
    known: dict[str, Mapping[str, str]] = {
        "status": _STATUS,
        "owner": {
            ME: pgettext("whose", "mine"),
            NOBODY: _("nobody's"),
            STOOD_IN_FOR: _("theirs whom I stand in for"),
        }
        | {str(one.pk): one.name for one in people},
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
            "pain_min": (_("Pain %(words)s or more") % {"words": words}),
            "contacts_min": (_("%(words)s contacts or more") % {"words": words}),
            "support_needs": _("Support needs"),
            "tag": (_("Tag: %(words)s") % {"words": words}),
            "text": f"“{words}”",
            "owner": (_("Owner: %(words)s") % {"words": words}),
            "channel": (_("By %(words)s") % {"words": words}),
        }.get(name, words)
        rest = {key: one for key, one in criteria.items() if key != name}
        chips.append(FilterChipView(shown, address(view, rest, sort=sort, filter="1")))
    return tuple(chips)
