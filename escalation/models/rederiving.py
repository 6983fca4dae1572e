"""A new reckoning of open deadlines, done in parts on any number of workers, seen meanwhile."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Rederivation(models.Model):
    """Open deadlines worked out anew after a change of what is set up, or what it would do.

    Its state is that of its parts: each is done in one transaction, so a killed worker leaves a
    part undone, never half done.
    """

    why = models.CharField(max_length=200)
    #: A look only: nothing is changed.
    preview = models.BooleanField(default=False)
    #: What would be set up: {"policies": […], "calendars": […]}; empty: what is set up.
    draft = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    #: Tickets with open deadlines when it began.
    tickets = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)
    #: A preview that somebody stopped: `finished_at` is the same moment, and what was not begun by
    #: then is never looked at.
    cancelled_by = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cancelled_by="") | Q(preview=True, finished_at__isnull=False),
                name="rederivation_only_previews_are_cancelled",
            )
        ]
        verbose_name = "new reckoning of deadlines"
        verbose_name_plural = "new reckonings of deadlines"

    def __str__(self) -> str:
        return f"{'Preview: ' if self.preview else ''}{self.why}"

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody stopped it before all was looked at."""
        return bool(self.cancelled_by)


class RederivationPart(models.Model):
    """A stretch of tickets of a reckoning, by their keys: above `after`, up to and with `upto`."""

    job = models.ForeignKey(Rederivation, on_delete=models.CASCADE, related_name="parts")
    after = models.BigIntegerField()
    #: Null: all that come after, such as those that opened while a change was not seen by all.
    upto = models.BigIntegerField(null=True, blank=True)
    not_before = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    tickets = models.PositiveIntegerField(default=0)
    deadlines = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    earlier = models.PositiveIntegerField(default=0)
    missed = models.PositiveIntegerField(default=0)
    dropped = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    #: Tickets whose reckoning failed, and how the last one did.
    failed = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    #: A few of those that move most urgently: [{ticket, kind, was, due_at, missed}].
    examples = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(done_at__isnull=True), name="rederivation_part_to_do"
            )
        ]

    def __str__(self) -> str:
        return f"part {self.pk} of {self.job_id}"
