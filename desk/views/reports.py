"""Reports of promises kept and missed; drafts of policies tried on the past."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from desk import late
from desk.build.events import KINDS
from desk.build.reckoning import reckoning_view
from desk.build.report import (
    TITLES,
    change_words,
    chart,
    extension_words,
    pause_lines,
    share_words,
    total_words,
    trend,
)
from desk.build.trial import trial_view
from desk.build.ways import Ways
from desk.forms.trial import TrialForm
from desk.sheets import sheet
from desk.views.shell import Ask, desk_page, desk_render, query
from desk.words import moment_words
from escalation import tasks
from escalation.services import previews, reports, trials
from tickets.catalogue import catalogue
from tickets.errors import Conflict, DomainError, Invalid, NotFound
from tickets.periods import period_of


def _asked(request: HttpRequest) -> dict[str, str]:
    return {name: query(request, name) for name in ("from", "to", "team", "kind", "category")}


def _found(ask: Ask, asked: dict[str, str]) -> reports.Report:
    """The report that was asked for. Raises `Invalid`."""
    if asked["kind"] and asked["kind"] not in KINDS:
        raise Invalid("There is no such kind of promise.", field="kind")
    period = period_of(asked["from"], asked["to"], now=ask.now, zone=ask.zone)
    narrow = {name: asked[name] for name in ("team", "kind", "category")}
    return reports.report(ask.who, period, now=ask.now, **narrow)


@desk_page
@require_safe
def show(request: HttpRequest, ask: Ask) -> HttpResponse:
    """Kept and missed, with charts, each with its table."""
    asked = _asked(request)
    error = ""
    try:
        found = _found(ask, asked)
    except Invalid as wrong:
        error = wrong.message
        found = _found(ask, dict.fromkeys(asked, ""))
    words, tone = change_words(found.total)
    narrow = {name: "" if error else asked[name] for name in ("team", "kind", "category")}
    ways = Ways("deadlines", found.period, narrow)
    context = {
        "place": "late",
        "asked": asked,
        "error": error,
        "query": request.GET.urlencode(),
        "period": found.period,
        "total": found.total,
        "printed": query(request, "print") == "1",
        "total_words": total_words(found.total),
        "share": share_words(found.total.share),
        "change": words,
        "change_tone": tone,
        "charts": [chart(key, found, ways) for key in TITLES],
        "trend": trend(found, ways),
        "pauses": pause_lines(found, ways),
        "extensions": extension_words(found),
        "ways": {
            "all": ways.url("all"),
            "extensions": ways.url("extension") if found.extensions.deadlines else "",
        },
        "teams": late.teams_of(ask.who),
        "kinds": list(KINDS.items()),
        "categories": catalogue().named,
        "may_try": ask.who.is_supervisor,
    }
    status = 400 if error else 200
    return desk_render(request, ask, "desk/report.html", context, status=status)


@desk_page
@require_safe
def as_csv(request: HttpRequest, ask: Ask) -> HttpResponse:
    """The same as a file for a spreadsheet."""
    found = _found(ask, _asked(request))
    rows = (_as_read(*row) for row in reports.table(found))
    return sheet(rows, f"promises-{found.period.first}-{found.period.last}")


def _as_read(by: str, key: str, name: str, *figures: str) -> tuple[str, ...]:
    """A row with the kind of a promise as the page calls it."""
    return (by, key, str(KINDS[key]) if by == "kind" and key in KINDS else name, *figures)


# -- drafts ---------------------------------------------------------------------------------------


@desk_page
def try_draft(request: HttpRequest, ask: Ask) -> HttpResponse:
    """Begin a trial, and see those there were."""
    trials.check_may_try(ask.who)
    given: dict[str, Any] = {"data": request.POST} if request.method == "POST" else {}
    form = TrialForm(**given, start=query(request, "from"), zone=ask.zone, now=ask.now)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                page = _begin(form, ask, preview="preview" in request.POST)
        except NotFound:
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect(page)
    may_preview = _may_preview(ask)
    context = {
        "place": "late",
        "form": form,
        "may_preview": may_preview,
        "reckonings": [
            (row, moment_words(row.created_at, now=ask.now, zone=ask.zone))
            for row in (previews.visible(ask.who)[:8] if may_preview else ())
        ],
        "begin_from": form.in_force,
        "trials": [
            trial_view(row, now=ask.now, zone=ask.zone)
            for row in trials.visible_trials(ask.who)[:20]
        ],
    }
    status = 422 if form.errors else 200
    return desk_render(request, ask, "desk/drafts.html", context, status=status)


def _begin(form: TrialForm, ask: Ask, *, preview: bool) -> str:
    """Begin what was asked for; returns its page."""
    draft = form.draft()
    if preview:
        item = {"key": draft.key, "name": draft.name, "order": draft.order, "data": draft.data}
        job = previews.begin({"policies": [item]}, who=ask.who, now=ask.now)
        transaction.on_commit(tasks.rederive_open.delay)
        return f"/desk/reckonings/{job.pk}/"
    row = trials.begin(
        draft, since=form.begins_at(), until=form.ends_at(), who=ask.who, now=ask.now
    )
    transaction.on_commit(lambda: tasks.simulate.delay(row.pk))
    return f"/desk/drafts/{row.pk}/"


def _may_preview(ask: Ask) -> bool:
    try:
        previews.check_may_preview(ask.who)
    except DomainError:
        return False
    return True


@desk_page
@require_safe
def reckoning(request: HttpRequest, ask: Ask, key: int) -> HttpResponse:
    """What a draft would move, or what a change moved; asks again while it is under way."""
    found = previews.look(previews.access(ask.who, key), who=ask.who)
    context = {"place": "late", "reckoning": reckoning_view(found, now=ask.now, zone=ask.zone)}
    return desk_render(request, ask, "desk/reckoning.html", context)


@desk_page
@require_POST
def cancel_preview(request: HttpRequest, ask: Ask, key: int) -> HttpResponse:
    """Stop a preview; what is found so far stays."""
    job = previews.access(ask.who, key)
    try:
        previews.cancel(job, who=ask.who, now=ask.now)
    except Conflict as error:
        messages.error(request, error.message)
    return redirect(f"/desk/reckonings/{key}/")


@desk_page
@require_safe
def trial(request: HttpRequest, ask: Ask, key: int) -> HttpResponse:
    """How far a trial is, and what came of it; the page asks again while it is under way."""
    row = trials.access_trial(ask.who, key)
    if trials.is_stalled(row, now=ask.now):
        tasks.simulate.delay(row.pk)
    context: dict[str, Any] = {
        "place": "late",
        "trial": trial_view(row, now=ask.now, zone=ask.zone),
    }
    return desk_render(request, ask, "desk/draft.html", context)


@desk_page
@require_POST
def cancel(request: HttpRequest, ask: Ask, key: int) -> HttpResponse:
    """Stop a trial; what was counted stays."""
    row = trials.cancel(trials.access_trial(ask.who, key), now=ask.now)
    messages.success(request, gettext("Stopped. Nothing was changed."))
    return redirect(f"/desk/drafts/{row.pk}/")
