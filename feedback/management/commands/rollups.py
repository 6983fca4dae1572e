"""`manage.py rollups rebuild | check`: the sums that insight reads."""

import sys
from collections.abc import Iterator
from typing import Any

import tqdm
from django.core.management.base import BaseCommand, CommandError, CommandParser

from feedback.models import Rollup, Tally
from feedback.services.insight import rebuilding
from tickets.models import Ticket


class Command(BaseCommand):
    """Count every ticket anew, or see whether it is counted as its events say. Insight answers
    meanwhile; stopping it half-way loses nothing."""

    help = "Make the sums of insight anew from the events of all tickets, or check them."

    def add_arguments(self, parser: CommandParser) -> None:
        """One verb."""
        parser.add_argument("verb", choices=["rebuild", "check"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Show how far it is. A check that finds something fails."""
        if options["verb"] == "rebuild":
            self._show(rebuilding.rebuild())
            self.stdout.write(
                f"{Tally.objects.count():,} tallies, {Rollup.objects.count():,} sums."
            )
            return
        found = rebuilding.Checked()
        self._show(rebuilding.check(found))
        for words in found.told:
            self.stdout.write(words)
        if found.wrong:
            raise CommandError(f"{found.wrong:,} mistakes. `manage.py rollups rebuild` mends them.")
        self.stdout.write(f"{found.tickets:,} tickets are counted as their events say.")

    def _show(self, steps: Iterator[int]) -> None:
        total = Ticket.objects.count()
        with tqdm.tqdm(total=total, unit=" tickets", file=sys.stderr, disable=None) as bar:
            for done in steps:
                bar.update(done - bar.n)
