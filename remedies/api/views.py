"""Offers, exceptions, remedies and refusals: read them, and the verbs of people."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from remedies import access, services
from remedies.active import pain_in_force
from remedies.api import exception_shapes, filters, render, shapes
from remedies.api.verbs import Act
from remedies.models import Offer, Remedy
from remedies.rules.states import OfferStatus
from tickets.access import access_ticket
from tickets.api.base import AccessView, CommandView
from tickets.api.filters import checked, refuse_unknown
from tickets.api.pagination import NEWEST_ID, CursorPages
from tickets.api.schema import PAGE, operation, paged
from tickets.api.versions import etag
from tickets.errors import Missing
from tickets.models import Ticket
from tickets.money import decimals_of

KEY = OpenApiParameter("key", int, "path", description="Its id.")
NUMBER = OpenApiParameter("number", str, "path", description="The ticket's, such as A-10019.")
CURRENCY = OpenApiParameter("currency", str, description="ISO 4217; the loss's by default.")


def offers_with_all(rows: QuerySet[Offer]) -> QuerySet[Offer]:
    """Offers with what they show."""
    return rows.select_related("ticket", "policy", "sent_by").prefetch_related("components")


def remedies_with_all(rows: QuerySet[Remedy]) -> QuerySet[Remedy]:
    """Remedies with what they show."""
    return rows.select_related("ticket", "granted_by").prefetch_related("entries")


class Reads(AccessView):
    """What only reads, or acts, on remedies."""

    read_scope = "remedies:read"
    write_scope = "remedies:write"


class Offers(Reads):
    """Offers on the tickets that the one who asks may see."""

    filterset_class = filters.OfferFilter

    @operation(
        "offers_list", "List offers", tag="offers", parameters=PAGE, filters=True,
        answers=paged(shapes.Offer),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """A page of offers, newest first."""
        rows = offers_with_all(access.visible_offers(self.principal))
        pages = CursorPages(NEWEST_ID)
        page = pages.take(checked(rows, request.query_params, filters.OfferFilter), request)
        return pages.get_paginated_response([render.offer(row) for row in page])


class OneOffer(Reads):
    """One offer."""

    @operation("offers_read", "Read an offer", tag="offers", answers=shapes.Offer, parameters=[KEY])
    def get(self, request: Request, key: int) -> Response:
        """With its components, the arithmetic, and why not more."""
        row = access.access_offer(self.principal, key)
        return Response(render.offer(row), headers={"ETag": etag(row.ticket.version)})


class Remedies(Reads):
    """The ledger."""

    filterset_class = filters.RemedyFilter

    @operation(
        "remedies_list", "List remedies", tag="remedies", parameters=PAGE, filters=True,
        answers=paged(shapes.Remedy),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """A page of granted remedies with their entries, newest first."""
        rows = remedies_with_all(access.visible_remedies(self.principal))
        pages = CursorPages(NEWEST_ID)
        page = pages.take(checked(rows, request.query_params, filters.RemedyFilter), request)
        return pages.get_paginated_response([render.remedy(row) for row in page])


class OneRemedy(Reads):
    """One remedy."""

    @operation(
        "remedies_read", "Read a remedy", tag="remedies", answers=shapes.Remedy, parameters=[KEY]
    )
    def get(self, request: Request, key: int) -> Response:
        """With every entry of the ledger about it."""
        row = access.access_remedy(self.principal, key)
        return Response(render.remedy(row), headers={"ETag": etag(row.ticket.version)})


class Factors(Reads):
    """The questions that pain is assessed from."""

    read_scope = "config:read"

    @operation(
        "pain_factors", "List the pain factors", tag="offers",
        answers=shapes.FactorShape(many=True),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Each with its answers in plain words."""
        refuse_unknown(request.query_params, ())
        factors = pain_in_force().scheme.factors.values()
        return Response([render.factor(found) for found in factors])


class AuthorityOnTicket(Reads):
    """What one may grant alone."""

    @operation(
        "tickets_authority", "What you may grant alone on a ticket", tag="offers",
        answers=shapes.Authority, parameters=[NUMBER, CURRENCY],
    )  # fmt: skip
    def get(self, request: Request, number: str) -> Response:
        """Each limit, what counts against it, and what is left."""
        ticket = access_ticket(self.principal, number)
        draft = Offer.objects.filter(ticket=ticket, status=OfferStatus.DRAFT.value).first()
        currency = request.query_params.get("currency") or ticket.loss_currency
        currency = currency or (draft.currency if draft is not None else "")
        if not currency:
            raise Missing(what=_("a currency"), field="currency")
        decimals_of(currency)
        offer = draft if draft is not None and draft.currency == currency else None
        parts = list(offer.components.all()) if offer is not None else []
        common: dict[str, Any] = {"ticket": ticket, "actor": self.actor, "now": self.now}
        decision = services.weigh(None, [], **common, currency=currency)
        rooms = services.rooms_on(offer, parts, **common, currency=currency)
        return Response(render.authority(decision.meters, rooms))


class Command(CommandView):
    """Something that moves money or promises it."""

    read_scope = "remedies:read"
    write_scope = "remedies:write"
    versioned = True

    @property
    def common(self) -> dict[str, Any]:
        """What every service takes."""
        return {"actor": self.actor, "now": self.now, "seen": self.seen}


class ActView(Command):
    """The view of one entry of remedies.api.verbs."""

    does: ClassVar[Act]
    find: ClassVar[Callable[..., Any]]
    show: ClassVar[Callable[[Any], dict[str, Any]]]

    def do(self, **kwargs: Any) -> Response:
        """Find, check, act, answer with the row as it is then."""
        cls = type(self)
        row = cls.find(self.principal, kwargs["key"], verb=self.does.needs)
        self.does.run(row, self.parse(self.does.takes), **self.common)
        fresh = cls.find(self.principal, row.pk)
        return Response(cls.show(fresh), headers={"ETag": etag(fresh.ticket.version)})


#: What a row is called in the schema → how it is found, shown and described.
_KINDS: dict[str, tuple[Callable[..., Any], Callable[[Any], dict[str, Any]], Any]] = {
    "offers": (access.access_offer, render.offer, shapes.Offer),
    "exceptions": (access.access_exception, render.exception, exception_shapes.ExceptionRequest),
    "remedies": (access.access_remedy, render.remedy, shapes.Remedy),
}


def view_of(act: Act, of: str) -> Any:
    """The view of an act, described for the schema."""
    find, show, shape = _KINDS[of]
    described = operation(
        f"{of}_{act.name}", act.summary, tag=of, request=act.takes, answers=shape,
        parameters=[KEY], description=act.words or act.summary,
    )  # fmt: skip

    def post(self: ActView, request: Request, **kwargs: Any) -> Response:
        return super(ActView, self).post(request, **kwargs)

    members = {
        "does": act,
        "find": staticmethod(find),
        "show": staticmethod(show),
        "post": described(post),
        "__doc__": act.summary,
    }
    name = f"{of.title()}{act.name.title().replace('_', '')}"
    return type(name, (ActView,), members).as_view()  # type: ignore[attr-defined]


class OfTicket(Command):
    """Something about the offer of a ticket."""

    def ticket(self, number: str) -> Ticket:
        """The ticket, if it may be worked on."""
        return access_ticket(self.principal, number, verb="work")

    def answer(self, offer_id: int) -> Response:
        """The offer as it is now."""
        row = access.access_offer(self.principal, offer_id)
        headers = {"ETag": etag(row.ticket.version)}
        return Response(render.offer(row), status=201, headers=headers)


class Redraft(OfTicket):
    """Draft again."""

    @operation(
        "tickets_draft_offer", "Draft the offer of a ticket again", tag="offers",
        answers={201: shapes.Offer}, parameters=[NUMBER],
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Such as after a decline. Offers are drafted by themselves when facts change."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Draft it."""
        ticket = self.ticket(kwargs["number"])
        with self.at_version(ticket):
            offer = services.redraft(ticket, actor=self.actor, now=self.now)
        if offer is None:
            raise Missing(what=_("a policy that gives something here"), field="policy")
        return self.answer(offer.pk)


class AddComponent(OfTicket):
    """Something of one's own."""

    @operation(
        "tickets_add_component", "Add something to the drafted offer", tag="offers",
        request=shapes.AddInput, answers={201: shapes.Offer}, parameters=[NUMBER],
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Inside your authority, with a reason."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Add it."""
        ticket = self.ticket(kwargs["number"])
        data = self.parse(shapes.AddInput)
        amount = data["amount"]
        currency = amount.currency if amount else data["currency"] or ticket.loss_currency
        if not currency:
            raise Missing(what=_("a currency"), field="currency")
        made = services.add_component(
            ticket,
            kind=data["kind"],
            title=data["title"],
            amount=amount.minor if amount else None,
            currency=currency,
            says=data["words"],
            reason=data["reason"],
            **self.common,
        )
        return self.answer(made.offer_id)
