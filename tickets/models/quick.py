"""Rows that come and go in large numbers, made without what Django does for each."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Self

from django.db import models
from django.db.models.base import ModelState


@lru_cache(maxsize=256)
def _attributes(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields)


@dataclass
class _Defaults:
    """What a new row holds where nothing is said."""

    constant: dict[str, Any] = field(default_factory=dict)
    fresh: list[tuple[str, Callable[[], Any]]] = field(default_factory=list)
    #: The column of each relation, by its name.
    columns: dict[str, str] = field(default_factory=dict)


@lru_cache(maxsize=256)
def _defaults(model: type[models.Model]) -> _Defaults:
    found = _Defaults()
    for one in model._meta.concrete_fields:
        if one.has_default() and callable(one.default):
            found.fresh.append((one.attname, one.get_default))
        else:
            found.constant[one.attname] = one.get_default()
        if one.is_relation:
            found.columns[one.name] = one.attname
    return found


class Quick(models.Model):
    """For models of which a batch reads thousands: a third of the time for each row.

    `Model.__init__` sets column by column, and tells `pre_init` and `post_init`; nobody listens
    for these models, and a test sees to it.
    """

    class Meta:
        abstract = True

    @classmethod
    def from_db(
        cls,
        db: str | None,
        field_names: Collection[str],
        values: Collection[Any],
        **more: Any,
    ) -> Self:
        """A stored row from its values, as `Model.from_db` gives it."""
        if more:
            return super().from_db(db, field_names, values, **more)
        names = _attributes(cls)
        # What was deferred is not in the row, and read when somebody asks for it.
        names = names if len(values) == len(names) else tuple(field_names)
        row = cls.__new__(cls)
        state = ModelState()
        state.adding = False
        state.db = db
        row.__dict__["_state"] = state
        row.__dict__.update(zip(names, values, strict=True))
        return row

    @classmethod
    def made(cls, **values: Any) -> Self:
        """A new row with these values, as calling the model makes it: relations are given by name
        and as rows, everything else by column."""
        defaults = _defaults(cls)
        row = cls.__new__(cls)
        state = ModelState()
        held = row.__dict__
        held["_state"] = state
        held.update(defaults.constant)
        for name, fresh in defaults.fresh:
            if name not in values:
                held[name] = fresh()
        for name, value in values.items():
            column = defaults.columns.get(name)
            if column is None:
                held[name] = value
            else:
                held[column] = None if value is None else value.pk
                state.fields_cache[name] = value
        return row
