"""What the customer would find fair instead, one click from a new draft or an exception; and how it
affected the customer, as a rep is told by telephone."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext_lazy

from desk.actions import Action, Doing, register
from desk.forms.base import TicketForm
from desk.forms.ticket import NoFields
from remedies.active import pain_in_force
from remedies.models import Offer, OfferComponent
from remedies.rules.states import OfferStatus
from remedies.services import redraft, wish_words
from tickets import services
from tickets.errors import Missing
from tickets.models import Ticket


def wish_of(ticket: Ticket) -> Offer | None:
    """The offer that the customer declined last, if he said what would be fair. One query."""
    answered = Offer.objects.filter(ticket=ticket).exclude(status=OfferStatus.DRAFT.value)
    last = answered.order_by("-id").first()
    declined = last is not None and last.status == OfferStatus.DECLINED
    return last if declined and last is not None and wish_words(last) else None


def wished_sums(wish: Offer, components: list[OfferComponent]) -> dict[int, int]:
    """Component → the sum by which the draft would come to what is wished, in minor units: what is
    ours to give takes the difference, the largest of it."""
    if wish.wish_amount is None:
        return {}
    total = sum(part.amount or 0 for part in components)
    ours = [part for part in components if part.amount is not None and part.is_discretionary]
    if not ours or wish.wish_amount <= total:
        return {}
    part = max(ours, key=lambda one: one.amount or 0)
    return {part.pk: (part.amount or 0) + wish.wish_amount - total}


def _wish(do: Doing) -> str:
    if wish_of(do.ticket) is None:
        raise Missing(what=_("what the customer would find fair"), field="wish")
    offers = Offer.objects.filter(ticket=do.ticket, status=OfferStatus.DRAFT.value)
    if not offers.exists():
        redraft(do.ticket, actor=do.actor, now=do.now)
    return _("Drafted again. Ask below for what the customer would find fair.")


class FactorsForm(TicketForm):
    """How it affected the customer: each factor with its answers in plain words."""

    def __init__(self, *args: Any, known: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, factor in pain_in_force().scheme.factors.items():
            answers = [(a.key, f"{_(a.words)}{_gives(a.level, a.effect)}") for a in factor.anchors]
            self.fields[f"factor_{key}"] = forms.ChoiceField(
                label=_(factor.label),
                help_text=_(factor.question),
                required=False,
                choices=[("", _("Not known")), *answers],
                widget=forms.Select(attrs={"class": "input"}),
            )
            self.initial.setdefault(f"factor_{key}", known.get(key, ""))

    def refuse(self, error: Any) -> None:
        """Beside the factor that was refused."""
        name = f"factor_{(error.field or '').removeprefix('factors.')}"
        self.add_error(name if name in self.fields else None, error.message)


def _gives(level: int, effect: str) -> str:
    said = [(_("level %(level)s") % {"level": level})] if level else []
    said += {"worse": [_("makes it worse")], "raises": ["+1"]}.get(effect, [])
    return f" ({', '.join(said)})" if said else ""


def _known(do: Doing) -> dict[str, Any]:
    found = {}
    factors = pain_in_force().scheme.factors
    for key, answer in do.ticket.factors.items():
        if key in factors:
            ticked = {True: "yes", False: "no"}.get(answer, answer) if answer in (0, 1) else answer
            anchor = next((a for a in factors[key].anchors if a.key == ticked), None)
            if anchor is None and isinstance(answer, int) and factors[key].least:
                anchor = factors[key].anchor(answer)
            found[key] = anchor.key if anchor is not None else ""
    return {"known": found}


def _factors(do: Doing) -> str:
    named = {
        name.removeprefix("factor_"): value or None
        for name, value in do.data.items()
        if name.startswith("factor_")
    }
    known = _known(do)["known"]
    changed = {key: value for key, value in named.items() if (known.get(key) or None) != value}
    if changed:
        services.set_factors(do.ticket, changed, actor=do.actor, now=do.now, seen=do.seen)
    return _("Noted. The pain is assessed anew.")


KEEP = pgettext_lazy("verb", "Keep it")

register(
    Action("wish", _l("Ask for what the customer wishes"), _l("Ask for it"), NoFields, _wish,
           "scale", "owed", then="?do=exception#composer"),
    Action("factors", _l("How it affected the customer"), KEEP, FactorsForm, _factors,
           "activity", "menu", _known),
)  # fmt: skip
