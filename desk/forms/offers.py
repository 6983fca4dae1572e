"""Forms about offers: the letter, sums set otherwise, exceptions and refusals."""

from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext_lazy

from desk.forms.base import LocalMoment, ManyFiles, TicketForm
from desk.forms.promises import PromisesField
from desk.forms.ticket import body_field
from desk.words import money_words
from remedies.apology import check_apology
from remedies.models import Offer, OfferComponent
from remedies.rules.language.draft import ComponentKind
from remedies.services.authorities import Rooms
from remedies.services.offers import check_range
from tickets.errors import DomainError
from tickets.money import Money, decimals_of, plain_typed

KINDS = [
    (ComponentKind.APOLOGY.value, _l("Apology")),
    (ComponentKind.CREDIT.value, _l("Credit")),
    (ComponentKind.REFUND.value, _l("Refund")),
    (ComponentKind.COMPENSATION.value, pgettext_lazy("remedy", "Compensation")),
    (ComponentKind.REPLACEMENT.value, _l("Replacement")),
    (ComponentKind.UPGRADE.value, _l("Upgrade")),
    (ComponentKind.GIFT.value, _l("Gift")),
    (ComponentKind.EXPEDITE.value, _l("Expedite")),
    (ComponentKind.CALLBACK.value, _l("Callback")),
]


def plain_sum(minor: int, currency: str) -> str:
    """A sum as its reader types it: "12.50", "12,50"."""
    places = decimals_of(currency)
    return plain_typed(f"{Money(minor, currency).major:.{places}f}")


class SumField(forms.CharField):
    """A sum in major units, cleaned to minor units of `currency`; empty is None."""

    def __init__(self, *, currency: str, **kwargs: Any) -> None:
        self.currency = currency
        attrs = {"class": "input sum", "inputmode": "decimal"}
        super().__init__(widget=forms.TextInput(attrs=attrs), max_length=20, **kwargs)

    def clean(self, value: Any) -> Any:
        """Minor units. Says what a sum looks like."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return Money.typed(text, self.currency).minor
        except DomainError as error:
            raise forms.ValidationError(error.message) from error


class SendOfferForm(TicketForm):
    """The letter that goes with the offer, shown before it is sent."""

    body = body_field(_l("Letter"), _l("The letter that goes with the offer."))
    expires_at = forms.DateTimeField(
        label=_l("The offer stands until"), required=False, widget=LocalMoment
    )
    promises = PromisesField()
    attachments = ManyFiles(label=_l("Attach files"), required=False)

    def __init__(self, *args: Any, letter: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["body"] = letter
        said = self.data.get("body", letter) if self.is_bound else letter
        self.apology = check_apology(str(said))
        self.fields["body"].widget.attrs |= {
            "rows": "12",
            # The list is kept true while one types; it is guidance and bars nothing.
            "data-apology": "/desk/apology/",
            "aria-describedby": "apology",
        }


class GrantAddedForm(TicketForm):
    """The letter that goes with what is added because a remedy came late."""

    body = body_field(_l("Letter"), _l("What the customer is told of it."))

    def __init__(self, *args: Any, letter: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["body"] = letter
        self.fields["body"].widget.attrs |= {"rows": "12"}


class SumsForm(TicketForm):
    """Sums of an offer, one field for each component that has one."""

    reason = forms.CharField(label=_l("Why?"), max_length=500)

    def __init__(
        self,
        *args: Any,
        offer: Offer | None,
        components: list[OfferComponent],
        rooms: Rooms | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rooms = rooms
        self.rows: list[tuple[OfferComponent, str]] = []
        self.offer = offer
        for component in components:
            if offer is None or component.amount is None:
                continue
            name = f"amount_{component.pk}"
            self.fields[name] = SumField(
                currency=offer.currency,
                label=component.title,
                required=False,
                initial=plain_sum(component.amount, offer.currency),
            )
            self.rows.append((component, name))
        self.order_fields(["version", "events", *(name for _, name in self.rows)])

    @property
    def sums(self) -> dict[int, int | None]:
        """Component id → what was typed, in minor units."""
        return {component.pk: self.cleaned_data.get(name) for component, name in self.rows}

    @property
    def changed_sums(self) -> dict[int, int]:
        """Those that differ from what stands there."""
        return {
            component.pk: asked
            for component, name in self.rows
            if (asked := self.cleaned_data.get(name)) is not None and asked != component.amount
        }

    @property
    def table(self) -> list[dict[str, Any]]:
        """The rows as the template shows them."""
        currency = self.offer.currency if self.offer else ""
        return [
            {
                "component": component,
                "range": range_words(component, currency),
                "field": self[name],
                "now": money_words(component.amount, currency),
                "room": self._room(component),
            }
            for component, name in self.rows
        ]

    def _room(self, component: OfferComponent) -> str:
        """What one may set it to alone, said before one types."""
        room = self.rooms.by_component.get(component.pk) if self.rooms else None
        if room is None or room.most is None:
            return ""
        return (_("you alone: %(room)s") % {"room": room.words}) if room.most else room.words


class AdjustForm(SumsForm):
    """Sums inside what the policy gives; what lies outside is said at its sum."""

    def clean(self) -> dict[str, Any]:
        """Ask the domain about each sum that was changed."""
        names = {component.pk: (component, name) for component, name in self.rows}
        for pk, amount in self.changed_sums.items():
            component, name = names[pk]
            self.ask_domain(name, partial(check_range, component, amount))
        return self.cleaned_data


def range_words(component: OfferComponent, currency: str) -> str:
    """What the policy gives for it: "£60.00 to £100.00", "from £60.00", or "" for one sum."""
    if not component.ranged:
        return ""
    low = money_words(component.range_min or 0, currency)
    if component.range_max is None:
        return _("from %(low)s") % {"low": low}
    return _("%(low)s to %(money)s") % {
        "low": low,
        "money": money_words(component.range_max, currency),
    }


class ExceptionForm(SumsForm):
    """A wish beyond policy or authority."""

    reason = forms.CharField(
        label=_l("Why is this fair?"),
        max_length=2000,
        widget=forms.Textarea,
        help_text=_l("Whoever decides reads this first."),
    )
    evidence = forms.CharField(
        label=_l("Evidence"),
        max_length=1000,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _l("2 workshop reports, 1 call note")}),
    )
    extra_title = forms.CharField(
        label=_l("Something the policy does not give"), required=False, max_length=160
    )
    extra_kind = forms.ChoiceField(
        label=_l("Its kind"), required=False, choices=KINDS, initial="compensation"
    )
    extra_amount = forms.CharField(label=_l("Its sum"), required=False, max_length=20)
    extra_against = forms.ChoiceField(
        label=_l("Is it excluded?"),
        required=False,
        help_text=_l("What the policy would have given, and an exclusion stops."),
    )
    shown_by = forms.MultipleChoiceField(
        label=_l("Files that show it"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self,
        *args: Any,
        excluded: list[tuple[str, str]] | None = None,
        files: list[tuple[str, str]] | None = None,
        wished: dict[int, int] | None = None,
        why: str = "",
        **kwargs: Any,
    ) -> None:
        """`wished` are sums by component, minor units, and `why` the reason to begin with: what
        the customer said would be fair."""
        super().__init__(*args, **kwargs)
        for name, choices, none in (
            ("extra_against", excluded, [("", _("No"))]),
            ("shown_by", files, []),
        ):
            if choices:
                field: Any = self.fields[name]
                field.choices = [*none, *choices]
            else:
                del self.fields[name]
        if why:
            self.initial.setdefault("reason", why)
        currency = self.offer.currency if self.offer else ""
        for component, name in self.rows:
            if wished and component.pk in wished:
                self.initial[name] = plain_sum(wished[component.pk], currency)


class AddPartForm(TicketForm):
    """Something of one's own in the offer."""

    kind = forms.ChoiceField(label=_l("What kind?"), choices=KINDS)
    title = forms.CharField(label=_l("What is it?"), max_length=160)
    amount = forms.CharField(label=_l("Sum"), required=False, max_length=20)
    reason = forms.CharField(label=_l("Why?"), max_length=500)

    def __init__(self, *args: Any, rooms: Rooms | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if rooms is None:
            return
        kinds: Any = self.fields["kind"]
        kinds.choices = [(key, f"{words}{_left(rooms, key)}") for key, words in KINDS]
        self.fields["amount"].help_text = _("What you may add alone stands beside each kind.")


def _left(rooms: Rooms, kind: str) -> str:
    """What one may still add of a kind alone: " – up to £10.00"."""
    room = rooms.by_kind[ComponentKind(kind)]
    if room.most is None:
        return ""
    return _(" – up to %(sum)s") % {"sum": money_words(room.most, rooms.currency)}


class QuestionForm(TicketForm):
    """An answer to the one who decides."""

    answer = forms.CharField(label=_l("Your answer"), max_length=2000, widget=forms.Textarea)
