"""What lists of feedback may be narrowed by."""

import django_filters

from feedback.models import Answer, FollowUp, Idea, Survey
from feedback.rules import IdeaStatus, SurveyStatus
from tickets.api.filters import MomentFilter, OfTicket


class SurveyFilter(OfTicket):
    """Filters join by "and"."""

    status = django_filters.ChoiceFilter(choices=[(s.value, s.value) for s in SurveyStatus])

    class Meta:
        model = Survey
        fields: list[str] = []


class AnswerFilter(OfTicket):
    """Filters join by "and"."""

    team = django_filters.CharFilter(field_name="ticket__team__key")
    category = django_filters.CharFilter(field_name="ticket__category__key")
    handling_at_most = django_filters.NumberFilter(field_name="handling", lookup_expr="lte")
    after = MomentFilter(field_name="at", lookup_expr="gte")
    before = MomentFilter(field_name="at", lookup_expr="lt")

    class Meta:
        model = Answer
        fields: list[str] = []


class FollowUpFilter(OfTicket):
    """Filters join by "and"."""

    team = django_filters.CharFilter(field_name="team__key")
    open = django_filters.BooleanFilter(
        field_name="closed_at", lookup_expr="isnull", label="Still to be done."
    )

    class Meta:
        model = FollowUp
        fields: list[str] = []


class IdeaFilter(django_filters.FilterSet):
    """Filters join by "and"."""

    status = django_filters.ChoiceFilter(choices=[(s.value, s.value) for s in IdeaStatus])
    author = django_filters.NumberFilter(field_name="author")
    after = MomentFilter(field_name="created_at", lookup_expr="gte")
    before = MomentFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = Idea
        fields: list[str] = []
