"""One run of an import: reads, loads in one process or several, counts, keeps what was refused.

What is held at any moment is a few batches of rows, however long the file.
"""

import csv
import datetime as dt
import time
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import yaml
from django.db import InterfaceError, OperationalError, transaction

from integrations.errors import MappingInvalid, UnreadableFile
from integrations.importing.loading import Loader, Outcome, load_rows
from integrations.importing.mapping import MAPPINGS, ImportMapping, parse_mapping
from integrations.importing.parallel import Crew
from integrations.importing.reading import (
    FileBroken,
    HeaderWrong,
    Reject,
    Row,
    kind_of,
    open_stream,
    read_rows,
)
from tickets.cached import forget_all

#: Rows of one transaction: large enough for bulk inserts, small enough to lose little when killed.
BATCH = 200

#: Told after each batch: how far the file is read, in bytes as stored, and what came of it.
Progress = Callable[[int, Outcome], None]


@dataclass
class Report:
    """What a run did. `rows` = imported + skipped + rejected."""

    imported: int = 0
    skipped: int = 0
    rejected: int = 0
    seconds: float = 0.0
    #: Why the run ended before the file did; empty where it did not.
    stopped: str = ""
    #: The first of what was refused, for people; the rest is in the rejects file.
    first_rejects: list[Reject] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many records the file has, as far as it was read."""
        return self.imported + self.skipped + self.rejected

    def count(self, outcome: Outcome) -> None:
        """Add what came of a batch."""
        self.imported += outcome.imported
        self.skipped += outcome.skipped
        self.rejected += len(outcome.rejects)
        room = 20 - len(self.first_rejects)
        self.first_rejects += outcome.rejects[:room]


def read_mapping(name: str, path: Path) -> ImportMapping:
    """The mapping in the file `name`, or the one of that name that ships, for the file `path`.

    Raises `MappingInvalid`.
    """
    source = Path(name)
    if not source.is_file():
        source = MAPPINGS / f"{name.removesuffix('.yaml')}.yaml"
    if not source.is_file() or (source.parent == MAPPINGS and "/" in name):
        shipped = ", ".join(sorted(one.stem for one in MAPPINGS.glob("*.yaml")))
        raise MappingInvalid(f"There is no mapping {name}. These ship: {shipped}.", field="map")
    try:
        raw = yaml.safe_load(source.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise MappingInvalid(f"{source.name} is no YAML: {error}", field="map") from None
    try:
        return parse_mapping(raw, kind=kind_of(path))
    except RecursionError:
        raise MappingInvalid(f"{source.name} refers to itself.", field="map") from None
    except MappingInvalid as error:
        raise MappingInvalid(f"{source.name}: {error.message}", field=error.field) from None


@contextmanager
def rejects_file(path: Path | None) -> Iterator[Callable[[list[Reject]], None]]:
    """A CSV file that takes what was refused, row by row; nothing where there is no path."""
    if path is None:
        yield lambda _rejects: None
        return
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["line", "id", "field", "code", "reason"])

        def write(rejects: list[Reject]) -> None:
            for one in rejects:
                writer.writerow([one.line, one.id, one.field, one.code, one.reason])
            stream.flush()

        yield write


def run_import(
    path: Path,
    mapping: ImportMapping,
    *,
    now: dt.datetime,
    dry_run: bool = False,
    rejects: Path | None = None,
    processes: int = 1,
    progress: Progress = lambda _position, _outcome: None,
) -> Report:
    """Import the file. With `dry_run` all is done and then taken back, in one process.

    Raises `UnreadableFile` where nothing of it could be read; a run that ends early says so in
    `Report.stopped`, and can be run again.
    """
    report, begun = Report(), time.monotonic()
    with ExitStack() as stack:
        try:
            stream, raw = open_stream(path)
        except OSError as error:
            raise UnreadableFile(f"{path} can't be read: {error.strerror}.", field="file") from None
        stack.callback(raw.close)
        write = stack.enter_context(rejects_file(rejects))

        def tell(outcome: Outcome) -> None:
            outcome.rejects.sort(key=lambda one: one.line)
            report.count(outcome)
            write(outcome.rejects)
            progress(raw.tell(), outcome)

        try:
            if dry_run:
                _dry(stream, mapping, now, tell)
            elif processes > 1:
                with Crew(mapping, now=now, size=processes, batch=BATCH, tell=tell) as crew:
                    for rows in _batches(stream, mapping):
                        crew.take(rows)
            else:
                _single(stream, mapping, now, tell)
        except HeaderWrong as error:
            raise UnreadableFile(str(error), field="file") from None
        except FileBroken as error:
            report.stopped = str(error)
        except (OperationalError, InterfaceError) as error:
            report.stopped = f"The database is gone: {error}".strip()
        except BrokenProcessPool:
            report.stopped = "A worker process was killed."
    report.seconds = time.monotonic() - begun
    return report


def _batches(stream: IO[bytes], mapping: ImportMapping) -> Iterator[list[Row | Reject]]:
    """Rows in batches. What was read before a file breaks off is given before it is raised."""
    needed = mapping.columns if mapping.form.kind == "csv" else frozenset()
    batch: list[Row | Reject] = []
    try:
        for row in read_rows(stream, mapping.form, needed):
            batch.append(row)
            if len(batch) >= BATCH:
                yield batch
                batch = []
    except FileBroken:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _single(
    stream: IO[bytes],
    mapping: ImportMapping,
    now: dt.datetime,
    tell: Callable[[Outcome], None],
) -> None:
    loader = Loader(mapping, now=now)
    for rows in _batches(stream, mapping):
        tell(load_rows(loader, rows))


def _dry(
    stream: IO[bytes],
    mapping: ImportMapping,
    now: dt.datetime,
    tell: Callable[[Outcome], None],
) -> None:
    """Everything really happens, in one transaction that is taken back at the end."""
    try:
        with transaction.atomic():
            try:
                _single(stream, mapping, now, tell)
            finally:
                transaction.set_rollback(True)
    finally:
        forget_all()  # categories that were made are gone again
