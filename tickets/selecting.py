"""What a list of tickets is narrowed to: the criteria of a view, checked, kept and asked.

Criteria are a plain mapping, as it comes from an address, a form or JSON and as a saved view keeps
it: {"status": ["open"], "owner": ["me"], "pain_min": 3, "text": "refund"}. Criteria join by "and",
the values of one of them by "or".
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.db.models import Q

from tickets.access import Principal
from tickets.catalogue import catalogue
from tickets.errors import Invalid
from tickets.finding import narrowed
from tickets.models import Customer, Team, Ticket
from tickets.models.tickets import TicketQuerySet
from tickets.rules import NEVER, OPEN_STATUSES, WAITING_STATUSES, Channel, Status

Criteria = dict[str, Any]
#: Whoever looks, and those whom he stands in for.
ME, NOBODY, STOOD_IN_FOR = "me", "nobody", "stood_in_for"
DUE = ("late", "soon", "today", "week", "none")
AWAITING = ("us", "customer", "third_party")
#: What is put aside: left out unless it alone, or it too, is asked for.
SNOOZED = ("only", "too")
#: What is due within so long is due soon.
SOON = dt.timedelta(hours=2)
_MOST_VALUES, _LONGEST = 30, 200
#: Up to so many open tickets with a tag are few.
_FEW_TAGGED = 5_000
_OPEN = sorted(status.value for status in OPEN_STATUSES)
_WAITING = sorted(status.value for status in WAITING_STATUSES)


def checked(raw: Mapping[str, Any]) -> Criteria:
    """The criteria in their stored form, without those that say nothing.

    Lists may come as text with commas between. Raises `Invalid`, naming the criterion, what was
    wrong and what is allowed.
    """
    unknown = sorted(set(raw) - set(_READERS))
    if unknown:
        known = ", ".join(_READERS)
        raise Invalid(
            "There is no such criterion. Known are: {known}.", known=known, field=unknown[0][:60]
        )
    found = {}
    for name, read in _READERS.items():
        value = read(name, raw.get(name))
        if value not in (None, "", [], False):
            found[name] = value
    return found


def _list(name: str, value: Any) -> list[str]:
    values = value.split(",") if isinstance(value, str) else value
    if values is None:
        return []
    if not isinstance(values, list | tuple):
        raise Invalid("Send a list, or text with commas between.", field=name)
    clean = list(dict.fromkeys(str(one).strip() for one in values))
    clean = [one for one in clean if one]
    if len(clean) > _MOST_VALUES or any(len(one) > 60 for one in clean):
        raise Invalid("At most {most} values of 60 characters each.", most=_MOST_VALUES, field=name)
    return clean


def _of(*allowed: str) -> Callable[[str, Any], list[str]]:
    def read(name: str, value: Any) -> list[str]:
        values = _list(name, value)
        wrong = [one for one in values if one not in allowed]
        if wrong:
            known = ", ".join(allowed)
            raise Invalid(
                "{wrong} is none of these: {known}.", wrong=wrong[0], known=known, field=name
            )
        return values

    return read


def _one_of(*allowed: str) -> Callable[[str, Any], str]:
    def read(name: str, value: Any) -> str:
        if value in (None, ""):
            return ""
        if value not in allowed:
            raise Invalid("This is one of: {known}.", known=", ".join(allowed), field=name)
        return str(value)

    return read


def _whole(least: int, most: int) -> Callable[[str, Any], int | None]:
    def read(name: str, value: Any) -> int | None:
        if value in (None, ""):
            return None
        text = str(value).strip()
        if isinstance(value, bool) or not (text.isascii() and text.isdecimal() and len(text) < 4):
            raise Invalid("A number from {least} to {most}.", least=least, most=most, field=name)
        if not least <= int(text) <= most:
            raise Invalid("A number from {least} to {most}.", least=least, most=most, field=name)
        return int(text)

    return read


def _yes(name: str, value: Any) -> bool:
    if value in (None, "", False, "false", "0"):
        return False
    if value in (True, "true", "1", "on"):
        return True
    raise Invalid("Send true or false.", field=name)


def _owners(name: str, value: Any) -> list[str]:
    values = _list(name, value)
    for one in values:
        known = one in (ME, NOBODY, STOOD_IN_FOR)
        if not (known or (one.isascii() and one.isdecimal() and len(one) < 10)):
            raise Invalid("An owner is me, nobody, stood_in_for, or a person's id.", field=name)
    return values


def _categories(name: str, value: Any) -> list[str]:
    values = _list(name, value)
    for one in values:
        catalogue().entry(one)
    return values


def _tags(name: str, value: Any) -> list[str]:
    values = [one.lower() for one in _list(name, value)]
    if any(len(one) > 40 for one in values):
        raise Invalid("A tag has at most 40 characters.", field=name)
    return values


def _text(name: str, value: Any) -> str:
    text = "" if value is None else value
    if not isinstance(text, str):
        raise Invalid("Send words.", field=name)
    text = " ".join(text.replace("\0", " ").split())
    if len(text) > _LONGEST:
        raise Invalid("At most {most} characters.", most=_LONGEST, field=name)
    return text


_READERS: dict[str, Callable[[str, Any], Any]] = {
    "status": _of(*(status.value for status in Status)),
    "category": _categories,
    "owner": _owners,
    "team": _list,
    "pain_min": _whole(1, 5),
    "channel": _of(*(channel.value for channel in Channel)),
    "tag": _tags,
    "due": _one_of(*DUE),
    "awaiting": _one_of(*AWAITING),
    "snoozed": _one_of(*SNOOZED),
    "contacts_min": _whole(2, 99),
    "support_needs": _yes,
    "text": _text,
}
NAMES = tuple(_READERS)


def selected(
    rows: TicketQuerySet,
    criteria: Mapping[str, Any],
    *,
    who: Principal,
    now: dt.datetime,
    zone: ZoneInfo,
) -> TicketQuerySet:
    """Those of `rows` that the checked criteria ask for; without a status, those that are open,
    and without a word about it, none that is put aside.

    "me" is whoever looks, and a day ends at midnight in his `zone`. Two queries more for words, one
    for tags.
    """
    statuses = criteria.get("status") or _OPEN
    rows = rows.filter(status__in=statuses)
    aside = criteria.get("snoozed")
    if aside != "too":
        rows = rows.snoozed(now) if aside else rows.awake(now)
    for name, narrow in _PLAIN.items():
        if criteria.get(name):
            rows = rows.filter(narrow(criteria[name]))
    if tags := criteria.get("tag"):
        rows = rows.filter(_tagged(tags, statuses))
    if owners := criteria.get("owner"):
        rows = rows.filter(_owned(owners, who))
    if due := criteria.get("due"):
        rows = rows.filter(_due(due, now, zone))
    if text := criteria.get("text"):
        return cast(TicketQuerySet, narrowed(rows, text))
    return rows


def _tagged(tags: list[str], statuses: Sequence[str]) -> Q:
    """The tickets with one of the tags by their keys, where that is a few: tags are in no index of
    the queue, and whoever reads it in its order looks at each ticket to find none. One query."""
    tagged = Q(tags__overlap=tags)
    if not set(statuses) <= OPEN_STATUSES:
        return tagged
    # As the index of open tags has it.
    some = Ticket.objects.still_open().exclude(tags=[]).filter(tagged)
    keys = list(some.order_by().values_list("pk", flat=True)[: _FEW_TAGGED + 1])
    return tagged if len(keys) > _FEW_TAGGED else Q(pk__in=keys)


def _owned(owners: list[str], who: Principal) -> Q:
    mine = [] if who.user is None else [who.user.pk]
    ids = [int(one) for one in owners if one.isdecimal()] + (mine if ME in owners else [])
    ids += sorted(who.stands_in_for) if STOOD_IN_FOR in owners else []
    found = Q(owner_id__in=ids)
    return found | Q(owner__isnull=True) if NOBODY in owners else found


def _due(due: str, now: dt.datetime, zone: ZoneInfo) -> Q:
    if due == "none":
        return Q(attention_at=NEVER)
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    ends = {
        "late": now,
        "soon": now + SOON,
        "today": midnight + dt.timedelta(days=1),
        "week": midnight + dt.timedelta(days=7),
    }
    return Q(attention_at__lt=ends[due])


def _below(keys: list[str]) -> Q:
    ids = [pk for pk, entry in catalogue().by_id.items() if set(keys) & set(entry.keys)]
    return Q(category_id__in=ids)


def _awaited(whom: str) -> Q:
    if whom == "us":
        return ~Q(status__in=_WAITING)
    return Q(status=f"waiting_{whom}")


_PLAIN: dict[str, Callable[[Any], Q]] = {
    "category": _below,
    "team": lambda keys: Q(team__in=Team.objects.filter(key__in=keys).values("pk")),
    "pain_min": lambda least: Q(pain__gte=least),
    "channel": lambda channels: Q(channel__in=channels),
    "awaiting": _awaited,
    "contacts_min": lambda least: Q(contacts__gte=least),
    "support_needs": lambda _yes: Q(customer__in=Customer.objects.exclude(support_needs="")),
}
