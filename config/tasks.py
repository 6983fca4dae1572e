"""Housekeeping that belongs to no app."""

from celery import shared_task
from django.core.management import call_command
from django.utils import timezone

from tickets.api.idempotency import forget_old


@shared_task
def forget_expired() -> None:
    """Delete expired sessions and access tokens, and answers kept for requests sent again."""
    call_command("clearsessions")
    call_command("cleartokens")
    forget_old(now=timezone.now())
