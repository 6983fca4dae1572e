"""Forms of what is done to a ticket less often."""

from typing import Any

from django import forms

from desk.forms.base import TicketForm
from desk.words import moment_words
from escalation.models import Deadline
from feedback.models import FollowUp
from tickets.errors import DomainError
from tickets.models import Point, Team, User
from tickets.rules import FactShare, LinkKind

RELATIONS = [
    ("named", "May see this ticket, also while it is confidential"),
    ("complained_about", "The complaint is about them: it becomes confidential, they don’t see it"),
    ("unnamed", "Take them off this ticket"),
]
LINKS = [
    (LinkKind.DUPLICATE.value, "It is a duplicate of the other"),
    (LinkKind.RELATED.value, "They have something in common"),
    (LinkKind.FOLLOW_UP.value, "It follows up the other"),
]


class KeptForm(TicketForm):
    """Which promise was kept."""

    promise = forms.ChoiceField(label="Which promise?")

    def __init__(
        self, *args: Any, promises: list[Deadline], zone: Any, now: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["promise"].choices = [  # type: ignore[attr-defined]
            (row.subject.rpartition(":")[2], f"by {moment_words(row.due_at, now=now, zone=zone)}")
            for row in promises
        ]


def _why(row: Any) -> str:
    """A follow-up by the reason that it was opened for."""
    return str(row.why)


class FollowUpForm(TicketForm):
    """What came of talking to a customer who was not content."""

    followup = forms.ModelChoiceField(
        label="Which?", queryset=FollowUp.objects.none(), empty_label=None
    )
    result = forms.CharField(label="What came of it?", max_length=2000, widget=forms.Textarea)

    def __init__(self, *args: Any, followups: list[FollowUp], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["followup"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = FollowUp.objects.filter(pk__in=[row.pk for row in followups])
        field.label_from_instance = _why  # type: ignore[assignment,method-assign]


class ChangeForm(TicketForm):
    """What we change, so that it does not happen again."""

    text = forms.CharField(label="What do we change?", max_length=500)
    owner = forms.ModelChoiceField(
        label="Who does it?", queryset=User.objects.none(), empty_label="Choose a colleague"
    )
    due_on = forms.DateField(label="By", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["owner"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = User.objects.filter(pk__in=[person.pk for person in people])


class PersonForm(TicketForm):
    """A colleague who may see a confidential ticket, or whom the complaint is about."""

    person = forms.ModelChoiceField(
        label="Whom?",
        queryset=User.objects.filter(is_active=True).order_by("name"),
        empty_label="Choose a colleague",
    )
    relation = forms.ChoiceField(
        label="What about them?", choices=RELATIONS, widget=forms.RadioSelect, initial="named"
    )


class LinkForm(TicketForm):
    """Another ticket that belongs to this one."""

    other = forms.CharField(label="Number of the other", max_length=24)
    kind = forms.ChoiceField(label="How do they belong together?", choices=LINKS)


class MergeForm(TicketForm):
    """Another ticket about the same matter, which becomes part of this one."""

    other = forms.CharField(
        label="Number of the other",
        max_length=24,
        help_text="It becomes part of this ticket, and leads here from then on.",
    )
    reason = forms.CharField(label="Why are they one?", max_length=500)


#: Before the name of a fact, in the name of its field: a fact may be called "reason".
FACT = "fact-"
SHARES = [
    (FactShare.HERE.value, "Stays here"),
    (FactShare.THERE.value, "Goes with the points"),
    (FactShare.BOTH.value, "True of both"),
]


class SplitForm(TicketForm):
    """Points that get a ticket of their own."""

    points = forms.TypedMultipleChoiceField(
        label="Which points?",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text="At least one stays here.",
    )
    subject = forms.CharField(label="The matter of the new one", required=False, max_length=200)
    reason = forms.CharField(label="Why are they two?", max_length=500)

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

    category = forms.ChoiceField(label="Category")

    def __init__(self, *args: Any, categories: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = categories  # type: ignore[attr-defined]


class TeamForm(TicketForm):
    """Another team, with what it needs to go on."""

    team = forms.ModelChoiceField(
        label="Which team?",
        queryset=Team.objects.filter(active=True),
        empty_label="Choose a team",
    )
    brief = forms.CharField(label="Brief", max_length=2000, widget=forms.Textarea)


class ExternalForm(TicketForm):
    """The outside body that has the complaint now."""

    body = forms.CharField(label="Who has it now?", max_length=200)


class SubjectForm(TicketForm):
    """The matter in one line."""

    subject = forms.CharField(label="The matter in one line", max_length=200)


class LossForm(TicketForm):
    """What it cost the customer; empty where that is not known."""

    amount = forms.CharField(label="What did it cost the customer?", required=False, max_length=20)
    currency = forms.ChoiceField(
        label="Currency", choices=[("GBP", "£"), ("EUR", "€"), ("USD", "$")]
    )
