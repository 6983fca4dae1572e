"""One ticket table, one event table."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q


class Ticket(models.Model):
    """A complaint."""

    OPEN, CLOSED = "open", "closed"

    external_id = models.CharField(max_length=40, null=True, blank=True, unique=True)
    customer_name = models.CharField(max_length=160)
    customer_email = models.EmailField(blank=True)
    category = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    description = models.TextField()
    priority = models.PositiveSmallIntegerField(default=3)
    status = models.CharField(max_length=10, default=OPEN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT
    )
    due_at = models.DateTimeField()
    escalated = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar["models.Manager[Ticket]"]

    class Meta:
        indexes = [
            models.Index(fields=["status", "due_at"], name="limit_queue"),
            models.Index(
                fields=["due_at"], condition=Q(status="open", escalated=False), name="limit_due"
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class Event(models.Model):
    """What happened to a ticket, or was said."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20)
    author = models.CharField(max_length=160)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar["models.Manager[Event]"]

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.kind
