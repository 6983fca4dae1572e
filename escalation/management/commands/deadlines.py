"""`manage.py deadlines explain|simulate|pack|sweep|rederive|defaults`: see docs/deadlines.md."""

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from escalation.management import packs
from escalation.management import simulate as trial
from escalation.policies.kinds import Kind
from escalation.services import explaining, rederiving, stepping
from escalation.services.defaults import ensure_defaults
from tickets.errors import DomainError
from tickets.models import Ticket
from tickets.numbers import id_in


class Command(BaseCommand):
    """Deadlines: say how one came about, do what is due, work them out anew."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """The verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        say = verbs.add_parser("explain", help="How the deadlines of a ticket came about.")
        say.add_argument("ticket", help="Its number, such as A-10019.")
        say.add_argument("kind", nargs="?", default="", choices=["", *Kind])
        say.add_argument("--svg", type=Path, metavar="FOLDER", help="Draw each there, too.")
        try_ = verbs.add_parser("simulate", help="Try a draft policy on past tickets; reads only.")
        try_.add_argument(
            "policy", help="A YAML or JSON file, or a stored one: general, general@3."
        )
        try_.add_argument("--since", required=True, metavar="DATE", help="Such as 2026-01-31.")
        try_.add_argument("--until", default="", metavar="DATE", help="Up to this day; now.")
        try_.add_argument("--team", default="", metavar="KEY", help="Only tickets of this team.")
        verbs.add_parser("sweep", help="Do what is due now.")
        anew = verbs.add_parser("rederive", help="Work open deadlines out anew.")
        anew.add_argument("--dry-run", action="store_true", help="Only say what would move.")
        verbs.add_parser("defaults", help="Add calendars, paths and policies that are missing.")
        law = verbs.add_parser("pack", help="List, show or install the rules of a regime.")
        law.add_argument("name", nargs="?", default="", help="Such as fca-disp; all are listed.")
        law.add_argument("--show", action="store_true", help="Its rules, without installing them.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Call the service of the verb."""
        now = timezone.now()
        match options["verb"]:
            case "explain":
                self._explain(options["ticket"], options["kind"], folder=options["svg"])
            case "simulate":
                draft, span = trial.draft_of(options["policy"]), trial.span_of(options, now=now)
                tally, whole = trial.run(draft, span, now=now)
                trial.tell(tally, draft, whole=whole, out=self.stdout)
                if not whole:
                    raise CommandError("Stopped. Nothing was changed.", returncode=130)
            case "sweep":
                swept = stepping.sweep(now=now)
                self.stdout.write(f"{swept.steps} steps taken, {swept.failed} failed")
            case "rederive":
                self._rederive(dry_run=options["dry_run"])
            case "defaults":
                self.stdout.write(f"{ensure_defaults(now=now)} added")
            case "pack":
                self._pack(options["name"], show=options["show"], now=now)

    def _rederive(self, *, dry_run: bool) -> None:
        """Part by part, with its progress; one that is broken off goes on in the background."""
        job = rederiving.start("By command", now=timezone.now(), preview=dry_run)
        while rederiving.do_next(now=timezone.now(), job=job, wait=False):
            seen = rederiving.progress(job)
            if self.stderr.isatty():
                self.stderr.write(f"{seen.percent} %\r", ending="")
        seen = rederiving.progress(job)
        words = seen.words(preview=dry_run)
        self.stdout.write(f"{seen.tickets} tickets looked at: {words}")
        for one in seen.examples:
            late = ", missed at once" if one["missed"] else ""
            self.stdout.write(
                f"  {one['ticket']} {one['kind']}: {one['was']} to {one['due_at']}{late}"
            )

    def _explain(self, number: str, kind: str, *, folder: Path | None) -> None:
        try:
            ticket = Ticket.objects.filter(pk=id_in(number)).first()
        except DomainError as error:
            raise CommandError(error.message) from error
        if ticket is None:
            raise CommandError(f"There is no ticket {number}.")
        found = explaining.explain(ticket, kind=kind, now=timezone.now())
        if not found:
            raise CommandError(f"{ticket.number} has no such deadline.")
        self.stdout.write(f"{ticket.number}: {ticket.subject} (times in UTC)")
        for explanation in found:
            for line in explanation.lines():
                self.stdout.write(line)
            if folder is not None:
                self.stdout.write(f"  picture:  {_picture(ticket, explanation, folder)}")

    def _pack(self, name: str, *, show: bool, now: dt.datetime) -> None:
        try:
            for line in packs.shown(name) if show or not name else packs.install(name, now=now):
                self.stdout.write(line)
        except (LookupError, ValidationError) as error:
            raise CommandError("; ".join(getattr(error, "messages", error.args))) from error


def _picture(ticket: Ticket, explanation: explaining.Explanation, folder: Path) -> Path:
    """Draw an explanation into the folder, which is made where it is missing."""
    row = explanation.deadline
    path = folder / f"{ticket.number}-{row.kind}-{row.pk}.svg"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(explanation.picture(standalone=True), encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path} can't be written: {error.strerror}.") from error
    return path
