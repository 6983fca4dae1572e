"""The configuration as one file, on the command line: export, import, schema."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from desk.setup import files
from desk.setup.filetext import Content
from desk.setup.keeping import Author
from desk.setup.rules import Way
from tickets.access import Principal
from tickets.errors import DomainError
from tickets.models import User
from tickets.rules import Role


class Command(BaseCommand):
    """Reads the arguments and the clock."""

    help = "Export or import how the desk is set up, as one file (YAML or JSON)."

    #: What was read, for the lines of what is wrong in it.
    content: Content | None = None

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        out = what.add_parser("export", help="Write the file.")
        out.add_argument("file", nargs="?", default="-", help="Where to; - for standard output.")
        out.add_argument("--section", default="", help="Only this section.")
        into = what.add_parser("import", help="Put a file in force, all of it or nothing.")
        into.add_argument("file", help="The file; - for standard input.")
        into.add_argument("--dry-run", action="store_true", help="Only say what would change.")
        into.add_argument("--by", default="", help="Address of the one whom history names.")
        what.add_parser("schema", help="Write the JSON Schema of a file.")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['what']}")(options)
        except DomainError as error:
            found = files.told_of(error, self.content)
            told = [f"{place}: {words}" if place else words for place, words in found]
            raise CommandError("\n".join(["Nothing was changed.", *told])) from error
        except UnicodeDecodeError as error:
            raise CommandError("Nothing was changed.\nThis file is no text.") from error
        except OSError as error:
            raise CommandError(str(error)) from error

    def _export(self, options: dict[str, Any]) -> None:
        text = files.as_yaml(files.export(_desk(), only=options["section"]))
        if options["file"] == "-":
            self.stdout.write(text, ending="")
        else:
            Path(options["file"]).write_text(text, encoding="utf-8")
            self.stdout.write(f"Written to {options['file']}.")

    def _import(self, options: dict[str, Any]) -> None:
        name = options["file"]
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        self.content = data = files.read(text)
        author = Author(_desk(options["by"]), timezone.now(), Way.FILE)
        found = files.plan(data, author) if options["dry_run"] else files.put(data, author)
        for one in found.steps:
            mark = "+" if one.before is None else "~"
            self.stdout.write(f"{mark} {one.section.key}/{one.key}")
            for label, old, new in one.changes if one.before is not None else ():
                self.stdout.write(f"    {label}: {old[:200] or '–'} → {new[:200] or '–'}")
        lead = "Would be" if options["dry_run"] else "Now"
        self.stdout.write(f"{lead}: {found.words}.")

    def _schema(self, _options: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(files.schema(), indent=2))


def _desk(email: str = "") -> Principal:
    """Whoever may start commands here may do everything; history names him where he says who he
    is. Raises `CommandError`."""
    if not email:
        user = User(name="The desk", email="", role=Role.ADMIN.value, is_active=True)
        return Principal(user=user, role=Role.ADMIN, teams=None)
    user = User.objects.filter(email__iexact=email, is_active=True).first() or User()
    if not user.is_staff:
        raise CommandError(f"{email} is no manager or administrator here.")
    return Principal.of_user(user, now=timezone.now())
