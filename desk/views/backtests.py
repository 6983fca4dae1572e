"""Remedy policies tried on past complaints: begun, watched, stopped, and what came of it."""

import csv
import datetime as dt
import io
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from desk.build.backtest import backtest_head, backtest_view
from desk.build.backtest_csv import table
from desk.build.both import both_view
from desk.forms.backtest import BacktestForm
from desk.views.shell import Ask, desk_page, desk_render, query
from remedies import tasks
from remedies.errors import PolicyInvalid
from remedies.models import Backtest
from remedies.services import backtests, replaying
from remedies.services.backtests import Text
from tickets.access import access_ticket
from tickets.errors import DomainError, NotAllowed, NotFound

LISTED = 20
#: How far back an editor offers to look.
USUAL_SPAN = dt.timedelta(days=80)
#: Workers that are rung for one backtest: it is divided among whoever comes.
RINGS = 2


@desk_page
def begin(request: HttpRequest, ask: Ask) -> HttpResponse:
    """Begin one, and see those there were."""
    listed = backtests.visible_backtests(ask.who)[:LISTED]
    may_begin = backtests.may_begin(ask.who)
    given: dict[str, Any] = {"data": request.POST} if request.method == "POST" else {}
    if wanted := query(request, "policy"):
        given.setdefault("initial", {"policy": wanted, "since": query(request, "since")})
    form = BacktestForm(**given, who=ask.who, zone=ask.zone, now=ask.now)
    if request.method == "POST":
        backtests.check_may_begin(ask.who)
        if form.is_valid():
            try:
                row = _begin(form, ask)
            except (NotAllowed, NotFound):
                raise
            except DomainError as error:
                form.refuse(error)
            else:
                return redirect(f"/desk/backtests/{row.pk}/")
    context = {
        "place": "policies",
        "form": form if may_begin else None,
        "backtests": [backtest_head(row, now=ask.now, zone=ask.zone) for row in listed],
    }
    status = 422 if form.errors else 200
    return desk_render(request, ask, "desk/backtests.html", context, status=status)


def _begin(form: BacktestForm, ask: Ask) -> Backtest:
    with transaction.atomic():
        row = backtests.begin(
            form.tried, beside=form.against, since=form.begins_at(), until=form.ends_at(),
            who=ask.who, now=ask.now,
        )  # fmt: skip
        transaction.on_commit(lambda: _ring(row))
    return row


def _ring(row: Backtest) -> None:
    for _ in range(RINGS):
        tasks.run_backtests.delay(row.pk)


@desk_page
@require_safe
def show(request: HttpRequest, ask: Ask, key: int) -> HttpResponse:
    """How far it is, and what came of it; the page asks again while it is under way."""
    row = backtests.access_backtest(ask.who, key)
    view = backtest_view(row, who=ask.who, now=ask.now, zone=ask.zone)
    context = {"place": "policies", "test": view, "may_stop": backtests.may_begin(ask.who)}
    return desk_render(request, ask, "desk/backtest.html", context)


@desk_page
@require_POST
def cancel(request: HttpRequest, ask: Ask, key: int) -> HttpResponse:
    """Stop one; what was counted stays."""
    row = backtests.access_backtest(ask.who, key, stop=True)
    backtests.cancel(row, who=ask.who, now=ask.now)
    messages.success(request, gettext("Stopped. What was counted so far is kept."))
    return redirect(f"/desk/backtests/{key}/")


@desk_page
@require_safe
def as_csv(request: HttpRequest, ask: Ask, key: int) -> HttpResponse:
    """All numbers as a file for a spreadsheet."""
    row = backtests.access_backtest(ask.who, key)
    stream = io.StringIO()
    csv.writer(stream).writerows(table(row, who=ask.who))
    return HttpResponse(
        stream.getvalue().encode("utf-8-sig"),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="backtest-{row.pk}.csv"'},
    )


@desk_page
@require_safe
def ticket(request: HttpRequest, ask: Ask, key: int, number: str) -> HttpResponse:
    """One ticket under both policies, with every reason."""
    row = backtests.access_backtest(ask.who, key)
    found = replaying.explain(row, access_ticket(ask.who, number))
    context = {
        "place": "policies",
        "test": backtest_head(row, now=ask.now, zone=ask.zone),
        "ticket": found.ticket,
        "both": both_view(found.now, found.then),
    }
    return desk_render(request, ask, "desk/backtest_ticket.html", context)


@desk_page
@require_safe
def beside(request: HttpRequest, ask: Ask, policy: str, version: int) -> HttpResponse:
    """What came of this very text, for the margin of its editor; or the way to try it."""
    ref = f"{policy}@{version}"
    try:
        row = backtests.newest_for(ask.who, Text.stored(ask.who, ref))
        mistakes = False
    except PolicyInvalid:
        row, mistakes = None, True
    view = None
    if row is not None:
        view = backtest_view(row, who=ask.who, now=ask.now, zone=ask.zone)
    some_months_ago = ask.now.astimezone(ask.zone).date() - USUAL_SPAN
    context = {
        "test": view,
        "policy": ref,
        "mistakes": mistakes,
        "address": request.path,
        "since": some_months_ago.replace(day=1).isoformat(),
        "may_begin": backtests.may_begin(ask.who) and not mistakes,
    }
    return render(request, "desk/components/backtest_beside.html", context)
