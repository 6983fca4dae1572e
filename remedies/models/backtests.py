"""Policies that are tried on the past, in the background."""

from enum import StrEnum

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from tickets.models import User
from tickets.models.choices import choices_of, one_of


class BacktestState(StrEnum):
    """waiting → running → done; waiting or running → cancelled or failed."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


_UNDER_WAY = Q(state__in=[BacktestState.WAITING.value, BacktestState.RUNNING.value])


class Backtest(models.Model):
    """A text of a policy, what it is held against, which tickets, and what came of it.

    What was in force when it began is kept by its keys, so that every part of the past is held
    against the same.
    """

    #: The policy that the text is of, and its version where it is a stored one.
    key = models.CharField(max_length=60)
    version = models.PositiveIntegerField(null=True, blank=True)
    name = models.CharField(max_length=200)
    source = models.TextField()
    #: The text that it is held against; "" for what was in force.
    beside_source = models.TextField(blank=True)
    beside_name = models.CharField(max_length=200)
    #: Marks equal questions: texts and what was in force; not the span.
    digest = models.CharField(max_length=32)
    #: Keys of the policies that were in force.
    in_force = ArrayField(models.BigIntegerField(), default=list)
    since = models.DateTimeField()
    until = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=choices_of(BacktestState), default=BacktestState.WAITING.value
    )
    #: Tickets of the span, known once it runs, and those looked at so far.
    total = models.PositiveIntegerField(null=True, blank=True)
    looked_at = models.PositiveIntegerField(default=0)
    #: What remedies.rules.checks.tallying keeps; empty until it is over.
    result = models.JSONField(default=dict, blank=True)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    #: The name of who asked: a person's as it was, or an API client's.
    asked_by = models.CharField(max_length=200)
    #: When somebody last worked on it.
    touched_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            # The newest of a text, beside its editor.
            models.Index(fields=["digest", "-id"], name="backtest_of_text"),
            # What workers carry on.
            models.Index(fields=["id"], condition=_UNDER_WAY, name="backtest_under_way"),
        ]
        constraints = [
            one_of("state", BacktestState, "backtest_state_known"),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="backtest_span"),
            models.CheckConstraint(
                condition=Q(_UNDER_WAY, finished_at__isnull=True)
                | Q(~_UNDER_WAY, finished_at__isnull=False),
                name="backtest_over_has_moment",
            ),
            # A form sent twice begins one.
            models.UniqueConstraint(
                fields=["digest", "since", "asked_by"],
                condition=_UNDER_WAY,
                name="backtest_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_under_way(self) -> bool:
        """Whether it waits or runs."""
        return self.state in {BacktestState.WAITING, BacktestState.RUNNING}

    @property
    def percent(self) -> int:
        """How far it is, 0 to 100."""
        if self.state == BacktestState.DONE:
            return 100
        return min(99, 100 * self.looked_at // self.total) if self.total else 0


class BacktestPart(models.Model):
    """Some of the tickets of a backtest, for one worker at a time; gone when it is over.

    A worker claims it for a while. One that is killed lets the claim run out, and the part is
    worked on by another, from its beginning: nothing is counted twice.
    """

    backtest = models.ForeignKey(
        Backtest, on_delete=models.CASCADE, related_name="parts", db_index=False
    )
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    tickets = models.PositiveIntegerField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    #: How often somebody began it.
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["backtest", "first_id"], name="backtest_part_once"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, result__isnull=True)
                | Q(done_at__isnull=False, result__isnull=False),
                name="backtest_part_done_has_result",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.backtest}, {self.first_id} to {self.last_id}"
