"""Forms of ideas and thanks: on their own page, and on a ticket's."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _l

from desk.forms.base import Fields, TicketForm
from feedback.models import Idea
from feedback.rules import IdeaStatus
from tickets.models import User

ANSWERS = [
    (IdeaStatus.PLANNED.value, _l("Planned")),
    (IdeaStatus.DONE.value, _l("Done")),
    (IdeaStatus.DECLINED.value, _l("Declined")),
]


def _title() -> forms.CharField:
    return forms.CharField(
        label=_l("The idea in one line"),
        max_length=160,
        error_messages={"required": _l("Say it in one line, so that others find it.")},
    )


def _text() -> forms.CharField:
    return forms.CharField(
        label=_l("What would change, and for whom?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": "3", "class": "input grows"}),
        error_messages={"required": _l("Say what would change: others vote for that.")},
    )


def _words() -> forms.CharField:
    return forms.CharField(
        label=_l("What for?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": "2", "class": "input grows"}),
        error_messages={"required": _l("Say what the thanks are for.")},
    )


def _number() -> forms.CharField:
    return forms.CharField(
        label=_l("Ticket it came of"),
        required=False,
        max_length=24,
        help_text=_l("Its number, like A-10485."),
    )


class _Person(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name or obj.email)


def _person() -> forms.ModelChoiceField:
    return _Person(
        label=_l("To whom?"),
        queryset=User.objects.none(),
        empty_label=_l("Choose a colleague"),
        error_messages={"required": _l("Choose whom you thank.")},
    )


def people_to_thank(me: User) -> Any:
    """Everybody who works here but oneself, by name."""
    return User.objects.filter(is_active=True).exclude(pk=me.pk).order_by("name", "pk")


class IdeaForm(Fields):
    """An idea, told on the page of ideas."""

    title = _title()
    text = _text()
    ticket = _number()


class ThanksForm(Fields):
    """Thanks to a colleague, given on the page of ideas."""

    to = _person()
    words = _words()
    ticket = _number()

    def __init__(self, *args: Any, me: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people_to_thank(me)  # type: ignore[attr-defined]


class IdeaAnswerForm(Fields):
    """What becomes of an idea, and why."""

    status = forms.ChoiceField(label=_l("What becomes of it?"), choices=ANSWERS)
    answer = forms.CharField(
        label=_l("Answer"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": "2", "class": "input grows"}),
        error_messages={"required": _l("Whoever had the idea reads your answer. Say why.")},
    )
    #: When the answer that its writer saw was given; empty for none.
    seen = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    @classmethod
    def of(cls, idea: Idea, data: Any = None) -> "IdeaAnswerForm":
        """The form of one idea among many on a page."""
        initial = {
            "status": idea.status if idea.answer else IdeaStatus.PLANNED.value,
            "answer": idea.answer,
            "seen": idea.answered_at.isoformat() if idea.answered_at else "",
        }
        return cls(data, prefix=f"idea-{idea.pk}", initial=initial)


class TicketIdeaForm(TicketForm):
    """An idea that came of a ticket."""

    title = _title()
    text = _text()


class TicketThanksForm(TicketForm):
    """Thanks for what somebody did on a ticket."""

    to = _person()
    words = _words()

    def __init__(self, *args: Any, me: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people_to_thank(me)  # type: ignore[attr-defined]
