"""Who is on duty: reading and changing rotas."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from escalation.models import DutySlot, Rota
from escalation.people import directory
from tickets.errors import Conflict, Invalid
from tickets.models import User

#: A rota with more slots than this is a mistake of a program.
MOST_SLOTS = 500


@dataclass(frozen=True, slots=True)
class NewSlot:
    """One person's duty, local to the rota's time zone: on a weekday (0 is Monday) or a date."""

    user: User
    starts: dt.time
    ends: dt.time
    weekday: int | None = None
    on: dt.date | None = None


def on_duty(rota: Rota, *, at: dt.datetime) -> list[User]:
    """Those on duty by a rota at an instant, substitutes not looked at. No query, mostly."""
    book = directory()
    keys = book.on_duty([rota.key], at=at)
    return [book.people[key] for key in keys if key in book.people]


def _row(rota: Rota, slot: NewSlot, place: str) -> DutySlot:
    if (slot.weekday is None) == (slot.on is None):
        raise Invalid("A weekday or a date, one of them.", field=f"{place}weekday")
    if slot.weekday is not None and not 0 <= slot.weekday <= 6:
        raise Invalid("Weekdays go from 0 (Monday) to 6.", field=f"{place}weekday")
    if not slot.user.is_active:
        raise Invalid("{name} no longer works here.", name=slot.user.name, field=f"{place}person")
    return DutySlot(
        rota=rota, user=slot.user, weekday=slot.weekday, on=slot.on,
        starts=slot.starts, ends=slot.ends,
    )  # fmt: skip


def set_slots(rota: Rota, slots: Sequence[NewSlot]) -> None:
    """Give a rota these slots and no others. Raises `Invalid`, naming the slot, `Conflict` where
    a person has two that begin together."""
    if len(slots) > MOST_SLOTS:
        raise Invalid("At most {most} slots.", most=MOST_SLOTS, field="slots")
    rows = [_row(rota, slot, f"slots.{index}.") for index, slot in enumerate(slots)]
    seen: set[tuple[object, ...]] = set()
    for index, row in enumerate(rows):
        key = (row.user_id, row.weekday, row.on, row.starts)
        if key in seen:
            raise Conflict("This duty stands there twice.", field=f"slots.{index}")
        seen.add(key)
    with transaction.atomic():
        # The row of the rota is the lock: of two who change it at once the last one counts, whole.
        Rota.objects.select_for_update().get(pk=rota.pk)
        for old in rota.slots.all():
            old.delete()
        for row in rows:
            row.save()


def add_slot(rota: Rota, slot: NewSlot) -> DutySlot:
    """One more duty. Raises `Invalid`, `Conflict` where it is there already."""
    row = _row(rota, slot, "")
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Conflict("This duty is in the rota already.", field="person") from None
    return row


def remove_slot(rota: Rota, slot: int) -> None:
    """One duty less; no error where it is gone already."""
    for row in rota.slots.filter(pk=slot):
        row.delete()
