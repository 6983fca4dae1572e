"""Moments in a file: which form, which zone, what stands in for those not told. Pure."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from integrations.errors import MappingInvalid
from integrations.importing.values import Value, Values, value_of
from tickets.errors import Invalid

_KEYS = {"formats", "zone", "time", "plus"}
_SPAN = re.compile(r"\s*(\d{1,5})\s*(d|h|min)\s*")
_UNITS = {"d": "days", "h": "hours", "min": "minutes"}
#: Seconds since 1970 of the years 1900 to 9999: other numbers are no moments.
_EPOCH = (-2_208_988_800, 253_402_300_799)


@dataclass(frozen=True)
class MomentValue:
    """A moment of a mapping: a value, and how it is to be understood."""

    value: Value
    path: str
    formats: Sequence[str]
    zone: ZoneInfo
    #: The time of day where the file tells the day alone.
    time: dt.time
    #: What is added: for moments that the file only lets reckon.
    plus: Value | None

    @property
    def columns(self) -> frozenset[str]:
        """The columns that it needs."""
        return self.value.columns | (self.plus.columns if self.plus else frozenset())

    def read(self, values: Values) -> dt.datetime | None:
        """The moment in UTC, or None where the row tells none. Raises `Invalid`."""
        cell = self.value.read(values)
        if cell is None:
            return None
        moment = self._parse(cell)
        if self.plus is not None:
            span = self.plus.read(values)
            if span is None:
                return None
            length = _span(str(span), self.path)
            try:
                moment += length
            except OverflowError:
                raise Invalid("There is no such moment.", field=self.path) from None
        return moment

    def _parse(self, cell: Any) -> dt.datetime:
        try:
            for form in self.formats:
                found = _in_form(cell, form)
                if found is not None:
                    return self._aware(found)
        except (OverflowError, ValueError):
            pass
        raise Invalid(
            f"{str(cell)[:40]!r} is no moment of the form {self._forms}.", field=self.path
        )

    @property
    def _forms(self) -> str:
        return " or ".join(self.formats)

    def _aware(self, found: dt.datetime | dt.date) -> dt.datetime:
        if not isinstance(found, dt.datetime):
            found = dt.datetime.combine(found, self.time)
        if found.tzinfo is None:
            found = found.replace(tzinfo=self.zone)
        return found.astimezone(dt.UTC)


def _in_form(cell: Any, form: str) -> dt.datetime | dt.date | None:
    """The moment or day in `cell`, or None where it is not of the form."""
    if form == "epoch":
        seconds = float(cell)
        if isinstance(cell, bool) or not _EPOCH[0] <= seconds <= _EPOCH[1]:
            return None
        return dt.datetime.fromtimestamp(seconds, dt.UTC)
    if not isinstance(cell, str):
        return None
    try:
        if form == "iso":
            if len(cell) == 10:
                return dt.date.fromisoformat(cell)
            return dt.datetime.fromisoformat(cell)
        moment = dt.datetime.strptime(cell, form)  # noqa: DTZ007 - the zone is the mapping's
    except ValueError:
        return None
    return moment if any(sign in form for sign in ("%H", "%I", "%X", "%c")) else moment.date()


def _span(text: str, path: str) -> dt.timedelta:
    """A length of time: "15 d", "4 h", "30 min". Raises `Invalid`."""
    match = _SPAN.fullmatch(text)
    if match is None:
        raise Invalid(f"{text[:40]!r} is no length of time such as 15 d or 4 h.", field=path)
    return dt.timedelta(**{_UNITS[match[2]]: int(match[1])})


def moment_of(spec: Any, path: str, *, zone: str) -> MomentValue:
    """The moment that `spec` describes: a value with, beside it, `formats` (strptime, "iso" or
    "epoch"; by default ISO 8601), `zone`, `time` (of day, where the file tells days) and `plus`.

    Raises `MappingInvalid`.
    """
    extra: dict[str, Any] = {}
    if isinstance(spec, Mapping):
        extra = {str(key): spec[key] for key in spec if key in _KEYS}
        spec = {key: spec[key] for key in spec if key not in _KEYS}
    formats = extra.get("formats", ["iso"])
    if isinstance(formats, str):
        formats = [formats]
    if not isinstance(formats, list) or not all(isinstance(one, str) for one in formats):
        raise MappingInvalid(f"{path}.formats: one form or a list of them.", field=path)
    try:
        known = ZoneInfo(str(extra.get("zone", zone)))
        time = dt.time.fromisoformat(str(extra.get("time", "00:00")))
    except (ValueError, KeyError, OSError):
        raise MappingInvalid(
            f"{path}: the zone is one like Europe/London, the time one like 09:00.", field=path
        ) from None
    plus = extra.get("plus")
    if isinstance(plus, str):
        _check_span(plus, path)
        plus = {"value": plus}
    return MomentValue(
        value=value_of(spec, path),
        path=path,
        formats=tuple(formats),
        zone=known,
        time=time,
        plus=value_of(plus, f"{path}.plus") if plus is not None else None,
    )


def _check_span(text: str, path: str) -> None:
    try:
        _span(text, path)
    except Invalid as error:
        raise MappingInvalid(f"{path}.plus: {error.message}", field=path) from None
