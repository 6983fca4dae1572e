"""The letter that goes with an offer: proposed, and previewed as the customer will read it."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from remedies.apology import Checklist, check_apology
from remedies.letters import Account, Letter, Line, offer_letter
from remedies.models import Offer, OfferComponent
from remedies.rules.states import OfferStatus
from remedies.services.offers import STANDS
from remedies.services.tallies import components_of
from tickets.errors import Conflict, Invalid
from tickets.languages import speaking
from tickets.mailed import mailed
from tickets.models import CorrectiveAction, Point, Ticket
from tickets.money import words
from tickets.rules import Outcome
from tickets.saying import spelled
from tickets.services.texts import clean_text

#: A finding of ours is told where it says that something went wrong.
_WRONG = frozenset({Outcome.UPHELD.value, Outcome.PARTLY_UPHELD.value})
BODY_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Preview:
    """What the customer would get: the mail word for word, and the offer on his page."""

    subject: str
    text: str
    body: str
    checklist: Checklist
    until: dt.datetime
    components: tuple[OfferComponent, ...]


def proposed_letter(offer: Offer, *, sender: str, until: str) -> Letter:
    """The letter in its parts, in the customer's language. Two queries beside the components."""
    parts, account = components_of(offer), _account(offer.ticket)
    with speaking(offer.ticket.language):
        return offer_letter(
            name=offer.ticket.customer.name,
            matter=offer.ticket.subject,
            lines=[line_of(part, offer.currency) for part in parts],
            total=sum_words(offer.total, offer.currency),
            until=until,
            sender=sender,
            account=account,
        )


def letter_for(offer: Offer, *, sender: str, until: str) -> str:
    """The text that goes with an offer, for its sender to change."""
    return proposed_letter(offer, sender=sender, until=until).text


def sum_words(minor: int | None, currency: str) -> str:
    """A sum as the language that is active writes it; "" for none. Minor units."""
    language = (get_language() or "en").partition("-")[0]
    return words(minor, currency) if language == "en" else words(minor, currency, language)


def line_of(part: OfferComponent, currency: str) -> Line:
    """One component as a letter says it."""
    choices = [
        _("%(sum)s as %(form)s") % {"sum": sum_words(minor, currency), "form": form}
        for form, minor in part.choices.items()
    ]
    return Line(
        title=part.title,
        sum=sum_words(part.amount, currency),
        words=part.words,
        owed=part.owed,
        why="" if part.words or part.amount is None else "; ".join(map(str, part.steps)),
        choices=tuple(choices),
        by=_by(part),
    )


def _by(part: OfferComponent) -> str:
    """How it is paid and by when, as far as the policy says."""
    days = part.pay_within_days
    within = ""
    if days is not None:
        within = ngettext("within %(days)s day", "within %(days)s days", days) % {"days": days}
    form = _("as %(form)s") % {"form": part.form} if part.form else ""
    return ", ".join(said for said in (form, within) if said)


def _account(ticket: Ticket) -> Account:
    points = Point.objects.filter(ticket=ticket, outcome__in=_WRONG).exclude(finding="")
    found = [f"{point.text.rstrip('.:')}: {point.finding}" for point in points.order_by("id")]
    actions = CorrectiveAction.objects.filter(ticket=ticket)
    return Account(tuple(found), tuple(action.text for action in actions))


def until_words(moment: dt.datetime, ticket: Ticket) -> str:
    """The day in the customer's own time zone and language: "Saturday 5 December"."""
    local = moment.astimezone(ZoneInfo(ticket.customer.time_zone or "UTC"))
    with speaking(ticket.language):
        return spelled(local, _("%A %-d %B"))


def preview_offer(
    offer: Offer,
    *,
    body: str,
    sender: str,
    now: dt.datetime,
    expires_at: dt.datetime | None = None,
) -> Preview:
    """What would be sent, word for word; nothing is changed. Without a `body`, the proposed one.

    Raises `Conflict` where it is no draft, `Invalid` as sending does.
    """
    if offer.status != OfferStatus.DRAFT:
        raise Conflict("Only a draft can be previewed: this offer is with the customer.")
    until = expires_at or now + STANDS
    if until <= now:
        raise Invalid("An offer stands for some time.", field="expires_at")
    ticket = offer.ticket
    text = clean_text(body, field="body", limit=BODY_MAX)
    text = text or letter_for(offer, sender=sender, until=until_words(until, ticket))
    mail = mailed(ticket, text)
    return Preview(
        subject=mail.subject,
        text=mail.text,
        body=text,
        checklist=check_apology(text),
        until=until,
        components=tuple(components_of(offer)),
    )
