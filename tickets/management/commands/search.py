"""`manage.py search rebuild`: what tickets are found by, made anew."""

import sys
from typing import Any

import tqdm
from django.core.management.base import BaseCommand, CommandParser

from tickets.models import Ticket
from tickets.services import indexing


class Command(BaseCommand):
    """Index every ticket anew. Searching goes on meanwhile; stopping it half-way loses nothing."""

    help = "Make anew what tickets are found by, from tickets and messages."

    def add_arguments(self, parser: CommandParser) -> None:
        """One verb."""
        parser.add_argument("verb", choices=["rebuild"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Show how far it is."""
        total = Ticket.objects.count()
        with tqdm.tqdm(total=total, unit=" tickets", file=sys.stderr, disable=None) as bar:
            for done in indexing.rebuild():
                bar.update(done - bar.n)
        self.stdout.write(f"{indexing.count():,} tickets can be found.")
