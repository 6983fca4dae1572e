"""What approved exceptions have in common, and the changed rule that follows from it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from remedies.models.backtests import Backtest
from remedies.models.policies import RemedyPolicy
from remedies.rules.patterns import Direction
from remedies.rules.states import ProposalStatus
from tickets.models import Category, User
from tickets.models.choices import choices_of, one_of


class RuleProposal(models.Model):
    """A pattern of approved exceptions with its numbers, and the policy as it would be.

    There is one for each pattern, whatever became of it, so that what was dismissed does not come
    back by itself. Sums are minor units of `currency`.
    """

    policy_key = models.CharField(max_length=60)
    #: The rule that exceptions bend, "+credit" for what the policy does not know, "limit" for a
    #: limit of a role that is too low.
    rule = models.CharField(max_length=80)
    #: Where the rule is written; of a limit, whose it is.
    clause = models.CharField(max_length=160, blank=True)
    category = models.ForeignKey(
        Category, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    direction = models.CharField(max_length=10, choices=choices_of(Direction))
    currency = models.CharField(max_length=3)
    status = models.CharField(
        max_length=10, choices=choices_of(ProposalStatus), default=ProposalStatus.OPEN.value
    )
    title = models.CharField(max_length=200)
    approved = models.PositiveIntegerField()
    decided = models.PositiveIntegerField()
    #: With 95 % confidence at least this share is approved.
    sure = models.FloatField()
    #: What was given beyond the policy.
    more = models.BigIntegerField()
    #: What is changed, in words, and how well the approved sums come out.
    change = models.TextField(blank=True)
    #: The text with the changed rule, and the version that it was made from; none where a person
    #: has to write it, and then `problem` says why.
    source = models.TextField(blank=True)
    base_version = models.PositiveIntegerField(null=True, blank=True)
    problem = models.TextField(blank=True)
    #: The policy's own cases that say otherwise than the changed text.
    cases = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    #: Keys of the newest exceptions of the pattern.
    examples = ArrayField(models.BigIntegerField(), default=list, blank=True)
    since = models.DateTimeField()
    found_at = models.DateTimeField()
    looked_at = models.DateTimeField()
    backtest = models.ForeignKey(
        Backtest, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    #: Who took or dismissed it, when and why; kept when it comes back.
    closed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_reason = models.TextField(blank=True)
    #: How many were approved when it was dismissed.
    approved_then = models.PositiveIntegerField(default=0)
    draft = models.ForeignKey(
        RemedyPolicy, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-more", "id"]
        constraints = [
            one_of("direction", Direction, "proposal_direction_known"),
            one_of("status", ProposalStatus, "proposal_status_known"),
            models.UniqueConstraint(
                fields=["policy_key", "rule", "clause", "category", "direction", "currency"],
                name="proposal_of_pattern_once",
            ),
            models.CheckConstraint(
                condition=Q(approved__lte=F("decided")), name="proposal_counts_in_order"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["dismissed", "taken"])
                | Q(closed_by__isnull=False, closed_at__isnull=False),
                name="proposal_closed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.title
