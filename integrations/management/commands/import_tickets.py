"""Load complaints from a CSV or JSON lines file. docs/import.md explains the mapping."""

import argparse
import sys
from pathlib import Path
from typing import Any

import tqdm
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from integrations.importing.loading import Outcome
from integrations.importing.running import Report, read_mapping, run_import
from tickets.errors import DomainError


class Command(BaseCommand):
    """Reads the clock and the arguments, shows the progress, says what came of it."""

    help = (
        "Load complaints from a CSV or JSON lines file (also .gz) under a mapping. "
        "Running it again imports only what is not here yet."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--map", required=True, metavar="MAPPING", help="A YAML file, or one that ships."
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Do everything and take it back."
        )
        parser.add_argument(
            "--rejects", type=Path, metavar="FILE", help="Where refused rows are listed, as CSV."
        )
        parser.add_argument(
            "--processes", type=_count, default=1, metavar="N", help="Load in N processes."
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            mapping = read_mapping(options["map"], path)
            size = path.stat().st_size if path.is_file() else 0
            with tqdm.tqdm(
                total=size, unit="B", unit_scale=True, file=sys.stderr, disable=None
            ) as bar:
                counts = Outcome()

                def show(position: int, outcome: Outcome) -> None:
                    counts.imported += outcome.imported
                    counts.skipped += outcome.skipped
                    bar.set_postfix_str(f"{counts.imported} imported", refresh=False)
                    bar.update(position - bar.n)

                report = run_import(
                    path,
                    mapping,
                    now=timezone.now(),
                    dry_run=options["dry_run"],
                    rejects=options["rejects"],
                    processes=options["processes"],
                    progress=show,
                )
        except (DomainError, OSError) as error:
            raise CommandError(str(error)) from error
        self._tell(report, dry_run=options["dry_run"])

    def _tell(self, report: Report, *, dry_run: bool) -> None:
        for reject in report.first_rejects:
            where = f"line {reject.line}" + (f", {reject.field}" if reject.field else "")
            self.stderr.write(f"{where}: {reject.reason}")
        if report.rejected > len(report.first_rejects):
            more = report.rejected - len(report.first_rejects)
            self.stderr.write(f"… and {more} more; --rejects FILE lists them all.")
        rate = report.imported / report.seconds if report.seconds else 0
        words = "would be imported" if dry_run else "imported"
        self.stdout.write(
            f"{report.rows} rows: {report.imported} {words}, {report.skipped} here already, "
            f"{report.rejected} rejected. {report.seconds:.1f} s, {rate:.0f} tickets a second."
        )
        if report.stopped:
            raise CommandError(f"{report.stopped} What was read is stored; run it again to go on.")


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= 64:
        raise argparse.ArgumentTypeError("a number from 1 to 64")
    return count
