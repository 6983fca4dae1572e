"""The form in which a refusal is composed: an answer to each point, then what is said of all."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from desk.forms.base import TicketForm
from desk.forms.ticket import OUTCOMES
from remedies.rules.refusing import Ground, quote_for
from remedies.rules.retelling import told
from remedies.services.refusing import Basis, Finding, No
from tickets.errors import DomainError
from tickets.models import Point
from tickets.rules import OVERTURN_WORDS, Outcome, Stage

_PARTS = {
    "reason": (
        gettext_lazy("Why can’t we?"),
        4000,
        gettext_lazy("For the whole, so that it is understood without the file."),
    ),
    "regret": (gettext_lazy("What did we get wrong all the same?"), 2000, ""),
    "instead": (gettext_lazy("What can we do instead?"), 2000, ""),
    "would_change": (
        gettext_lazy("What would change our answer?"),
        2000,
        gettext_lazy("Such as a paper that was not there."),
    ),
    "next_stage": (gettext_lazy("What can the customer do next, and by when?"), 2000, ""),
    "outside": (gettext_lazy("Who decides outside, where, until when?"), 2000, ""),
}
#: Where a rule stands in the list: what it did.
_WHY = {
    "excluded": gettext_lazy("excluded"),
    "dated": gettext_lazy("not in force then"),
    "condition": gettext_lazy("does not apply"),
    "nothing": gettext_lazy("gives nothing"),
    "no_row": gettext_lazy("gives nothing"),
    "missing": gettext_lazy("lacks a fact"),
    "replaced": gettext_lazy("gives way to another"),
    "upside_down": gettext_lazy("can’t be worked out"),
    "applied": gettext_lazy("applies"),
}


_TYPED = {"class": "input", "placeholder": gettext_lazy("Contract, page 2: paper costs £2.50")}


def _select() -> forms.Select:
    return forms.Select(attrs={"class": "input"})


class RefusalForm(TicketForm):
    """A reasoned no. Each part that lacks is said by the domain, at its field."""

    def __init__(
        self, *args: Any, points: Sequence[Point], basis: Basis, stage: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.points = list(points)
        self.again = stage != Stage.FIRST
        rules = [("", gettext("No rule")), *((one.rule, _choice(one)) for one in basis.grounds)]
        for point in self.points:
            self._add_point(point, basis, rules)
        for name, (label, limit, hint) in _PARTS.items():
            self.fields[name] = forms.CharField(
                label=str(label),
                max_length=limit,
                required=False,
                help_text=str(hint),
                initial={"next_stage": basis.next_stage, "outside": basis.outside}.get(name, ""),
                widget=forms.Textarea(
                    attrs={"class": "input", "rows": "3"}
                    | ({"data-body": True} if name == "reason" else {})
                ),
            )

    def _add_point(self, point: Point, basis: Basis, rules: list[tuple[str, str]]) -> None:
        quote = quote_for(point.text, basis.said) or point.text
        excluded = next((one.rule for one in basis.grounds if one.why == "excluded"), "")
        area = forms.Textarea(attrs={"class": "input", "rows": "3"})
        self.fields[f"quote_{point.pk}"] = forms.CharField(
            label=gettext("In the customer’s words"),
            max_length=1000,
            required=False,
            initial=quote,
            widget=forms.Textarea(attrs={"class": "input", "rows": "2"}),
        )
        self.fields[f"outcome_{point.pk}"] = forms.ChoiceField(
            label=gettext("Outcome"),
            choices=OUTCOMES,
            widget=_select(),
            initial=point.outcome or Outcome.NOT_UPHELD.value,
        )
        self.fields[f"finding_{point.pk}"] = forms.CharField(
            label=gettext("Our answer to it"),
            max_length=4000,
            required=False,
            initial=point.finding,
            widget=area,
        )
        self.fields[f"rule_{point.pk}"] = forms.ChoiceField(
            label=gettext("By which rule?"),
            choices=rules,
            required=False,
            initial=excluded,
            widget=_select(),
        )
        self.fields[f"basis_{point.pk}"] = forms.CharField(
            label=gettext("The rule in words, where none fits"),
            max_length=1000,
            required=False,
            widget=forms.TextInput(attrs=_TYPED),
        )
        if self.again:
            self.fields[f"because_{point.pk}"] = forms.ChoiceField(
                label=gettext("If it is better than before: why did that not hold?"),
                required=False,
                choices=[
                    ("", gettext("It is not")),
                    *((k.value, w) for k, w in OVERTURN_WORDS.items()),
                ],
                widget=_select(),
            )

    @property
    def blocks(self) -> list[tuple[Point, list[Any]]]:
        """Each point with its fields."""
        return [
            (point, [self[name] for name in self.fields if name.endswith(f"_{point.pk}")])
            for point in self.points
        ]

    @property
    def whole(self) -> list[Any]:
        """The fields of what is said of all."""
        return [self[name] for name in _PARTS]

    def value(self, name: str) -> str:
        """What stands in a field now: typed, kept from before, or as it was proposed."""
        if self.is_bound:
            return str(self.data.get(self.add_prefix(name), "")).replace("\x00", "")
        return str(self.get_initial_for_field(self.fields[name], name) or "")

    def findings(self) -> list[Finding]:
        """The answers to the points, as they stand now."""
        known = {member.value for member in Outcome}
        found = []
        for point in self.points:
            outcome = self.value(f"outcome_{point.pk}")
            found.append(
                Finding(
                    point.pk,
                    Outcome(outcome if outcome in known else Outcome.NOT_UPHELD),
                    self.value(f"finding_{point.pk}"),
                    quote=self.value(f"quote_{point.pk}"),
                    rule=self.value(f"rule_{point.pk}"),
                    basis=self.value(f"basis_{point.pk}"),
                    because=self.value(f"because_{point.pk}") if self.again else "",
                )
            )
        return found

    def no(self) -> No:
        """What is said of all, as it stands now."""
        return No(**{name: self.value(name) for name in _PARTS})

    def refuse(self, error: DomainError) -> None:
        """Show each thing that was refused at its field."""
        told = error.details or [(error.field or "", error.code, error.message)]
        for field, _, message in told:
            words = gettext("Missing: %(what)s.") % {"what": message} if error.details else message
            self.add_error(self._field_of(field), words)

    def _field_of(self, path: str) -> str | None:
        if path.startswith("findings."):
            _, place, name = path.split(".", 2)
            if place.isdecimal() and int(place) < len(self.points):
                path = f"{name}_{self.points[int(place)].pk}"
        elif path == "because" and self.points:
            path = f"because_{self.points[0].pk}"
        return path if path in self.fields else None


def _choice(one: Ground) -> str:
    why = str(_WHY.get(one.why, one.why.replace("_", " ")))
    return f"{told(one.title) or one.rule} ({one.rule}, {why})"
