"""`manage.py policy check|evaluate|diff|backtest|activate`: a policy from the command line."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from remedies.errors import FactWrong, PolicyInvalid
from remedies.management import trying
from remedies.rules import OfferDraft, Policy, evaluate, load_policy
from remedies.rules.checks.difference import differences_between
from remedies.rules.checks.soundness import check_soundness
from remedies.rules.language.cases import check_cases
from remedies.rules.language.describing import policy_schema
from remedies.rules.language.given import all_wrong
from remedies.rules.language.schema import check_schema
from remedies.rules.language.source import MOST_CHARACTERS, read_source
from remedies.services import activate, save_draft
from remedies.services.backtesting import Period, Sides
from tickets.errors import DomainError

#: No policy and no facts are larger.
MOST_BYTES = 4 * MOST_CHARACTERS


class Command(BaseCommand):
    """Checks a policy, shows what it gives or would have given, or puts it in force."""

    help = "Checks a remedy policy, shows what it gives or would have given, puts it in force."

    def add_arguments(self, parser: CommandParser) -> None:
        """Six verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        check = verbs.add_parser("check", help="Form, names, the policy's own cases, proportion.")
        check.add_argument("file", type=Path, nargs="+")
        work = verbs.add_parser("evaluate", help="What a policy gives for facts.")
        work.add_argument("file", type=Path)
        work.add_argument("facts", type=Path, help="JSON or YAML: {fact: value}.")
        work.add_argument("--now", help="The moment of the evaluation, ISO 8601 with offset.")
        work.add_argument("--currency", help="ISO 4217; the facts' own by default.")
        work.add_argument("--json", action="store_true")
        force = verbs.add_parser("activate", help="Put policies in force, the ones before retire.")
        force.add_argument("file", type=Path, nargs="+")
        verbs.add_parser("schema", help="The JSON Schema of a policy, as it is published.")
        diff = verbs.add_parser("diff", help="What a policy says otherwise than another.")
        diff.add_argument("file", type=Path, nargs=2, metavar="FILE")
        past = verbs.add_parser("backtest", help="What a policy would have given in the past.")
        past.add_argument("file", type=Path)
        for parser_, needed in ((diff, False), (past, True)):
            parser_.add_argument(
                "--since", required=needed, help="Tickets received from this day on, 2026-01-31."
            )
            parser_.add_argument("--until", help="And before this day; by default now.")
            parser_.add_argument("--processes", type=int, default=2, choices=range(1, 17))

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs the verb; exit code 1 where something is wrong."""
        verbs = {
            "check": self.check_files,
            "evaluate": self.evaluate,
            "activate": self.activate,
            "schema": self.schema,
            "diff": self.diff,
            "backtest": self.backtest,
        }
        verbs[options["verb"]](options)

    def schema(self, options: dict[str, Any]) -> None:
        """The schema, made from the language as it is."""
        self.stdout.write(json.dumps(policy_schema(), indent=1, ensure_ascii=False))

    def diff(self, options: dict[str, Any]) -> None:
        """What the second says otherwise than the first; with --since, on past tickets as well."""
        texts = [self.read(path) for path in options["file"]]
        for path in options["file"]:
            self.load(path)
        found = differences_between(*(read_source(text) for text in texts))
        for difference in found:
            self.stdout.write(str(difference))
        if not found:
            self.stdout.write("They say the same.")
        if options["since"]:
            self._try(Sides.with_draft(texts[1], beside=texts[0]), options)

    def backtest(self, options: dict[str, Any]) -> None:
        """What a policy would have given, against the policies in force."""
        self.load(options["file"])
        self._try(Sides.with_draft(self.read(options["file"])), options)

    def _try(self, sides: Sides, options: dict[str, Any]) -> None:
        now = timezone.now()
        until = trying.day(options["until"]) if options["until"] else now
        period = Period(trying.day(options["since"]), until)
        if period.since >= period.until:
            raise CommandError("The span is empty: --since is not before its end.")
        tally, whole = trying.run(sides, period, now=now, processes=options["processes"])
        for line in trying.lines(tally, whole=whole):
            self.stdout.write(line)
        if not whole:
            raise CommandError("Stopped before the end.")

    def read(self, path: Path) -> str:
        """The text of a file."""
        try:
            with path.open("rb") as file:
                raw = file.read(MOST_BYTES + 1)
        except OSError as error:
            raise CommandError(f"{path} can't be read: {error.strerror or error}.") from None
        if len(raw) > MOST_BYTES:
            raise CommandError(f"{path} can't be read: it is larger than {MOST_BYTES:,} bytes.")
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            line = raw.count(10, 0, error.start) + 1
            said = f"{path} can't be read: line {line} is not text in UTF-8."
            raise CommandError(said) from None

    def load(self, path: Path) -> Policy:
        """The policy in a file; its problems go to the terminal, each with its line."""
        try:
            return load_policy(self.read(path))
        except PolicyInvalid as error:
            lines = "\n".join(f"  {problem}" for problem in error.problems)
            raise CommandError(f"{path} is not a policy:\n{lines}") from None

    def check_files(self, options: dict[str, Any]) -> None:
        """Each file: schema, names, cases, and what a search finds; doubts don't fail it."""
        wrong, unread = 0, []
        for path in options["file"]:
            try:
                policy = self.load(path)
            except CommandError as error:  # the other files are checked all the same
                unread.append(str(error))
                continue
            problems = [str(problem) for problem in check_schema(self.read(path))]
            failed = check_cases(policy)
            lines = {case.name: case.line for case in policy.cases}
            problems += [_case_words(name, lines[name], said) for name, said in failed.items()]
            flaws = check_soundness(read_source(self.read(path)), policy)
            problems += [f"{flaw.flaw}: {flaw}" for flaw in flaws if flaw.is_wrong]
            for problem in problems:
                self.stdout.write(f"{path}: {problem}")
            for doubt in (flaw for flaw in flaws if not flaw.is_wrong):
                self.stdout.write(f"{path}: doubt, {doubt.flaw}: {doubt}")
            held = len(policy.cases) - len(failed)
            self.stdout.write(
                f"{path}: {len(policy.rules)} rules, {len(policy.facts)} facts, "
                f"{held} of {len(policy.cases)} cases as expected"
            )
            wrong += len(problems)
        if wrong or unread:
            raise CommandError("\n".join([*unread, f"{wrong + len(unread)} wrong."]))

    def evaluate(self, options: dict[str, Any]) -> None:
        """One evaluation, explained."""
        policy = self.load(options["file"])
        facts = self.facts(options["facts"])
        now = _moment(options["now"]) if options["now"] else timezone.now()
        try:
            draft = evaluate(policy, facts, now=now, currency=options["currency"], strict=True)
        except FactWrong as error:
            wrong = all_wrong(policy, facts, options["currency"]) or [error]
            raise CommandError("\n".join(one.message for one in wrong)) from None
        except ValueError as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps(draft.as_json(), indent=1, ensure_ascii=False))
        else:
            self.stdout.write(explained(draft))

    def facts(self, path: Path) -> dict[str, Any]:
        """The facts in a file of JSON or YAML, read as a policy reads those of its cases."""
        try:
            facts = read_source(self.read(path)).data
        except PolicyInvalid as error:
            raise CommandError(f"{path}: {' '.join(map(str, error.problems))}") from None
        if not isinstance(facts, dict):
            raise CommandError(f"{path}: the facts should be a mapping of names.")
        return facts

    def activate(self, options: dict[str, Any]) -> None:
        """Each file becomes the version in force of its policy."""
        now = timezone.now()
        for path in options["file"]:
            try:
                policy = activate(save_draft(self.read(path), by=None, now=now), by=None, now=now)
            except DomainError as error:
                raise CommandError(f"{path}: {error.message}") from None
            self.stdout.write(f"{policy} is in force.")


def _case_words(name: str, line: int, wrong: list[str]) -> str:
    """A case that fails, with its line; a sentence ends once."""
    said = "; ".join(wrong)
    return f"Line {line}: Case “{name}”: {said}{'' if said.endswith(('.', '?', '!')) else '.'}"


def _moment(text: str) -> dt.datetime:
    """A moment with its offset. Raises `CommandError`."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise CommandError(f"--now {text}: a moment with its offset is 2026-11-24T11:18+00:00.")
    return moment


def explained(draft: OfferDraft) -> str:
    """A draft as a person reads it."""
    from remedies.rules.language.words import money, places_of  # noqa: PLC0415 - only for a terminal

    def sums(minor: int) -> str:
        from decimal import Decimal  # noqa: PLC0415

        return money(Decimal(minor).scaleb(-places_of(draft.currency)), draft.currency)

    lines = []
    for part in draft.components:
        amount = "" if part.amount is None else f"  {sums(part.amount)}"
        lines.append(f"{part.rule}  {part.title}{amount}  {part.clause}".rstrip())
        lines += [f"    {step}" for step in part.steps]
        lines += [f"    or {one.form}: {sums(one.amount)}" for one in part.options]
        if part.ranged:
            high = "or more" if part.range_max is None else f"to {sums(part.range_max)}"
            lines.append(f"    a person may set {sums(part.range_min or 0)} {high}")
    lines.append(f"Total  {sums(draft.total)}")
    if draft.missing:
        lines.append("Missing:")
        lines += [f"    {fact.label} (for {', '.join(fact.rules)})" for fact in draft.missing]
    if draft.not_applied:
        lines.append("Why not more:")
    lines += [f"    {item.rule}  {item.title}: {item.reason}" for item in draft.not_applied]
    return "\n".join(lines)
