"""What was answered to a request that may come again."""

from django.db import models

from tickets.models.quick import Quick


class IdempotentRequest(Quick):
    """A POST with an `Idempotency-Key`, and its answer.

    Written in the transaction that did what was asked, so there is an answer exactly if it
    was done, whatever happened to the process or the line afterwards.
    """

    #: Who sent it: "client:7", "user:12". Keys of two senders never meet.
    sender = models.CharField(max_length=40)
    key = models.CharField(max_length=255)
    #: SHA-256 of method, address and content.
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict, blank=True)
    #: JSON as it went out: jsonb would put its keys into another order.
    body = models.TextField(blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            # Also the lock: the second of two at once waits here for the first.
            models.UniqueConstraint(fields=["sender", "key"], name="idempotent_request_once"),
        ]
        indexes = [
            # What is forgotten after a while.
            models.Index(fields=["created_at"], name="idempotent_request_age"),
        ]

    def __str__(self) -> str:
        return f"{self.sender} {self.key}"
