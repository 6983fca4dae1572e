"""A draft policy that is tried on the past, in the background."""

from enum import StrEnum

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tickets.models.choices import choices_of, one_of


class SimulationState(StrEnum):
    """waiting → running → done; waiting or running → cancelled; running → failed."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


_UNDER_WAY = Q(state__in=[SimulationState.WAITING.value, SimulationState.RUNNING.value])


class Simulation(models.Model):
    """One trial: the draft as it was, which tickets, how far it is, and the counts so far.

    It goes on from (`after_at`, `after_id`) whichever worker takes it up, so a killed one costs a
    batch and counts nothing twice.
    """

    key = models.CharField(max_length=40)
    name = models.CharField(max_length=160)
    order = models.PositiveSmallIntegerField()
    data = models.JSONField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    #: Keys of the teams whose tickets are looked at; null for all.
    teams = ArrayField(models.BigIntegerField(), null=True, blank=True)
    state = models.CharField(
        max_length=10, choices=choices_of(SimulationState), default=SimulationState.WAITING.value
    )
    #: Tickets of the span, known once it runs.
    total = models.PositiveIntegerField(null=True, blank=True)
    after_at = models.DateTimeField(null=True, blank=True)
    after_id = models.BigIntegerField(null=True, blank=True)
    result = models.JSONField(default=dict, blank=True)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    #: The API client that asked, where it was no person.
    client = models.CharField(max_length=160, blank=True)
    #: When a batch was last done.
    touched_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            one_of("state", SimulationState, "simulation_state_known"),
            models.CheckConstraint(
                condition=Q(until__gt=models.F("since")), name="simulation_span"
            ),
            models.CheckConstraint(
                condition=Q(_UNDER_WAY, finished_at__isnull=True)
                | Q(~_UNDER_WAY, finished_at__isnull=False),
                name="simulation_over_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_under_way(self) -> bool:
        """Whether it waits or runs."""
        return self.state in {SimulationState.WAITING, SimulationState.RUNNING}

    @property
    def looked_at(self) -> int:
        """Tickets so far."""
        count: int = self.result.get("looked_at", 0)
        return count

    @property
    def percent(self) -> int:
        """How far it is, 0 to 100."""
        if self.state == SimulationState.DONE:
            return 100
        return min(99, 100 * self.looked_at // self.total) if self.total else 0
