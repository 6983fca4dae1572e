"""What is offered, and what is refused."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from remedies.models.policies import RemedyPolicy
from remedies.rules.language.draft import ComponentKind
from remedies.rules.states import OfferStatus
from tickets.models import Message, Ticket, User
from tickets.models.choices import choices_of, one_of
from tickets.models.quick import Quick
from tickets.rules import Stage


class Offer(Quick):
    """What we propose on a ticket: made by a policy or a person, sent by a person."""

    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, related_name="offers", db_index=False
    )
    #: The version that made it; none where a person made it without one.
    policy = models.ForeignKey(
        RemedyPolicy, null=True, blank=True, on_delete=models.PROTECT, related_name="offers"
    )
    status = models.CharField(max_length=16, choices=choices_of(OfferStatus))
    currency = models.CharField(max_length=3)
    #: Minor units, the sum of its components.
    total = models.BigIntegerField(default=0)
    #: [[name, label, words]] of the facts it was made of.
    facts = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    #: not_applied, missing and problems of the evaluation, for "Why not more?".
    explanation = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    made_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="sent_offers"
    )
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.PROTECT)
    expires_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    #: What the customer would find fair instead: in his words, as a sum, of which kind.
    wish = models.TextField(blank=True)
    wish_amount = models.BigIntegerField(null=True, blank=True)
    wish_kind = models.CharField(max_length=14, choices=choices_of(ComponentKind), blank=True)

    class Meta:
        constraints = [
            one_of("status", OfferStatus, "offer_status_known"),
            models.CheckConstraint(condition=Q(total__gte=0), name="offer_total_not_negative"),
            # Two people who draft or send at once can't leave two.
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(status="draft"), name="offer_one_draft"
            ),
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(status="sent"), name="offer_one_sent"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["sent", "accepted", "partly_accepted", "declined"])
                | Q(sent_at__isnull=False, expires_at__isnull=False),
                name="offer_sent_has_moments",
            ),
            models.CheckConstraint(
                condition=Q(wish_amount__isnull=True) | Q(wish_amount__gt=0),
                name="offer_wish_positive",
            ),
            models.CheckConstraint(
                condition=Q(wish_kind="") | Q(wish_kind__in=[k.value for k in ComponentKind]),
                name="offer_wish_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("sent_at")),
                name="offer_expires_after_sent",
            ),
        ]
        indexes = [
            # A ticket's offers, the newest first.
            models.Index(fields=["ticket", "-id"], name="offer_of_ticket"),
            # Reports of what was offered in a period.
            models.Index(
                fields=["sent_at", "ticket"], condition=Q(sent_at__isnull=False), name="offer_sent"
            ),
            # The sweep of those that ran out.
            models.Index(
                fields=["expires_at", "id"], condition=Q(status="sent"), name="offer_expiring"
            ),
        ]

    def __str__(self) -> str:
        return f"Offer {self.pk}"


class OfferComponent(Quick):
    """One part of an offer. Amounts are minor units of the offer's currency.

    A trigger keeps everything but `accepted` and `chosen` once the offer left draft: what was
    sent stays.
    """

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="components")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=14, choices=choices_of(ComponentKind))
    #: The rule of the policy; empty where a person added it.
    rule = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=160)
    clause = models.CharField(max_length=160, blank=True)
    #: What the customer reads.
    words = models.TextField(blank=True)
    #: The arithmetic, step by step, in words.
    steps = models.JSONField(default=list)
    facts = models.JSONField(default=list)
    #: None for what has no sum, such as an apology.
    amount = models.BigIntegerField(null=True, blank=True)
    ranged = models.BooleanField(default=False)
    range_min = models.BigIntegerField(null=True, blank=True)
    #: None with `ranged`: an open end.
    range_max = models.BigIntegerField(null=True, blank=True)
    #: Set by law: the customer's whatever he decides.
    owed = models.BooleanField(default=False)
    #: Makes good a proven loss.
    loss = models.BooleanField(default=False)
    code = models.CharField(max_length=60, blank=True)
    form = models.CharField(max_length=60, blank=True)
    pay_within_days = models.PositiveSmallIntegerField(null=True, blank=True)
    #: [{form, amount}] that the customer may choose instead, such as a larger voucher.
    options = models.JSONField(default=list, blank=True)
    #: The form that he chose; empty: `form` and `amount` as they are.
    chosen = models.CharField(max_length=60, blank=True)
    #: What the policy gave, where a person changed it, and why he did.
    adjusted_from = models.BigIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    accepted = models.BooleanField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            one_of("kind", ComponentKind, "component_kind_known"),
            models.UniqueConstraint(
                fields=["offer", "rule"], condition=~Q(rule=""), name="component_rule_once"
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0),
                name="component_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(range_max__isnull=True) | Q(range_max__gte=F("range_min")),
                name="component_range_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def choices(self) -> dict[str, int]:
        """Other forms that the customer may choose, with their sums in minor units.

        They are kept as the policy gave them; where a person set another sum, they go along in
        proportion, rounded half up.
        """
        policy = self.amount if self.adjusted_from is None else self.adjusted_from
        if not policy or self.amount is None:
            return {str(one["form"]): int(one["amount"]) for one in self.options}
        return {
            str(one["form"]): (2 * int(one["amount"]) * self.amount + policy) // (2 * policy)
            for one in self.options
        }

    @property
    def settled(self) -> tuple[int | None, str]:
        """The sum (minor units, or None) and form that the customer gets if he takes it."""
        if self.chosen:
            return self.choices[self.chosen], self.chosen
        return self.amount, self.form

    @property
    def is_discretionary(self) -> bool:
        """Whether it is ours to give, and so counts against somebody's authority."""
        return not (self.owed or self.loss)


class Refusal(models.Model):
    """A reasoned no, as it was sent.

    `points` is a list of {point (id), text, quote, outcome, finding, rule, rule_words}; those
    sent before refusals quoted have text, outcome and finding alone.
    """

    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, related_name="refusals", db_index=False
    )
    points = models.JSONField(default=list)
    reason = models.TextField()
    #: What we did get wrong all the same.
    regret = models.TextField(blank=True)
    instead = models.TextField(blank=True)
    would_change = models.TextField(blank=True)
    next_stage = models.TextField()
    #: The body outside, with its time limit.
    outside = models.TextField(blank=True, default="")
    #: The stage at which it was said.
    stage = models.CharField(max_length=10, choices=choices_of(Stage), default="1")
    message = models.ForeignKey(Message, on_delete=models.PROTECT)
    refused_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["ticket"], name="refusal_of_ticket")]

    def __str__(self) -> str:
        return f"Refusal {self.pk}"
