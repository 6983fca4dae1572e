"""Input fields that say no to what a lenient parser would let through."""

import datetime as dt
import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tickets.errors import DomainError
from tickets.money import Money

_DEPTH = 6
#: Nothing that people complain about to us is older; calendars need not reach further back.
_OLDEST = dt.datetime(1970, 1, 2, tzinfo=dt.UTC)


class Input(serializers.Serializer[Any]):
    """What an operation takes. A name that it does not know is an error, not a silence."""

    def to_internal_value(self, data: Any) -> Any:
        """The checked values. Raises `ValidationError` for unknown names too."""
        if isinstance(data, dict):
            unknown = [str(name)[:60] for name in data if name not in self.fields]
            if unknown:
                known = ", ".join(self.fields)
                words = _("There is no such field here. Known are: %(known)s.") % {"known": known}
                raise serializers.ValidationError(
                    {name: [serializers.ErrorDetail(words, "unknown_field")] for name in unknown}
                )
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """Text, and nothing else made into text."""

    def to_internal_value(self, data: Any) -> str:
        """The text. Raises `ValidationError` for numbers, too."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A whole number as a JSON number."""

    def to_internal_value(self, data: Any) -> int:
        """The number. Raises `ValidationError` for yes/no, fractions and huge ones."""
        if isinstance(data, bool | float):
            self.fail("invalid")
        number = super().to_internal_value(data)
        if abs(number) >= 2**63:
            self.fail("invalid")
        return int(number)


class Moment(serializers.DateTimeField):
    """A moment with its offset from UTC."""

    default_error_messages = {
        "naive": gettext_lazy(
            "A moment needs its offset, such as 2026-11-24T11:18:00+00:00 or ...Z."
        ),
        "ancient": gettext_lazy("This moment is before 1970."),
    }

    def enforce_timezone(self, value: dt.datetime) -> dt.datetime:
        """In UTC. Raises `ValidationError` where the offset is missing."""
        if value.tzinfo is None:
            self.fail("naive")
        try:
            moment = value.astimezone(dt.UTC)
        except OverflowError:
            self.fail("overflow", timezone="UTC")
        if moment < _OLDEST:
            self.fail("ancient")
        return moment


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@extend_schema_field(
    {"oneOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}
)
class MomentOrDay(Moment):
    """A moment with its offset from UTC, or a date alone."""

    def to_internal_value(self, value: Any) -> dt.datetime | dt.date:  # type: ignore[override]
        """The moment or the date. Raises `ValidationError`."""
        if isinstance(value, str) and _DAY.fullmatch(value):
            try:
                day = dt.date.fromisoformat(value)
            except ValueError:
                self.fail("invalid", format="YYYY-MM-DD")
            if day < _OLDEST.date():
                self.fail("ancient")
            return day
        return super().to_internal_value(value)


class Values(serializers.DictField):
    """JSON values by name, as facts and factors are sent; kept as they are."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """The values. Raises `ValidationError` for what PostgreSQL can't store."""
        if not isinstance(data, dict):
            self.fail("not_a_dict", input_type=type(data).__name__)
        if len(data) > 100:
            raise serializers.ValidationError(_("At most 100 at once."))
        for name, value in data.items():
            if not storable(name) or not storable(value):
                raise serializers.ValidationError(
                    {str(name)[:60].encode("utf-8", "replace").decode(): [_("Not valid here.")]}
                )
        return dict(data)


def storable(value: Any, depth: int = _DEPTH) -> bool:
    """Whether `value` fits into a JSON column: no NUL, no half characters, not too deep."""
    if isinstance(value, str):
        return "\x00" not in value and not any("\ud800" <= char <= "\udfff" for char in value)
    if isinstance(value, dict):
        return depth > 0 and all(
            storable(k, 0) and storable(v, depth - 1) for k, v in value.items()
        )
    if isinstance(value, list):
        return depth > 0 and all(storable(v, depth - 1) for v in value)
    return not isinstance(value, int) or abs(value) < 10**30


class MoneyInput(Input):
    """A sum: `{"amount": "12.50", "currency": "GBP"}`, or whole minor units as `minor`."""

    amount = Text(required=False, max_length=30, help_text="In major units, such as 12.50.")
    minor = Whole(required=False, help_text="In minor units (pence, cents).")
    currency = Text(max_length=3, min_length=3, help_text="ISO 4217, such as GBP.")

    def validate(self, attrs: dict[str, Any]) -> Any:
        """As `Money`. Raises `ValidationError` for an unknown currency or no sum."""
        if ("amount" in attrs) == ("minor" in attrs):
            raise serializers.ValidationError({"amount": [_("Send either amount or minor.")]})
        try:
            if "amount" in attrs:
                return Money.of(attrs["amount"], attrs["currency"])
            zero = Money.of(0, attrs["currency"])
        except DomainError as error:
            detail = serializers.ErrorDetail(error.message, error.code)
            raise serializers.ValidationError({error.field or "amount": [detail]}) from None
        if abs(attrs["minor"]) > 10**15:
            raise serializers.ValidationError({"minor": [_("That sum is too large.")]})
        return Money(attrs["minor"], zero.currency)


class MoneyOutput(serializers.Serializer[Any]):
    """A sum, in major units as exact text and in minor units."""

    amount = serializers.CharField()
    minor = serializers.IntegerField()
    currency = serializers.CharField()


def money(minor: int | None, currency: str) -> dict[str, Any] | None:
    """A stored sum as the API shows it; None for none."""
    if minor is None:
        return None
    amount = format(Money(minor, currency).major, "f")
    return {"amount": amount, "minor": minor, "currency": currency}


class ByKey(serializers.SlugRelatedField[Any]):
    """A row by its key."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"slug_field": "key", **more})

    def to_internal_value(self, data: Any) -> Any:
        """The row. Raises `ValidationError`."""
        if not isinstance(data, str) or not storable(data):
            self.fail("invalid")
        return super().to_internal_value(data)


class ById(serializers.PrimaryKeyRelatedField[Any]):
    """A row by its id."""

    def to_internal_value(self, data: Any) -> Any:
        """The row. Raises `ValidationError`."""
        if not isinstance(data, int) or isinstance(data, bool) or abs(data) >= 2**63:
            self.fail("incorrect_type", data_type=type(data).__name__)
        return super().to_internal_value(data)
