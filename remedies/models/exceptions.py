"""Wishes to go beyond policy or authority: who asked, who may decide, who said yes."""

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from remedies.models.offers import Offer
from remedies.rules.grounds import DeclineCode, Ground
from remedies.rules.language.draft import ComponentKind
from remedies.rules.routing import Who
from remedies.rules.states import UNDECIDED, ExceptionStatus
from tickets.models import Team, Ticket, User
from tickets.models.choices import choices_of, one_of

_UNDECIDED = sorted(status.value for status in UNDECIDED)


class DecisionLevel(models.Model):
    """Who may decide exceptions, up to which sum. Where there is none, supervisors of the team do.

    A request goes to the lowest level that reaches its sum and covers its kinds.
    """

    name = models.CharField(max_length=80, unique=True)
    order = models.PositiveSmallIntegerField(help_text="Lower ones are asked first.")
    currency = models.CharField(
        max_length=3, blank=True, help_text="Empty: every currency, and then without a sum."
    )
    up_to = models.PositiveBigIntegerField(
        null=True,
        blank=True,
        help_text="Minor units of what is given on the ticket. Empty: any sum.",
    )
    kinds = ArrayField(
        models.CharField(max_length=14, choices=choices_of(ComponentKind)),
        default=list,
        blank=True,
        help_text="Such as credit, refund. Empty: all.",
    )
    team = models.ForeignKey(
        Team,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Only for tickets of this team. Empty: for all.",
    )
    who = models.CharField(max_length=11, choices=choices_of(Who), default=Who.SUPERVISORS.value)
    members_of = models.ForeignKey(
        Team,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="With “team”: the team whose members decide.",
    )
    people = models.ManyToManyField(
        User, blank=True, related_name="+", help_text="With “people”: those who decide."
    )
    needed = models.PositiveSmallIntegerField(
        default=1, help_text="How many different people have to say yes."
    )
    own_limits = models.BooleanField(
        default=True, help_text="Whoever decides also has to be allowed to grant it himself."
    )
    active = models.BooleanField(default=True)
    history = HistoricalRecords(m2m_fields=[people])

    class Meta:
        ordering = ["order", "id"]
        constraints = [
            one_of("who", Who, "level_who_known"),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$") | Q(currency="", up_to__isnull=True),
                name="level_sum_has_currency",
            ),
            models.CheckConstraint(
                condition=Q(needed__gte=1, needed__lte=5), name="level_needs_somebody"
            ),
            models.CheckConstraint(
                condition=(Q(who="team") & Q(members_of__isnull=False))
                | (~Q(who="team") & Q(members_of__isnull=True)),
                name="level_team_named",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ExceptionRequest(models.Model):
    """A wish to go beyond policy or authority, for somebody who can say yes.

    `items` is a list of {component (id or null), kind, title, rule, policy, most, asked, decided,
    instead_of}: minor units, null for none; `most` is the highest sum that the policy leaves to
    people. An approval holds for exactly these sums.
    """

    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, related_name="exceptions", db_index=False
    )
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="exceptions")
    status = models.CharField(max_length=10, choices=choices_of(ExceptionStatus))
    items = models.JSONField(default=list)
    currency = models.CharField(max_length=3)
    policy_total = models.BigIntegerField()
    asked_total = models.BigIntegerField()
    decided_total = models.BigIntegerField(null=True, blank=True)
    #: Why it is one.
    grounds = ArrayField(
        models.CharField(max_length=10, choices=choices_of(Ground)), default=list, blank=True
    )
    #: The same in words: a list of {ground, words, rule}.
    because = models.JSONField(default=list)
    #: Rules that it bends, and "+credit" for what the policy does not give.
    rules = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    #: What is given on the ticket with it, in minor units: by this it is routed.
    at_stake = models.BigIntegerField(default=0)
    #: Keys of the levels that may decide, lowest first, and of those that were told.
    route = ArrayField(models.BigIntegerField(), default=list, blank=True)
    told = ArrayField(models.BigIntegerField(), default=list, blank=True)
    reason = models.TextField()
    evidence = models.TextField(blank=True)
    #: Keys of the ticket's files that show it.
    attachments = ArrayField(models.BigIntegerField(), default=list, blank=True)
    requester = models.ForeignKey(User, on_delete=models.PROTECT, related_name="exceptions_asked")
    created_at = models.DateTimeField()
    decider = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="exceptions_decided"
    )
    decision_reason = models.TextField(blank=True)
    decline_code = models.CharField(max_length=16, blank=True, choices=choices_of(DeclineCode))
    decided_at = models.DateTimeField(null=True, blank=True)
    #: What a decision changed in the draft, so that it can be taken back at once.
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    #: Asked back: the question, and the requester's answer.
    question = models.TextField(blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [
            one_of("status", ExceptionStatus, "exception_status_known"),
            models.CheckConstraint(
                condition=Q(decider__isnull=True) | ~Q(decider=F("requester")),
                name="exception_not_decided_by_requester",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "amended", "declined"])
                | Q(decider__isnull=False, decided_at__isnull=False),
                name="exception_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decline_code__in=["", *(code.value for code in DeclineCode)]),
                name="exception_decline_code_known",
            ),
            models.UniqueConstraint(
                fields=["offer"],
                condition=Q(status__in=_UNDECIDED),
                name="exception_one_undecided",
            ),
        ]
        indexes = [
            # The inbox of those who decide.
            models.Index(
                fields=["created_at", "id"],
                condition=Q(status__in=_UNDECIDED),
                name="exception_undecided",
            ),
            models.Index(fields=["ticket"], name="exception_of_ticket"),
            # Similar decisions, what a month's exceptions cost, and what they have in common.
            models.Index(
                fields=["decided_at"],
                condition=Q(status__in=["approved", "amended", "declined"]),
                name="exception_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"Exception {self.pk}"


class ExceptionApproval(models.Model):
    """One person's yes to exactly these sums. Where two are needed, each gives one."""

    exception = models.ForeignKey(
        ExceptionRequest, on_delete=models.PROTECT, related_name="approvals"
    )
    #: The ticket of the exception, by which a unit of work reads it.
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+", db_index=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    #: For whom he stood in.
    stands_in_for = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    #: Minor units for each item, null where it has no sum.
    sums = models.JSONField(default=list)
    total = models.BigIntegerField()
    #: Keys of the levels that he decides at.
    levels = ArrayField(models.BigIntegerField(), default=list)
    reason = models.TextField()
    at = models.DateTimeField()
    #: When another sum took its ground away.
    void_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["exception", "user"],
                condition=Q(void_at__isnull=True),
                name="approval_each_person_once",
            ),
        ]
        indexes = [models.Index(fields=["ticket"], name="approval_of_ticket")]

    def __str__(self) -> str:
        return f"Yes of {self.user_id} to {self.exception_id}"
