"""Policies: the list, one with its versions and history, what changed, and what is done to them."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from desk.build.policies import act_views, change_views, diff_lines, policy_views, version_view
from desk.forms.policies import BlankForm, PackForm, WhenForm
from desk.views.shell import Ask, desk_page, desk_render, me_of, query
from remedies import services
from remedies.access import (
    access_policy,
    check_may_edit_policies,
    may_edit_policies,
    may_see_drafts,
    visible_policies,
)
from remedies.errors import PolicyInvalid
from remedies.models import PolicyAct, RemedyPolicy
from remedies.rules.checks.difference import differences_between
from remedies.rules.language.source import read_source
from remedies.rules.states import PolicyStatus
from remedies.services.drafts import pack_policy
from tickets.errors import DomainError, Invalid, NotFound

#: Acts shown; the API has all.
HISTORY = 60


@desk_page
@require_safe
def show(request: HttpRequest, ask: Ask) -> HttpResponse:
    """Every policy, those in force on top."""
    return _list(request, ask)


def _list(
    request: HttpRequest,
    ask: Ask,
    *,
    blank: BlankForm | None = None,
    status: int = 200,
) -> HttpResponse:
    rows = visible_policies(ask.who).order_by("key", "-version").defer("source")
    edits = may_edit_policies(ask.who)
    context = {
        "place": "policies",
        "top_title": gettext("Policies"),
        "policies": policy_views(rows, now=ask.now, zone=ask.zone),
        "edits": edits,
        "drafts": may_see_drafts(ask.who),
        "blank": (blank or BlankForm(prefix="blank")) if edits else None,
        "pack": PackForm(prefix="pack") if edits else None,
    }
    return desk_render(request, ask, "desk/policies.html", context, status=status)


@desk_page
@require_POST
def begin(request: HttpRequest, ask: Ask) -> HttpResponse:
    """A draft: from a version, from a pack, or from nothing. Then its editor."""
    check_may_edit_policies(ask.who)
    blank = BlankForm(request.POST, prefix="blank")
    based: RemedyPolicy | None = None
    try:
        if "key" in request.POST:
            based = access_policy(ask.who, request.POST["key"][:60], _number(request, "version"))
            source = based.source
        elif "pack-pack" in request.POST:
            source = pack_policy(request.POST["pack-pack"][:60])
        elif blank.is_valid():
            source = blank.source()
        else:
            return _list(request, ask, blank=blank, status=422)
        row = services.begin_draft(source, by=me_of(ask), now=ask.now, based_on=based)
    except NotFound:
        raise
    except DomainError as error:
        if "blank-key" in request.POST and blank.is_valid():
            blank.refuse(error)
            return _list(request, ask, blank=blank, status=422)
        messages.error(request, error.message)
        return redirect(f"/desk/policies/{based.key}/" if based is not None else "/desk/policies/")
    return redirect(f"/desk/policies/{row.key}/{row.version}/")


def _number(request: HttpRequest, name: str) -> int | None:
    raw = request.POST.get(name, "")
    return int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 10 else None


@desk_page
@require_safe
def one(request: HttpRequest, ask: Ask, key: str) -> HttpResponse:
    """A policy: its versions, and who did what."""
    rows = list(
        visible_policies(ask.who).filter(key=key).order_by("-version").defer("source")[:200]
    )
    if not rows:
        raise NotFound(field="policy")
    views = [version_view(row, now=ask.now, zone=ask.zone) for row in rows]
    acts = PolicyAct.objects.filter(key=key)[:HISTORY] if may_see_drafts(ask.who) else ()
    by_status = {view.status: view for view in reversed(views)}
    context = {
        "place": "policies",
        "key": key,
        "title": next((r.title for r in rows if r.status == "active"), rows[0].title),
        "versions": views,
        "draft": by_status.get(PolicyStatus.DRAFT.value),
        "active": by_status.get(PolicyStatus.ACTIVE.value),
        "planned": by_status.get(PolicyStatus.SCHEDULED.value),
        "acts": act_views(acts, now=ask.now, zone=ask.zone),
        "edits": may_edit_policies(ask.who),
        "drafts": may_see_drafts(ask.who),
    }
    return desk_render(request, ask, "desk/policy.html", context)


@desk_page
@require_safe
def changes(request: HttpRequest, ask: Ask, key: str, version: int) -> HttpResponse:
    """What a version says otherwise than another; by default than the one in force, or before."""
    after = access_policy(ask.who, key, version)
    others = list(
        visible_policies(ask.who).filter(key=key).exclude(pk=after.pk).order_by("-version")[:200]
    )
    raw = query(request, "from")
    wanted = int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 10 else 0
    if raw:
        before = next((row for row in others if row.version == wanted), None)
        if before is None:
            raise Http404
    else:
        before = _compared(after, others)
    context: dict[str, Any] = {
        "place": "policies",
        "key": key,
        "after": after,
        "before": before,
        "others": [row.version for row in others],
        "changes": None,
        "lines": diff_lines(before.source, after.source) if before is not None else (),
    }
    if before is not None:
        try:
            context["changes"] = change_views(differences_between(*map(_source, (before, after))))
        except (PolicyInvalid, Invalid):
            context["changes"] = None
    return desk_render(request, ask, "desk/policy_changes.html", context)


def _compared(after: RemedyPolicy, others: list[RemedyPolicy]) -> RemedyPolicy | None:
    """What a version is compared with: the one in force; for that one, the version before it."""
    active = next((row for row in others if row.status == PolicyStatus.ACTIVE), None)
    return active or next((row for row in others if row.version < after.version), None)


def _source(row: RemedyPolicy) -> Any:
    source = read_source(row.source)
    if not isinstance(source.data, dict):
        raise Invalid("This is no policy yet.", field="version")
    return source


# -- acts -----------------------------------------------------------------------------------------


@desk_page
@require_POST
def act(request: HttpRequest, ask: Ask, key: str, version: int, verb: str) -> HttpResponse:
    """Put in force now or on a day, take that back, discard, retire."""
    row = access_policy(ask.who, key, version, edit=True)
    run = _ACTS.get(verb)
    if run is None:
        raise Http404
    editor = f"/desk/policies/{key}/{version}/"
    try:
        return redirect(run(request, ask, row))
    except NotFound:
        raise
    except PolicyInvalid as error:
        for problem in error.problems[:5]:
            messages.error(request, gettext("Not in force yet. %(problem)s") % {"problem": problem})
        return redirect(f"{editor}?search=1")
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(editor)


def _activate(request: HttpRequest, ask: Ask, row: RemedyPolicy) -> str:
    seen = _number(request, "seen")
    if request.POST.get("when") == "later":
        form = WhenForm(request.POST)
        if not form.is_valid():
            raise Invalid("Say from which day and hour.", field="at")
        services.schedule(row, at=form.moment(), by=me_of(ask), now=ask.now, seen=seen)
        messages.success(
            request,
            gettext("Version %(version)s is put in force on its day.") % {"version": row.version},
        )
    else:
        services.activate(row, by=me_of(ask), now=ask.now, seen=seen)
        messages.success(
            request, gettext("Version %(version)s is in force.") % {"version": row.version}
        )
    return f"/desk/policies/{row.key}/"


def _unschedule(request: HttpRequest, ask: Ask, row: RemedyPolicy) -> str:
    services.unschedule(row, by=me_of(ask), now=ask.now)
    messages.success(
        request, gettext("Version %(version)s is a draft again.") % {"version": row.version}
    )
    return f"/desk/policies/{row.key}/{row.version}/"


def _discard(request: HttpRequest, ask: Ask, row: RemedyPolicy) -> str:
    services.discard_draft(row, by=me_of(ask), now=ask.now, seen=_number(request, "seen"))
    messages.success(
        request,
        gettext("Draft %(version)s is discarded. The history keeps its text.")
        % {"version": row.version},
    )
    left = RemedyPolicy.objects.filter(key=row.key).exists()
    return f"/desk/policies/{row.key}/" if left else "/desk/policies/"


def _retire(request: HttpRequest, ask: Ask, row: RemedyPolicy) -> str:
    services.retire(row, by=me_of(ask), now=ask.now)
    messages.success(
        request, gettext("Version %(version)s is no longer in force.") % {"version": row.version}
    )
    return f"/desk/policies/{row.key}/"


_ACTS = {
    "activate": _activate,
    "unschedule": _unschedule,
    "discard": _discard,
    "retire": _retire,
}
