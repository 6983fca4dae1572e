"""What a customer can do after our answer, and what came of it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from simple_history.models import HistoricalRecords

from tickets.models.choices import choices_of, one_of
from tickets.models.config import Category
from tickets.models.people import User
from tickets.models.tickets import Ticket
from tickets.rules import OverturnReason, Stage


def formal_by_default() -> list[str]:
    """A review and what follows it."""
    return [Stage.REVIEW.value, Stage.EXTERNAL.value]


class Recourse(models.Model):
    """The way on from our answer, for a category and those below it: a review here, then an
    outside body, each within its time."""

    category = models.OneToOneField(
        Category,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="recourse",
        help_text="Empty: for every category that has none of its own.",
    )
    formal_stages = ArrayField(
        models.CharField(max_length=10, choices=choices_of(Stage)),
        default=formal_by_default,
        blank=True,
        help_text="Stages at which a refusal goes out only when nothing lacks: 1, 2, external.",
    )
    review_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Calendar days from our answer in which a review may be asked for. "
        "Empty: without limit.",
    )
    body = models.CharField(
        "outside body", max_length=160, blank=True, help_text="Such as the ombudsman."
    )
    body_address = models.CharField(max_length=300, blank=True)
    body_web = models.CharField(max_length=200, blank=True)
    body_months = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Months from our final answer in which one may turn there. Empty: no limit.",
    )
    body_note = models.CharField(
        max_length=300, blank=True, help_text="What else to know, such as that it costs nothing."
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "recourse"
        constraints = [
            models.UniqueConstraint(
                Coalesce("category", models.Value(0)), name="recourse_one_for_all"
            ),
            models.CheckConstraint(
                condition=Q(body_months__isnull=True) | ~Q(body=""),
                name="recourse_months_of_a_body",
            ),
        ]

    def __str__(self) -> str:
        return f"After an answer: {self.category or 'every category'}"


class Review(models.Model):
    """That a decision is looked at again: by another person here, or by an outside body."""

    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, related_name="reviews", db_index=False
    )
    stage = models.CharField(max_length=10, choices=choices_of(Stage))
    asked_at = models.DateTimeField()
    #: What should be looked at again, in the customer's words; the body's name outside.
    why = models.TextField()
    #: Why it is looked at although the time for it was over.
    late_because = models.CharField(max_length=500, blank=True)
    #: {point id: outcome} as decided before; only those that were.
    before = models.JSONField(default=dict)
    #: Ids of the people who decided anything before, and so don't decide now.
    deciders = ArrayField(models.BigIntegerField(), default=list, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    #: Whether it came out better for the customer than before.
    overturned = models.BooleanField(default=False)
    because = models.CharField(max_length=20, choices=choices_of(OverturnReason), blank=True)

    class Meta:
        constraints = [
            one_of("stage", Stage, "review_stage_known"),
            models.UniqueConstraint(fields=["ticket", "stage"], name="review_once_a_stage"),
            models.CheckConstraint(
                condition=Q(overturned=False) | Q(decided_at__isnull=False),
                name="review_overturned_is_decided",
            ),
        ]
        indexes = [
            # Reports by period.
            models.Index(fields=["decided_at"], name="review_decided"),
        ]

    def __str__(self) -> str:
        return f"Review {self.pk}"
