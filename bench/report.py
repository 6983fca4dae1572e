"""What a run found, as Markdown for docs/benchmarks.md and for the terminal."""

import os
import platform
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.stats import Series, in_pairs, verdict


@dataclass(frozen=True)
class Line:
    """One kind of work, on both sides where the limit can do it."""

    what: str
    clients: int
    ours: Series
    limit: Series | None = None
    aim: float | None = None

    @property
    def reached(self) -> float | None:
        """The share of the limit that we reach; None where there is no limit."""
        return in_pairs(self.ours, self.limit) if self.limit else None


@dataclass(frozen=True)
class Check:
    """Two of our own numbers beside each other."""

    what: str
    reached: float
    aim: float


@dataclass
class Section:
    """One part of the page."""

    title: str
    method: str
    lines: list[Line] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    #: Tables that have other columns: header first.
    table: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    #: Some of it could not be measured.
    failed: bool = False


def number(value: float) -> str:
    """Three figures that count, no more: 0.35, 4.52, 83.1, 1,204."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def milliseconds(seconds: float) -> str:
    """Seconds as milliseconds."""
    return number(seconds * 1000)


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the first row is the header, the first column is text."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for place, row in enumerate(rows):
        cells = [
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append(f"| {' | '.join(cells)} |")
        if place == 0:
            rule = [
                "-" * w if column == 0 else "-" * (w - 1) + ":" for column, w in enumerate(widths)
            ]
            lines.append(f"| {' | '.join(rule)} |")
    return "\n".join(lines)


def section_markdown(section: Section) -> str:
    """A section with its tables."""
    parts = [f"## {section.title}", section.method]
    if section.lines:
        parts.append(markdown_table(_rows(section.lines)))
    if section.table:
        parts.append(markdown_table(section.table))
    if section.checks:
        rows = [["compared with itself", "share", "aim"]]
        for check in section.checks:
            rows.append([check.what, f"{check.reached:.2f}", verdict(check.reached, check.aim)])
        parts.append(markdown_table(rows))
    parts.extend(section.notes)
    return "\n\n".join(part for part in parts if part)


def _rows(lines: Sequence[Line]) -> list[list[str]]:
    head = [
        "", "clients", "Amends /s", "p50 ms", "p95 ms",
        "limit /s", "p50 ms", "p95 ms", "ratio", "aim", "spread",
    ]  # fmt: skip
    rows = [head]
    for line in lines:
        limit = ["–"] * 3 if line.limit is None else _numbers(line.limit)
        reached = "–" if line.reached is None else f"{line.reached:.2f}"
        aim = "" if line.reached is None else verdict(line.reached, line.aim)
        spreads = [s.spread for s in (line.ours, line.limit) if s is not None]
        rows.append(
            [line.what, str(line.clients), *_numbers(line.ours), *limit, reached, aim,
             f"{max(spreads):.0%}"]
        )  # fmt: skip
    return rows


def _numbers(series: Series) -> list[str]:
    return [number(series.per_second), milliseconds(series.p50), milliseconds(series.p95)]


def machine() -> list[str]:
    """What it was measured on, one fact a line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    load = os.getloadavg()[0]
    return [
        f"{os.cpu_count()} × {_processor()}, {memory:.0f} GiB memory",
        f"{platform.system()} {platform.release().split('-')[0]}, Python {sys.version.split()[0]}",
        f"load before the first measurement: {load:.1f}",
    ]


def _processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
