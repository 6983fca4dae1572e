"""Forms of the ticket page, one for each thing that can be done there."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django_stubs_ext import StrPromise

from desk.forms.base import Fields, LocalDay, LocalMoment, ManyFiles, TicketForm
from desk.forms.promises import PromisesField
from desk.glyphs import PAIN_WORDS
from tickets.facts import choice_words
from tickets.models import Point, RootCause, User
from tickets.money import typed_sum
from tickets.rules import OVERTURN_WORDS, Outcome

OUTCOMES = [
    (Outcome.UPHELD.value, _l("Upheld")),
    (Outcome.PARTLY_UPHELD.value, _l("Partly upheld")),
    (Outcome.NOT_UPHELD.value, _l("Not upheld")),
    (Outcome.WITHDRAWN.value, _l("Withdrawn")),
    (Outcome.OUT_OF_SCOPE.value, _l("Not ours to decide")),
]


def body_field(label: str | StrPromise, words: str | StrPromise) -> forms.CharField:
    """The text of a message; kept as a draft while one types."""
    return forms.CharField(
        label=label,
        max_length=20_000,
        widget=forms.Textarea(
            attrs={"class": "bare", "rows": "4", "placeholder": words, "data-body": True}
        ),
    )


class ReplyForm(TicketForm):
    """An answer to the customer."""

    body = body_field(
        _l("Reply"), _l("Write to the customer. It goes out by e-mail and on their page.")
    )
    promised_next = forms.DateTimeField(
        label=_l("Promise the next word by"), required=False, widget=LocalMoment
    )
    promises = PromisesField()
    attachments = ManyFiles(label=_l("Attach"), required=False)


class NoteForm(TicketForm):
    """A note among ourselves."""

    body = body_field(_l("Note"), _l("Only we read this. The customer never sees it."))
    attachments = ManyFiles(label=_l("Attach"), required=False)


class DueForm(TicketForm):
    """By a moment, or by the end of a day: one of the two."""

    due = forms.DateTimeField(label=_l("By"), required=False, widget=LocalMoment)
    day = forms.DateField(
        label=_l("Or by the end of"),
        required=False,
        widget=LocalDay,
        help_text=_l("That day in the customer’s own time zone."),
    )

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and bool(data.get("due")) == bool(data.get("day")):
            self.add_error("due", _("Say a moment, or a day: one of the two."))
        return data


class PromiseForm(DueForm):
    """Something we promise by a moment; it becomes a deadline."""

    what = forms.CharField(
        label=_l("What do you promise?"),
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": _l("I call you and tell you what we found")}),
    )
    field_order = ("version", "events", "what", "due", "day")


class CallBackForm(DueForm):
    """When the customer is called at the latest, and what about."""

    about = forms.CharField(label=_l("What about?"), max_length=140, required=False)


class AskForm(TicketForm):
    """A question to the customer; facts that are known already can't be asked."""

    facts = forms.MultipleChoiceField(
        label=_l("What do you need to know?"), required=False, widget=forms.CheckboxSelectMultiple
    )
    body = body_field(
        _l("Question"), _l("Say why you ask, and what happens when the answer is here.")
    )
    promises = PromisesField()

    def __init__(
        self,
        *args: Any,
        unknown: list[tuple[str, str]],
        known: list[tuple[str, str]] | None = None,
        **kwargs: Any,
    ) -> None:
        """`known` are facts with their values, shown in the place of a question."""
        super().__init__(*args, **kwargs)
        self.known = known or []
        self.fields["facts"].choices = unknown  # type: ignore[attr-defined]
        if not unknown:
            del self.fields["facts"]


class AbuseForm(TicketForm):
    """What was said or done, in the words of who bore it."""

    what = forms.CharField(
        label=_l("What was said or done?"),
        max_length=2000,
        widget=forms.Textarea,
        help_text=_l("Somebody above owns it from now on. It never counts against you."),
    )


class OwnerForm(TicketForm):
    """Give the ticket to a colleague, with what they need to go on."""

    to = forms.ModelChoiceField(
        label=_l("To whom?"), queryset=User.objects.none(), empty_label=_l("Choose a colleague")
    )
    brief = forms.CharField(
        label=_l("Brief"),
        max_length=2000,
        required=False,
        widget=forms.Textarea,
        help_text=_l("What was promised, what is missing, what comes next. Nobody asks again."),
    )

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = User.objects.filter(pk__in=[person.pk for person in people])


class PainForm(TicketForm):
    """Another level of pain than was assessed, for a reason that is kept."""

    level = forms.TypedChoiceField(
        label=_l("Pain"),
        coerce=int,
        choices=lambda: [
            (level, f"{level}  {words[0]}, {words[1]}") for level, words in PAIN_WORDS.items()
        ],
    )
    reason = forms.CharField(label=_l("Why?"), max_length=500)


class DecideForm(TicketForm):
    """The finding on one point."""

    point = forms.ModelChoiceField(
        label=_l("Point"), queryset=Point.objects.none(), empty_label=None
    )
    outcome = forms.ChoiceField(label=_l("Outcome"), choices=OUTCOMES)
    root_cause = forms.ModelChoiceField(
        label=_l("Why did it happen?"),
        queryset=RootCause.objects.filter(active=True),
        required=False,
        empty_label=_l("Not known yet"),
    )
    finding = forms.CharField(
        label=_l("Finding"),
        required=False,
        max_length=4000,
        widget=forms.Textarea,
        help_text=_l("The answer to this point in plain words."),
    )
    because = forms.ChoiceField(
        label=_l("If it is better than before: why did that not hold?"),
        required=False,
        choices=[
            ("", _l("It is not")),
            *((key.value, words) for key, words in OVERTURN_WORDS.items()),
        ],
    )

    def __init__(self, *args: Any, points: list[Point], again: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not again:
            del self.fields["because"]
        field = self.fields["point"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Point.objects.filter(pk__in=[point.pk for point in points])


class PointForm(TicketForm):
    """One more head of complaint."""

    text = forms.CharField(label=_l("What else went wrong?"), max_length=300)


class ReasonForm(TicketForm):
    """A reason, for what needs one."""

    reason = forms.CharField(label=_l("Why?"), max_length=500)


class ReviewForm(TicketForm):
    """What the customer wants to have looked at again."""

    reason = forms.CharField(
        label=_l("What should be looked at again?"), max_length=4000, widget=forms.Textarea
    )
    late_because = forms.CharField(
        label=_l("After its time: why is it looked at all the same?"),
        required=False,
        max_length=500,
    )


class ResolveForm(TicketForm):
    """The matter is settled."""

    summary = forms.CharField(
        label=_l("What came of it?"), required=False, max_length=500, widget=forms.Textarea
    )


class WaitForm(TicketForm):
    """Somebody else has to answer first; our clocks run on."""

    for_what = forms.CharField(
        label=_l("Who has to answer, and what?"),
        max_length=200,
        widget=forms.TextInput(
            attrs={"placeholder": _l("Courier: proof of delivery, by Thursday")}
        ),
    )


class HeardForm(TicketForm):
    """What the customer said by telephone, in a letter or in person."""

    channel = forms.ChoiceField(
        label=_l("How?"),
        choices=[
            ("phone", _l("By telephone")),
            ("letter", _l("By letter")),
            ("in_person", _l("In person")),
        ],
    )
    body = body_field(
        _l("What the customer said"), _l("In the customer's words, as far as you can.")
    )


class TagsForm(TicketForm):
    """The ticket's tags, as a list with commas."""

    tags = forms.CharField(
        label=_l("Tags"), required=False, max_length=600, help_text=_l("With commas.")
    )


class FactsForm(TicketForm):
    """The facts of a ticket as its category defines them; text here, typed by the service."""

    def __init__(self, *args: Any, specs: list[Any], known: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for spec in specs:
            self.fields[spec.name] = fact_field(spec)
            self.fields[spec.name].required = False
            self.initial.setdefault(spec.name, known.get(spec.name, ""))


class TypedNumber(forms.CharField):
    """A number or a sum as whoever types writes it, brought into the form that programs write."""

    def clean(self, value: Any) -> Any:
        """What can't be read is left as it is: the service says what is wrong with it."""
        text = super().clean(value)
        try:
            digits, currency = typed_sum(text)
        except ValueError:
            return text
        return f"{digits} {currency}".strip()


def fact_field(spec: Any) -> forms.Field:
    """The control in which a fact of this kind is typed; the service reads what was typed."""
    label = f"{spec.label} ({spec.unit})" if spec.unit else spec.label
    common: dict[str, Any] = {"label": label, "required": spec.required, "help_text": spec.help}
    kinds: dict[str, forms.Widget] = {
        "date": forms.DateInput(attrs={"type": "date", "class": "input"}),
        "moment": LocalMoment(attrs={"class": "input"}),
        "money": forms.TextInput(attrs={"inputmode": "decimal", "class": "input"}),
        "number": forms.TextInput(attrs={"inputmode": "decimal", "class": "input"}),
        "duration": forms.TextInput(attrs={"class": "input", "placeholder": _("2 h 30 min")}),
    }
    if spec.kind == "choice":
        choices = [("", _("Choose")), *((one, choice_words(one)) for one in spec.choices)]
        return forms.ChoiceField(
            choices=choices, widget=forms.Select(attrs={"class": "input"}), **common
        )
    if spec.kind == "yes_no":
        answers = [("", _("Not known")), ("yes", _("Yes")), ("no", _("No"))]
        return forms.ChoiceField(
            choices=answers, widget=forms.Select(attrs={"class": "input"}), **common
        )
    if spec.kind in ("money", "number"):
        return TypedNumber(max_length=2000, widget=kinds[spec.kind], **common)
    widget = kinds.get(spec.kind) or forms.TextInput(attrs={"class": "input"})
    return forms.CharField(max_length=2000, widget=widget, **common)


class NoFields(TicketForm):
    """Nothing to fill in: the button says it all."""


class SearchForm(Fields):
    """What is typed into the search box."""

    q = forms.CharField(required=False, max_length=200)
