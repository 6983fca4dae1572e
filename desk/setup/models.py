"""Who changed what in the settings, and which steps of the guided start were left out."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from desk.setup.rules import Deed, Step, Way
from tickets.models import User
from tickets.models.choices import choices_of, one_of


class SetupChange(models.Model):
    """One document of one section as it was and as it became. Rows are only added.

    null before: it was made; null after: it was removed. `number` counts the changes of a
    document.
    """

    section = models.CharField(max_length=40)
    key = models.CharField(max_length=254)
    number = models.PositiveIntegerField()
    deed = models.CharField(max_length=8, choices=choices_of(Deed))
    way = models.CharField(max_length=8, choices=choices_of(Way))
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    at = models.DateTimeField()
    by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    #: The name as it was; of an integration; "The desk" for a command.
    by_name = models.CharField(max_length=160)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["section", "key", "number"], name="setup_change_once"),
            one_of("deed", Deed, "setup_deed_known"),
            one_of("way", Way, "setup_way_known"),
            models.CheckConstraint(
                condition=Q(before__isnull=False) | Q(after__isnull=False),
                name="setup_change_of_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.section} {self.key} {self.number}"


class StartStep(models.Model):
    """A step of the guided start that somebody finished or left out."""

    step = models.CharField(max_length=20, unique=True, choices=choices_of(Step))
    skipped = models.BooleanField(default=False)
    at = models.DateTimeField()
    by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = [one_of("step", Step, "start_step_known")]

    def __str__(self) -> str:
        return self.step
