"""How much of a granted or promised sum is a gift of ours, as the database works it out.

A sum set by law or a proven loss is nobody's to give; what a person had it raised by is.
"""

from typing import Any

from django.db.models import BigIntegerField, Case, F, Q, Value, When
from django.db.models.functions import Greatest

_NOT_OURS = Q(owed=True) | Q(loss=True)


def _gift(before: str) -> Case:
    raised: Any = Greatest(F("amount") - F(before), Value(0))
    # Where nobody raised it `before` is null, and so the difference: the greater one is 0.
    return Case(When(_NOT_OURS, then=raised), default=F("amount"), output_field=BigIntegerField())


def component_gift() -> Case:
    """Of a component of an offer."""
    return _gift("adjusted_from")


def remedy_gift() -> Case:
    """Of an entry of the ledger."""
    return _gift("component__adjusted_from")
