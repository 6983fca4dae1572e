"""What lists of offers, exceptions and remedies may be narrowed by."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from remedies.models import ExceptionRequest, Offer, Refusal, Remedy
from remedies.rules.grounds import Ground
from remedies.rules.language.draft import ComponentKind
from remedies.rules.states import UNDECIDED, ExceptionStatus, OfferStatus, RemedyStatus
from tickets.api.filters import OfTicket

_WAITING = Q(status__in=[status.value for status in UNDECIDED])


def _choices(enum: Any) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in enum]


class OfferFilter(OfTicket):
    """Filters join by "and"."""

    status = django_filters.ChoiceFilter(choices=_choices(OfferStatus))
    team = django_filters.CharFilter(field_name="ticket__team__key")

    class Meta:
        model = Offer
        fields: list[str] = []


class ExceptionFilter(OfTicket):
    """Filters join by "and"."""

    status = django_filters.ChoiceFilter(choices=_choices(ExceptionStatus))
    waiting = django_filters.BooleanFilter(method="_open", label="Not decided yet.")
    ground = django_filters.ChoiceFilter(
        choices=_choices(Ground), method="_ground", label="Why it is one."
    )
    to_decide = django_filters.BooleanFilter(
        method="_mine", label="Only those that the one who asks was asked to decide."
    )
    requester = django_filters.NumberFilter(field_name="requester_id", label="A user's id.")
    team = django_filters.CharFilter(field_name="ticket__team__key")

    class Meta:
        model = ExceptionRequest
        fields: list[str] = []

    def _ground(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return rows.filter(grounds__contains=[value])

    def _mine(self, rows: QuerySet[Any], _name: str, _value: Any) -> QuerySet[Any]:
        return rows  # the view knows who asks, and begins with his

    def _open(self, rows: QuerySet[Any], _name: str, value: Any) -> QuerySet[Any]:
        return rows.filter(_WAITING if value else ~_WAITING)


class RemedyFilter(OfTicket):
    """Filters join by "and"."""

    status = django_filters.ChoiceFilter(choices=_choices(RemedyStatus))
    kind = django_filters.ChoiceFilter(choices=_choices(ComponentKind))
    customer = django_filters.NumberFilter(field_name="ticket__customer_id", label="An id.")
    gateway = django_filters.CharFilter(field_name="gateway")

    class Meta:
        model = Remedy
        fields: list[str] = []


class RefusalFilter(OfTicket):
    """Filters join by "and"."""

    class Meta:
        model = Refusal
        fields: list[str] = []
