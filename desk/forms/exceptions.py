"""The decision on an exception: a reason, and for an amendment other sums."""

from typing import Any

from django import forms

from desk.forms.base import Fields
from desk.forms.offers import SumField, plain_sum
from remedies.models import ExceptionRequest


class DecideForm(Fields):
    """Reason or question, and a sum for each item that has one."""

    reason = forms.CharField(
        max_length=2000,
        error_messages={"required": "Whoever asked reads your reason, so it is needed."},
    )

    def __init__(self, *args: Any, row: ExceptionRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = f"Reason, {row.requester.get_short_name()} will read it"
        self.row = row
        for position, item in enumerate(row.items):
            if item["asked"] is None:
                continue
            self.fields[f"sum_{position}"] = SumField(
                currency=row.currency,
                label=item["title"],
                required=False,
                initial=plain_sum(item["asked"], row.currency),
            )

    @property
    def decided(self) -> dict[int, int]:
        """Position of an item → its sum in minor units."""
        return {
            int(name.removeprefix("sum_")): value
            for name, value in self.cleaned_data.items()
            if name.startswith("sum_") and value is not None
        }

    @property
    def sum_fields(self) -> list[Any]:
        """The bound fields of the sums."""
        return [self[name] for name in self.fields if name.startswith("sum_")]
