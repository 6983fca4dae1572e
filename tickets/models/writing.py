"""What people write and have not sent yet, and the texts that they write with."""

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from tickets.models.choices import choices_of, one_of
from tickets.models.config import Category
from tickets.models.people import User
from tickets.models.tickets import Ticket
from tickets.rules import DraftKind, TextUse


class Draft(models.Model):
    """What a person has typed into one form of one ticket.

    Once sent it stays, empty, for a while: a browser that was cut off while sending finds out by
    its revision that there is nothing left to send.
    """

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="drafts", db_index=False
    )  # draft_once begins with it
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="drafts")
    kind = models.CharField(max_length=12, choices=choices_of(DraftKind))
    body = models.TextField(blank=True)
    #: What stands in the form's other fields, as typed, by the field's name.
    fields = models.JSONField(default=dict, blank=True)
    #: Grows with each save: who saves says which one he has seen.
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()
    #: When it was sent last; what is typed afterwards is a new one.
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-saved_at"]
        constraints = [
            models.UniqueConstraint(fields=["user", "ticket", "kind"], name="draft_once"),
            one_of("kind", DraftKind, "draft_kind_known"),
        ]
        indexes = [
            # What is forgotten after a while.
            models.Index(fields=["saved_at"], name="draft_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id} on {self.ticket_id}"

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed. What hangs on it (files) is another question."""
        return not self.body and not self.fields


class DraftFile(models.Model):
    """A file that was put into a form and goes with what is sent from it."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="files")
    file = models.FileField(upload_to="drafts/%Y/%m/", max_length=200)
    name = models.CharField(max_length=160)
    #: As sniffed from the content, never as the sender said.
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class ReusableText(models.Model):
    """A text that people begin with; the customer's facts are filled in, and it is never sent
    unseen."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=80, help_text="As it is found.")
    use = models.CharField(
        max_length=8,
        choices=choices_of(TextUse),
        default=TextUse.REPLY.value,
        help_text="In which form it is offered.",
    )
    category = models.ForeignKey(
        Category,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="texts",
        db_index=False,  # text_name_once begins with it
        help_text="Empty: for every category. Otherwise for it and those below it.",
    )
    language = models.CharField(max_length=10, default="en")
    body = models.TextField(
        max_length=8000,
        help_text="Facts in braces, such as {first_name}, {number}, {me} or {visits_missed}.",
    )
    active = models.BooleanField(default=True)
    order = models.PositiveSmallIntegerField(default=100)
    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "name", "id"]
        constraints = [
            one_of("use", TextUse, "text_use_known"),
            models.CheckConstraint(condition=~Q(body=""), name="text_has_body"),
            models.UniqueConstraint(fields=["category", "language", "name"], name="text_name_once"),
            models.UniqueConstraint(
                fields=["language", "name"],
                condition=Q(category__isnull=True),
                name="text_global_name_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name
