"""Several tickets at once: each checked and changed by itself, and all of it undone as one.

What can't be done to one ticket stops none of the others; the answer names each that was refused,
and why. Undoing changes a ticket back only where nobody changed it since.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tickets.access import Principal, access_ticket
from tickets.change import Change, changing
from tickets.errors import Conflict, DomainError, Invalid, Missing, NotAllowed, NotFound, Stale
from tickets.models import Alert, BulkAct, Category, Ticket, User
from tickets.numbers import id_in
from tickets.rules import EventType
from tickets.saying import Kept, gettext_noop
from tickets.services import snoozing, undoing
from tickets.services.matter import change_category, set_tags
from tickets.services.ownership import assign, take
from tickets.services.texts import clean_line
from tickets.values import json_value

#: At most so many tickets in one act.
MOST = 200
#: Of the name of an integration, as its acts keep it.
CLIENT_MAX = BulkAct._meta.get_field("client").max_length
#: For so long it can be undone.
UNDO_WITHIN = dt.timedelta(minutes=15)


#: Which columns each kind of act changes, and so keeps for undoing it.
_COLUMNS = {
    "assign": ("owner_id", "handoffs"),
    "tag": ("tags",),
    "category": ("category_id",),
    "snooze": ("snoozed_until", "snoozed_by_id", "snooze_reason", "owner_id", "handoffs"),
}


@dataclass(frozen=True, slots=True)
class Refused:
    """A ticket that was left as it was, and why."""

    number: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Done:
    """What an act came to: its record, the numbers that were changed, and what was refused."""

    act: BulkAct | None
    numbers: tuple[str, ...]
    refused: tuple[Refused, ...]


#: What was done, as it is kept.
GIVEN = Kept("given to {name}")
GIVEN_TO_YOU = gettext_noop("you")
TAGGED = Kept("tagged {tag}")
FILED = Kept("filed under {category}")
ASIDE = Kept("put aside until {when}")
FROM_QUEUE = Kept("Given from the queue by {name}.")


@dataclass(frozen=True, slots=True)
class _Act:
    """One act: its kind, its words, and what it does to a ticket."""

    kind: str
    words: str
    run: Callable[[Ticket], object]


def take_all(who: Principal, numbers: Sequence[str], *, now: dt.datetime) -> Done:
    """Whoever asks becomes the owner of all of these. Raises `NotAllowed` for an integration."""
    if who.user is None:
        raise NotAllowed(who=_("A person who is signed in"))
    return assign_all(who, numbers, who.user, now=now)


def assign_all(
    who: Principal, numbers: Sequence[str], owner: User, *, now: dt.datetime, brief: str = ""
) -> Done:
    """`owner` gets all of these; where somebody has one, with a brief: the given one, or who gave
    it from the queue."""
    brief = brief or FROM_QUEUE(name=who.actor.name)

    def run(ticket: Ticket) -> None:
        if owner == who.user:
            take(ticket, actor=who.actor, now=now, brief=brief)
        else:
            assign(ticket, owner, actor=who.actor, now=now, brief=brief)

    name = GIVEN_TO_YOU if owner == who.user else owner.name
    act = _Act("assign", GIVEN(name=name), run)
    return _each(who, numbers, act, now=now)


def share_all(who: Principal, given: Mapping[str, User], *, now: dt.datetime) -> Done:
    """Each of these tickets gets the owner that it is given to, where nobody took it meanwhile."""
    owners = {str(number).strip(): owner for number, owner in given.items()}

    def run(ticket: Ticket) -> None:
        owner = owners[ticket.number]
        if ticket.owner is not None:
            raise Conflict("{name} owns this ticket already.", name=ticket.owner.name)
        if owner == who.user:
            take(ticket, actor=who.actor, now=now)
        else:
            assign(ticket, owner, actor=who.actor, now=now)

    names = ", ".join(dict.fromkeys(owner.name for owner in owners.values()))
    return _each(who, list(owners), _Act("assign", f"given to {names}", run), now=now)


def tag_all(who: Principal, numbers: Sequence[str], tag: str, *, now: dt.datetime) -> Done:
    """All of these have the tag. Raises `Missing` without one."""
    line = clean_line(tag, field="tag", limit=40).lower()
    if not line:
        raise Missing(what=_("a tag"), field="tag")

    def run(ticket: Ticket) -> None:
        if line in ticket.tags:
            raise Conflict("It has the tag {line} already.", line=line, field="tag")
        set_tags(ticket, [*ticket.tags, line], actor=who.actor, now=now, seen=ticket.version)

    return _each(who, numbers, _Act("tag", TAGGED(tag=line), run), now=now)


def file_all(
    who: Principal, numbers: Sequence[str], category: Category, *, now: dt.datetime
) -> Done:
    """All of these stand under `category`; facts and team stay."""

    def run(ticket: Ticket) -> None:
        change_category(ticket, category, actor=who.actor, now=now)

    act = _Act("category", FILED(category=category.name), run)
    return _each(who, numbers, act, now=now)


def snooze_all(
    who: Principal,
    numbers: Sequence[str],
    until: dt.datetime,
    *,
    now: dt.datetime,
    reason: str = "",
    words: str = "",
) -> Done:
    """All of these are put aside until the instant `until`; `words` say it as the reader does."""

    def run(ticket: Ticket) -> None:
        snoozing.snooze(ticket, until=until, reason=reason, actor=who.actor, now=now)

    told = ASIDE(when=words or f"{until:%Y-%m-%d %H:%M} UTC")
    return _each(who, numbers, _Act("snooze", told, run), now=now)


def remember(
    who: Principal,
    ticket: Ticket,
    kind: str,
    run: Callable[[Ticket], object],
    *,
    words: str,
    now: dt.datetime,
    seen: int | None = None,
) -> BulkAct | None:
    """Do one thing to one ticket so that it can be undone; raises what it raises."""
    item = _do(who, ticket, _Act(kind, words, run), now=now, seen=seen)
    return keep_act(who, kind, words, [item], now=now)


def _each(who: Principal, numbers: Sequence[str], act: _Act, *, now: dt.datetime) -> Done:
    # In the order of their keys, so that two people with the same tickets wait for each other once.
    wanted = sorted(dict.fromkeys(str(number).strip() for number in numbers), key=_key)
    if not wanted:
        raise Missing(what=_("at least one ticket"), field="tickets")
    if len(wanted) > MOST:
        raise Invalid("At most {most} tickets at once.", most=MOST, field="tickets")
    changed: list[dict[str, Any]] = []
    done: list[str] = []
    refused: list[Refused] = []
    for number in wanted:
        try:
            with transaction.atomic():
                ticket = access_ticket(who, number, verb="work")
                changed.append(_do(who, ticket, act, now=now))
            done.append(ticket.number)
        except DomainError as error:
            refused.append(Refused(number[:40], error.code, error.message))
    record = None
    if changed:
        record = keep_act(who, act.kind, act.words, changed, now=now)
    return Done(record, tuple(done), tuple(refused))


def _do(
    who: Principal, ticket: Ticket, act: _Act, *, now: dt.datetime, seen: int | None = None
) -> dict[str, Any]:
    """One hold from what was before to what is after: nobody comes in between."""
    with changing(ticket, actor=who.actor, now=now, seen=seen) as change:
        row = change.ticket
        before = {name: json_value(getattr(row, name)) for name in _COLUMNS[act.kind]}
        act.run(row)
    return {"ticket": ticket.pk, "version": row.version, "before": before}


def _key(number: str) -> int:
    try:
        return id_in(number)
    except DomainError:
        return 0  # refused in its turn


def keep_act(
    who: Principal, kind: str, words: str, changed: list[dict[str, Any]], *, now: dt.datetime
) -> BulkAct:
    """Remember what was done, for undoing it by whoever did it."""
    mine = _whose(who)
    BulkAct.objects.filter(**mine, done_at__lt=now - dt.timedelta(days=1)).delete()
    return BulkAct.objects.create(
        **mine, kind=kind, words=words[:200], changed=changed, done_at=now
    )


def _whose(who: Principal) -> dict[str, Any]:
    """A person's acts are his own, and so are those of an integration."""
    return {"user": who.user, "client": "" if who.user else who.client[:CLIENT_MAX]}


def undo(who: Principal, key: int, *, now: dt.datetime) -> Done:
    """Change back what one's act `key` changed, where nobody changed it since.

    Raises `NotFound` for an act of somebody else, `Conflict` where it was undone already or is
    longer ago than a quarter of an hour.
    """
    with transaction.atomic():
        act = BulkAct.objects.select_for_update(of=("self",)).filter(pk=key, **_whose(who)).first()
        if act is None:
            raise NotFound(field="act")
        if act.undone_at is not None:
            raise Conflict("This was undone already.", field="act")
        if now - act.done_at > UNDO_WITHIN:
            raise Conflict("This is too long ago to be undone.", field="act")
        done: list[str] = []
        refused: list[Refused] = []
        for item in sorted(act.changed, key=lambda item: int(item["ticket"])):
            _undo_one(who, item, act.kind, done, refused, now=now)
        act.undone_at = max(now, act.done_at)
        act.save(update_fields=["undone_at"])
    return Done(act, tuple(done), tuple(refused))


def _undo_one(
    who: Principal,
    item: Mapping[str, Any],
    kind: str,
    done: list[str],
    refused: list[Refused],
    *,
    now: dt.datetime,
) -> None:
    number = str(item["ticket"])
    try:
        with transaction.atomic():
            ticket = access_ticket(who, int(item["ticket"]), verb="work")
            number = ticket.number
            _UNDO[kind](ticket, item["before"], who=who, now=now, seen=item["version"])
        done.append(number)
    except Stale:
        refused.append(Refused(number, "stale", "It was changed since, so it stays as it is."))
    except DomainError as error:
        refused.append(Refused(number, error.code, error.message))


def give_back(
    ticket: Ticket,
    before: Mapping[str, Any],
    *,
    who: Principal,
    now: dt.datetime,
    seen: int | None,
) -> None:
    """An assignment was a slip: the owner it had before has it again, or nobody. That it was
    acknowledged stays. Raises `Stale`."""
    with changing(ticket, actor=who.actor, now=now, seen=seen) as change:
        was = change.ticket.owner
        owner = User.objects.filter(pk=before["owner_id"], is_active=True).first()
        change.set(owner=owner, handoffs=before["handoffs"])
        names = {"to": owner.name if owner else "", "from": was.name if was else ""}
        change.record(EventType.ASSIGNMENT_UNDONE, data=names)
        if was is not None:
            _unsay(change, was)


def _untag(
    ticket: Ticket, before: Mapping[str, Any], *, who: Principal, now: dt.datetime, seen: int
) -> None:
    set_tags(ticket, before["tags"], actor=who.actor, now=now, seen=seen)


def _file_back(
    ticket: Ticket, before: Mapping[str, Any], *, who: Principal, now: dt.datetime, seen: int
) -> None:
    category = Category.objects.get(pk=before["category_id"])
    change_category(ticket, category, actor=who.actor, now=now, seen=seen)


def _bring_back(
    ticket: Ticket, before: Mapping[str, Any], *, who: Principal, now: dt.datetime, seen: int
) -> None:
    until = before["snoozed_until"]
    with changing(ticket, actor=who.actor, now=now, seen=seen) as change:
        snoozing.restore_snooze(
            ticket,
            until=dt.datetime.fromisoformat(until) if until else None,
            by=User.objects.filter(pk=before["snoozed_by_id"]).first(),
            reason=before["snooze_reason"],
            actor=who.actor,
            now=now,
        )
        if change.ticket.owner_id != before["owner_id"]:
            give_back(ticket, before, who=who, now=now, seen=None)


#: How each kind of act is undone on one ticket, whose version has to be that after it.
_UNDO: dict[str, Callable[..., None]] = {
    "assign": give_back,
    "tag": _untag,
    "category": _file_back,
    "snooze": _bring_back,
    "link": undoing.undo_link,
    "unlink": undoing.undo_unlink,
    "merge": undoing.undo_merge,
    "split": undoing.undo_split,
}


def _unsay(change: Change, was: User) -> None:
    """He need not look at what he was told by the slip."""
    told = Alert.objects.filter(user=was, ticket=change.ticket, read_at=None)
    told.filter(key__startswith="owner:").update(read_at=change.now)
