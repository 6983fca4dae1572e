"""Forms of what is done to a ticket less often."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from desk.forms.base import TicketForm
from desk.words import moment_words
from escalation.models import Deadline
from feedback.models import FollowUp
from tickets.errors import DomainError
from tickets.models import Point, Team, User
from tickets.rules import FactShare, LinkKind

RELATIONS = [
    ("named", _l("May see this ticket, also while it is confidential")),
    (
        "complained_about",
        _l("The complaint is about them: it becomes confidential, they don’t see it"),
    ),
    ("unnamed", _l("Take them off this ticket")),
]
LINKS = [
    (LinkKind.DUPLICATE.value, _l("It is a duplicate of the other")),
    (LinkKind.RELATED.value, _l("They have something in common")),
    (LinkKind.FOLLOW_UP.value, _l("It follows up the other")),
]


class KeptForm(TicketForm):
    """Which promise was kept."""

    promise = forms.ChoiceField(label=_l("Which promise?"))

    def __init__(
        self, *args: Any, promises: list[Deadline], zone: Any, now: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["promise"].choices = [  # type: ignore[attr-defined]
            (
                row.subject.rpartition(":")[2],
                (_("by %(moment)s") % {"moment": moment_words(row.due_at, now=now, zone=zone)}),
            )
            for row in promises
        ]


def _why(row: Any) -> str:
    """A follow-up by the reason that it was opened for."""
    return str(row.why)


class FollowUpForm(TicketForm):
    """What came of talking to a customer who was not content."""

    followup = forms.ModelChoiceField(
        label=_l("Which?"), queryset=FollowUp.objects.none(), empty_label=None
    )
    result = forms.CharField(label=_l("What came of it?"), max_length=2000, widget=forms.Textarea)

    def __init__(self, *args: Any, followups: list[FollowUp], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["followup"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = FollowUp.objects.filter(pk__in=[row.pk for row in followups])
        field.label_from_instance = _why  # type: ignore[assignment,method-assign]


class ChangeForm(TicketForm):
    """What we change, so that it does not happen again."""

    text = forms.CharField(label=_l("What do we change?"), max_length=500)
    owner = forms.ModelChoiceField(
        label=_l("Who does it?"), queryset=User.objects.none(), empty_label=_l("Choose a colleague")
    )
    due_on = forms.DateField(label=_l("By"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["owner"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = User.objects.filter(pk__in=[person.pk for person in people])


class PersonForm(TicketForm):
    """A colleague who may see a confidential ticket, or whom the complaint is about."""

    person = forms.ModelChoiceField(
        label=_l("Whom?"),
        queryset=User.objects.filter(is_active=True).order_by("name"),
        empty_label=_l("Choose a colleague"),
    )
    relation = forms.ChoiceField(
        label=_l("What about them?"), choices=RELATIONS, widget=forms.RadioSelect, initial="named"
    )


class OtherForm(TicketForm):
    """Another ticket by its number; those of the same customer are there to choose from."""

    def __init__(self, *args: Any, others: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.others = others
        if others:
            self.fields["other"].widget.attrs |= {"list": "others", "autocomplete": "off"}


class LinkForm(OtherForm):
    """Another ticket that belongs to this one."""

    other = forms.CharField(label=_l("Number of the other"), max_length=24)
    kind = forms.ChoiceField(label=_l("How do they belong together?"), choices=LINKS)


class UnlinkForm(TicketForm):
    """A link that was a mistake: with which ticket, of which kind, and from which side."""

    other = forms.CharField(max_length=24, widget=forms.HiddenInput)
    kind = forms.ChoiceField(choices=LINKS, widget=forms.HiddenInput)
    from_there = forms.BooleanField(required=False, widget=forms.HiddenInput)


class MergeForm(OtherForm):
    """Another ticket about the same matter, which becomes part of this one."""

    other = forms.CharField(
        label=_l("Number of the other"),
        max_length=24,
        help_text=_l("It becomes part of this ticket, and leads here from then on."),
    )
    reason = forms.CharField(label=_l("Why are they one?"), max_length=500)


#: Before the name of a fact, in the name of its field: a fact may be called "reason".
FACT = "fact-"
SHARES = [
    (FactShare.HERE.value, _l("Stays here")),
    (FactShare.THERE.value, _l("Goes with the points")),
    (FactShare.BOTH.value, _l("True of both")),
]


class SplitForm(TicketForm):
    """Points that get a ticket of their own."""

    points = forms.TypedMultipleChoiceField(
        label=_l("Which points?"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_l("At least one stays here."),
    )
    subject = forms.CharField(label=_l("The matter of the new one"), required=False, max_length=200)
    reason = forms.CharField(label=_l("Why are they two?"), max_length=500)

    def __init__(
        self,
        *args: Any,
        points: list[Point],
        facts: list[tuple[str, str, FactShare]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["points"].choices = [  # type: ignore[attr-defined]
            (point.pk, point.text) for point in points
        ]
        for name, words, usual in facts:
            self.fields[f"{FACT}{name}"] = forms.ChoiceField(
                label=words,
                choices=SHARES,
                initial=usual.value,
                required=False,
                widget=forms.Select(attrs={"class": "input"}),
            )

    def clean(self) -> dict[str, Any]:
        """What was chosen for each fact, by its name."""
        data: dict[str, Any] = super().clean() or {}
        data["facts"] = {
            name.removeprefix(FACT): data[name]
            for name in self.fields
            if name.startswith(FACT) and data.get(name)
        }
        return data

    def refuse(self, error: DomainError) -> None:
        """A fact's refusal stands beside it."""
        if (error.field or "").startswith("facts."):
            error.field = f"{FACT}{str(error.field).removeprefix('facts.')}"
        super().refuse(error)


class CategoryForm(TicketForm):
    """Another place in the tree of categories."""

    category = forms.ChoiceField(label=_l("Category"))

    def __init__(self, *args: Any, categories: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = categories  # type: ignore[attr-defined]


class TeamForm(TicketForm):
    """Another team, with what it needs to go on."""

    team = forms.ModelChoiceField(
        label=_l("Which team?"),
        queryset=Team.objects.filter(active=True),
        empty_label=_l("Choose a team"),
    )
    brief = forms.CharField(label=_l("Brief"), max_length=2000, widget=forms.Textarea)


class ExternalForm(TicketForm):
    """The outside body that has the complaint now."""

    body = forms.CharField(label=_l("Who has it now?"), max_length=200)


class SubjectForm(TicketForm):
    """The matter in one line."""

    subject = forms.CharField(label=_l("The matter in one line"), max_length=200)


class LossForm(TicketForm):
    """What it cost the customer; empty where that is not known."""

    amount = forms.CharField(
        label=_l("What did it cost the customer?"), required=False, max_length=20
    )
    currency = forms.ChoiceField(
        label=_l("Currency"), choices=[("GBP", "£"), ("EUR", "€"), ("USD", "$")]
    )
