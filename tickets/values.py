"""The form in which values stand in events."""

import datetime as dt
from typing import Any

from django.db import models

#: Most values: JSON has them.
_AS_THEY_ARE = frozenset({type(None), str, int, bool, dict, list})


def json_value(value: Any) -> Any:
    """The form in which a value stands in an event: moments as ISO 8601 in UTC, rows by key."""
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, models.Model):
        return value.pk
    return value
