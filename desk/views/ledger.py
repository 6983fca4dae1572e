"""The ledger: what is owed, the other side's list beside it, and voucher codes."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from desk.build.ledger import PAGE, VIEWS, disagreements, ledger_rows, lines_of
from desk.build.pools import pool_history
from desk.forms.ledger import CodesForm, PoolForm
from desk.views.shell import Ask, desk_page, desk_render, me_of, query
from desk.words import moment_words, money_words, number_words
from remedies import access
from remedies.gateways import CreditGateway
from remedies.models import CodeSource, Difference, Reconciliation, VoucherPool
from remedies.rules.reconciling import KIND_WORDS, DifferenceKind
from remedies.services import codes, reconciling
from remedies.services.refilling import give_waiting
from tickets.errors import DomainError, NotFound
from tickets.rules import Role


def _allowed(check: Any, ask: Ask) -> bool:
    try:
        check(ask.who)
    except DomainError:
        return False
    return True


def _frame(ask: Ask, tab: str) -> dict[str, Any]:
    """What the three pages share."""
    return {
        "place": "ledger",
        "tab": tab,
        "sees_all": _allowed(access.check_may_see_ledger, ask),
        "may_set_up": _allowed(access.check_may_set_up, ask),
    }


@desk_page
@require_safe
def show(request: HttpRequest, ask: Ask) -> HttpResponse:
    """Remedies with who gave them and where they stand, newest first, in pages by key."""
    view = query(request, "view", "open")
    view = view if view in VIEWS else "open"
    gateway = query(request, "gateway")
    rows = ledger_rows(ask.who, view, gateway=gateway)
    before = query(request, "before")
    if before.isascii() and before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    page = list(rows[: PAGE + 1])
    context = _frame(ask, "ledger")
    context |= {
        "views": [(key, name) for key, (name, _) in VIEWS.items()],
        "view": view,
        "gateway": gateway,
        "lines": lines_of(page[:PAGE], now=ask.now, zone=ask.zone),
        "may_tick": ask.who.role is not Role.AUDITOR,
        "before": page[PAGE - 1].pk if len(page) > PAGE else None,
        "wrong": disagreements() if context["sees_all"] else 0,
    }
    return desk_render(request, ask, "desk/ledger.html", context)


@desk_page
@require_http_methods(["GET", "POST"])
def differences(request: HttpRequest, ask: Ask) -> HttpResponse:
    """On what we and the other side disagree; compared now where one asks for it."""
    access.check_may_see_ledger(ask.who)
    if request.method == "POST":
        access.check_may_set_up(ask.who)
        try:
            run = reconciling.reconcile(since=None, by=me_of(ask), now=ask.now)
        except DomainError as error:
            messages.error(request, error.message)
        else:
            if run.error:
                messages.error(request, run.error)
            else:
                messages.success(
                    request,
                    gettext("%(checked)s compared, %(found)s differ.")
                    % {"checked": run.checked, "found": run.found},
                )
        return redirect("/desk/ledger/differences/")
    gateway = CreditGateway.configured()
    rows = Difference.objects.select_related("remedy__ticket", "settled_by")
    runs = list(Reconciliation.objects.all()[:5])
    context = _frame(ask, "differences") | {
        "open": [_shown(row, ask) for row in rows.filter(settled_at__isnull=True)[:200]],
        "settled": [_shown(row, ask) for row in rows.filter(settled_at__isnull=False)[:20]],
        "runs": [(run, moment_words(run.at, now=ask.now, zone=ask.zone)) for run in runs],
        "set_up": gateway is not None and bool(gateway.status_url),
    }
    return desk_render(request, ask, "desk/differences.html", context)


_TAKEN = {DifferenceKind.PAID_THERE, DifferenceKind.FAILED_THERE}


def _shown(row: Difference, ask: Ask) -> dict[str, Any]:
    kind = DifferenceKind(row.kind)
    return {
        "row": row,
        "words": str(KIND_WORDS[kind]),
        "number": row.remedy.ticket.number if row.remedy is not None else "",
        "since": moment_words(row.first_seen, now=ask.now, zone=ask.zone),
        "may_take": kind in _TAKEN and row.remedy_id is not None,
    }


@desk_page
@require_POST
def settle(request: HttpRequest, ask: Ask, key: int) -> HttpResponse:
    """A person settles a difference, or takes over what the other side says."""
    access.check_may_set_up(ask.who)
    row = Difference.objects.filter(pk=key).first()
    if row is None:
        raise NotFound(field="difference")
    try:
        reconciling.settle_difference(
            row,
            note=request.POST.get("note", ""),
            take_over=request.POST.get("do") == "take",
            by=me_of(ask),
            actor=ask.who.actor,
            now=ask.now,
        )
    except DomainError as error:
        messages.error(request, gettext("Not settled. %(message)s") % {"message": error.message})
    else:
        messages.success(request, gettext("Settled."))
    return redirect("/desk/ledger/differences/")


@desk_page
@require_http_methods(["GET", "POST"])
def vouchers(request: HttpRequest, ask: Ask) -> HttpResponse:
    """Pools of codes, how many are left, and a new pool."""
    access.check_may_see_ledger(ask.who)
    form = PoolForm(request.POST or None)
    if request.method == "POST":
        access.check_may_set_up(ask.who)
        if form.is_valid():
            try:
                made = codes.make_pool(**form.values, by=me_of(ask), now=ask.now)
            except DomainError as error:
                form.refuse(error)
            else:
                messages.success(request, gettext("%(title)s is there.") % {"title": made.title})
                return redirect("/desk/ledger/vouchers/")
    context = _frame(ask, "vouchers") | {
        "pools": [_pool(row) for row in codes.pools_with_counts()],
        "form": form,
        "codes_form": CodesForm(),
    }
    status = 422 if request.method == "POST" else 200
    return desk_render(request, ask, "desk/vouchers.html", context, status=status)


def _pool(row: Any) -> dict[str, Any]:
    generated = row.source == CodeSource.GENERATED
    worth = (
        money_words(row.amount, row.currency)
        if row.amount
        else gettext("any sum in %(currency)s") % {"currency": row.currency}
    )
    return {
        "row": row,
        "worth": worth,
        "generated": generated,
        "low": not generated and row.left <= row.low,
    }


@desk_page
@require_http_methods(["GET", "HEAD", "POST"])
def pool(request: HttpRequest, ask: Ask, key: str) -> HttpResponse:
    """What happened to a pool; or codes that are added to it."""
    access.check_may_see_ledger(ask.who)
    found = VoucherPool.objects.filter(key=key).first()
    if found is None:
        raise NotFound(field="pool")
    if request.method == "POST":
        return _import_codes(request, ask, found)
    before = query(request, "before")
    known = before.isascii() and before.isdecimal() and len(before) < 19
    lines, older = pool_history(
        found, ask.who, before=int(before) if known else None, now=ask.now, zone=ask.zone
    )
    context = _frame(ask, "vouchers") | {"pool": found, "lines": lines, "older": older}
    return desk_render(request, ask, "desk/pool.html", context)


def _import_codes(request: HttpRequest, ask: Ask, pool: VoucherPool) -> HttpResponse:
    """Codes of another system's list; those who wait for one get theirs."""
    access.check_may_set_up(ask.who)
    try:
        typed = request.POST.get("codes", "").replace("\x00", "")
        found = codes.import_codes(
            pool, typed.replace(",", "\n").splitlines(), actor=ask.who.actor, now=ask.now
        )
    except DomainError as error:
        messages.error(
            request, gettext("Nothing was added. %(message)s") % {"message": error.message}
        )
    else:
        given = give_waiting(pool, actor=ask.who.actor, now=ask.now)
        told = {"count": number_words(found.added), "known": number_words(found.known)}
        words = gettext("%(count)s added.") % told
        if found.known:
            words = gettext("%(count)s added, %(known)s known before.") % told
        if given:
            waited = ngettext(
                "%(count)s went to people who waited.",
                "%(count)s went to people who waited.",
                given,
            )
            words = f"{words} {waited % {'count': number_words(given)}}"
        messages.success(request, words)
    return redirect("/desk/ledger/vouchers/")
