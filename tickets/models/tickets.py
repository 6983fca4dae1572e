"""The ticket itself."""

import datetime as dt
import secrets
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from tickets.models.choices import choices_of, one_of
from tickets.models.config import Category
from tickets.models.customers import Customer
from tickets.models.people import Team, User
from tickets.models.quick import Quick
from tickets.rules import NEVER, OPEN_STATUSES, WAITING_STATUSES, Channel, Stage, Status

_OPEN = sorted(status.value for status in OPEN_STATUSES)
_WAITING = sorted(status.value for status in WAITING_STATUSES)
#: What counting a queue asks of each ticket beside its place in the order: with it in the index,
#: a thousand are counted without reading one of them. Other indexes hold these columns anyway.
_SEEN_BY = ("confidential", "status", "snoozed_until")
#: What a filter asks of each: where few are left of many, the others are not read either.
_FILTERED_BY = ("pain", "channel", "contacts", "historical")
#: Settled, and something is owed all the same: a remedy that was promised.
SETTLED_WITH_CLOCK = Q(attention_at__lt=NEVER) & ~Q(status__in=_OPEN)


def new_access_key() -> str:
    """The secret in the customer's private link: 128 bits, safe in an address."""
    return secrets.token_urlsafe(16)


class TicketQuerySet(models.QuerySet["Ticket"]):
    """Sets of tickets by what a reader wants of them."""

    def still_open(self) -> "TicketQuerySet":
        """Those that are not resolved or closed."""
        return self.filter(status__in=_OPEN)

    def awake(self, now: dt.datetime) -> "TicketQuerySet":
        """Those that nobody has put aside; what was to be back by `now` is, swept or not."""
        return self.filter(Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=now))

    def snoozed(self, now: dt.datetime) -> "TicketQuerySet":
        """Those that are put aside."""
        return self.filter(snoozed_until__gt=now)

    def with_names(self) -> "TicketQuerySet":
        """With all that a row shows, in the same query."""
        return self.select_related("customer", "category", "team", "owner")


class Ticket(Quick):
    """One complaint of one customer, from open to close. Changed only by services."""

    id: int
    number = models.CharField(max_length=24, unique=True)
    customer = models.ForeignKey(
        Customer,
        on_delete=models.PROTECT,
        related_name="tickets",
        db_index=False,  # ticket_customer begins with it
    )
    channel = models.CharField(max_length=12, choices=choices_of(Channel))
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="tickets")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="tickets")
    owner = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="owned_tickets",
    )
    #: Who answered at stage 1, and so may not decide the review.
    first_owner = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    status = models.CharField(max_length=20, choices=choices_of(Status), default="new")
    stage = models.CharField(max_length=10, choices=choices_of(Stage), default="1")
    subject = models.CharField(max_length=200)
    language = models.CharField(max_length=10, default="en")
    wish = models.TextField(blank=True, help_text="What the customer would find fair.")
    #: Level 1 to 5; null until somebody or something assessed it.
    pain = models.PositiveSmallIntegerField(null=True, blank=True)
    pain_assessed = models.PositiveSmallIntegerField(null=True, blank=True)
    pain_overridden = models.BooleanField(default=False)
    #: Why the assessment came to its level: [{words, effect …}], as remedies.pain says it.
    pain_reasons = models.JSONField(default=list, blank=True)
    #: What it cost the customer, in minor units.
    loss_minor = models.BigIntegerField(null=True, blank=True)
    loss_currency = models.CharField(max_length=3, blank=True)
    #: {fact name: value} in the stored form of tickets.facts.
    facts = models.JSONField(default=dict, blank=True)
    #: {pain factor: answer}, read by remedies.pain.
    factors = models.JSONField(default=dict, blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    confidential = models.BooleanField(default=False)
    #: Imported from the past: measured like all others, but rings nobody.
    historical = models.BooleanField(default=False)
    external_system = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    access_key = models.CharField(max_length=32, unique=True, default=new_access_key)
    #: The ticket that this one became part of; whoever asks for this one is led there.
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged_from",
        db_index=False,  # few are merged: ticket_merged holds those alone
    )
    #: What is awaited while waiting: words for the queue.
    waiting_for = models.CharField(max_length=200, blank=True)
    #: The nearest running deadline (NEVER: none), kept by escalation for the order of the queue.
    attention_at = models.DateTimeField(default=NEVER)
    attention_kind = models.CharField(max_length=20, blank=True)
    #: Put aside until then, by whom and why. No clock pauses for it; the queue leaves it out.
    snoozed_until = models.DateTimeField(null=True, blank=True)
    snoozed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    snooze_reason = models.CharField(max_length=200, blank=True)
    received_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    #: First public reply by a person.
    answered_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    #: How often it changed hands from one owner to another, and came back after closing.
    handoffs = models.PositiveIntegerField(default=0)
    reopenings = models.PositiveIntegerField(default=0)
    #: How often the customer had to contact us about it, the first time included.
    contacts = models.PositiveIntegerField(default=1)
    #: Grows by one with every unit of work that changes state; what If-Match compares.
    version = models.PositiveIntegerField(default=1)
    #: The sequence number of the newest event.
    event_count = models.PositiveIntegerField(default=0)

    objects: ClassVar[models.Manager["Ticket"]] = TicketQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("status", Status, "ticket_status_known"),
            one_of("stage", Stage, "ticket_stage_known"),
            one_of("channel", Channel, "ticket_channel_known"),
            models.CheckConstraint(
                condition=Q(pain__isnull=True) | Q(pain__range=(1, 5)),
                name="ticket_pain_1_to_5",
            ),
            models.CheckConstraint(
                condition=Q(loss_minor__isnull=True, loss_currency="")
                | (Q(loss_minor__gte=0) & ~Q(loss_currency="")),
                name="ticket_loss_has_currency",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=False) | ~Q(status__in=["resolved", "closed"]),
                name="ticket_resolved_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("received_at")),
                name="ticket_closed_after_received",
            ),
            models.CheckConstraint(
                condition=Q(first_owner__isnull=True)
                | Q(owner__isnull=True)
                | ~Q(owner=F("first_owner")),
                name="ticket_review_by_another",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True)
                | (Q(status="closed") & ~Q(merged_into=F("id"))),
                name="ticket_merged_is_closed",
            ),
            # What is finished is not put aside, and nothing is left of a time aside that is over.
            models.CheckConstraint(
                condition=Q(snoozed_until__isnull=True, snoozed_by__isnull=True, snooze_reason="")
                | Q(snoozed_until__isnull=False, status__in=_OPEN),
                name="ticket_snoozed_is_open",
            ),
            # What makes an import, a form sent twice and an integration's retry harmless.
            models.UniqueConstraint(
                fields=["external_system", "external_id"],
                condition=~Q(external_id=""),
                name="ticket_external_once",
            ),
        ]
        indexes = [
            # The queue of a team, by what needs attention first.
            models.Index(
                fields=["team", "attention_at", "id"],
                condition=Q(status__in=_OPEN),
                include=["owner", "category", *_SEEN_BY, *_FILTERED_BY],
                name="ticket_team_queue",
            ),
            # The queue across teams (supervisors, managers, API).
            models.Index(
                fields=["attention_at", "id"],
                condition=Q(status__in=_OPEN),
                include=["team", "owner", "category", *_SEEN_BY, *_FILTERED_BY],
                name="ticket_queue",
            ),
            # "Mine".
            models.Index(
                fields=["owner", "attention_at", "id"],
                condition=Q(status__in=_OPEN),
                include=["team", "category", *_SEEN_BY],
                name="ticket_owner_queue",
            ),
            # The desk's queue of a category, and its counts of all categories.
            models.Index(
                fields=["category", "attention_at", "id"],
                condition=Q(status__in=_OPEN),
                include=["team", "owner", *_SEEN_BY],
                name="ticket_category_queue",
            ),
            # The queue by who waits longest, and by who came last.
            models.Index(
                fields=["received_at", "id"],
                condition=Q(status__in=_OPEN),
                name="ticket_open_received",
            ),
            # The queue by pain, the worst first.
            models.Index(
                Value(5) - Coalesce("pain", 0),
                "attention_at",
                "id",
                condition=Q(status__in=_OPEN),
                name="ticket_open_pain",
            ),
            # What waits for somebody: a group at the foot of each view, and a view of its own.
            models.Index(
                fields=["attention_at", "id"],
                condition=Q(status__in=_WAITING),
                include=["team", "owner", "category", *_SEEN_BY],
                name="ticket_waiting",
            ),
            # What is put aside, by when it comes back: a view, and the sweep that brings it back.
            models.Index(
                fields=["snoozed_until", "id"],
                condition=Q(snoozed_until__isnull=False),
                include=["team", "owner", "category", "confidential", "status"],
                name="ticket_snoozed",
            ),
            # The API's list, newest first, and reports by period.
            models.Index(fields=["-received_at", "-id"], name="ticket_received"),
            # Settled tickets with a running clock that somebody owns: for the board of one who sees
            # a few teams (tickets.access.seen_in_parts).
            models.Index(
                fields=["owner", "team"], condition=SETTLED_WITH_CLOCK, name="ticket_settled_clock"
            ),
            # A customer's history.
            models.Index(fields=["customer", "-received_at"], name="ticket_customer"),
            # Confidential tickets are found by who is named, which is few.
            models.Index(
                fields=["team"],
                condition=Q(confidential=True),
                name="ticket_confidential",
            ),
            # What a ticket was made of.
            models.Index(
                fields=["merged_into"],
                condition=Q(merged_into__isnull=False),
                name="ticket_merged",
            ),
            # Filter by tag.
            GinIndex(fields=["tags"], name="ticket_tags"),
            # The same in the queue (tickets.selecting): most that were ever tagged are settled.
            GinIndex(
                fields=["tags"],
                condition=Q(status__in=_OPEN) & ~Q(tags=[]),
                name="ticket_open_tags",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something about it."""
        return self.status in OPEN_STATUSES

    def is_snoozed(self, now: dt.datetime) -> bool:
        """Whether it is put aside."""
        return self.snoozed_until is not None and self.snoozed_until > now

    @property
    def survivor(self) -> "Ticket":
        """The ticket that this one became part of, at the end of the chain; else itself."""
        ticket = self
        while ticket.merged_into is not None:
            ticket = ticket.merged_into
        return ticket
