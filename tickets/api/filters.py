"""What a list of tickets may be narrowed by, and the orders that an index serves."""

import datetime as dt
from collections.abc import Collection
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from tickets.api.pagination import Order
from tickets.catalogue import catalogue
from tickets.errors import DomainError, named_as
from tickets.finding import narrowed
from tickets.models import ContactPoint, Ticket
from tickets.models.customers import ContactKind
from tickets.numbers import id_in
from tickets.rules import OPEN_STATUSES, Channel, Stage, Status

_OPEN = sorted(status.value for status in OPEN_STATUSES)
ORDERS = {
    "newest": Order("newest", ("received_at", "id"), descending=True),
    "oldest": Order("oldest", ("received_at", "id")),
    # Open tickets, by what needs attention first.
    "queue": Order("queue", ("attention_at", "id")),
}

_PAGES = ("cursor", "page_size")
_PLAIN = frozenset({*_PAGES, "order"})


class _MomentField(django_filters.fields.IsoDateTimeField):
    def clean(self, value: Any) -> dt.datetime | None:
        """In UTC: PostgreSQL knows no offset beyond sixteen hours, Python does."""
        moment: dt.datetime | None = super().clean(value)
        try:
            return moment and moment.astimezone(dt.UTC)
        except OverflowError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class MomentFilter(django_filters.IsoDateTimeFilter):
    """A moment with its offset from UTC."""

    field_class = _MomentField


class _Keys(django_filters.BaseInFilter, django_filters.CharFilter):
    """Several values with commas between."""


class _Choices(django_filters.BaseInFilter, django_filters.ChoiceFilter):
    """Several of a known few, with commas between."""


def _choices(enum: Any) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in enum]


class OfTicket(django_filters.FilterSet):
    """By the number of the ticket: for lists of what belongs to tickets."""

    ticket = django_filters.CharFilter(method="_of_ticket", label="A ticket's number.")

    def _of_ticket(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Raises `NumberInvalid`: a mistyped number is no empty list."""
        with named_as(number="ticket"):
            return rows.filter(ticket_id=id_in(value))


class TicketFilter(django_filters.FilterSet):
    """Filters join by "and"; values with commas between by "or"."""

    status = _Choices(choices=_choices(Status), lookup_expr="in")
    open = django_filters.BooleanFilter(method="_open", label="Not resolved or closed.")
    team = _Keys(field_name="team__key", lookup_expr="in", label="Keys of teams.")
    owner = django_filters.NumberFilter(field_name="owner_id", label="A user's id.")
    unowned = django_filters.BooleanFilter(field_name="owner", lookup_expr="isnull")
    snoozed = django_filters.BooleanFilter(
        method="_snoozed", label="Put aside until a moment that has not come yet."
    )
    category = django_filters.CharFilter(
        method="_category", label="A category's key, those below it included."
    )
    pain = django_filters.NumberFilter(min_value=1, max_value=5)
    pain_min = django_filters.NumberFilter(field_name="pain", lookup_expr="gte")
    stage = _Choices(choices=_choices(Stage), lookup_expr="in")
    channel = _Choices(choices=_choices(Channel), lookup_expr="in")
    customer = django_filters.NumberFilter(field_name="customer_id", label="A customer's id.")
    tag = django_filters.CharFilter(method="_tag")
    received_after = MomentFilter(field_name="received_at", lookup_expr="gte")
    received_before = MomentFilter(field_name="received_at", lookup_expr="lt")
    external_system = django_filters.CharFilter()
    external_id = django_filters.CharFilter()
    q = django_filters.CharFilter(
        method="_search",
        max_length=200,
        label="A number, an e-mail address, or words of the ticket: customer, matter, facts, tags, "
        "order number (with its dashes or without), conversation. The beginning of a word is "
        "enough. What was said a moment ago may not be found yet.",
    )
    order = django_filters.ChoiceFilter(
        choices=[(name, name) for name in ORDERS],
        method="_order",
        label="newest (default), oldest, or queue: open ones by their nearest deadline.",
    )

    class Meta:
        model = Ticket
        fields: list[str] = []

    def _open(self, rows: QuerySet[Ticket], _name: str, value: Any) -> QuerySet[Ticket]:
        still_open = Q(status__in=_OPEN)
        return rows.filter(still_open if value else ~still_open)

    def _snoozed(self, rows: QuerySet[Ticket], _name: str, value: Any) -> QuerySet[Ticket]:
        aside = Q(snoozed_until__gt=timezone.now())
        return rows.filter(aside) if value else rows.exclude(aside)

    def _category(self, rows: QuerySet[Ticket], _name: str, value: str) -> QuerySet[Ticket]:
        below = [key for key, entry in catalogue().by_id.items() if value in entry.keys]
        return rows.filter(category_id__in=below)

    def _tag(self, rows: QuerySet[Ticket], _name: str, value: str) -> QuerySet[Ticket]:
        return rows.filter(tags__contains=[value.strip().lower()])

    def _order(self, rows: QuerySet[Ticket], _name: str, _value: str) -> QuerySet[Ticket]:
        return rows

    def _search(self, rows: QuerySet[Ticket], _name: str, value: str) -> QuerySet[Ticket]:
        words = value.strip()
        if "@" in words:
            who = ContactPoint.objects.filter(
                kind=ContactKind.EMAIL.value, normalized=words.lower()
            )
            return rows.filter(customer__in=who.values("customer"))
        try:
            return rows.filter(pk=id_in(words))
        except DomainError:
            return narrowed(rows, words)


def refuse_unknown(query: Any, known: Collection[str] = _PAGES) -> None:
    """Raises `ValidationError` where the query asks for what a list can't be narrowed by."""
    unknown = [name for name in query if name not in known]
    if unknown:
        words = _("There is no such filter. This list has none.")
        if known:
            told = {"known": ", ".join(known)}
            words = _("There is no such filter. Known are: %(known)s.") % told
        detail = [serializers.ErrorDetail(words, "unknown_filter")]
        raise serializers.ValidationError({str(name)[:60]: detail for name in unknown})


def checked(rows: QuerySet[Any], query: Any, kind: type[Any] = TicketFilter) -> QuerySet[Any]:
    """`rows` narrowed by what was asked. Raises `ValidationError`, naming the filter.

    A filter that does not exist is an error too: a slip of the pen must not widen a list.
    """
    if kind is TicketFilter and query.get("order", "newest") in ORDERS and _PLAIN.issuperset(query):
        return rows  # the queue as it is polled all day: nothing to check, nothing to narrow
    refuse_unknown(query, [*kind.base_filters, *_PAGES])
    neither = [
        name
        for name, one in kind.base_filters.items()
        if isinstance(one, django_filters.BooleanFilter)
        and query.get(name, "").lower() not in {"", "true", "false"}
    ]
    if neither:  # the form would take it for nothing, and widen the list
        raise serializers.ValidationError({key: [_("Send true or false.")] for key in neither})
    found = kind(query, queryset=rows)
    if not found.is_valid():
        raise serializers.ValidationError(
            {name: [str(one) for one in words] for name, words in found.errors.items()}
        )
    result: QuerySet[Any] = found.qs
    return result
