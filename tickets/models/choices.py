"""Django choices made from the pure enums, so that rules.py needs no Django."""

from enum import StrEnum

from django.db import models
from django.db.models import Q


def choices_of(enum: type[StrEnum]) -> list[tuple[str, str]]:
    """`(value, words)` for every member, in order of declaration."""
    return [(member.value, member.value.replace("_", " ")) for member in enum]


def one_of(field: str, enum: type[StrEnum], name: str) -> models.CheckConstraint:
    """A CHECK that `field` holds a member of `enum`."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__in": [member.value for member in enum]}), name=name
    )
