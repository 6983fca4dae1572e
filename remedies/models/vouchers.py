"""Codes that are worth something: pools of them, and to whom each was given."""

from enum import StrEnum

from django.db import models
from django.db.models import Q

from remedies.models.ledger import Remedy
from tickets.models import User
from tickets.models.choices import choices_of, one_of


class CodeSource(StrEnum):
    """Where the codes of a pool come from: another system's list, or we make them."""

    IMPORTED = "imported"
    GENERATED = "generated"


class PoolDeed(StrEnum):
    """What happens to a pool and its codes; its history is made of these."""

    MADE = "made"
    LOADED = "loaded"
    ISSUED = "issued"
    VOIDED = "voided"


class VoucherPool(models.Model):
    """Codes of one worth and currency, for components that are paid in the form `form`."""

    key = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=160)
    form = models.CharField(max_length=60, help_text="As policies call it, such as voucher.")
    currency = models.CharField(max_length=3)
    #: What a code is worth, in minor units; none for generated ones: whatever was granted.
    amount = models.BigIntegerField(null=True, blank=True)
    source = models.CharField(max_length=10, choices=choices_of(CodeSource))
    #: So few left are said to be low.
    low = models.PositiveIntegerField(default=20)
    valid_days = models.PositiveIntegerField(null=True, blank=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["key"]
        constraints = [
            one_of("source", CodeSource, "voucher_source_known"),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="voucher_currency_form"
            ),
            models.CheckConstraint(
                condition=Q(source="generated", amount__isnull=True)
                | Q(source="imported", amount__gt=0),
                name="voucher_imported_has_worth",
            ),
            # Which pool a remedy is paid from is never a guess.
            models.UniqueConstraint(
                fields=["form", "currency", "amount"],
                condition=Q(active=True, amount__isnull=False),
                name="voucher_one_pool_of_worth",
            ),
            models.UniqueConstraint(
                fields=["form", "currency"],
                condition=Q(active=True, amount__isnull=True),
                name="voucher_one_pool_of_any",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class VoucherCode(models.Model):
    """One code. It is given once: a code has one remedy, and a remedy one code.

    A trigger keeps what was given, and to whom.
    """

    pool = models.ForeignKey(
        VoucherPool, on_delete=models.PROTECT, related_name="codes", db_index=False
    )
    code = models.CharField(max_length=80, unique=True)
    added_at = models.DateTimeField()
    remedy = models.OneToOneField(
        Remedy, null=True, blank=True, on_delete=models.PROTECT, related_name="voucher"
    )
    given_at = models.DateTimeField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    #: When its remedy was taken back: it is worth nothing, and not given again.
    void_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(remedy__isnull=True, given_at__isnull=True)
                | Q(remedy__isnull=False, given_at__isnull=False),
                name="voucher_given_has_moment",
            ),
        ]
        indexes = [
            # The next code of a pool, and how many are left.
            models.Index(
                fields=["pool", "id"], condition=Q(remedy__isnull=True), name="voucher_left"
            ),
            models.Index(fields=["pool", "-given_at"], name="voucher_of_pool"),
        ]

    def __str__(self) -> str:
        return self.masked

    @property
    def masked(self) -> str:
        """Its last four characters: enough to tell it, too few to use it."""
        return f"…{self.code[-4:]}" if len(self.code) > 7 else "…"


class PoolEntry(models.Model):
    """One line of a pool's history. Append-only: a trigger refuses update and delete."""

    pool = models.ForeignKey(
        VoucherPool, on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    deed = models.CharField(max_length=6, choices=choices_of(PoolDeed))
    at = models.DateTimeField()
    #: Who did it; of an issued code, whoever acted when it was given: the customer who accepted.
    actor = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    actor_name = models.CharField(max_length=160, blank=True)
    #: The code that was issued or voided.
    code = models.ForeignKey(
        VoucherCode, null=True, blank=True, on_delete=models.PROTECT, related_name="entries",
        db_index=False,
    )  # fmt: skip
    #: Of a list that was loaded: how many codes were new, and how many were known before.
    count = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "pool entries"
        ordering = ["-id"]
        constraints = [
            one_of("deed", PoolDeed, "pool_deed_known"),
            # Whatever happens at the same time, a code is issued once and voided once.
            models.UniqueConstraint(fields=["code", "deed"], name="pool_deed_once"),
            models.CheckConstraint(
                condition=Q(deed__in=["made", "loaded"], code__isnull=True)
                | Q(deed__in=["issued", "voided"], code__isnull=False, count=0, known=0),
                name="pool_deed_has_code",
            ),
        ]
        indexes = [models.Index(fields=["pool", "-id"], name="entry_of_pool")]

    def __str__(self) -> str:
        return f"{self.deed} in pool {self.pool_id}"
