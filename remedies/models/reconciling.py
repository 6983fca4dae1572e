"""What the other side says of what we paid through it, and where the two disagree."""

from django.db import models
from django.db.models import Q

from remedies.models.ledger import Remedy
from remedies.rules.reconciling import DifferenceKind
from tickets.models import User
from tickets.models.choices import choices_of, one_of


class Reconciliation(models.Model):
    """One comparison of our ledger with the other side's list."""

    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    #: Remedies that were granted from this moment on.
    since = models.DateTimeField()
    checked = models.PositiveIntegerField(default=0)
    found = models.PositiveIntegerField(default=0)
    #: Why it could not be done; "" where it was.
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Reconciliation {self.pk}"


class Difference(models.Model):
    """Something on which we and the other side disagree, until it is settled."""

    kind = models.CharField(max_length=16, choices=choices_of(DifferenceKind))
    #: The name by which both sides know it: "remedy_77".
    payout = models.CharField(max_length=200)
    remedy = models.ForeignKey(
        Remedy, null=True, blank=True, on_delete=models.PROTECT, related_name="differences"
    )
    ours = models.CharField(max_length=200)
    theirs = models.CharField(max_length=200)
    reference = models.CharField(max_length=200, blank=True)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            one_of("kind", DifferenceKind, "difference_kind_known"),
            # Found every night, it is one difference all the same.
            models.UniqueConstraint(
                fields=["payout", "kind"],
                condition=Q(settled_at__isnull=True),
                name="difference_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.payout}"
