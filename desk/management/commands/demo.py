"""Fill an empty database with a believable desk, and print who can sign in."""

import sys
from typing import Any

import tqdm
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from desk.demo.loading import empty, fill, is_filled, logins


class Command(BaseCommand):
    """Reads the clock and the arguments, shows the progress, prints the logins."""

    help = "Fill an empty database with the demo desk: people, complaints, clocks that run now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--reset", action="store_true", help="Empty the database first: everything is lost."
        )
        parser.add_argument(
            "--if-empty", action="store_true", help="Say nothing where somebody works here already."
        )
        parser.add_argument("--logins", action="store_true", help="Only print who can sign in.")
        parser.add_argument("--small", action="store_true", help="A few cases of each kind.")
        parser.add_argument(
            "--force", action="store_true", help="Also where this is not a local run."
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["logins"]:
            self._print_logins()
            return
        if not settings.LOCAL and not options["force"]:
            raise CommandError(
                "This is not a local run, and everyone knows the demo's passwords."
                " With --force it is filled all the same."
            )
        if options["reset"]:
            empty()
        elif is_filled():
            if options["if_empty"]:
                return
            raise CommandError(
                "The database is filled already. --reset empties it first: everything is lost."
            )
        self._fill(small=options["small"])
        self._print_logins()

    def _fill(self, *, small: bool) -> None:
        with tqdm.tqdm(
            file=sys.stderr,
            unit=" steps",
            desc="  demo",
            bar_format="{desc} {bar:32} {percentage:3.0f} %  {elapsed}",
            disable=None,
        ) as bar:

            def show(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            filled = fill(now=timezone.now(), small=small, progress=show)
        self.stdout.write(f"  {filled.tickets} complaints, told in {filled.steps} steps.")

    def _print_logins(self) -> None:
        rows = logins()
        if not rows:
            return
        widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
        self.stdout.write("Sign in as:")
        for who, name, secret in rows:
            self.stdout.write(f"  {who:<{widths[0]}}  {name:<{widths[1]}}  {secret}")
