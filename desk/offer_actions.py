"""Actions on a ticket that are about remedies: send, adjust, add, take back, refuse, exception."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext_lazy

from desk.actions import Action, Doing, register, with_promises
from desk.build.offers import current_offer
from desk.forms import offers as forms
from desk.forms.ticket import NoFields, ReasonForm
from desk.wish_actions import wish_of, wished_sums
from desk.words import long_day_words, money_words
from remedies import services
from remedies.models import ExceptionRequest, Offer
from remedies.rules.retelling import told
from remedies.rules.states import UNDECIDED, OfferStatus
from remedies.services.additions import is_added, letter_of
from remedies.services.exceptions.asking import MOST_FILES
from remedies.services.offers import STANDS
from tickets.change import changing
from tickets.errors import Conflict, NotFound
from tickets.languages import speaking
from tickets.money import Money
from tickets.saying import retold


def _draft(do: Doing) -> Offer:
    """The draft of the ticket. Raises `Conflict` where there is none."""
    offer = current_offer(do.ticket)
    if offer is None or offer.status != OfferStatus.DRAFT:
        raise Conflict(_("There is no draft of an offer."), field="offer")
    return offer


def _sent(do: Doing) -> Offer:
    offer = current_offer(do.ticket)
    if offer is None or offer.status != OfferStatus.SENT:
        raise Conflict(_("No offer is with the customer."), field="offer")
    return offer


def _letter(do: Doing) -> dict[str, Any]:
    offer = current_offer(do.ticket)
    if offer is None or offer.status != OfferStatus.DRAFT:
        return {"letter": ""}
    with speaking(do.ticket.language):
        until = long_day_words(do.now + STANDS, zone=do.zone)
    return {"letter": services.letter_for(offer, sender=do.actor.name, until=until)}


def _send(do: Doing) -> str:
    def send(do: Doing) -> None:
        services.send_offer(
            _draft(do),
            body=do.data["body"],
            expires_at=do.data.get("expires_at"),
            uploads=do.data.get("attachments") or (),
            actor=do.actor,
            now=do.now,
        )

    return _("Offer sent. The customer decides now.") + with_promises(do, send)


def _added_letter(do: Doing) -> dict[str, Any]:
    offer = current_offer(do.ticket)
    if offer is None or offer.status != OfferStatus.DRAFT:
        return {"letter": ""}
    parts = [part for part in offer.components.all() if is_added(part)]
    return {"letter": letter_of(do.ticket, parts, offer.currency, do.actor.name) if parts else ""}


def _grant_added(do: Doing) -> str:
    made = services.grant_added(
        _draft(do), body=do.data["body"], actor=do.actor, now=do.now, seen=do.seen
    )
    total = money_words(made.total, made.currency)
    return _("%(total)s granted, and the customer is told.") % {"total": total}


def _sums(do: Doing) -> dict[str, Any]:
    offer = current_offer(do.ticket)
    if offer is None or offer.status != OfferStatus.DRAFT:
        return {"offer": None, "components": []}
    parts = list(offer.components.all())
    rooms = services.rooms_on(offer, parts, ticket=do.ticket, actor=do.actor, now=do.now)
    return {"offer": offer, "components": parts, "rooms": rooms}


def _wishes(do: Doing) -> dict[str, Any]:
    """The sums, what an exclusion stops, and the ticket's files."""
    found = _sums(do)
    offer = found["offer"]
    kept = (offer.explanation or {}).get("not_applied", ()) if offer is not None else ()
    return {
        **found,
        "excluded": [
            (item["rule"], f"{retold(item['title'])}: {told(item['reason'])}"[:120])
            for item in kept
            if item["why"] == "excluded"
        ],
        "files": [(str(key), name) for key, name in _files(do)],
    }


def _files(do: Doing) -> list[tuple[int, str]]:
    return list(do.ticket.attachments.order_by("-id").values_list("pk", "name")[:MOST_FILES])


def _kinds(do: Doing) -> dict[str, Any]:
    """What may still be added of each kind."""
    offer = current_offer(do.ticket)
    draft = offer if offer is not None and offer.status == OfferStatus.DRAFT else None
    parts = list(draft.components.all()) if draft is not None else []
    currency = (offer.currency if offer else do.ticket.loss_currency) or "GBP"
    rooms = services.rooms_on(
        draft, parts, ticket=do.ticket, actor=do.actor, now=do.now, currency=currency
    )
    return {"rooms": rooms}


def _exceptional(do: Doing) -> dict[str, Any]:
    """The sums, set to what the customer wished where he declined and said so."""
    extras = _wishes(do)
    wish = wish_of(do.ticket) if extras["offer"] is not None else None
    if wish is None:
        return extras
    said = _("%(customer)s would find fair: %(wish)s") % {
        "customer": do.ticket.customer.name,
        "wish": services.wish_words(wish),
    }
    return extras | {"wished": wished_sums(wish, extras["components"]), "why": said}


def _adjust(do: Doing) -> str:
    offer = _draft(do)
    stood = {component.pk: component.amount for component in offer.components.all()}
    wanted = {pk: do.data.get(f"amount_{pk}") for pk, amount in stood.items() if amount is not None}
    with changing(do.ticket, actor=do.actor, now=do.now, seen=do.seen):
        for pk, amount in wanted.items():
            if amount is not None and amount != stood[pk]:
                services.adjust_component(
                    offer, pk, amount, reason=do.data["reason"], actor=do.actor, now=do.now
                )
    return _("The offer is adjusted.")


def _add(do: Doing) -> str:
    offer = current_offer(do.ticket)
    currency = offer.currency if offer else do.ticket.loss_currency or "GBP"
    typed = do.data.get("amount") or ""
    services.add_component(
        do.ticket,
        kind=do.data["kind"],
        title=do.data["title"],
        amount=Money.typed(typed, currency).minor if typed else None,
        currency=currency,
        reason=do.data["reason"],
        actor=do.actor,
        now=do.now,
        seen=do.seen,
    )
    return _("Added to the offer.")


def _withdraw(do: Doing) -> str:
    services.withdraw_offer(
        _sent(do), reason=do.data["reason"], actor=do.actor, now=do.now, seen=do.seen
    )
    return _("The offer is taken back.")


def _redraft(do: Doing) -> str:
    services.redraft(do.ticket, actor=do.actor, now=do.now)
    return _("The offer is worked out anew.")


def _exception(do: Doing) -> str:
    offer = current_offer(do.ticket)
    draft = offer if offer is not None and offer.status == OfferStatus.DRAFT else None
    currency = (offer.currency if offer else do.ticket.loss_currency) or "GBP"
    services.request_exception(
        draft or do.ticket,
        amounts=_asked(draft, do) if draft is not None else {},
        additions=_additions(currency, do),
        currency="" if draft is not None else currency,
        reason=do.data["reason"],
        evidence=do.data.get("evidence") or "",
        attachments=[int(key) for key in do.data.get("shown_by") or ()],
        actor=do.actor,
        now=do.now,
        seen=do.seen,
    )
    return _("Asked. A supervisor decides; you will be told.")


def _asked(offer: Offer, do: Doing) -> dict[int, int]:
    """Component id → what is asked for, where a sum was typed."""
    typed = {part.pk: do.data.get(f"amount_{part.pk}") for part in offer.components.all()}
    return {pk: amount for pk, amount in typed.items() if amount is not None}


def _additions(currency: str, do: Doing) -> list[services.Addition]:
    title = do.data.get("extra_title") or ""
    if not title:
        return []
    typed = do.data.get("extra_amount") or ""
    amount = Money.typed(typed, currency).minor if typed else None
    kind, against = do.data.get("extra_kind"), do.data.get("extra_against")
    return [services.Addition(kind or "compensation", title, amount, against or "")]


def _undecided(do: Doing) -> ExceptionRequest:
    row = ExceptionRequest.objects.filter(
        ticket=do.ticket, status__in=[status.value for status in UNDECIDED]
    ).first()
    if row is None:
        raise NotFound(field="exception")
    return row


def _withdraw_exception(do: Doing) -> str:
    services.withdraw_exception(
        _undecided(do), reason=do.data["reason"], actor=do.actor, now=do.now
    )
    return _("The exception is withdrawn.")


def _answer_back(do: Doing) -> str:
    services.answer_back(_undecided(do), answer=do.data["answer"], actor=do.actor, now=do.now)
    return _("Answered. It is with the supervisor again.")


register(
    Action("offer", _l("Offer"), _l("Send reply with offer"), forms.SendOfferForm, _send, "gift",
           "tab", _letter),
    Action("adjust", _l("Adjust the offer"), _l("Adjust"), forms.AdjustForm, _adjust,
           "sliders-horizontal", "owed", _sums),
    Action("exception", _l("Request an exception"), _l("Request exception"), forms.ExceptionForm,
           _exception, "scale", "owed", _exceptional),
    Action("withdraw-offer", _l("Take the offer back"), _l("Take it back"), ReasonForm, _withdraw,
           "undo-2", "owed"),
    Action("grant-added", _l("Grant what is added"), _l("Grant and tell"),
           forms.GrantAddedForm, _grant_added, "gift", "owed", _added_letter,
           hint=_l("It is the customer’s at once: nothing has to be accepted.")),
    Action("redraft", _l("Draft the offer again"), _l("Draft again"), NoFields, _redraft,
           "rotate-ccw", "owed"),
    Action("withdraw-exception", _l("Withdraw the exception"), _l("Withdraw it"), ReasonForm,
           _withdraw_exception, "undo-2", "owed"),
    Action("answer-back", _l("Answer the question"), pgettext_lazy("verb", "Answer"),
           forms.QuestionForm, _answer_back, "reply", "owed"),
    Action("add-part", _l("Add to the offer"), _l("Add"), forms.AddPartForm, _add, "plus",
           extras=_kinds),
)  # fmt: skip
