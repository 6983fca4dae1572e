"""What happened, and what must leave the process."""

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Func, Q

from tickets.models.choices import choices_of, one_of
from tickets.models.people import User
from tickets.models.quick import Quick
from tickets.models.tickets import Ticket
from tickets.rules import ActorKind

#: The number of the transaction that writes; numbers grow in order of beginning.
_TRANSACTION = Func(
    template="(pg_current_xact_id()::text::bigint)",
    output_field=models.BigIntegerField(),
)


class Event(Quick):
    """One fact that happened to a ticket. Append-only: a trigger refuses update and delete.

    `changes` maps a path of the ticket's state ("status", "points.12.outcome") to its new
    value, `replaced` those of them where something was before to what that was; folding `changes`
    in order of `seq` gives the state at any past moment (tickets.state).

    Example: a rep gives the ticket away: type "handed_over", actor Alice, at = recorded_at,
    changes {"owner": 7}, replaced {"owner": 3}, data {"to": "Bob", "brief": "..."}.
    Example: the sweep finds a deadline missed ten minutes ago: type "deadline_breached",
    actor system, `at` the moment it was missed, `recorded_at` the moment of the sweep.
    """

    ticket = models.ForeignKey(
        Ticket,
        on_delete=models.PROTECT,
        related_name="events",
        db_index=False,  # event_seq_once begins with it
    )
    #: 1, 2, 3 … within the ticket, given under its row lock.
    seq = models.PositiveIntegerField()
    type = models.CharField(max_length=40)
    actor_kind = models.CharField(max_length=8, choices=choices_of(ActorKind))
    actor = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT)
    actor_name = models.CharField(max_length=160)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    changes = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    replaced = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    #: Keys are given before the INSERT and transactions end in any order, so neither key nor
    #: moment tells a reader of the feed what is new. This does: every transaction below the
    #: oldest one that still runs has said all it will ever say.
    transaction = models.BigIntegerField(db_default=_TRANSACTION, editable=False)

    class Meta:
        indexes = [
            # The feed of everything, for those who poll.
            models.Index(fields=["transaction", "id"], name="event_feed"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "seq"], name="event_seq_once"),
            one_of("actor_kind", ActorKind, "event_actor_known"),
            models.CheckConstraint(
                condition=~Q(actor_kind="user") | Q(actor__isnull=False),
                name="event_user_is_named",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}/{self.seq} {self.type}"

    def before(self) -> dict[str, Any]:
        """Every path of `changes` with what was there before; None where nothing was."""
        return {path: self.replaced.get(path) for path in self.changes}


class OutboxState(models.TextChoices):
    """pending → delivered; pending → dead after the last try; dead → pending by a person."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


class Outbox(Quick):
    """Something that must leave the process, written in the transaction that decided it."""

    kind = models.CharField(max_length=20)
    #: The receiver sees it too, so that delivering twice does nothing twice.
    key = models.CharField(max_length=200, unique=True)
    ticket = models.ForeignKey(
        Ticket, null=True, blank=True, on_delete=models.PROTECT, related_name="outbox"
    )
    payload = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    state = models.CharField(max_length=10, choices=OutboxState.choices, default="pending")
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "outbox"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="delivered", delivered_at__isnull=False)
                | (~Q(state="delivered") & Q(delivered_at__isnull=True)),
                name="outbox_delivered_has_moment",
            )
        ]
        indexes = [
            # The delivery's claim: due rows, oldest first.
            models.Index(
                fields=["next_attempt_at", "id"],
                condition=Q(state="pending"),
                name="outbox_due",
            ),
            # The dead letters that a person looks at.
            models.Index(fields=["-id"], condition=Q(state="dead"), name="outbox_dead"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
