"""The form that tries a remedy policy on past complaints."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from desk.forms.base import Fields
from remedies.access import visible_policies
from remedies.rules.language.source import MOST_CHARACTERS
from remedies.services.backtests import Text
from tickets.access import Principal
from tickets.errors import DomainError

_VERSIONS = 200


class _Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class BacktestForm(Fields):
    """A stored version or a text, what it is held against, and since when."""

    policy = forms.ChoiceField(label=gettext_lazy("Policy"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Or a text of your own, as YAML"),
        required=False,
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": "8", "spellcheck": "false", "class": "input code"}),
        help_text=gettext_lazy(
            "It stands in for the policy with its key while it is tried, and nowhere else."
        ),
    )
    beside = forms.ChoiceField(label=gettext_lazy("Held against"), required=False)
    since = forms.DateField(label=gettext_lazy("Complaints since"), widget=_Day)
    until = forms.DateField(label=gettext_lazy("Up to and with"), required=False, widget=_Day)

    def __init__(
        self, *args: Any, who: Principal, zone: dt.tzinfo, now: dt.datetime, **kwargs: Any
    ) -> None:
        """The versions that `who` may read can be chosen, drafts first."""
        today = now.astimezone(zone).date()
        kwargs.setdefault("initial", {"since": today - dt.timedelta(days=91)})
        super().__init__(*args, **kwargs)
        self.who, self.zone = who, zone
        rows = visible_policies(who).defer("source", "data").order_by("key", "-version")
        states = {
            "draft": gettext("draft"),
            "active": gettext("in force"),
            "scheduled": gettext("planned"),
            "retired": gettext("retired"),
        }
        listed = sorted(rows[:_VERSIONS], key=lambda row: row.status != "draft")
        versions = [
            (f"{row.key}@{row.version}", f"{row}, {states.get(row.status, row.status)}")
            for row in listed
        ]
        self._choices("policy", [("", gettext("Choose one")), *versions])
        self._choices("beside", [("", gettext("What is in force")), *versions])

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """One of the two, and texts that can be read."""
        data: dict[str, Any] = super().clean() or {}
        if self.errors:
            return data
        text = data.get("text", "")
        if bool(data.get("policy")) == bool(text.strip()):
            self.add_error("policy", gettext("Choose a policy, or write a text: one of the two."))
            return data
        if data["policy"]:
            self._read("policy", lambda: Text.stored(self.who, data["policy"]))
        else:
            self._read("text", lambda: Text.written(text))
        if data.get("beside"):
            self._read("beside", lambda: Text.stored(self.who, data["beside"]))
        return data

    def _read(self, name: str, read: Any) -> None:
        try:
            self.cleaned_data[f"{name}_text"] = read()
        except DomainError as error:
            self.add_error(name, error.message)

    @property
    def tried(self) -> Text:
        """What is tried."""
        data = self.cleaned_data
        found: Text = data["policy_text"] if data["policy"] else data["text_text"]
        return found

    @property
    def against(self) -> Text | None:
        """What it is held against; None for what is in force."""
        return self.cleaned_data.get("beside_text")

    def begins_at(self) -> dt.datetime:
        """The beginning of the first day, in the reader's zone."""
        return self._midnight(self.cleaned_data["since"])

    def ends_at(self) -> dt.datetime | None:
        """The end of the last day; None for now."""
        day = self.cleaned_data["until"]
        return self._midnight(day + dt.timedelta(days=1)) if day else None

    def _midnight(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(), self.zone)
