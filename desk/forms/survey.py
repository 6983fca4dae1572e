"""The survey: five questions, each from 1 to 5, any of them may be left out."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.forms.base import Fields
from feedback.rules import DIMENSIONS, HIGHEST, LOWEST

ENDS = {
    "handling": (_("very poorly"), _("very well")),
    "result": (_("very poor"), _("very good")),
    "effort": (_("very hard"), _("very easy")),
    "felt_heard": (_("not at all"), _("entirely")),
    "fair": (_("not at all"), _("entirely")),
}
"""What 1 and 5 mean for each question."""

QUESTIONS = {
    "handling": _("How did we handle your complaint?"),
    "result": _("And the result?"),
    "effort": _("How easy was it to get there?"),
    "felt_heard": _("Did you feel heard?"),
    "fair": _("Was it fair?"),
}


class SurveyForm(Fields):
    """What the customer says of us."""

    words = forms.CharField(
        label=_("Would you tell us more?"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": "3"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(score), str(score)) for score in range(LOWEST, HIGHEST + 1)]
        for name in DIMENSIONS:
            self.fields[name] = forms.ChoiceField(
                label=QUESTIONS[name], required=False, choices=choices, widget=forms.RadioSelect
            )
        self.order_fields([*DIMENSIONS, "words"])

    @property
    def questions(self) -> list[dict[str, Any]]:
        """Each question with what its ends mean."""
        return [
            {"field": self[name], "low": ENDS[name][0], "high": ENDS[name][1]}
            for name in DIMENSIONS
        ]

    @property
    def scores(self) -> dict[str, Any]:
        """Scores by question; those left out are left out."""
        return {name: self.cleaned_data.get(name) for name in DIMENSIONS}
