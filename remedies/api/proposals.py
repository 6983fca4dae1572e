"""Where exceptions are the rule, over REST: the changed rules that Amends proposes."""

from typing import Any

import django_filters
from django.urls import path
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from remedies.access import check_may_edit_policies
from remedies.api import policy_render, policy_shapes
from remedies.models import ExceptionRequest, RuleProposal
from remedies.rules.patterns import Direction
from remedies.rules.states import ProposalStatus
from remedies.services import mining, proposals
from tickets.access import visible_tickets
from tickets.api.base import AccessView, CommandView
from tickets.api.fields import Input, MoneyOutput, Text, money
from tickets.api.filters import checked
from tickets.api.pagination import NEWEST_ID, CursorPages
from tickets.api.render import person
from tickets.api.schema import PAGE, operation, paged
from tickets.api.shapes import Person, Shape, one_of, values_of

KEY = OpenApiParameter("key", int, "path", description="Its id.")


class Example(Shape):
    """One of the exceptions, on a ticket that the one who asks may see."""

    exception = serializers.IntegerField()
    ticket = serializers.CharField(help_text="Its number.")
    status = serializers.CharField()
    policy_total = MoneyOutput()
    decided_total = MoneyOutput(allow_null=True)


class RuleProposalShape(Shape):
    """A pattern of approved exceptions, and the changed rule that follows from it."""

    id = serializers.IntegerField()
    status = one_of(ProposalStatus)
    policy = serializers.CharField(help_text="Its key.")
    rule = serializers.CharField(help_text="“+credit” for something new, “limit” for a limit.")
    clause = serializers.CharField(allow_blank=True)
    category = serializers.CharField(help_text="Its key.")
    direction = one_of(Direction)
    title = serializers.CharField()
    approved = serializers.IntegerField()
    decided = serializers.IntegerField()
    sure = serializers.FloatField(
        help_text="With 95 % confidence at least this share is approved (Wilson, one-sided)."
    )
    more = MoneyOutput(help_text="Given beyond the policy.")
    since = serializers.DateTimeField()
    found_at = serializers.DateTimeField()
    looked_at = serializers.DateTimeField()
    change = serializers.CharField(allow_blank=True)
    problem = serializers.CharField(allow_blank=True, help_text="Why there is no draft.")
    backtest = serializers.IntegerField(allow_null=True)
    backtest_finding = serializers.CharField(allow_blank=True, help_text="Empty until it is done.")
    closed_by = Person(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    closed_reason = serializers.CharField(allow_blank=True)
    draft_version = serializers.IntegerField(
        allow_null=True, help_text="Of the policy, where it was taken."
    )


class RuleProposalWhole(RuleProposalShape):
    """The same with its text, what differs, its examples."""

    base_version = serializers.IntegerField(allow_null=True)
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    difference = serializers.CharField(allow_blank=True, help_text="Lines as in a patch.")
    cases = serializers.ListField(
        child=serializers.CharField(), help_text="Cases of the policy that say otherwise."
    )
    examples = Example(many=True)


class RuleProposalList(Shape):
    """Those that are open."""

    results = RuleProposalShape(many=True)


class DismissInput(Input):
    """Why the rule stays as it is."""

    reason = Text(max_length=2000)


class ProposalFilter(django_filters.FilterSet):
    """Filters join by "and"."""

    status = django_filters.ChoiceFilter(choices=[(s.value, s.value) for s in ProposalStatus])
    policy = django_filters.CharFilter(field_name="policy_key")
    rule = django_filters.CharFilter()
    category = django_filters.CharFilter(field_name="category__key")

    class Meta:
        model = RuleProposal
        fields: list[str] = []


def shown(row: RuleProposal) -> dict[str, Any]:
    """A `RuleProposalShape`; the row comes with category, backtest, person and draft."""
    return {
        "id": row.pk,
        "status": row.status,
        "policy": row.policy_key,
        "rule": row.rule,
        "clause": row.clause,
        "category": row.category.key,
        "direction": row.direction,
        "title": row.title,
        "approved": row.approved,
        "decided": row.decided,
        "sure": row.sure,
        "more": money(row.more, row.currency),
        "since": row.since,
        "found_at": row.found_at,
        "looked_at": row.looked_at,
        "change": row.change,
        "problem": row.problem,
        "backtest": row.backtest_id,
        "backtest_finding": proposals.tried_words(row),
        "closed_by": person(row.closed_by),
        "closed_at": row.closed_at,
        "closed_reason": row.closed_reason,
        "draft_version": row.draft.version if row.draft is not None else None,
    }


class _Reads(AccessView):
    read_scope = write_scope = "config:read"


class _Acts(CommandView):
    """What only people do: managers and administrators."""

    read_scope = write_scope = "config:read"
    versioned = False


class Proposals(_Reads):
    """Every proposal, whatever became of it."""

    filterset_class = ProposalFilter

    @operation(
        "rule_proposals_list", "List where exceptions are the rule", tag="policies",
        parameters=PAGE, filters=True, answers=paged(RuleProposalShape),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """A page of changed rules that Amends proposes, newest first, with their numbers."""
        rows = proposals.visible_proposals(self.principal)
        pages = CursorPages(NEWEST_ID)
        page = pages.take(checked(rows, request.query_params, ProposalFilter), request)
        return pages.get_paginated_response([shown(row) for row in page])


class OneProposal(_Reads):
    """One proposal."""

    @operation(
        "rule_proposals_read", "Read a changed rule that is proposed", tag="policies",
        answers=RuleProposalWhole, parameters=[KEY],
    )  # fmt: skip
    def get(self, request: Request, key: int) -> Response:
        """With the whole text, what differs, and the exceptions behind it."""
        row = proposals.access_proposal(self.principal, key)
        seen = visible_tickets(self.principal)
        behind = ExceptionRequest.objects.filter(pk__in=row.examples, ticket__in=seen)
        return Response(
            shown(row)
            | {
                "base_version": row.base_version,
                "source": row.source,
                "difference": proposals.difference_of(row),
                "cases": row.cases,
                "examples": [
                    {
                        "exception": one.pk,
                        "ticket": one.ticket.number,
                        "status": one.status,
                        "policy_total": money(one.policy_total, one.currency),
                        "decided_total": money(one.decided_total, one.currency),
                    }
                    for one in behind.select_related("ticket").order_by("-decided_at")
                ],
            }
        )


class Dismiss(_Acts):
    """The rule stays."""

    @operation(
        "rule_proposals_dismiss", "Dismiss a changed rule", tag="policies", request=DismissInput,
        answers=RuleProposalShape, parameters=[KEY],
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """With a reason. It comes back only with half as many approvals again. Managers only."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Dismiss it."""
        row = proposals.access_proposal(self.principal, kwargs["key"], edit=True)
        reason = self.parse(DismissInput)["reason"]
        proposals.dismiss(row, reason=reason, who=self.principal, now=self.now)
        return Response(shown(proposals.access_proposal(self.principal, row.pk)))


class Take(_Acts):
    """The rule is changed, by a person."""

    @operation(
        "rule_proposals_take", "Begin a draft with the changed rule", tag="policies",
        answers={201: policy_shapes.PolicyText}, parameters=[KEY],
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """The policy's next version in draft, to be gone on with in the editor. Managers only."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Take it."""
        row = proposals.access_proposal(self.principal, kwargs["key"], edit=True)
        draft = proposals.take(row, who=self.principal, now=self.now)
        return Response(policy_render.text(draft), status=201)


class Look(_Acts):
    """Looking now."""

    @operation(
        "rule_proposals_look", "Look where exceptions are the rule", tag="policies",
        answers=RuleProposalList,
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """As is done each night. Answers with what is open then. Managers only."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Look."""
        check_may_edit_policies(self.principal)
        mining.look(now=self.now)
        rows = proposals.visible_proposals(self.principal)
        standing = rows.filter(status=ProposalStatus.OPEN.value)
        return Response({"results": [shown(row) for row in standing]})


# Named by SPECTACULAR_SETTINGS.
PROPOSAL_STATUSES = values_of(ProposalStatus)
DIRECTIONS = values_of(Direction)

PATHS = [
    path("rule-proposals/", Proposals.as_view(), name="api-rule-proposals"),
    path("rule-proposals/look/", Look.as_view(), name="api-rule-proposals-look"),
    path("rule-proposals/<int:key>/", OneProposal.as_view(), name="api-rule-proposal"),
    path("rule-proposals/<int:key>/dismiss/", Dismiss.as_view(), name="api-dismiss"),
    path("rule-proposals/<int:key>/take/", Take.as_view(), name="api-take"),
]
