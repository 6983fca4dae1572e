"""Forms of the ledger: a pool of voucher codes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from desk.forms.base import Fields
from tickets.errors import DomainError
from tickets.money import Money

SOURCES = [
    ("imported", gettext_lazy("Another system’s list")),
    ("generated", gettext_lazy("Made here, for any sum")),
]
CURRENCIES = [
    ("GBP", gettext_lazy("£ pounds")),
    ("EUR", gettext_lazy("€ euros")),
    ("USD", gettext_lazy("$ dollars")),
]


class PoolForm(Fields):
    """A new pool."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=160)
    key = forms.SlugField(label=gettext_lazy("Key, for programs"), max_length=60)
    form = forms.CharField(
        label=gettext_lazy("Form, as policies call it"), max_length=60, initial="voucher"
    )
    source = forms.ChoiceField(label=gettext_lazy("Codes come from"), choices=SOURCES)
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=CURRENCIES)
    amount = forms.CharField(
        label=gettext_lazy("Each is worth"), required=False, max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "placeholder": "25.00"}),
    )  # fmt: skip
    low = forms.IntegerField(
        label=gettext_lazy("So few are low"), min_value=0, max_value=10**6, initial=20
    )
    valid_days = forms.IntegerField(
        label=gettext_lazy("Good for so many days"), required=False, min_value=1, max_value=36_500
    )

    def clean(self) -> dict[str, Any]:
        """A sum is a sum."""
        data: dict[str, Any] = super().clean() or {}
        typed = data.get("amount") or ""
        data["minor"] = None
        if typed and "currency" in data:
            try:
                data["minor"] = Money.typed(typed, data["currency"]).minor
            except DomainError as error:
                self.add_error("amount", error.message)
        return data

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "minor"}
        return data | {"amount": self.cleaned_data["minor"]}


class CodesForm(Fields):
    """Codes, one a line or with commas."""

    codes = forms.CharField(
        label=gettext_lazy("Codes, one a line"),
        max_length=4_000_000,
        widget=forms.Textarea(attrs={"rows": "3"}),
    )
