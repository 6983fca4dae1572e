"""The form that tries a draft policy on the past."""

import datetime as dt
from typing import Any

import yaml
from django import forms
from django.utils.translation import gettext, gettext_lazy

from desk.build.windows import version_words
from desk.forms.base import Fields
from desk.setup.filetext import value_of
from escalation.models import DeadlinePolicy
from escalation.services.simulating import Draft, read_draft, stored_draft
from tickets.errors import DomainError, Invalid


class _Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def _text_of(reference: str) -> str:
    """A stored policy as the text of a draft; "" where there is none of that name."""
    if not reference:
        return ""
    try:
        found = stored_draft(reference)
    except DomainError:
        return ""
    draft = {"key": found.key, "name": found.name, "order": found.order, "data": dict(found.data)}
    return yaml.safe_dump(draft, sort_keys=False, allow_unicode=True)


class TrialForm(Fields):
    """A stored policy, or a draft as text; since when."""

    policy = forms.ChoiceField(label=gettext_lazy("Policy"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Or a draft, as YAML"),
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": "10", "spellcheck": "false", "class": "input code"}),
        help_text=gettext_lazy(
            "The policy's data, or key, name, order and data. It takes the place of the "
            "policy with its key while it is tried, and nowhere else."
        ),
    )
    since = forms.DateField(label=gettext_lazy("Complaints since"), widget=_Day)
    until = forms.DateField(label=gettext_lazy("Up to and with"), required=False, widget=_Day)

    def __init__(
        self, *args: Any, zone: dt.tzinfo, now: dt.datetime, start: str = "", **kwargs: Any
    ) -> None:
        """`start` ("general@2") is the stored policy whose text the draft begins with."""
        today = now.astimezone(zone).date()
        initial = {"since": today - dt.timedelta(days=91), "text": _text_of(start)}
        kwargs.setdefault("initial", initial)
        super().__init__(*args, **kwargs)
        self.zone = zone
        rows = list(DeadlinePolicy.objects.order_by("order", "key", "-version")[:200])
        #: What a draft can begin with: "general@2" and its name.
        self.in_force = [
            (f"{row.key}@{row.version}", version_words(row.name, row.version))
            for row in rows
            if row.active
        ]
        field = self.fields["policy"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", gettext("Choose one"))] + [
            (
                f"{row.key}@{row.version}",
                gettext("%(policy)s (in force)") % {"policy": row} if row.active else str(row),
            )
            for row in rows
        ]

    def clean(self) -> dict[str, Any]:
        """One of the two, and a draft that can be read."""
        data: dict[str, Any] = super().clean() or {}
        if self.errors:
            return data
        if bool(data.get("policy")) == bool(data.get("text", "").strip()):
            self.add_error("policy", gettext("Choose a policy, or write a draft: one of the two."))
            return data
        try:
            data["draft"] = self._read(data)
        except DomainError as error:
            self.add_error("text" if data.get("text") else "policy", error.message)
        return data

    def _read(self, data: dict[str, Any]) -> Draft:
        if data["policy"]:
            return stored_draft(data["policy"])
        try:
            return read_draft(value_of(data["text"]))
        except (yaml.YAMLError, RecursionError, ValueError) as error:
            raise Invalid("This is no YAML: {error}", error=str(error), field="text") from error

    def draft(self) -> Draft:
        """What is tried."""
        found: Draft = self.cleaned_data["draft"]
        return found

    def begins_at(self) -> dt.datetime:
        """The beginning of the first day, in the reader's zone."""
        return self._midnight(self.cleaned_data["since"])

    def ends_at(self) -> dt.datetime | None:
        """The end of the last day; None for now."""
        day = self.cleaned_data["until"]
        return self._midnight(day + dt.timedelta(days=1)) if day else None

    def _midnight(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(), self.zone)
