"""Forms of one's own settings, and of who is on duty."""

import datetime as dt
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_lazy as _l
from django_stubs_ext import StrPromise

from desk.forms.base import Fields
from tickets.languages import offered
from tickets.models import AlertSettings, User

DAYS = [
    (str(number), name)
    for number, name in enumerate(
        (
            _l("Monday"),
            _l("Tuesday"),
            _l("Wednesday"),
            _l("Thursday"),
            _l("Friday"),
            _l("Saturday"),
            _l("Sunday"),
        )
    )
]


def _is_place(zone: str) -> bool:
    """A time zone by its place, or UTC; not the old names and the fixed offsets."""
    return zone == "UTC" or ("/" in zone and not zone.startswith(("Etc/", "SystemV/")))


def _time(label: str | StrPromise, **more: Any) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, widget=widget, **more)


class AlertSettingsForm(Fields):
    """When and how a person is told."""

    language = forms.ChoiceField(label=_("Your language"), required=False, choices=[])
    time_zone = forms.ChoiceField(label=_l("Your time zone"), required=False, choices=[])
    quiet_from = _time(_l("Quiet from"), required=False)
    quiet_until = _time(_l("until"), required=False)
    quiet_days = forms.MultipleChoiceField(
        label=_l("Quiet all day on"), choices=DAYS, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    urgent_anyway = forms.BooleanField(
        label=_l("What is missed reaches me all the same"), required=False
    )
    digest_after = forms.IntegerField(
        label=_l("More mails than this become one"), min_value=1, max_value=100
    )
    digest_minutes = forms.IntegerField(
        label=_l("within so many minutes"), min_value=1, max_value=1440
    )
    notify = forms.BooleanField(label=_l("My browser shows what rings"), required=False)
    daily_at = _time(_l("A mail of the day at"), required=False)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = person.time_zone
        choices = [("", gettext("As my browser asks for")), *offered()]
        self.fields["language"].choices = choices  # type: ignore[attr-defined]
        self.fields["language"].initial = person.language
        # One's own is among them, whatever it is: else the first of the list would be kept.
        zones = sorted({*filter(_is_place, available_timezones()), zone})
        self.fields["time_zone"].choices = [(z, z.replace("_", " ")) for z in zones]  # type: ignore[attr-defined]
        self.fields["time_zone"].initial = zone

    @classmethod
    def of(cls, row: AlertSettings) -> "AlertSettingsForm":
        """The form with what the person said before."""
        names = (
            "quiet_from", "quiet_until", "urgent_anyway", "digest_after", "digest_minutes",
            "notify", "daily_at",
        )  # fmt: skip
        known = {name: getattr(row, name) for name in names}
        days = [str(day) for day in row.quiet_days]
        return cls(initial={**known, "quiet_days": days}, person=row.user)

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes."""
        data = dict(self.cleaned_data)
        return {**data, "quiet_days": [int(day) for day in data["quiet_days"]]}


class DutyForm(Fields):
    """One person's duty: on a weekday, or on one date."""

    person = forms.ModelChoiceField(
        label=_l("Who?"), queryset=User.objects.none(), empty_label=_l("Choose a colleague")
    )
    weekday = forms.ChoiceField(
        label=_l("Every"), choices=[("", _l("On one date only")), *DAYS], required=False
    )
    on = forms.DateField(
        label=_l("Date"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_l("Stands in the place of that weekday."),
    )  # fmt: skip
    starts = _time(_l("From"), initial=dt.time(9))
    ends = _time(_l("to"), initial=dt.time(17))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = User.objects.filter(is_active=True).order_by("name")

    @property
    def weekday_number(self) -> int | None:
        """0 for Monday; None for a date."""
        chosen = self.cleaned_data["weekday"]
        return int(chosen) if chosen else None
