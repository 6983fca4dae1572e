"""Forms of policies: beginning a draft from nothing, and when to put one in force."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from desk.forms.base import Fields, LocalMoment
from remedies.services.drafts import blank_policy, packs


class BlankForm(Fields):
    """A policy from nothing: its key, its name, its money."""

    key = forms.SlugField(
        label=gettext_lazy("Key"),
        max_length=60,
        help_text=gettext_lazy("One word, such as late-parcels."),
    )
    title = forms.CharField(label=gettext_lazy("Name"), max_length=160)
    currency = forms.CharField(label=gettext_lazy("Currency"), max_length=3, initial="GBP")

    def source(self) -> str:
        """The text that it begins with. Raises `Invalid`."""
        data = self.cleaned_data
        return blank_policy(
            data["key"], title=data["title"], currency=data["currency"].strip().upper()
        )


class PackForm(Fields):
    """A policy that comes with the desk."""

    pack = forms.ChoiceField(label=gettext_lazy("Pack"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["pack"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(name, name) for name in packs()]


class WhenForm(Fields):
    """A moment to come, by the reader's own clock."""

    at = forms.DateTimeField(label=gettext_lazy("From"), widget=LocalMoment)

    def moment(self) -> dt.datetime:
        """The moment."""
        found: dt.datetime = self.cleaned_data["at"]
        return found
