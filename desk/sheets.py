"""A report as a file that a spreadsheet opens: a cell for each value, sums and numbers in the form
of its reader."""

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse
from django.utils.translation import get_language

from tickets.money import Money, decimals_of, said_digits

#: Where the decimal sign is a comma, spreadsheets expect another sign between the cells.
_BETWEEN = {"de": ";"}


def sheet(rows: Iterable[Sequence[object]], name: str) -> HttpResponse:
    """The rows as a file with this name, without its ending."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=_BETWEEN.get((get_language() or "")[:2], ","))
    writer.writerows(rows)
    return HttpResponse(
        stream.getvalue().encode("utf-8-sig"),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def sum_cell(minor: float | None, currency: str) -> str:
    """Minor units as the sum that one reads: "11689.66", "11689,66"; empty for none."""
    if minor is None or not currency:
        return number_cell(minor)
    return said_digits(f"{Money(round(minor), currency).major:.{decimals_of(currency)}f}")


def number_cell(value: float | None) -> str:
    """A number, with four decimals at most; empty for none."""
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    return said_digits(f"{value:.4f}".rstrip("0").rstrip("."))
