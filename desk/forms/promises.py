"""Promises that go with a text: what and by when, as many as stand in it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import from_current_timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

#: The names of the two fields that each promise has.
WHAT, DUE = "promise_what", "promise_due"


def _list(data: Mapping[str, Any], name: str) -> list[str]:
    if isinstance(data, MultiValueDict):
        return data.getlist(name)
    value = data.get(name, [])
    return value if isinstance(value, list) else [value]


class PromisesInput(forms.Widget):
    """Drawn by the composer's own template."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[tuple[str, str]]:
        """What and by when of each, as typed."""
        return list(zip(_list(data, WHAT), _list(data, DUE), strict=False))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Whether there is none."""
        return WHAT not in data


class PromisesField(forms.Field):
    """A list of (what, instant); times are the reader's own."""

    widget = PromisesInput

    def __init__(self) -> None:
        super().__init__(label=_("Promises"), required=False)

    def clean(self, value: Any) -> list[tuple[str, dt.datetime]]:
        """Each with a moment. What is promised and whether it lies ahead the service checks."""
        found = []
        for what, due in value or []:
            try:
                moment = dt.datetime.fromisoformat(due)
            except ValueError:
                raise ValidationError(
                    _("By when do you promise “%(what)s”?") % {"what": what[:80]}
                ) from None
            if moment.tzinfo is None:
                moment = from_current_timezone(moment)
            found.append((what, moment))
        return found


def promises_of(fields: Mapping[str, str]) -> list[tuple[str, str]]:
    """Those that a draft kept, as its form shows them."""
    return (
        list(zip(fields.get(WHAT, "").split("\n"), fields.get(DUE, "").split("\n"), strict=False))
        if fields.get(WHAT)
        else []
    )
