"""Housekeeping that belongs to no app."""

from celery import shared_task
from django.core.management import call_command


@shared_task
def forget_expired() -> None:
    """Delete expired sessions and access tokens."""
    call_command("clearsessions")
    call_command("cleartokens")
