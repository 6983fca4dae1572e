"""Housekeeping that belongs to no app."""

from celery import shared_task
from django.core.management import call_command
from django.utils import timezone

from tickets.api.idempotency import forget_old
from tickets.services.drafts import forget_drafts


@shared_task
def forget_expired() -> None:
    """Delete expired sessions and access tokens, answers kept for requests sent again, and drafts
    that nobody goes on with."""
    call_command("clearsessions")
    call_command("cleartokens")
    now = timezone.now()
    forget_old(now=now)
    forget_drafts(now=now)
