"""What was granted, and every entry about it. The money in it can't be rewritten."""

from django.db import models
from django.db.models import Q

from remedies.models.exceptions import ExceptionRequest
from remedies.models.offers import Offer, OfferComponent
from remedies.rules.language.draft import ComponentKind
from remedies.rules.states import EntryKind, RemedyStatus
from tickets.models import Ticket, User
from tickets.models.choices import choices_of, one_of


class Remedy(models.Model):
    """A granted component with its fulfilment state. Minor units.

    A trigger keeps ticket, kind, amount and currency for ever, and refuses deletion.
    """

    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, related_name="remedies", db_index=False
    )
    offer = models.ForeignKey(
        Offer, null=True, blank=True, on_delete=models.PROTECT, related_name="remedies"
    )
    component = models.OneToOneField(
        OfferComponent, null=True, blank=True, on_delete=models.PROTECT, related_name="remedy"
    )
    kind = models.CharField(max_length=14, choices=choices_of(ComponentKind))
    title = models.CharField(max_length=160)
    rule = models.CharField(max_length=60, blank=True)
    amount = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    owed = models.BooleanField(default=False)
    loss = models.BooleanField(default=False)
    form = models.CharField(max_length=60, blank=True)
    status = models.CharField(max_length=10, choices=choices_of(RemedyStatus))
    #: Who gave it; none for a customer's acceptance of what nobody here sent (imports).
    granted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="remedies_granted"
    )
    #: "rep", "set by law", "proven loss" …: on whose account.
    granted_under = models.CharField(max_length=60)
    exception = models.ForeignKey(
        ExceptionRequest, null=True, blank=True, on_delete=models.PROTECT, related_name="remedies"
    )
    granted_at = models.DateTimeField()
    due_on = models.DateField(null=True, blank=True)
    fulfilled_at = models.DateTimeField(null=True, blank=True)
    #: Whether a clock of escalation runs for it: then that says when it is late, and tells people.
    timed = models.BooleanField(default=False)
    #: When its date passed and the customer did not have it: a promise that was missed, once.
    late_at = models.DateTimeField(null=True, blank=True)
    #: Of what the policy added because remedies came late: how many were late on the ticket then.
    for_late = models.PositiveSmallIntegerField(null=True, blank=True)
    gateway = models.CharField(max_length=20)
    gateway_ref = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "remedies"
        ordering = ["id"]
        constraints = [
            one_of("kind", ComponentKind, "remedy_kind_known"),
            one_of("status", RemedyStatus, "remedy_status_known"),
            models.CheckConstraint(
                condition=Q(amount__isnull=True, currency="")
                | (Q(amount__gt=0) & Q(currency__regex=r"^[A-Z]{3}$")),
                name="remedy_amount_has_currency",
            ),
            models.CheckConstraint(
                condition=~Q(status="fulfilled") | Q(fulfilled_at__isnull=False),
                name="remedy_fulfilled_has_moment",
            ),
            # However many sweeps and people are at it: for one more late remedy a rule adds once.
            models.UniqueConstraint(
                fields=["ticket", "rule", "for_late"],
                condition=Q(for_late__isnull=False) & ~Q(status="reversed"),
                name="remedy_added_once",
            ),
        ]
        indexes = [
            # What counts against authority on a ticket, and a ticket's remedies.
            models.Index(fields=["ticket", "granted_at"], name="remedy_of_ticket"),
            # The sweep of those whose date passes, and for which no clock runs.
            models.Index(
                fields=["due_on"],
                condition=Q(
                    status__in=["granted", "failed"],
                    late_at__isnull=True,
                    due_on__isnull=False,
                    timed=False,
                ),
                name="remedy_going_late",
            ),
            # What a person still has to tick off, and what is overdue.
            models.Index(
                fields=["due_on", "id"],
                condition=Q(status__in=["granted", "failed"]),
                name="remedy_to_deliver",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class RemedyEntry(models.Model):
    """One line of the ledger. Append-only: a trigger refuses update and delete.

    `amount` is what it adds to what the customer was granted: the sum for "granted", its
    negative for "reversed", 0 for "fulfilled" and "failed", which move no promise.
    """

    remedy = models.ForeignKey(
        Remedy, on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    kind = models.CharField(max_length=10, choices=choices_of(EntryKind))
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3, blank=True)
    at = models.DateTimeField()
    actor_name = models.CharField(max_length=160)
    actor = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT)
    reason = models.CharField(max_length=500, blank=True)
    gateway_ref = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "remedy entries"
        ordering = ["id"]
        constraints = [
            one_of("kind", EntryKind, "entry_kind_known"),
            # Whatever happens at the same time, a remedy is granted, paid and taken back once.
            models.UniqueConstraint(
                fields=["remedy", "kind"], condition=~Q(kind="failed"), name="entry_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="granted", amount__gte=0)
                | Q(kind="reversed", amount__lte=0)
                | Q(kind__in=["fulfilled", "failed"], amount=0),
                name="entry_amount_fits_kind",
            ),
        ]
        indexes = [models.Index(fields=["remedy", "id"], name="entry_of_remedy")]

    def __str__(self) -> str:
        return f"{self.kind} {self.remedy_id}"
