"""What a person should know, and when and how he wants to be told."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from tickets.models.choices import choices_of
from tickets.models.people import User
from tickets.models.quick import Quick
from tickets.models.tickets import Ticket
from tickets.rules import ToldBy


class Alert(Quick):
    """That a person should know something about a ticket. Never twice for the same cause.

    It is the record, made at once; `held_until` and `mail_at` say when the person is reached.
    """

    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        related_name="alerts",
        db_index=False,  # alert_once begins with it
    )
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="alerts")
    #: Ticket, clock, level and due moment, or whatever else makes the cause unique.
    key = models.CharField(max_length=200)
    text = models.CharField(max_length=300)
    urgent = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    #: Made in the person's quiet hours: it does not ring before they end.
    held_until = models.DateTimeField(null=True, blank=True)
    #: From when on it is to be mailed; null where it is not, or was read in the page before.
    mail_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    #: When a browser showed it, or the mail of the day named it: no other way is taken then.
    told_at = models.DateTimeField(null=True, blank=True)
    told_by = models.CharField(max_length=8, choices=choices_of(ToldBy), blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="alert_once"),
        ]
        indexes = [
            # The bell of a person.
            models.Index(
                fields=["user", "-id"],
                condition=Q(read_at__isnull=True),
                name="alert_unread",
            ),
            # Mails that wait to be written.
            models.Index(
                fields=["mail_at", "user"],
                condition=Q(mail_at__isnull=False, mailed_at__isnull=True),
                name="alert_to_mail",
            ),
            # What a person was mailed lately.
            models.Index(
                fields=["user", "mailed_at"],
                condition=Q(mailed_at__isnull=False),
                name="alert_mailed",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Untold(models.Model):
    """A person who could not be mailed what he should know: how it failed, and when it is tried
    again. Gone as soon as it works."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="untold")
    failures = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    since = models.DateTimeField()
    next_attempt_at = models.DateTimeField()

    class Meta:
        ordering = ["since", "id"]
        verbose_name = "person who could not be told"
        verbose_name_plural = "people who could not be told"

    def __str__(self) -> str:
        return f"{self.user}, since {self.since:%Y-%m-%d %H:%M} UTC"


class AlertSettings(models.Model):
    """A person's quiet hours, in his own time zone, and how many mails become one."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="alert_settings")
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    #: 0 is Monday.
    quiet_days = ArrayField(
        models.PositiveSmallIntegerField(), default=list, blank=True, help_text="0 is Monday."
    )
    urgent_anyway = models.BooleanField(
        default=False, help_text="What is missed reaches me in quiet hours too."
    )
    digest_after = models.PositiveSmallIntegerField(
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="More than so many mails within the window become one.",
    )
    digest_minutes = models.PositiveSmallIntegerField(
        default=15, validators=[MinValueValidator(1), MaxValueValidator(1440)]
    )
    notify = models.BooleanField(
        default=False, help_text="Browsers in which I allowed it show what rings."
    )
    daily_at = models.TimeField(
        null=True, blank=True, help_text="When I get the mail of the day; empty for none."
    )
    #: The day, his own, of the last one.
    daily_on = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name_plural = "alert settings"
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="alert_quiet_has_both_ends",
            ),
            models.CheckConstraint(
                condition=Q(digest_after__gte=1, digest_minutes__gte=1),
                name="alert_digest_is_some",
            ),
        ]

    def __str__(self) -> str:
        return f"How {self.user} is told"
