"""What supervisors and administrators set up: calendars, deadline policies, escalation paths."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from escalation.errors import PolicyInvalid
from escalation.hours import Calendar
from escalation.models.duty import Rota
from escalation.policies.paths import CALLERS, Path
from escalation.policies.policy import Policy
from escalation.worktime import WorkTimeError
from tickets.models import Team, User


class WorkCalendar(models.Model):
    """Working hours, holidays and special days of one place."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    time_zone = models.CharField(max_length=64, default="Europe/London")
    hours = models.JSONField(
        default=dict,
        blank=True,
        help_text='By day: {"mon": [["09:00", "12:30"], ["13:30", "17:30"]], …}',
    )
    country = models.CharField(
        max_length=2, blank=True, help_text="ISO code; its public holidays are closed."
    )
    subdivision = models.CharField(max_length=10, blank=True, help_text="Such as ENG or BY.")
    holidays = ArrayField(
        models.DateField(), default=list, blank=True, help_text="Further days that are closed."
    )
    yearly_holidays = ArrayField(
        models.CharField(max_length=5), default=list, blank=True, help_text="Such as 12-24."
    )
    overrides = models.JSONField(
        default=dict, blank=True, help_text='Special hours: {"2026-12-24": [["09:00", "12:00"]]}'
    )
    breaks = models.JSONField(
        default=list,
        blank=True,
        help_text='Closed for a while: [{"date": "2026-05-04", "from": "14:00", "to": "16:00"}]',
    )
    yearly_breaks = models.JSONField(
        default=list,
        blank=True,
        help_text='Every year: [{"day": "12-24", "from": "12:00", "to": "24:00"}]',
    )
    also_closed = ArrayField(
        models.CharField(max_length=10),
        default=list,
        blank=True,
        help_text="Further places whose public holidays are closed, such as GB-SCT or AT.",
    )
    joins = ArrayField(
        models.SlugField(max_length=40, db_index=False),
        default=list,
        blank=True,
        help_text="Keys of calendars that it is joined with: open whenever one of them is.",
    )
    is_default = models.BooleanField(default=False, help_text="For policies that name none.")
    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="calendar_one_default"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def data(self, *, within: frozenset[str] = frozenset(), alone: bool = False) -> dict[str, Any]:
        """The calendar in the form that escalation.hours reads, with its days and what it joins.

        `within` are the keys of calendars that it is being joined to: those are not joined again.
        `alone` leaves out what it joins.
        """
        days = [] if self._state.adding else list(self.days.all())
        joined = set() if alone else set(self.joins) - {self.key} - within
        others = WorkCalendar.objects.filter(key__in=joined) if joined else []
        own = within | {self.key}
        return {
            "tz": self.time_zone,
            "hours": self.hours,
            "country": self.country,
            "subdivision": self.subdivision,
            "also_closed": list(self.also_closed),
            "holidays": [*map(str, self.holidays), *(str(d.day) for d in days if not d.hours)],
            "yearly_holidays": list(self.yearly_holidays),
            "worked": [str(d.day) for d in days if d.hours],
            "overrides": {**self.overrides, **{str(d.day): d.hours for d in days if d.hours}},
            "breaks": self.breaks,
            "yearly_breaks": self.yearly_breaks,
            "joins": [other.data(within=own) for other in others],
        }

    def clean(self) -> None:
        """Refuse a calendar that can't be read, that never opens, or joins what is not there."""
        known = WorkCalendar.objects.filter(key__in=self.joins).values_list("key", flat=True)
        if missing := set(self.joins) - set(known) | ({self.key} & set(self.joins)):
            raise ValidationError(
                {"joins": f"There is no other calendar {', '.join(sorted(missing))}."}
            )
        try:
            Calendar.parse(self.data()).require_hours()
        except WorkTimeError as error:
            raise ValidationError({"hours": str(error)}) from error


class CalendarDay(models.Model):
    """One date of a calendar that is unlike its weekday: closed, or open at hours of its own."""

    calendar = models.ForeignKey(
        WorkCalendar, on_delete=models.CASCADE, related_name="days", db_index=False
    )
    day = models.DateField()
    name = models.CharField(max_length=80, blank=True, help_text="Such as Summer party.")
    hours = models.JSONField(
        default=list,
        blank=True,
        help_text='Open then, even on a public holiday: [["09:00", "12:00"]]. Empty: closed.',
    )
    history = HistoricalRecords()

    class Meta:
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "day"], name="calendar_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.calendar}, {self.day}"

    def clean(self) -> None:
        """Refuse hours that can't be read."""
        try:
            Calendar.parse({"tz": "UTC", "overrides": {str(self.day): self.hours}})
        except WorkTimeError as error:
            raise ValidationError({"hours": str(error)}) from error


class DeadlinePolicy(models.Model):
    """One version of a deadline policy. What is in use is never edited: a change is a new
    version, so that each deadline can say by which words it was made."""

    key = models.SlugField(max_length=40, db_index=False)
    version = models.PositiveIntegerField(default=1)
    name = models.CharField(max_length=80)
    order = models.PositiveSmallIntegerField(
        default=100, help_text="The first that matches a ticket counts."
    )
    active = models.BooleanField(default=True)
    data = models.JSONField(help_text="Described in docs/deadlines.md.")
    note = models.CharField(max_length=300, blank=True, help_text="What is new in this version.")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT
    )
    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "key", "-version"]
        verbose_name_plural = "deadline policies"
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="deadline_policy_version_once"),
            models.UniqueConstraint(
                fields=["key"], condition=Q(active=True), name="deadline_policy_one_active"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    def clean(self) -> None:
        """Refuse data that can't be read, naming the place."""
        try:
            policy = Policy.parse(self.data, name=self.name)
        except PolicyInvalid as error:
            raise ValidationError({"data": error.message}) from error
        named = {policy.calendar, *(target.calendar for target in policy.targets)} - {""}
        known = set(WorkCalendar.objects.filter(key__in=named).values_list("key", flat=True))
        if missing := named - known:
            raise ValidationError({"data": f"There is no calendar {', '.join(sorted(missing))}."})
        paths = {target.path for target in policy.targets} - {""}
        found = set(EscalationPath.objects.filter(key__in=paths).values_list("key", flat=True))
        if missing := paths - found:
            raise ValidationError({"data": f"There is no path {', '.join(sorted(missing))}."})


class EscalationPath(models.Model):
    """Ordered steps: when, to whom, what. Policies name it by its key."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    steps = models.JSONField(
        help_text='[{"after": "0m", "to": ["owner", "lead"], "do": ["notify"]}, …]'
    )
    called_by = ArrayField(
        models.CharField(max_length=20, choices=[(name, name) for name in CALLERS]),
        default=list,
        blank=True,
        help_text="What sends a ticket up this path without a clock: " + ", ".join(CALLERS) + ".",
    )
    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse steps that can't be read or name nobody, naming the place."""
        try:
            path = Path.parse(self.steps, key=self.key)
        except PolicyInvalid as error:
            raise ValidationError({"steps": error.message}) from error
        for index, step in enumerate(path.steps):
            if unknown := _nobody(step.to):
                raise ValidationError({"steps": f"steps[{index}].to: {unknown}"})
            if unknown := _no_team(step.only.teams):
                raise ValidationError({"steps": f"steps[{index}].for.team: {unknown}"})
            if self.called_by and not step.may_be_called:
                words = "before and percent need a clock, and this path is called without one"
                raise ValidationError({"steps": f"steps[{index}]: {words}"})
        others = EscalationPath.objects.exclude(pk=self.pk)
        for caller in self.called_by:
            if taken := others.filter(called_by__contains=[caller]).first():
                raise ValidationError({"called_by": f"{caller} climbs the path {taken} already."})


def _nobody(words: Iterable[str]) -> str:
    """What is wrong with words for people that the database has to know; "" where nothing is."""
    for word in words:
        kind, _, name = word.partition(":")
        if kind == "person" and not User.objects.filter(email__iexact=name, is_active=True):
            return f"nobody with the address {name} works here"
        if kind == "rota" and name and not Rota.objects.filter(key=name):
            return f"there is no rota {name}"
    return ""


def _no_team(keys: Iterable[str]) -> str:
    known = set(Team.objects.filter(key__in=keys).values_list("key", flat=True))
    missing = sorted(set(keys) - known)
    return f"there is no team {missing[0]}" if missing else ""
