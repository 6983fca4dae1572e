"""Surveys, their answers, and the follow-up of poor ones."""

import datetime as dt
import secrets

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from feedback.rules import HIGHEST, LOWEST, AskRules, SurveyStatus
from tickets.models import Team, Ticket, User
from tickets.models.choices import choices_of, one_of
from tickets.rules import Channel


class SurveySettings(models.Model):
    """How this desk asks. There is one row."""

    enabled = models.BooleanField(default=True)
    delay_minutes = models.PositiveIntegerField(
        default=60, help_text="From the resolution, or from the remedy's arrival, to the question."
    )
    longest_wait_days = models.PositiveSmallIntegerField(
        default=14, help_text="How long a remedy on its way holds the question back at most."
    )
    expires_days = models.PositiveSmallIntegerField(default=30)
    rest_days = models.PositiveSmallIntegerField(
        default=30, help_text="Nobody is asked more often than this."
    )
    poor_at_most = models.PositiveSmallIntegerField(
        default=2,
        validators=[MinValueValidator(LOWEST), MaxValueValidator(HIGHEST)],
        help_text="A score up to this one is followed up.",
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "survey settings"
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="survey_settings_one_row"),
        ]

    def __str__(self) -> str:
        return "Survey settings"

    @property
    def rules(self) -> AskRules:
        """The pure side."""
        return AskRules(
            delay=dt.timedelta(minutes=self.delay_minutes),
            longest_wait=dt.timedelta(days=self.longest_wait_days),
            expires_after=dt.timedelta(days=self.expires_days),
            rest=dt.timedelta(days=self.rest_days),
            poor_at_most=self.poor_at_most,
        )


def new_token() -> str:
    """The secret in the survey's link: 128 bits, safe in an address."""
    return secrets.token_urlsafe(16)


class Survey(models.Model):
    """One question to one customer about one complaint."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="surveys")
    token = models.CharField(max_length=32, unique=True, default=new_token)
    status = models.CharField(
        max_length=10, choices=choices_of(SurveyStatus), default=SurveyStatus.PLANNED.value
    )
    planned_at = models.DateTimeField()
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            one_of("status", SurveyStatus, "survey_status_known"),
            models.UniqueConstraint(
                fields=["ticket"],
                condition=Q(status__in=["planned", "sent"]),
                name="survey_one_open",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=False, expires_at__isnull=False)
                | Q(status__in=["planned", "cancelled"]),
                name="survey_sent_has_moment",
            ),
        ]
        indexes = [
            # The task that sends.
            models.Index(fields=["due_at", "id"], condition=Q(status="planned"), name="survey_due"),
            # The task that ends what nobody answered.
            models.Index(
                fields=["expires_at", "id"], condition=Q(status="sent"), name="survey_overdue"
            ),
        ]

    def __str__(self) -> str:
        return f"survey {self.pk} of {self.ticket_id}"

    @property
    def is_open(self) -> bool:
        """Whether it can be answered."""
        return self.status == SurveyStatus.SENT


def _score() -> "models.PositiveSmallIntegerField[int | None, int | None]":
    return models.PositiveSmallIntegerField(null=True, blank=True)


class Answer(models.Model):
    """What the customer said, once. Scores go from 1 to 5; more is better; empty: not said."""

    survey = models.OneToOneField(Survey, on_delete=models.PROTECT, related_name="answer")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="answers")
    handling = _score()
    result = _score()
    effort = _score()
    felt_heard = _score()
    fair = _score()
    words = models.TextField(blank=True, max_length=4000)
    channel = models.CharField(max_length=12, choices=choices_of(Channel))
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__range": (1, 5)}),
                name=f"answer_{name}_1_to_5",
            )
            for name in ("handling", "result", "effort", "felt_heard", "fair")
        ]
        indexes = [models.Index(fields=["-at", "-id"], name="answer_newest")]

    def __str__(self) -> str:
        return f"answer {self.pk}"

    @property
    def scores(self) -> dict[str, int | None]:
        """By dimension."""
        names = ("handling", "result", "effort", "felt_heard", "fair")
        return {name: getattr(self, name) for name in names}


class FollowUp(models.Model):
    """That somebody gets in touch with a customer who was not content."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="followups")
    answer = models.OneToOneField(Answer, on_delete=models.PROTECT, related_name="followup")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="followups")
    why = models.CharField(max_length=200)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="followups_closed"
    )
    result = models.TextField(blank=True, max_length=2000)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, result="")
                | (Q(closed_at__isnull=False) & ~Q(result="")),
                name="followup_closed_with_result",
            )
        ]
        indexes = [
            # What a team still has to follow up.
            models.Index(
                fields=["team", "opened_at"],
                condition=Q(closed_at__isnull=True),
                name="followup_open",
            )
        ]

    def __str__(self) -> str:
        return f"follow-up {self.pk}"
