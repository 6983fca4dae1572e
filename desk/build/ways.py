"""The way from a figure of a report to the tickets behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from desk.build.insight.views import CellView
from tickets.periods import Period


@dataclass(frozen=True)
class Ways:
    """Addresses of the lists behind one report as it was asked for."""

    report: str
    period: Period
    asked: Mapping[str, str]

    def url(
        self,
        what: str,
        key: str = "",
        column: str = "",
        *,
        days: tuple[dt.date, dt.date] | None = None,
    ) -> str:
        """Of one figure; `days` are another first and last day than the period's."""
        first, last = days or (self.period.first, self.period.last)
        told = {
            **self.asked,
            "from": first.isoformat(),
            "to": last.isoformat(),
            "what": what,
            "key": key,
            "column": column,
        }
        kept = {name: value for name, value in told.items() if value or name == "key"}
        return f"/desk/reports/{self.report}/behind/?{urlencode(kept)}"

    def cell(self, words: str, count: float | None, *of: str) -> CellView:
        """A figure with its list, where there is anything in it."""
        return CellView(words, self.url(*of) if count else "")
