"""What lists of deadlines and escalations may be narrowed by, and the orders an index serves."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from escalation.clock import Status
from escalation.models import Deadline, Escalation
from escalation.models.deadlines import OPEN
from escalation.policies.kinds import Kind
from escalation.rules import EscalationLevel
from tickets.api.filters import MomentFilter, OfTicket
from tickets.api.pagination import BY_ID, Order

#: Open deadlines, the nearest first.
BY_DUE = Order("due", ("due_at", "id"))
ORDERS = {"id": BY_ID, "due": BY_DUE}


def _choices(enum: Any) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in enum]


class DeadlineFilter(OfTicket):
    """Filters join by "and"."""

    kind = django_filters.ChoiceFilter(choices=_choices(Kind))
    status = django_filters.ChoiceFilter(choices=_choices(Status))
    open = django_filters.BooleanFilter(method="_open", label="Running or paused.")
    late = django_filters.BooleanFilter(method="_late", label="Open, and missed.")
    breached = django_filters.BooleanFilter(
        field_name="breached_at", lookup_expr="isnull", exclude=True
    )
    owner = django_filters.NumberFilter(field_name="ticket__owner_id", label="A user's id.")
    team = django_filters.CharFilter(field_name="ticket__team__key")
    due_before = MomentFilter(field_name="due_at", lookup_expr="lt")
    order = django_filters.ChoiceFilter(
        choices=[(name, name) for name in ORDERS], method="_order",
        label="id (default), or due: open ones, the nearest first.",
    )  # fmt: skip

    class Meta:
        model = Deadline
        fields: list[str] = []

    def _open(self, rows: QuerySet[Deadline], _name: str, value: Any) -> QuerySet[Deadline]:
        return rows.filter(OPEN if value else ~OPEN)

    def _late(self, rows: QuerySet[Deadline], _name: str, value: Any) -> QuerySet[Deadline]:
        late = OPEN & Q(breached_at__isnull=False)
        return rows.filter(late if value else ~late)

    def _order(self, rows: QuerySet[Deadline], _name: str, _value: str) -> QuerySet[Deadline]:
        return rows


class EscalationFilter(OfTicket):
    """Filters join by "and"."""

    deadline = django_filters.NumberFilter(field_name="deadline_id")
    level = django_filters.ChoiceFilter(choices=_choices(EscalationLevel))
    acknowledged = django_filters.BooleanFilter(
        field_name="acknowledged_at", lookup_expr="isnull", exclude=True
    )

    class Meta:
        model = Escalation
        fields: list[str] = []
