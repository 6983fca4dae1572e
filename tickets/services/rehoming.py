"""What moves from one ticket to another when tickets are merged or split.

Points and what we change because of them move: they are one finding, counted once. What was said,
and its files, can't be rewritten, so it is copied, and stands on both as it was.
"""

from collections.abc import Collection, Iterable
from typing import Any

from tickets.change import Change
from tickets.models import Attachment, CorrectiveAction, Message, Point, Review

Paths = dict[str, tuple[Any, Any]]

_POINT = ("text", "outcome", "finding", "root_cause", "decided_at", "decided_by")
_ACTION = ("text", "owner", "due_on", "done_at")
_MESSAGE = (
    "kind", "channel", "author_kind", "author", "author_name", "automatic", "body", "at", "mail_id",
)  # fmt: skip
_FILE = ("file", "name", "content_type", "size", "sha256", "internal", "created_at")


def move_points(giver: Change, taker: Change, points: Iterable[Point]) -> tuple[Paths, Paths]:
    """Give points, and what we change because of them, to another ticket.

    Returns the paths that end on the one and those that begin on the other.
    """
    gone: Paths = {}
    come: Paths = {}
    moving = list(points)
    keys = {point.pk for point in moving}
    actions = [row for row in giver.all(CorrectiveAction) if row.point_id in keys]
    for row, prefix, names in (
        *((point, "points", _POINT) for point in moving),
        *((action, "actions", _ACTION) for action in actions),
    ):
        _move(giver, taker, row)
        for name in names:
            value = getattr(row, name)
            if value not in (None, ""):
                gone[f"{prefix}.{row.pk}.{name}"] = (value, None)
                come[f"{prefix}.{row.pk}.{name}"] = (None, value)
    _share_reviews(giver, taker, keys, come)
    return gone, come


def _share_reviews(giver: Change, taker: Change, points: set[int], come: Paths) -> None:
    """What was decided of these points before a review, and by whom, stays known with them."""
    for review in giver.all(Review):
        told = {key: found for key, found in review.before.items() if int(key) in points}
        there = next((row for row in taker.all(Review) if row.stage == review.stage), None)
        if there is None:
            names = ("stage", "asked_at", "why", "late_because", "deciders")
            shared = {name: getattr(review, name) for name in names}
            there = taker.add(Review(ticket=taker.ticket, before=told, **shared))
            come[f"reviews.{there.pk}.stage"] = (None, there.stage)
        else:
            there.before = {**there.before, **told}
            there.deciders = sorted({*there.deciders, *review.deciders})
            taker.save(there, "before", "deciders")
        review.before = {key: v for key, v in review.before.items() if key not in told}
        giver.save(review, "before")


def _move(giver: Change, taker: Change, row: Any) -> None:
    taken = taker.all(type(row))
    giver.all(type(row)).remove(row)
    row.ticket = taker.ticket
    giver.save(row, "ticket")
    taken.append(row)


def move_actions(
    giver: Change, taker: Change, *, only: Collection[int] | None = None
) -> tuple[Paths, Paths]:
    """Give what we change, beside its points, to another ticket, or those of it that are named by
    key; paths as for `move_points`."""
    gone: Paths = {}
    come: Paths = {}
    for row in list(giver.all(CorrectiveAction)):
        if only is not None and row.pk not in only:
            continue
        _move(giver, taker, row)
        for name in _ACTION:
            if (value := getattr(row, name)) not in (None, ""):
                gone[f"actions.{row.pk}.{name}"] = (value, None)
                come[f"actions.{row.pk}.{name}"] = (None, value)
    return gone, come


def copy_messages(
    taker: Change, messages: Iterable[Message], files: Iterable[Attachment]
) -> tuple[Paths, dict[int, int]]:
    """Say on another ticket what was said on one, with its files, at the same moments.

    Returns the paths that begin, and the new key of each message by its old one.
    """
    come: Paths = {}
    keys: dict[int, int] = {}
    for message in messages:
        values = {name: getattr(message, name) for name in _MESSAGE}
        copy = taker.add(Message(ticket=taker.ticket, **values))
        keys[message.pk] = copy.pk
        come[f"messages.{copy.pk}"] = (None, copy.kind)
    for file in files:
        values = {name: getattr(file, name) for name in _FILE}
        again = taker.add(
            Attachment(ticket=taker.ticket, message_id=keys.get(file.message_id or 0), **values)
        )
        come[f"attachments.{again.pk}"] = (None, again.name)
    return come, keys
