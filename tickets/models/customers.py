"""Those who complain, and how we reach them."""

from enum import StrEnum

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q

from tickets.models.choices import one_of
from tickets.models.plain import Plain
from tickets.models.quick import Quick


class ContactKind(StrEnum):
    """A way to reach a customer."""

    EMAIL = "email"
    PHONE = "phone"
    POST = "post"


class Customer(Quick):
    """A person or firm with all that helps us to treat them as an individual."""

    name = models.CharField(max_length=160)
    language = models.CharField(max_length=10, default="en")
    time_zone = models.CharField(max_length=64, default="Europe/London")
    since = models.DateField(null=True, blank=True)
    tier = models.CharField(max_length=40, blank=True, db_index=True)
    support_needs = models.TextField(blank=True, max_length=2000)
    preferences = models.TextField(blank=True, max_length=2000)
    do_not_survey = models.BooleanField(default=False)
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged_from",
    )
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="customer_not_merged_into_self",
            )
        ]
        indexes = [
            # tickets.finding asks it for parts of names, and for names that are nearly it.
            GinIndex(OpClass(Plain("name"), name="gin_trgm_ops"), name="customer_name_parts"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        words = self.name.split() or ["?"]
        return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


class ContactPoint(Quick):
    """One address or number of a customer. An e-mail address belongs to one customer only."""

    customer = models.ForeignKey(
        Customer,
        on_delete=models.CASCADE,
        related_name="contacts",
        db_index=False,  # contact_once_per_customer begins with it
    )
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in ContactKind])
    value = models.CharField(max_length=320)
    #: What is compared: e-mail in lower case, phone in E.164, post as it is.
    normalized = models.CharField(max_length=320)
    preferred = models.BooleanField(default=False)

    class Meta:
        ordering = ["-preferred", "id"]
        constraints = [
            one_of("kind", ContactKind, "contact_kind_known"),
            models.UniqueConstraint(
                fields=["normalized"],
                condition=Q(kind="email"),
                name="contact_email_once",
            ),
            models.UniqueConstraint(
                fields=["customer", "kind", "normalized"],
                name="contact_once_per_customer",
            ),
        ]
        indexes = [
            # Read by the search for a customer by phone number.
            models.Index(fields=["kind", "normalized"], name="contact_lookup"),
            # tickets.finding asks it for parts of addresses and numbers.
            GinIndex(OpClass(F("normalized"), name="gin_trgm_ops"), name="contact_parts"),
        ]

    def __str__(self) -> str:
        return self.value


class ExternalId(models.Model):
    """The customer's key in another system (shop, billing, CRM)."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="external_ids")
    system = models.CharField(max_length=60)
    value = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "value"], name="external_id_once"),
        ]

    def __str__(self) -> str:
        return f"{self.system}:{self.value}"
