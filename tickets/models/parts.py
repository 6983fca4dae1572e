"""What a ticket is made of beside itself."""

from typing import ClassVar, Self, TypeVar

from django.db import models
from django.db.models import F, Q

from tickets.models.choices import choices_of, one_of
from tickets.models.config import RootCause
from tickets.models.people import User
from tickets.models.quick import Quick
from tickets.models.tickets import Ticket
from tickets.rules import (
    ActorKind,
    Channel,
    LinkKind,
    MessageKind,
    Outcome,
    PersonRelation,
)

M = TypeVar("M", bound=models.Model)


class Point(Quick):
    """One head of complaint, with its finding and why it happened."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="points")
    text = models.CharField(max_length=300)
    outcome = models.CharField(max_length=16, choices=choices_of(Outcome), blank=True)
    finding = models.TextField(blank=True, help_text="The answer to this point, in plain words.")
    root_cause = models.ForeignKey(RootCause, null=True, blank=True, on_delete=models.PROTECT)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", decided_at__isnull=True)
                | (~Q(outcome="") & Q(decided_at__isnull=False)),
                name="point_outcome_has_moment",
            )
        ]

    def __str__(self) -> str:
        return self.text


class Standing(models.Manager[M]):
    """What stands: copies that were taken back are left out, wherever one looks."""

    def get_queryset(self) -> models.QuerySet[M]:
        """All but those."""
        return super().get_queryset().filter(taken_back_at=None)


class Message(Quick):
    """What was said: by the customer, to the customer, or among ourselves."""

    ticket = models.ForeignKey(
        Ticket,
        on_delete=models.CASCADE,
        related_name="messages",
        db_index=False,  # message_thread begins with it
    )
    kind = models.CharField(max_length=8, choices=choices_of(MessageKind))
    channel = models.CharField(max_length=12, choices=choices_of(Channel))
    author_kind = models.CharField(max_length=8, choices=choices_of(ActorKind))
    author = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT)
    author_name = models.CharField(max_length=160)
    #: Written by a machine: shown as such, and meets no promise of a person's answer.
    automatic = models.BooleanField(default=False)
    body = models.TextField()
    at = models.DateTimeField()
    #: RFC 5322 Message-ID of what came in or went out, to thread mail by.
    mail_id = models.CharField(max_length=255, blank=True)
    #: A copy that stands here no longer, because what brought it was taken back.
    taken_back_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[models.Manager[Self]] = Standing()
    everything: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            one_of("kind", MessageKind, "message_kind_known"),
            one_of("author_kind", ActorKind, "message_author_known"),
        ]
        indexes = [
            # A ticket's conversation in order.
            models.Index(fields=["ticket", "at", "id"], name="message_thread"),
            # Threading of incoming mail; also what makes fetching one mail twice harmless.
            models.Index(fields=["mail_id"], condition=~Q(mail_id=""), name="message_mail_id"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Attachment(models.Model):
    """A file that came with a message or a ticket."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="attachments")
    message = models.ForeignKey(
        Message,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="attachments",
    )
    file = models.FileField(upload_to="attachments/%Y/%m/", max_length=200)
    name = models.CharField(max_length=160)
    #: As sniffed from the content, never as the sender said.
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    internal = models.BooleanField(default=False, help_text="Not for the customer's eyes.")
    created_at = models.DateTimeField()
    #: As with messages.
    taken_back_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[models.Manager[Self]] = Standing()
    everything: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        """Whether a browser may show it in the page."""
        return self.content_type in {
            "image/png",
            "image/jpeg",
            "image/gif",
            "image/webp",
        }


class TicketLink(models.Model):
    """That two tickets belong together."""

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="links_out", db_index=False
    )
    other = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="links_in")
    kind = models.CharField(max_length=10, choices=choices_of(LinkKind))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "other", "kind"], name="link_once"),
            models.CheckConstraint(condition=~Q(ticket=F("other")), name="link_not_to_self"),
            one_of("kind", LinkKind, "link_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind} {self.other_id}"


class TicketPerson(models.Model):
    """A colleague who may see a confidential ticket, or whom it is about and who may not."""

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="people", db_index=False
    )
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="named_on")
    relation = models.CharField(max_length=20, choices=choices_of(PersonRelation))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "user"], name="ticket_person_once"),
            one_of("relation", PersonRelation, "ticket_person_relation_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.relation} {self.ticket_id}"


class CorrectiveAction(models.Model):
    """What we change so that it does not happen again."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="actions")
    point = models.ForeignKey(Point, null=True, blank=True, on_delete=models.SET_NULL)
    text = models.CharField(max_length=500)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="actions")
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_on", "id"]

    def __str__(self) -> str:
        return self.text
