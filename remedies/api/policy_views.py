"""Policies over REST: versions, drafts, what changed, and trying texts."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from remedies import access, services, tasks
from remedies.api import policy_render, policy_shapes, render, shapes
from remedies.errors import PolicyInvalid, Problem
from remedies.models import PolicyAct, RemedyPolicy
from remedies.rules import evaluate
from remedies.rules.checks.checking import Look, look_through
from remedies.rules.checks.difference import differences_between
from remedies.rules.language.source import read_source
from remedies.rules.states import PolicyStatus
from remedies.searched import search
from remedies.services.drafts import pack_policy
from remedies.services.previewing import preview
from tickets.access import access_ticket
from tickets.api.base import AccessView, CommandView
from tickets.api.filters import refuse_unknown
from tickets.api.pagination import NEWEST_ID, CursorPages
from tickets.api.schema import PAGE, operation, paged
from tickets.api.versions import etag
from tickets.errors import Invalid, Missing
from tickets.models import User

KEY = OpenApiParameter("key", str, "path", description="The policy's, such as general.")
VERSION = OpenApiParameter("version", int, "path", description="Which of its versions.")
FROM = OpenApiParameter(
    "from", int, description="The version to compare with; the one in force by default."
)


class _Reads(AccessView):
    read_scope = write_scope = "config:read"


class _Acts(CommandView):
    """What only people do: managers and administrators."""

    read_scope = write_scope = "config:read"
    versioned = True

    @property
    def by(self) -> User:
        """The person who does it. Raises `NotAllowed` for others than managers."""
        access.check_may_edit_policies(self.principal)
        assert self.principal.user is not None
        return self.principal.user

    def row(self, kwargs: dict[str, Any]) -> RemedyPolicy:
        """The version of the address, to be changed."""
        return access.access_policy(self.principal, kwargs["key"], kwargs["version"], edit=True)

    def answer(self, row: RemedyPolicy, status: int = 200) -> Response:
        """The version as it is now."""
        found = access.access_policy(self.principal, row.key, row.version)
        headers = {"ETag": etag(found.revision)}
        return Response(policy_render.text(found), status=status, headers=headers)


class Policies(_Acts):
    """Policies in force, and beginning a draft."""

    versioned = False

    @operation(
        "policies_list", "List the policies in force", tag="policies",
        answers=shapes.Policy(many=True),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Each with its text."""
        refuse_unknown(request.query_params, ())
        rows = RemedyPolicy.objects.filter(status=PolicyStatus.ACTIVE.value)
        return Response([render.policy(row) for row in rows])

    @operation(
        "policies_begin", "Begin a draft of a policy", tag="policies",
        request=policy_shapes.BeginInput, answers={201: policy_shapes.PolicyText},
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """With a text, from a stored version, or from a pack. One draft of a policy at a time."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Begin it."""
        by = self.by
        data = self.parse(policy_shapes.BeginInput)
        given = [name for name in ("source", "key", "pack") if name in data]
        if len(given) != 1:
            raise Missing(what=_("one of source, key (with version) or pack"), field="source")
        based = None
        if "key" in data:
            based = access.access_policy(self.principal, data["key"], data.get("version"))
        elif "version" in data:
            raise Missing(what=_("the key of the policy, beside its version"), field="key")
        source = based.source if based is not None else data.get("source")
        if source is None:
            source = pack_policy(data["pack"])
        row = services.begin_draft(source, by=by, now=self.now, based_on=based)
        return self.answer(row, status=201)


class Versions(_Reads):
    """The versions of a policy."""

    @operation(
        "policies_versions", "List the versions of a policy", tag="policies",
        answers=paged(policy_shapes.PolicyVersion), parameters=[KEY, *PAGE],
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        """The newest first: drafts and what waits for its day for supervisors, others for all."""
        pages = CursorPages(NEWEST_ID)
        rows = access.visible_policies(self.principal).filter(key=key).order_by()
        page = pages.take(rows, request)
        return pages.get_paginated_response([policy_render.version(row) for row in page])


class OneVersion(_Reads):
    """One version."""

    @operation(
        "policies_read", "Read a version of a policy", tag="policies",
        answers=policy_shapes.PolicyText, parameters=[KEY, VERSION],
    )  # fmt: skip
    def get(self, request: Request, key: str, version: int) -> Response:
        """With its text. The ETag is that of the saving."""
        row = access.access_policy(self.principal, key, version)
        return Response(policy_render.text(row), headers={"ETag": etag(row.revision)})


class History(_Reads):
    """What was done about a policy."""

    @operation(
        "policies_history", "Read the history of a policy", tag="policies",
        answers=paged(policy_shapes.PolicyAct), parameters=[KEY, *PAGE],
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        """Who began, saved, discarded, scheduled, activated and retired what; newest first."""
        access.check_may_see_drafts(self.principal)
        pages = CursorPages(NEWEST_ID)
        page = pages.take(
            PolicyAct.objects.filter(key=key).select_related("by").order_by(), request
        )
        return pages.get_paginated_response([policy_render.act(row) for row in page])


class Differences(_Reads):
    """What changed between two versions."""

    @operation(
        "policies_differences", "What changed between two versions", tag="policies",
        answers=policy_shapes.PolicyDifference(many=True), parameters=[KEY, VERSION, FROM],
    )  # fmt: skip
    def get(self, request: Request, key: str, version: int) -> Response:
        """Part by part: rules, facts, values, and what stands beside them."""
        refuse_unknown(request.query_params, ("from",))
        raw = request.query_params.get("from", "")
        if raw and not (raw.isascii() and raw.isdecimal() and len(raw) < 10):
            raise Invalid("from is the number of a version.", field="from")
        after = access.access_policy(self.principal, key, version)
        before = access.access_policy(self.principal, key, int(raw) if raw else None)
        found = differences_between(_read(before), _read(after))
        return Response([policy_render.difference(one) for one in found])


def _read(row: RemedyPolicy) -> Any:
    """The data of a version. Raises `PolicyInvalid` for a draft that is no YAML, or no mapping."""
    source = read_source(row.source)
    if not isinstance(source.data, dict):
        raise Invalid("Version {version} is no policy yet.", version=row.version, field="version")
    return source


# -- drafts ---------------------------------------------------------------------------------------


class Save(_Acts):
    """Save a draft."""

    @operation(
        "policies_save", "Save the text of a draft", tag="policies",
        request=policy_shapes.SaveInput, answers=policy_shapes.PolicyText,
        parameters=[KEY, VERSION],
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Mistakes and all. With `If-Match`, 412 where somebody saved since."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Save it."""
        source = self.parse(policy_shapes.SaveInput)["source"]
        row = self.row(kwargs)
        services.write_draft(row, source, by=self.by, now=self.now, seen=self.seen)
        return self.answer(row)


class Discard(_Acts):
    """Discard a draft."""

    @operation(
        "policies_discard", "Discard a draft", tag="policies", answers={204: None},
        parameters=[KEY, VERSION],
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """The history keeps that there was one."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Discard it."""
        services.discard_draft(self.row(kwargs), by=self.by, now=self.now, seen=self.seen)
        return Response(status=204)


class Activate(_Acts):
    """Put a draft in force."""

    @operation(
        "policies_activate", "Put a draft in force", tag="policies",
        request=policy_shapes.ActivateInput, answers=policy_shapes.PolicyText,
        parameters=[KEY, VERSION],
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Now, or `at` a moment to come. Refused with every mistake that is found in it."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Put it in force, or plan it."""
        at = self.parse(policy_shapes.ActivateInput)["at"]
        row, by = self.row(kwargs), self.by
        if at is None:
            services.activate(row, by=by, now=self.now, seen=self.seen)
        else:
            services.schedule(row, at=at, by=by, now=self.now, seen=self.seen)
        return self.answer(row)


class Unschedule(_Acts):
    """Make a planned version a draft again."""

    versioned = False

    @operation(
        "policies_unschedule", "Make a planned version a draft again", tag="policies",
        answers=policy_shapes.PolicyText, parameters=[KEY, VERSION],
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Before its day has come."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Take the plan back."""
        row = self.row(kwargs)
        services.unschedule(row, by=self.by, now=self.now)
        return self.answer(row)


class Retire(_Acts):
    """Take a policy out of force."""

    versioned = False

    @operation(
        "policies_retire", "Take a policy out of force", tag="policies",
        answers=policy_shapes.PolicyText, parameters=[KEY, VERSION],
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Without another in its place. Offers that it made stand."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Retire it."""
        row = self.row(kwargs)
        services.retire(row, by=self.by, now=self.now)
        return self.answer(row)


# -- trying ---------------------------------------------------------------------------------------


class _Tries(CommandView):
    """Reads only; for supervisors and those above, and for clients that see every team."""

    read_scope = write_scope = "config:read"

    def look(self, data: dict[str, Any]) -> tuple[str, Look]:
        """The key and the text that were sent or named. Raises `Missing`."""
        if ("source" in data) is ("key" in data):
            raise Missing(what=_("either source or key"), field="source")
        if "key" in data:
            row = access.access_policy(self.principal, data["key"], data.get("version"))
            return row.key, look_through(row.source)
        look = look_through(data["source"])
        return (look.policy.name if look.policy is not None else ""), look


class Check(_Tries):
    """Check a text."""

    @operation(
        "policy_checks", "Check the text of a policy", tag="policies",
        request=policy_shapes.CheckInput, answers=policy_shapes.PolicyCheck,
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Every mistake with its place; its cases; and, with `search`, disproportion and doubts.

        A worker searches: while `searched` is `running`, `findings` are those of a first look, and
        the same question a moment later (`Retry-After`) has them all.
        """
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Look it through."""
        access.check_may_see_drafts(self.principal)
        data = self.parse(policy_shapes.CheckInput)
        look = look_through(data["source"])
        found = None
        if data["search"] and look.policy is not None:
            found = search(look.readable, now=self.now)
            if found.ask:
                tasks.search_policy.delay(look.readable)
        running = found is not None and not found.done
        headers = {"Retry-After": "1"} if running else {}
        return Response(policy_render.check(look, found), headers=headers)


class Evaluate(_Tries):
    """Evaluate a policy for facts."""

    @operation(
        "policy_evaluations", "What a policy gives for facts", tag="policies",
        request=policy_shapes.EvaluateInput, answers=policy_shapes.TriedOffer,
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Explained. A fact that the policy does not know, or of another kind, is refused."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Work it out."""
        access.check_may_see_drafts(self.principal)
        data = self.parse(policy_shapes.EvaluateInput)
        _, look = self.look(data)
        if look.policy is None or look.marks:
            raise PolicyInvalid(*_problems(look))
        found = evaluate(
            look.policy,
            data["facts"],
            now=data["now"] or self.now,
            currency=data["currency"],
            strict=True,
        )
        return Response(policy_render.offer(found))


def _problems(look: Look) -> list[Problem]:
    return [Problem(mark.message, mark.path, mark.line, mark.rule) for mark in look.marks]


class OnTicket(_Tries):
    """Try a policy on a ticket."""

    @operation(
        "policy_previews", "Try a policy on a ticket, beside what is in force", tag="policies",
        request=policy_shapes.OnTicketInput, answers=policy_shapes.PolicyPreview,
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """What can't be read of a text is left out, and named."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Try it."""
        access.check_may_see_drafts(self.principal)
        data = self.parse(policy_shapes.OnTicketInput)
        ticket = access_ticket(self.principal, data["ticket"])
        key, look = self.look(data)
        found = preview(ticket, look.policy, key=key, now=self.now)
        return Response(policy_render.preview(found, look.left_out))
