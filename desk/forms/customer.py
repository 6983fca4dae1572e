"""What customers fill in: the complaint, and what they do on their own page."""

import secrets
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from desk.forms.base import Fields, ManyFiles
from desk.forms.ticket import fact_field
from remedies.active import pain_in_force
from remedies.models import Offer
from tickets.catalogue import Entry, parse_facts
from tickets.errors import Invalid
from tickets.money import Money
from tickets.services.customers import clean_phone

WISHES = [
    ("put_right", _("Put it right")),
    ("money_back", _("Money back")),
    ("apology", _("An apology")),
    ("replacement", _("A replacement")),
    ("unsure", _("I don’t know yet")),
]
CURRENCIES = [("GBP", "£"), ("EUR", "€"), ("USD", "$")]
FORM_ZONE = "Europe/London"
"""Whose hours are meant where a stranger types a moment."""


#: As what a customer may wish to have it.
WISH_KINDS = [
    ("refund", _("Money back")),
    ("compensation", _("Compensation")),
    ("credit", _("A credit")),
    ("replacement", _("A replacement")),
    ("apology", _("An apology")),
]


def wish_in(typed: Mapping[str, Any], offer: Offer) -> dict[str, Any]:
    """What would be fair instead, as it was typed: words, a sum in the offer's currency, a kind.

    Raises `Invalid` for what is no sum.
    """
    sum_ = str(typed.get("wish_amount") or "").strip()
    amount = Money.typed(sum_, offer.currency, field="wish_amount").minor if sum_ else None
    kind = str(typed.get("wish_kind") or "")
    return {"wish": typed.get("wish", ""), "wish_amount": amount, "wish_kind": kind}


def new_token() -> str:
    """A mark of one form as it was shown, so that sending it twice opens one ticket."""
    return secrets.token_urlsafe(16)


class ComplaintForm(Fields):
    """The public complaint form."""

    token = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    #: Filled in only by programs; people don't see it.
    website = forms.CharField(required=False, widget=forms.TextInput(attrs={"tabindex": "-1"}))
    category = forms.ChoiceField(
        label=_("What is it about?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is about; “something else” is fine.")},
    )
    part = forms.ChoiceField(label=_("More precisely"), required=False)
    body = forms.CharField(
        label=_("What happened?"),
        help_text=_("In your own words. Dates help, if you have them."),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": "4"}),
        error_messages={"required": _("Please tell us what happened.")},
    )
    wishes = forms.MultipleChoiceField(
        label=_("What would put it right?"),
        choices=WISHES,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    wish = forms.CharField(
        label=_("What would be fair?"),
        required=False,
        max_length=1500,
        widget=forms.TextInput(attrs={"placeholder": _("In your words, or a sum")}),
    )
    loss = forms.CharField(
        label=_("What did it cost you?"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "placeholder": _("0.00")}),
    )
    currency = forms.ChoiceField(
        label=_("Currency"),
        choices=CURRENCIES,
        required=False,
        widget=forms.Select(attrs={"aria-label": _("Currency")}),
    )
    attachments = ManyFiles(label=_("Photos or papers"), required=False)
    name = forms.CharField(
        label=_("Your name"),
        max_length=160,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Please tell us your name.")},
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": _("We need an address to answer to.")},
    )
    phone = forms.CharField(
        label=_("Phone"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
    )
    needs = forms.CharField(
        label=_("Anything we should know to help you well?"), required=False, max_length=2000
    )

    def __init__(
        self,
        *args: Any,
        tops: list[tuple[str, str]],
        entry: Entry | None,
        parts: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.entry = entry
        self.fields["category"].choices = tops  # type: ignore[attr-defined]
        if parts:
            self.fields["part"].choices = [("", _("Choose, if you like")), *parts]  # type: ignore[attr-defined]
        else:
            del self.fields["part"]
        for key, factor in pain_in_force().scheme.factors.items():
            if not factor.on_form:
                continue
            answers = [(anchor.key, gettext(anchor.words)) for anchor in factor.anchors]
            self.fields[f"factor_{key}"] = forms.ChoiceField(
                label=gettext(factor.question),
                required=False,
                choices=[("", _("Choose, if you like")), *answers],
                widget=forms.Select(attrs={"class": "input"}),
            )
        for spec in entry.facts.values() if entry else ():
            if spec.on_form:
                self.fields[f"fact_{spec.name}"] = fact_field(spec)

    def clean(self) -> dict[str, Any]:
        """Hold what a program sent. A person whose browser filled the box in sends it once more."""
        if (self.data.get("website") or "").strip():
            shown: Any = self.data
            self.data = shown.copy()
            self.data["website"] = ""  # type: ignore[index]
            self.add_error(
                None,
                _("A box that only programs fill in was not empty. It is now: please send again."),
            )
        self._ask_the_domain()
        return self.cleaned_data

    def _ask_the_domain(self) -> None:
        """What the services would refuse is said now, so that all is named at once."""
        typed = self.cleaned_data
        if typed.get("phone"):
            self.ask_domain("phone", lambda: clean_phone(typed["phone"]))
        if typed.get("loss"):
            self.ask_domain("loss", lambda: self.money_lost)
        if self.entry is not None:
            for name, value in self.facts.items():
                check = partial(parse_facts, self.entry, {name: value}, zone=FORM_ZONE)
                self.ask_domain(f"fact_{name}", check)

    @property
    def money_lost(self) -> Money | None:
        """What it cost, if that was said. Raises `Invalid`."""
        typed = self.cleaned_data.get("loss")
        if not typed:
            return None
        currency = self.cleaned_data.get("currency") or CURRENCIES[0][0]
        loss = Money.typed(typed, currency, field="loss")
        if loss.minor < 0:
            raise Invalid(gettext("A loss can't be below zero."), field="loss")
        return loss

    @property
    def fact_fields(self) -> list[Any]:
        """The bound fields of the category's facts."""
        return [self[name] for name in self.fields if name.startswith("fact_")]

    @property
    def factor_fields(self) -> list[Any]:
        """The bound fields of how it affected the customer."""
        return [self[name] for name in self.fields if name.startswith("factor_")]

    def _typed(self, prefix: str) -> dict[str, Any]:
        return {
            name.removeprefix(prefix): value
            for name, value in self.cleaned_data.items()
            if name.startswith(prefix) and value not in ("", None)
        }

    @property
    def facts(self) -> dict[str, Any]:
        """Facts by name, as typed."""
        return self._typed("fact_")

    @property
    def factors(self) -> dict[str, Any]:
        """Answers to how it affected the customer."""
        return self._typed("factor_")

    @property
    def wish_words(self) -> str:
        """What would put it right, in one text."""
        names = dict(WISHES)
        chosen = [str(names[key]) for key in self.cleaned_data.get("wishes") or ()]
        own = self.cleaned_data.get("wish") or ""
        return ". ".join(part for part in (", ".join(chosen), own) if part)

    def refuse(self, error: Any) -> None:
        """Show what the domain refused beside its field, under the name it has here."""
        field = error.field or ""
        names = {"support_needs": "needs", "amount": "loss"}
        name = names.get(field, field)
        if name.startswith("facts."):
            name = "fact_" + name.removeprefix("facts.")
        if name.startswith("factors."):
            name = "factor_" + name.removeprefix("factors.")
        if name not in self.fields:
            name = name.partition(".")[0]  # one of a list, such as the second file
        self.add_error(name if name in self.fields else None, error.message)


class AnswerForm(Fields):
    """The customer's answer to what we asked: facts, words and files."""

    body = forms.CharField(
        label=_("Your answer"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": "3"}),
    )
    attachments = ManyFiles(label=_("Photos or papers"), required=False)

    def __init__(self, *args: Any, specs: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        order = []
        for spec in specs:
            self.fields[spec.name] = fact_field(spec)
            self.fields[spec.name].required = False
            order.append(spec.name)
        self.order_fields([*order, "body", "attachments"])

    @property
    def facts(self) -> dict[str, Any]:
        """Facts by name, as typed; empty ones left out."""
        rest = {"body", "attachments"}
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in rest and value not in ("", None)
        }


class WriteForm(Fields):
    """A message of the customer."""

    body = forms.CharField(
        label=_("Write to us"), max_length=20_000, widget=forms.Textarea(attrs={"rows": "3"})
    )
    attachments = ManyFiles(label=_("Photos or papers"), required=False)


class WhyForm(Fields):
    """A reason in the customer's words."""

    reason = forms.CharField(
        label=_("What should be looked at again?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": "3"}),
    )


class EscalateForm(Fields):
    """Why somebody above should look at it, in the customer's words."""

    reason = forms.CharField(
        label=_("What should they know?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": "3"}),
    )


class CallForm(Fields):
    """A wish to be called."""

    phone = forms.CharField(
        label=_("Your number"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    when = forms.CharField(label=_("When suits you?"), required=False, max_length=200)


class FindForm(Fields):
    """Number and address, to have the private link sent again."""

    number = forms.CharField(label=_("Your number"), max_length=24)
    email = forms.EmailField(label=_("Your e-mail"), max_length=254)
