"""How a desk assesses pain, as data in versions."""

from django.db import models
from django.db.models import Q

from remedies.rules.states import PolicyStatus
from tickets.models import User
from tickets.models.choices import choices_of, one_of


class PainScheme(models.Model):
    """One version of the assessment; remedies.pain_schemes reads `data`. Where none is in force,
    the one that is shipped is. Once in force a trigger keeps it as it was.
    """

    version = models.PositiveIntegerField(unique=True)
    title = models.CharField(max_length=160)
    status = models.CharField(
        max_length=10, choices=choices_of(PolicyStatus), default=PolicyStatus.DRAFT.value
    )
    data = models.JSONField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    active_from = models.DateTimeField(null=True, blank=True)
    activated_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-version"]
        constraints = [
            one_of("status", PolicyStatus, "pain_scheme_status_known"),
            # Two people who save or put in force at once can't leave two.
            models.UniqueConstraint(
                fields=["status"],
                condition=Q(status__in=["draft", "active"]),
                name="pain_scheme_one_of_each",
            ),
            models.CheckConstraint(
                condition=Q(status="draft", active_from__isnull=True)
                | (~Q(status="draft") & Q(active_from__isnull=False)),
                name="pain_scheme_active_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"
