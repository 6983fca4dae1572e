"""The form that puts a ticket aside."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from desk.build.snoozing import PresetView
from desk.forms.base import LocalMoment, TicketForm


class SnoozeForm(TicketForm):
    """Until when, by one of the moments or by date and time, and why."""

    preset = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)
    until = forms.DateTimeField(label=_("Or until"), required=False, widget=LocalMoment)
    reason = forms.CharField(
        label=_("What do you wait for?"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(
        self, *args: Any, presets: Sequence[PresetView], lines: Sequence[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.presets = presets
        self.lines = lines

    def clean(self) -> dict[str, Any]:
        """The moment of what was chosen by one key, else the one that was typed."""
        data: dict[str, Any] = super().clean() or {}
        data["until"] = self._moment(data)
        if data["until"] is None and "until" not in self.errors:
            self.add_error("until", gettext("Say when it comes back."))
        return data

    def _moment(self, data: dict[str, Any]) -> dt.datetime | None:
        chosen = data.get("preset")
        if not chosen:
            return data.get("until")
        found = next((one.at for one in self.presets if one.name == chosen), None)
        if found is None:
            names = ", ".join(one.name for one in self.presets)
            words = gettext("There is no such moment. Known are: %(names)s.")
            self.add_error("until", words % {"names": names})
        return found
