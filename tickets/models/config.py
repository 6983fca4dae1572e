"""What a desk is set up with: categories, the facts they ask for, root causes."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from tickets.models.choices import choices_of, one_of
from tickets.models.people import Team
from tickets.rules import FactKind


class Category(models.Model):
    """What a complaint is about; a tree. A child takes team and icon from its parent."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=80)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT)
    icon = models.CharField(max_length=40, blank=True, help_text="Name of a lucide icon.")
    public = models.BooleanField(default=True, help_text="Offered on the public form.")
    active = models.BooleanField(default=True)
    order = models.PositiveSmallIntegerField(default=100)
    guidance = models.TextField(
        max_length=4000,
        blank=True,
        help_text="How we handle it: shown beside the conversation. Empty: as the one above.",
    )
    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "name"]
        verbose_name_plural = "categories"
        constraints = [
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="category_not_own_parent",
            )
        ]

    def __str__(self) -> str:
        return self.name


class FactDefinition(models.Model):
    """A fact that tickets of a category (and of those below it) may carry."""

    category = models.ForeignKey(
        Category,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="fact_definitions",
        db_index=False,
        help_text="Empty: for every category.",
    )
    name = models.SlugField(max_length=60, help_text="As rules call it, such as delay_minutes.")
    label = models.CharField(max_length=120, help_text="As people read it.")
    kind = models.CharField(max_length=10, choices=choices_of(FactKind))
    choices = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    required = models.BooleanField(default=False, help_text="The public form insists on it.")
    on_form = models.BooleanField(default=True, help_text="Asked on the public form.")
    help = models.CharField(max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(default=100)
    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "id"]
        constraints = [
            one_of("kind", FactKind, "fact_kind_known"),
            models.UniqueConstraint(fields=["category", "name"], name="fact_name_once"),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(category__isnull=True),
                name="fact_global_name_once",
            ),
            models.CheckConstraint(
                condition=~Q(kind="choice") | ~Q(choices=[]),
                name="fact_choice_has_choices",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class RootCause(models.Model):
    """Why something went wrong, in the desk's own list."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    active = models.BooleanField(default=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
