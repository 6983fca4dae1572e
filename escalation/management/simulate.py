"""What `manage.py deadlines simulate` reads and prints."""

import datetime as dt
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tqdm
import yaml
from django.core.management.base import CommandError, OutputWrapper

from escalation.policies.kinds import DEFAULTS, Kind
from escalation.services.simulating import Draft, Span, Tally, read_draft, simulate, stored_draft
from tickets.errors import DomainError
from tickets.models import Team

_COLUMNS = ("kept now", "missed now", "would keep", "would miss", "newly missed", "saved")
_LARGEST = 1_000_000  # bytes of a policy file


def draft_of(ref: str) -> Draft:
    """A draft from a YAML or JSON file, or stored as "key" or "key@3". Raises CommandError."""
    path = Path(ref)
    try:
        if not path.suffix and not path.exists():
            return stored_draft(ref)
        if path.stat().st_size > _LARGEST:
            raise CommandError(f"{path} is too large for a policy.")
        return read_draft(yaml.safe_load(path.read_text(encoding="utf-8")), key=path.stem)
    except OSError as error:
        raise CommandError(f"{path} can't be read: {error.strerror}.") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise CommandError(f"{path} is no YAML: {error}") from error
    except DomainError as error:
        where = f" ({error.field} {ref!r})" if error.code == "not_found" else ""
        raise CommandError(f"{error.message}{where}") from error


def day(text: str) -> dt.datetime:
    """Midnight in UTC of a date such as 2026-01-31. Raises CommandError."""
    try:
        return dt.datetime.combine(dt.date.fromisoformat(text), dt.time(), dt.UTC)
    except ValueError as error:
        raise CommandError(f"{text!r} is no date; write 2026-01-31.") from error


def span_of(options: dict[str, Any], *, now: dt.datetime) -> Span:
    """Which tickets. Raises CommandError for a span or team that is none."""
    since = day(options["since"])
    until = day(options["until"]) if options["until"] else now
    if since >= until:
        raise CommandError("The span is empty: --since is not before its end.")
    teams = None
    if options["team"]:
        teams = frozenset(Team.objects.filter(key=options["team"]).values_list("pk", flat=True))
        if not teams:
            raise CommandError(f"There is no team {options['team']}.")
    return Span(since, until, teams)


def run(draft: Draft, span: Span, *, now: dt.datetime) -> tuple[Tally, bool]:
    """Try the draft with a progress bar. Returns the counts, and whether all was looked at;
    Ctrl-C stops it and keeps what was counted."""
    tally = Tally()
    with tqdm.tqdm(total=span.count(), unit=" tickets", file=sys.stderr, disable=None) as bar:
        try:
            for part in simulate(draft, span, now=now):
                tally.add(part)
                bar.update(part.looked_at)
        except KeyboardInterrupt:
            return tally, False
    return tally, True


def tell(tally: Tally, draft: Draft, *, whole: bool, out: OutputWrapper) -> None:
    """Print the counts by kind, by team, and the first tickets that would have been missed."""
    for line in _lines(tally, draft, whole=whole):
        out.write(line)


def _lines(tally: Tally, draft: Draft, *, whole: bool) -> Iterator[str]:
    so_far = "" if whole else ", stopped before the end"
    yield f"{draft}: {tally.looked_at} tickets looked at, {tally.concerned} concerned{so_far}"
    if not tally.cells:
        yield "The draft fits none of them."
        return
    for title, place in (("By kind", 1), ("By team", 0)):
        yield ""
        yield f"{title:<18}" + "".join(f"{name:>14}" for name in _COLUMNS)
        for key, counts in tally.by(place).items():
            name = DEFAULTS[Kind(key)].words if place == 1 else key or "-"
            yield f"{name:<18}" + "".join(f"{count:>14}" for count in counts.values())
    yield f"{'All':<18}" + "".join(f"{count:>14}" for count in tally.total().values())
    for kind, numbers in sorted(tally.named.items()):
        yield f"newly missed, {DEFAULTS[Kind(kind)].words.lower()}: {', '.join(numbers)}"
