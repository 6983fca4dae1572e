"""Forms of the board of clocks."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from desk.forms.base import Fields, LocalMoment
from tickets.models import User


class ExtendForm(Fields):
    """A later date, with the reason and the letter that tells the customer."""

    to = forms.DateTimeField(label=gettext_lazy("New date"), widget=LocalMoment)
    reason = forms.CharField(label=gettext_lazy("Why can’t we keep the first one?"), max_length=500)
    letter = forms.CharField(
        label=gettext_lazy("Letter to the customer"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": "12"}),
        help_text=gettext_lazy(
            "The date and the reason above are put in. It goes out as it stands here."
        ),
    )
    #: What was put into the letter last, so that another date or reason takes its place.
    told_why = forms.CharField(required=False, widget=forms.HiddenInput)
    told_date = forms.CharField(required=False, widget=forms.HiddenInput)
    #: The date as it was when the form was opened.
    due_seen = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        blanks: Collection[str] = (),
        inside: bool = False,
        latest: str = "",
        **kwargs: Any,
    ) -> None:
        """`blanks` are the places of the proposed letter that its writer has to fill in. `inside`:
        a promise among ourselves, of which no customer hears. `latest`: in words."""
        super().__init__(*args, **kwargs)
        self.blanks = blanks
        if inside:
            for name in ("letter", "told_why", "told_date"):
                del self.fields[name]
        if latest:
            self.fields["to"].help_text = gettext("At the latest %(when)s.") % {"when": latest}

    def clean_letter(self) -> str:
        """No customer reads “[say why]”."""
        letter: str = self.cleaned_data["letter"]
        left = [blank for blank in self.blanks if blank in letter]
        if left:
            told = gettext("“%(blank)s” still stands in it: write there what belongs there.")
            raise forms.ValidationError([told % {"blank": blank} for blank in left])
        return letter

    def given(self) -> dict[str, Any]:
        """What the service takes."""
        found = {name: self.cleaned_data.get(name, "") for name in ("to", "reason", "letter")}
        return {**found, "due_seen": self.cleaned_data.get("due_seen")}


class TakeOverForm(Fields):
    """Why a ticket is taken from whoever has it."""

    brief = forms.CharField(
        label=gettext_lazy("What is going on, and what will you do?"), max_length=2000
    )


class ReassignForm(Fields):
    """Another owner, with a brief."""

    to = forms.ModelChoiceField(
        label=gettext_lazy("To whom?"),
        queryset=User.objects.none(),
        empty_label=gettext_lazy("Choose a colleague"),
    )
    brief = forms.CharField(label=gettext_lazy("Brief"), max_length=2000, widget=forms.Textarea)

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = User.objects.filter(pk__in=[person.pk for person in people])
