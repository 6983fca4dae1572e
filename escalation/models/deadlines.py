"""One promise of time on a ticket, and all that befell it."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from escalation.clock import Status
from escalation.models.config import DeadlinePolicy
from escalation.policies.kinds import DEFAULTS, Kind
from escalation.rules import EscalationLevel
from tickets.models import Team, Ticket
from tickets.models.choices import choices_of, one_of
from tickets.models.quick import Quick

#: Kept or missed: the fact is there, and the moment it was is the breach, else the meeting.
DECIDED = Q(breached_at__isnull=False) | Q(met_at__isnull=False)
#: Those of them that count: what another ticket answers for is counted there.
COUNTED = Q(counted_on__isnull=True)
OPEN = Q(status__in=[Status.RUNNING.value, Status.PAUSED.value])


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    """Sets of deadlines by what a reader wants of them."""

    def open(self) -> "DeadlineQuerySet":
        """Those that run or are paused."""
        return self.filter(OPEN)

    def due(self, now: datetime) -> "DeadlineQuerySet":
        """Those to which something happens before `now`. Exactly the target is in time."""
        return self.filter(next_at__lt=now)


class Deadline(Quick):
    """One clock. That it was missed (`breached_at`) is a fact that stays when it is met late.

    Changed only under the lock of its ticket. `steps_taken` holds the keys of the warnings, the
    breach and the path's steps that have happened; `next_at` is the instant of the next one.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="deadlines")
    #: The ticket's team while the clock is open, so that a team's board is read from one index.
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, choices=[(k.value, DEFAULTS[k].words) for k in Kind])
    #: What it is about, where a ticket has several of the kind: "exception:12", "promise:7".
    subject = models.CharField(max_length=60, blank=True)
    policy = models.ForeignKey(
        DeadlinePolicy, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    status = models.CharField(max_length=10, choices=choices_of(Status), default="running")
    started_at = models.DateTimeField()
    #: As far as the pauses are known: one that still lasts does not move it yet.
    due_at = models.DateTimeField()
    #: The instant that was promised, where it is no length of time.
    until = models.DateTimeField(null=True, blank=True)
    #: The day that was promised: due when it closes in the calendar, and late when it is over.
    until_on = models.DateField(null=True, blank=True)
    #: The date to which it was extended in writing, and since when.
    extended_to = models.DateTimeField(null=True, blank=True)
    extended_at = models.DateTimeField(null=True, blank=True)
    paused_since = models.DateTimeField(null=True, blank=True)
    #: Open, unpaused time used when the row was last written, in whole seconds.
    used_seconds = models.PositiveIntegerField(default=0)
    met_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=100, blank=True)
    breached_at = models.DateTimeField(null=True, blank=True)
    #: The ticket that answers for it, where that is another one: its duty went there by a merge, or
    #: it was missed there before a split. What is counted of promises leaves the row out then.
    counted_on = models.ForeignKey(
        Ticket, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    steps_taken = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    #: Somebody said "I am on it": the path is not climbed any further.
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    #: The next instant at which something happens to it; null when nothing will.
    next_at = models.DateTimeField(null=True, blank=True)
    next_step = models.CharField(max_length=80, blank=True)
    #: Attempts of the next step that failed, and how the last one did.
    failures = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)

    objects: ClassVar[DeadlineQuerySet] = DeadlineQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["id"]
        constraints = [
            one_of("kind", Kind, "deadline_kind_known"),
            one_of("status", Status, "deadline_status_known"),
            models.UniqueConstraint(
                fields=["ticket", "kind", "subject"], condition=OPEN, name="deadline_one_open"
            ),
            models.CheckConstraint(
                condition=Q(due_at__gte=F("started_at")) | Q(until__isnull=False),
                name="deadline_due_after_start",
            ),
            models.CheckConstraint(
                condition=Q(status="met", met_at__isnull=False)
                | (~Q(status="met") & Q(met_at__isnull=True)),
                name="deadline_met_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(status="cancelled", cancelled_at__isnull=False)
                | (~Q(status="cancelled") & Q(cancelled_at__isnull=True)),
                name="deadline_cancelled_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(status="paused", paused_since__isnull=False)
                | (~Q(status="paused") & Q(paused_since__isnull=True)),
                name="deadline_paused_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(next_at__isnull=True) | OPEN, name="deadline_over_has_no_next"
            ),
        ]
        indexes = [
            # The sweep's claim: what is due, in due order. Only open deadlines are in it.
            models.Index(
                fields=["next_at", "id"], condition=Q(next_at__isnull=False), name="deadline_sweep"
            ),
            # The board of what runs late, nearest first: of all teams, and of one.
            models.Index(
                fields=["status", "due_at", "id"], condition=OPEN, name="deadline_open_by_due"
            ),
            models.Index(
                fields=["team", "status", "due_at", "id"], condition=OPEN, name="deadline_team_due"
            ),
            # Rows whose step keeps failing, shown to an administrator.
            models.Index(fields=["id"], condition=Q(failures__gt=0), name="deadline_failing"),
            # Reports of a period: what was kept or missed in it. Nothing is written to it when a
            # deadline is set.
            models.Index(
                Coalesce("breached_at", "met_at"), condition=DECIDED, name="deadline_decided"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of ticket {self.ticket_id}"

    @property
    def is_open(self) -> bool:
        """Whether it runs or is paused."""
        return self.status in {Status.RUNNING, Status.PAUSED}

    @property
    def counted_words(self) -> str:
        """Which other ticket answers for it: "moved to A-10019", "missed on A-10019"; or "".

        Reads that ticket, so select it.
        """
        if self.counted_on is None:
            return ""
        told = {"number": self.counted_on.number}
        if self.status == Status.CANCELLED:
            return gettext("moved to %(number)s") % told
        return gettext("missed on %(number)s") % told

    @property
    def ended_at(self) -> datetime | None:
        """When it was met or cancelled."""
        return self.met_at or self.cancelled_at


class Pause(Quick):
    """A time that does not count for one deadline. It has a reason and ends by itself."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+", db_index=True)
    deadline = models.ForeignKey(
        Deadline, on_delete=models.PROTECT, related_name="pauses", db_index=False
    )
    reason = models.CharField(max_length=100)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    #: However long it lasts, from here on the clock runs again.
    limit_at = models.DateTimeField(null=True, blank=True)
    #: By another policy it does not count, from then on. It stays as evidence.
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["started_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["deadline", "reason"],
                condition=Q(ended_at__isnull=True, voided_at__isnull=True),
                name="pause_one_open",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="pause_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} since {self.started_at}"


class Extension(models.Model):
    """A new date, written to the customer with its reason. Not a pause."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+")
    deadline = models.ForeignKey(
        Deadline, on_delete=models.PROTECT, related_name="extensions", db_index=False
    )
    reason = models.CharField(max_length=500)
    due_before = models.DateTimeField()
    due_after = models.DateTimeField()
    #: The letter that told the customer.
    message = models.ForeignKey(
        "tickets.Message", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_after__gt=F("due_before")), name="extension_makes_it_later"
            )
        ]

    def __str__(self) -> str:
        return f"to {self.due_after}"


class Escalation(Quick):
    """A step taken: by the clock, by a colleague, or because the customer asked."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="escalations")
    deadline = models.ForeignKey(
        Deadline,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="escalations",
        db_index=False,
    )
    #: The call whose path it is a step of, where it is no clock's.
    climb = models.ForeignKey(
        "escalation.Climb",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="escalations",
        db_index=False,
    )
    level = models.CharField(max_length=10, choices=choices_of(EscalationLevel))
    step = models.CharField(max_length=80)
    reason = models.CharField(max_length=500, blank=True)
    #: Names of those who were told, as they were.
    told = ArrayField(models.CharField(max_length=160), default=list, blank=True)
    #: The moment it was due, and the one at which it was done.
    due_at = models.DateTimeField()
    done_at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            one_of("level", EscalationLevel, "escalation_level_known"),
            # What makes every step of every deadline happen once, whatever two sweeps do.
            models.UniqueConstraint(
                fields=["deadline", "step"],
                condition=Q(deadline__isnull=False),
                name="escalation_step_once",
            ),
            models.UniqueConstraint(
                fields=["climb", "step"],
                condition=Q(climb__isnull=False),
                name="escalation_climb_step_once",
            ),
            models.CheckConstraint(
                condition=Q(done_at__gte=F("due_at")), name="escalation_not_early"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} of ticket {self.ticket_id}"
