"""Who is on duty when: rotas and their slots."""

from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from escalation.policies.rota import WEEKDAYS, Slot
from tickets.models import Team


class Rota(models.Model):
    """Who of a team, or of all, is on duty when, in one time zone. Paths name it by its key."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    team = models.ForeignKey(
        Team,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="rotas",
        help_text="`rota` in a path means those of the ticket's team, and those of no team.",
    )
    time_zone = models.CharField(max_length=64, default="Europe/London")
    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a time zone that there is not."""
        if self.time_zone not in available_timezones():
            raise ValidationError({"time_zone": f"There is no time zone {self.time_zone}."})


class DutySlot(models.Model):
    """One person's duty on a weekday, or on one date, which then stands in the weekday's place."""

    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="slots")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="duty_slots"
    )
    weekday = models.PositiveSmallIntegerField(
        null=True, blank=True, choices=list(enumerate(name.title() for name in WEEKDAYS))
    )
    on = models.DateField(null=True, blank=True, help_text="Instead of a weekday.")
    starts = models.TimeField()
    ends = models.TimeField(help_text="At or before the start: on the next day.")
    history = HistoricalRecords()

    class Meta:
        ordering = ["on", "weekday", "starts", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__isnull=True, on__isnull=False)
                | Q(weekday__isnull=False, weekday__lte=6, on__isnull=True),
                name="duty_weekday_or_date",
                violation_error_message="A weekday or a date, one of them.",
            ),
            models.UniqueConstraint(
                fields=["rota", "user", "weekday", "starts"],
                condition=Q(weekday__isnull=False),
                name="duty_weekly_slot_once",
            ),
            models.UniqueConstraint(
                fields=["rota", "user", "on", "starts"],
                condition=Q(on__isnull=False),
                name="duty_dated_slot_once",
            ),
        ]

    def __str__(self) -> str:
        day = self.on.isoformat() if self.on else self.get_weekday_display()
        return f"{self.user} {day} {self.starts:%H:%M} to {self.ends:%H:%M}"

    def slot(self) -> Slot:
        """The slot as escalation.policies.rota reads it."""
        return Slot(self.user_id, self.starts, self.ends, self.weekday, self.on)
