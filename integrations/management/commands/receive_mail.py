"""Take in one mail from standard input, as a mail server's pipe hands it over."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from integrations.mail.fetching import LARGEST
from integrations.mail.incoming import receive_mail
from tickets.errors import DomainError


class Command(BaseCommand):
    """Reads standard input and the clock; a failure ends with an error, so the server retries."""

    help = "Take in one mail from standard input."

    def handle(self, *_args: Any, **_options: Any) -> None:
        raw = sys.stdin.buffer.read(LARGEST + 1)
        if not raw.strip():
            raise CommandError("There is no mail on standard input.")
        if len(raw) > LARGEST:
            raise CommandError(f"The mail has more than {LARGEST} bytes.")
        try:
            received = receive_mail(raw, now=timezone.now())
        except DomainError as error:
            raise CommandError(str(error)) from error
        number = f" {received.ticket.number}" if received.ticket else ""
        self.stdout.write(f"{received.result}{number}")
