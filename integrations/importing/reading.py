"""Rows out of a file, one after another, with their line numbers. Pure.

CSV and JSON lines, plain or gzipped. The file is streamed: a row is all that is held. What can't
be read becomes a `Reject` in its place, and the next row goes on; only a file that breaks off
ends the reading.
"""

import csv
import gzip
import json
import re
import zlib
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple

#: Longest line, in bytes, and longest field of a CSV row, in characters.
LINE_MAX = 4 * 1024 * 1024
FIELD_MAX = 256 * 1024
#: A row of a CSV file that goes on for more lines than this, or for more characters than a line
#: may have bytes, has a quote that was never closed.
ROW_LINES_MAX = 2000

#: What no text column can hold: NUL, and the halves of surrogate pairs.
_NO_TEXT = re.compile(r"[\x00\ud800-\udfff]")

#: Values by column; in JSON lines, nested objects as they are.
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One record of the file and the line (from 1) it begins at."""

    line: int
    values: Values


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that is not imported: where, which field, why. `id` as far as it is known."""

    line: int
    field: str
    code: str
    reason: str
    id: str = ""


class FileBroken(Exception):
    """The file can't be read from here on: {why}."""

    def __init__(self, line: int, why: str):
        self.line = line
        self.why = why
        super().__init__(f"The file can't be read after line {line}: {why}")


class HeaderWrong(Exception):
    """The columns of a file are not those that the mapping names."""


@dataclass(frozen=True, slots=True)
class Form:
    """How the bytes of a file are to be read."""

    kind: str = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","


class _Lines:
    """Decoded lines of a stream. Notes those that are not in the encoding, and where it is."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._stream = stream
        self._encoding = encoding
        self.number = 0
        #: Why the line just read, or one since `clear`, can't be used.
        self.trouble = ""

    def clear(self) -> None:
        """Forget the trouble of earlier lines."""
        self.trouble = ""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = self._read()
        if not raw:
            raise StopIteration
        self.number += 1
        if self.number == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        if len(raw) > LINE_MAX:
            self.trouble = f"The line has more than {LINE_MAX} bytes."
            while raw and not raw.endswith(b"\n"):
                raw = self._read()
            return "\n"
        try:
            text = raw.decode(self._encoding)
            if "\0" in text:
                self.trouble = f"A NUL at place {text.index(chr(0)) + 1} is no text."
            return text
        except UnicodeDecodeError as error:
            byte = raw[error.start]
            self.trouble = f"Byte 0x{byte:02x} at place {error.start + 1} is not {self._encoding}."
            return raw.decode(self._encoding, "replace")

    def _read(self) -> bytes:
        try:
            return self._stream.readline(LINE_MAX + 1)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise FileBroken(self.number, f"broken gzip ({error})") from error
        except OSError as error:
            raise FileBroken(self.number, str(error)) from error


def open_stream(path: Path) -> tuple[IO[bytes], IO[bytes]]:
    """The file's contents, unpacked where it is gzipped, and the raw file (to tell how far the
    reading is). Raises OSError."""
    raw = path.open("rb")
    packed = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    return (gzip.GzipFile(fileobj=raw) if packed else raw), raw  # type: ignore[return-value]


def kind_of(path: Path) -> str:
    """ "csv" or "jsonl", by the file's name."""
    name = path.name.lower().removesuffix(".gz")
    return "jsonl" if name.endswith((".jsonl", ".ndjson", ".json")) else "csv"


def read_rows(stream: IO[bytes], form: Form, needed: frozenset[str]) -> Iterator[Row | Reject]:
    """Every record of the stream, or why it is none.

    `needed` are the columns that a CSV file must have. Raises `HeaderWrong`, `FileBroken`.
    """
    lines = _Lines(stream, form.encoding)
    if form.kind == "jsonl":
        return _json_rows(lines)
    return _csv_rows(lines, form.delimiter, needed)


def _json_rows(lines: _Lines) -> Iterator[Row | Reject]:
    for text in lines:
        trouble, lines.trouble = lines.trouble, ""
        if trouble:
            yield Reject(lines.number, "", "wrong_encoding", trouble)
        elif text.strip():
            yield _json_row(lines.number, text)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _json_row(number: int, text: str) -> Row | Reject:
    try:
        values = json.loads(text, parse_constant=_no_constant)
        # Only an escape can bring in what is no text.
        path = _path_of_no_text(values) if "\\u" in text else None
    except (ValueError, RecursionError) as error:
        return Reject(number, "", "malformed", f"This line is no JSON: {error}")
    if not isinstance(values, dict):
        return Reject(number, "", "malformed", "This line is no JSON object.")
    if path is not None:
        reason = "It holds a NUL or half a surrogate pair, which is no text."
        return Reject(number, path[:120], "wrong_encoding", reason)
    return Row(number, values)


def _path_of_no_text(value: Any, path: str = "") -> str | None:
    """Where in `value` a text is that UTF-8 or PostgreSQL can't hold; None where nowhere is."""
    if isinstance(value, str):
        return path if _NO_TEXT.search(value) else None
    inner: Any = ()
    if isinstance(value, dict):
        if any(_NO_TEXT.search(key) for key in value):
            return path
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for key, one in inner:
        found = _path_of_no_text(one, f"{path}.{key}" if path else str(key))
        if found is not None:
            return found
    return None


class _QuoteOpen(csv.Error):
    """A row does not come to its end."""


class _Line(NamedTuple):
    """One line of the file, and why it can't be used."""

    number: int
    text: str
    trouble: str


class _RowLines:
    """The lines of one row after another. Those of a row that is none can be read again."""

    def __init__(self, lines: _Lines) -> None:
        self._lines = lines
        self._again: deque[_Line] = deque()
        #: Those of the row that is being read.
        self.taken: list[_Line] = []
        #: Why the row can't be used, "" where it can.
        self.trouble = ""
        self._size = 0

    def begin(self) -> int:
        """Start the next row; the number of its first line."""
        self.taken, self.trouble, self._size = [], "", 0
        return self._again[0].number if self._again else self._lines.number + 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= ROW_LINES_MAX or self._size > LINE_MAX:
            raise _QuoteOpen
        if self._again:
            line = self._again.popleft()
        else:
            self._lines.clear()
            text = next(self._lines)
            line = _Line(self._lines.number, text, self._lines.trouble)
        self.taken.append(line)
        self._size += len(line.text)
        self.trouble = self.trouble or line.trouble
        return line.text

    def open_quote(self, *, before_last: bool) -> int | None:
        """The line of the quote that is open at the end of what was taken, or where the last
        line of it begins; None where none is."""
        opened = None
        for line in self.taken[:-1] if before_last else self.taken:
            quotes = line.text.replace('""', "").count('"')
            if quotes:
                opened = line.number if (quotes + (opened is not None)) % 2 else None
        return opened

    def back_to(self, number: int) -> None:
        """Read again what comes after this line."""
        self._again.extendleft(line for line in reversed(self.taken) if line.number > number)


def _csv_rows(lines: _Lines, delimiter: str, needed: frozenset[str]) -> Iterator[Row | Reject]:
    csv.field_size_limit(FIELD_MAX)
    source = _RowLines(lines)
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    header = _header(reader, source, needed)
    while True:
        begin = source.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _no_row(source, begin, str(error))
            # The old one still waits for the end of the quote.
            reader = csv.reader(source, delimiter=delimiter, strict=True)
            continue
        if source.trouble:
            yield Reject(begin, "", "wrong_encoding", source.trouble)
        elif not cells:
            continue
        elif len(cells) != len(header):
            reason = f"The row has {len(cells)} columns, the header {len(header)}."
            yield Reject(begin, "", "malformed", reason)
        else:
            yield Row(begin, dict(zip(header, cells, strict=True)))


def _no_row(source: _RowLines, begin: int, error: str) -> Reject:
    """What is refused: up to the line whose quote is not closed, after which reading goes on; or
    the lines of the row."""
    unended = not error or "unexpected end" in error
    opened = source.open_quote(before_last=not unended)
    end = source.taken[-1].number
    if opened is not None:
        source.back_to(opened)
        reason = "A quote opens here and is not closed; reading goes on with the next line."
        if begin < opened:
            reason += f" Its row began in line {begin}."
        return Reject(opened, "", "malformed", reason)
    where = f"lines {begin} to {end}" if end > begin else "the line"
    if "field larger" in error:
        error = f"a field has more than {FIELD_MAX} characters"
    return Reject(begin, "", "malformed", f"Malformed CSV in {where}: {error}.")


def _header(reader: Any, lines: _RowLines, needed: frozenset[str]) -> list[str]:
    try:
        header = [name.strip() for name in next(reader)]
    except StopIteration:
        raise HeaderWrong("The file is empty: it has no header row.") from None
    except csv.Error as error:
        why = "a quote is not closed" if lines.open_quote(before_last=False) else error
        raise HeaderWrong(f"The header row can't be read: {why}.") from None
    if lines.trouble:
        raise HeaderWrong(f"The header row can't be read: {lines.trouble}")
    doubles = sorted({name for name in header if header.count(name) > 1})
    if doubles:
        raise HeaderWrong(f"The header names {doubles[0]!r} twice.")
    missing = sorted(needed - set(header))
    if missing:
        raise HeaderWrong(
            f"The file has no column {', '.join(missing)}. Its columns are: {', '.join(header)}."
        )
    return header
