"""The form in which a person chooses his own keys."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _l

from desk.forms.base import Fields
from desk.own_keys import PLACES, faults_of, keys_of, own_of
from tickets.models import User


def field_name(place: str, key: str) -> str:
    """The field of a key; keys are signs that no name of a field may hold."""
    return f"{place or 'all'}-{ord(key)}"


class OwnKeysForm(Fields):
    """One sign for each key, or none; and whether single keys do anything at all."""

    off = forms.BooleanField(label=_l("Switch all single keys off"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("off", bool(user.own_keys.get("off")))
        for place in PLACES:
            own = own_of(user, place)
            for key, words in keys_of(place).items():
                box = forms.TextInput(
                    attrs={"class": "input", "autocomplete": "off", "spellcheck": "false"}
                )
                name = field_name(place, key)
                self.fields[name] = forms.CharField(
                    label=str(words), required=False, strip=False, max_length=1, widget=box
                )
                self.initial.setdefault(name, own[key])

    def clean(self) -> dict[str, Any]:
        """Signs that can be typed, and no two alike where both would be heard."""
        data: dict[str, Any] = super().clean() or {}
        for fault in faults_of(self._typed(data)):
            name = field_name(fault.place, fault.key)
            if name not in self.errors:
                self.add_error(name, fault.words)
        return data

    @staticmethod
    def _typed(data: dict[str, Any]) -> dict[str, dict[str, str]]:
        return {
            place: {key: data.get(field_name(place, key)) or "" for key in keys_of(place)}
            for place in PLACES
        }

    @property
    def own(self) -> dict[str, dict[str, str]]:
        """The keys as typed, by place."""
        return self._typed(self.cleaned_data)

    def sections(self) -> list[tuple[str, list[Any]]]:
        """The fields, place by place, with its name."""
        return [
            (str(title), [self[field_name(place, key)] for key in keys_of(place)])
            for place, title in PLACES.items()
        ]
