"""What a desk gives, as data: policies in versions, and who may grant how much alone."""

from enum import StrEnum

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from remedies.rules.language.draft import ComponentKind
from remedies.rules.states import PolicyDeed, PolicyStatus
from tickets.models import User
from tickets.models.choices import choices_of, one_of


class RemedyPolicy(models.Model):
    """One version of a policy. Its text is written in draft; after that a trigger keeps it.

    `source` is the truth, every number in it exact; `data` the same as JSON, for reading. The text
    of a draft may still have mistakes; title, categories and data are then those of the last text
    that had none.
    """

    key = models.SlugField(max_length=60, db_index=False)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    status = models.CharField(
        max_length=10, choices=choices_of(PolicyStatus), default=PolicyStatus.DRAFT.value
    )
    source = models.TextField(help_text="YAML or JSON; docs/remedies.md has the language.")
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder, editable=False)
    #: Keys of categories that it is for; empty: for those that no other policy takes.
    categories = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, editable=False
    )
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    #: The version that the draft began with; None for one from scratch or from a pack.
    based_on = models.PositiveIntegerField(null=True, blank=True, editable=False)
    #: Counts the savings of the draft, so that nobody writes over what he has not seen.
    revision = models.PositiveIntegerField(default=1, editable=False)
    saved_at = models.DateTimeField(null=True, editable=False)
    saved_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    active_from = models.DateTimeField(null=True, blank=True)
    activated_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    retired_at = models.DateTimeField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "remedy policies"
        ordering = ["key", "-version"]
        constraints = [
            one_of("status", PolicyStatus, "policy_status_known"),
            models.UniqueConstraint(fields=["key", "version"], name="policy_version_once"),
            models.UniqueConstraint(
                fields=["key"], condition=Q(status="active"), name="policy_one_active"
            ),
            models.UniqueConstraint(
                fields=["key"], condition=Q(status="draft"), name="policy_one_draft"
            ),
            models.UniqueConstraint(
                fields=["key"], condition=Q(status="scheduled"), name="policy_one_scheduled"
            ),
            models.CheckConstraint(
                condition=Q(status="draft", active_from__isnull=True)
                | (~Q(status="draft") & Q(active_from__isnull=False)),
                name="policy_active_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"


class PolicyAct(models.Model):
    """Something that somebody did about a version of a policy. Append-only; a draft that was
    discarded leaves its acts behind."""

    key = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    deed = models.CharField(max_length=12, choices=choices_of(PolicyDeed))
    at = models.DateTimeField()
    by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    #: His name as it was; empty for the desk itself.
    by_name = models.CharField(max_length=200, blank=True)
    words = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["key", "-id"], name="policy_act_by_key")]
        constraints = [one_of("deed", PolicyDeed, "policy_deed_known")]

    def __str__(self) -> str:
        return f"{self.key} {self.version} {self.deed}"


class Grantor(StrEnum):
    """Whose limits they are: a role, or an integration."""

    REP = "rep"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    ADMIN = "admin"
    CLIENT = "client"
    #: What a policy grants by itself, with nobody there.
    POLICY = "policy"


class Authority(models.Model):
    """What a role may grant alone, in minor units of one currency. Empty: without limit.

    Sums set by law and proven loss do not count.
    """

    role = models.CharField(max_length=12, choices=choices_of(Grantor))
    kind = models.CharField(
        max_length=14,
        choices=choices_of(ComponentKind),
        blank=True,
        help_text="Empty: everything together.",
    )
    currency = models.CharField(max_length=3)
    per_remedy = models.PositiveBigIntegerField(null=True, blank=True, help_text="Minor units.")
    per_ticket = models.PositiveBigIntegerField(null=True, blank=True, help_text="Minor units.")
    per_customer = models.PositiveBigIntegerField(null=True, blank=True, help_text="Minor units.")
    period_days = models.PositiveSmallIntegerField(
        default=365, help_text="The period that the customer's limit is about."
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "authority"
        ordering = ["role", "currency", "kind"]
        constraints = [
            one_of("role", Grantor, "authority_role_known"),
            models.UniqueConstraint(fields=["role", "kind", "currency"], name="authority_once"),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="authority_currency_form"
            ),
            models.CheckConstraint(
                condition=Q(period_days__gte=1), name="authority_period_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.kind or 'everything'} {self.currency}"
