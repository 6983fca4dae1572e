"""Who may speak to us as a program, and who hears of changes."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from simple_history.models import HistoricalRecords

from tickets.models import Outbox, Team


class ApiClient(models.Model):
    """An integration: the side of an OAuth application that the desk knows.

    Its tokens' scopes say what it may do, `teams` whose tickets it sees.
    """

    application = models.OneToOneField(
        "oauth2_provider.Application",
        on_delete=models.CASCADE,
        related_name="api_client",
    )
    #: As events name it, so it stays when the application is renamed.
    name = models.CharField(max_length=120, unique=True)
    teams = models.ManyToManyField(
        Team, blank=True, help_text="Whose tickets it sees. None chosen: every team's."
    )
    scopes = ArrayField(
        models.CharField(max_length=40),
        default=list,
        blank=True,
        help_text="What its tokens may ask for at most. Empty: every scope.",
    )
    active = models.BooleanField(default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        verbose_name = "API client"

    def __str__(self) -> str:
        return self.name


class Endpoint(models.Model):
    """An address of another system that is told of events, signed by standardwebhooks.com."""

    name = models.CharField(max_length=120)
    url = models.CharField(max_length=500, help_text="https, and not within our own network.")
    #: `whsec_` and the key in base64, as the receiver's library takes it.
    secret = models.CharField(max_length=120)
    types = ArrayField(
        models.CharField(max_length=40),
        default=list,
        blank=True,
        help_text="Types of events, such as ticket_created. Empty: all of them.",
    )
    teams = models.ManyToManyField(
        Team, blank=True, help_text="Whose tickets. None chosen: every team's."
    )
    include_confidential = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    history: Any = HistoricalRecords(excluded_fields=["secret"])

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ReceivedMail(models.Model):
    """That a mail was taken in, and what became of it. What makes fetching it twice harmless."""

    #: Message-ID, or a hash of the bytes where there is none.
    key = models.CharField(max_length=255, unique=True)
    ticket = models.ForeignKey(
        "tickets.Ticket", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    #: opened, answered, noted, or ignored and why.
    result = models.CharField(max_length=40)
    subject = models.CharField(max_length=200, blank=True)
    sender = models.CharField(max_length=320, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "received mail"

    def __str__(self) -> str:
        return self.key


class DeadLetter(Outbox):
    """A row of the outbox as the page of dead letters shows it; no table of its own."""

    class Meta:
        proxy = True
        ordering = ["-id"]
