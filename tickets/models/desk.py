"""How a person has set up his desk: views that he made or shares, and how his queue looks."""

from enum import StrEnum

from django.db import models
from django.db.models import F, Q

from tickets.models.choices import choices_of, one_of
from tickets.models.people import Team, User


class Sort(StrEnum):
    """In which order a queue stands."""

    DUE = "due"
    PAIN = "pain"
    OLDEST = "oldest"
    NEWEST = "newest"


class Density(StrEnum):
    """How much air a row has."""

    COMFORTABLE = "comfortable"
    COMPACT = "compact"


class SavedView(models.Model):
    """A selection of tickets with a name: its owner's alone, or shared with a team.

    It says which tickets, never whose eyes see them: each reader finds his own in it.
    """

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="views", db_index=False)
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.CASCADE, related_name="views", db_index=False
    )
    name = models.CharField(max_length=60)
    #: As tickets.selecting keeps them.
    criteria = models.JSONField(default=dict)
    sort = models.CharField(max_length=8, choices=choices_of(Sort), default=Sort.DUE.value)
    #: Its place among its owner's, or among its team's.
    position = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    #: Taken away, and kept for a day so that this can be undone.
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            one_of("sort", Sort, "saved_view_sort_known"),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_has_name"),
            models.UniqueConstraint(
                fields=["owner", "name"],
                condition=Q(team__isnull=True, removed_at__isnull=True),
                name="saved_view_own_once",
            ),
            models.UniqueConstraint(
                fields=["team", "name"],
                condition=Q(team__isnull=False, removed_at__isnull=True),
                name="saved_view_shared_once",
            ),
            models.CheckConstraint(
                condition=Q(updated_at__gte=F("created_at")), name="saved_view_changed_after_made"
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "position"], name="saved_view_of_owner"),
            models.Index(fields=["team", "position"], name="saved_view_of_team"),
        ]

    def __str__(self) -> str:
        return self.name


class QueueSettings(models.Model):
    """How a person wants his queue to look, on whatever screen."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="queue_settings")
    density = models.CharField(
        max_length=12, choices=choices_of(Density), default=Density.COMFORTABLE.value
    )
    sort = models.CharField(max_length=8, choices=choices_of(Sort), default=Sort.DUE.value)

    class Meta:
        verbose_name_plural = "queue settings"
        constraints = [
            one_of("density", Density, "queue_density_known"),
            one_of("sort", Sort, "queue_sort_known"),
        ]

    def __str__(self) -> str:
        return f"How {self.user} sees the queue"


class BulkAct(models.Model):
    """What a person or an integration did to several tickets at once, and what they were before:
    for undoing it."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="+", db_index=False, null=True, blank=True
    )
    #: The integration by its name; "" for a person.
    client = models.CharField(max_length=120, blank=True, default="", db_default="")
    #: "assign", "tag" …, and what was done in words.
    kind = models.CharField(max_length=12)
    words = models.CharField(max_length=200)
    #: [{ticket, version after it, before: {column: value}}] of each that was changed.
    changed = models.JSONField(default=list)
    done_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(undone_at__gte=F("done_at")),
                name="bulk_act_undone_after_done",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False, client="") | (Q(user__isnull=True) & ~Q(client="")),
                name="bulk_act_of_one",
            ),
        ]
        indexes = [
            # What is forgotten after a while.
            models.Index(fields=["user", "done_at"], name="bulk_act_of_user"),
        ]

    def __str__(self) -> str:
        return self.words
