"""What people and events set going: a path that is climbed without a clock, and the time that a
customer spends in escalation."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from escalation.rules import EscalationLevel
from tickets.models import Ticket
from tickets.models.choices import choices_of, one_of


class ClimbQuerySet(models.QuerySet["Climb"]):
    """Sets of climbs by what a reader wants of them."""

    def open(self) -> "ClimbQuerySet":
        """Those that nobody answered and that are not over."""
        return self.filter(ended_at=None)

    def due(self, now: datetime) -> "ClimbQuerySet":
        """Those whose next step is due at `now`."""
        return self.filter(next_at__lte=now)


class Climb(models.Model):
    """Somebody was called: by a rep, the customer, or an event. The path is climbed until one of
    those who were told says "I am on it". Changed only under the lock of its ticket."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="climbs")
    level = models.CharField(max_length=10, choices=choices_of(EscalationLevel))
    #: Key of the path; empty for the usual one, where no path is set up for such calls.
    path = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    started_at = models.DateTimeField()
    steps_taken = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    last_step_at = models.DateTimeField(null=True, blank=True)
    #: The next instant at which something happens to it; null when nothing will.
    next_at = models.DateTimeField(null=True, blank=True)
    next_step = models.CharField(max_length=80, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    #: Attempts of the next step that failed, and how the last one did.
    failures = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)

    objects: ClassVar[ClimbQuerySet] = ClimbQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["id"]
        constraints = [
            one_of("level", EscalationLevel, "climb_level_known"),
            # Who calls again while a call is open hurries it, and starts no second one.
            models.UniqueConstraint(
                fields=["ticket", "level"], condition=Q(ended_at=None), name="climb_one_open"
            ),
            models.CheckConstraint(
                condition=Q(next_at__isnull=True) | Q(ended_at__isnull=True),
                name="climb_over_has_no_next",
            ),
        ]
        indexes = [
            # The sweep's claim.
            models.Index(
                fields=["next_at", "id"], condition=Q(next_at__isnull=False), name="climb_sweep"
            ),
        ]

    def __str__(self) -> str:
        return f"call on ticket {self.ticket_id}"


class Spell(models.Model):
    """A time that the customer spent in escalation: from the first step after a broken promise, or
    the first call, until it was de-escalated or the ticket was settled."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="spells")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(ended_at=None), name="spell_one_open"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="spell_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"ticket {self.ticket_id} since {self.started_at}"
