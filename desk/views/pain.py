"""How pain is assessed: its factors and anchors, facts tried on it, and its next version."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from desk.forms.pain import EFFECTS, SPARE, TryForm, data_in
from desk.glyphs import PAIN_WORDS, FactorView, PainView
from desk.views.shell import Ask, desk_page, desk_render, me_of, query
from desk.words import moment_words
from remedies import access, services
from remedies.active import pain_in_force
from remedies.errors import Problem
from remedies.models import PainScheme
from remedies.pain import COUNTS, Scheme, assess
from remedies.pain_schemes import NEVER, SchemeInvalid, read_scheme, scheme_data
from remedies.rules.states import PolicyStatus
from tickets.errors import DomainError, NotFound
from tickets.saying import retold


def _draft() -> PainScheme | None:
    return PainScheme.objects.filter(status=PolicyStatus.DRAFT.value).first()


def _earlier(version: str) -> PainScheme | None:
    """A version that is or was in force, None where none is asked for. Raises `NotFound`."""
    if not version or version == PolicyStatus.DRAFT:
        return None
    seen = PainScheme.objects.exclude(status=PolicyStatus.DRAFT.value)
    number = int(version) if version.isdecimal() and len(version) < 9 else 0
    row = seen.filter(version=number).first()
    if row is None:
        raise NotFound("There is no such version.")
    return row


def _may_set_up(ask: Ask) -> bool:
    try:
        access.check_may_set_up(ask.who)
    except DomainError:
        return False
    return True


def _tried(request: HttpRequest, scheme: Scheme) -> tuple[TryForm, PainView | None, str]:
    """The form with what was asked, and what comes of it."""
    asked = (bool(request.GET) and "version" not in request.GET) or len(request.GET) > 1
    form = TryForm(request.GET if asked else None, scheme=scheme)
    if not asked or not form.is_valid():
        return form, None, ""
    pain = assess(form.answers, form.known, loss=form.money_lost, scheme=scheme)
    factors = tuple(
        FactorView(retold(reason.words), retold(reason.effect)) for reason in pain.reasons
    )
    return form, PainView(pain.level, factors), pain.words


@desk_page
@require_safe
def show(request: HttpRequest, ask: Ask) -> HttpResponse:
    """The assessment in force, or the draft; facts are tried on it by address."""
    found = pain_in_force()
    draft = _draft()
    of_draft = query(request, "version") == "draft" and draft is not None
    other = draft if of_draft else _earlier(query(request, "version"))
    scheme = read_scheme(other.data) if other is not None else found.scheme
    form, pain, words = _tried(request, scheme)
    context: dict[str, Any] = {
        "place": "",
        "title": retold(other.title if other is not None else found.title),
        "version": other.version if other is not None else found.version,
        "of_draft": of_draft,
        "chosen": query(request, "version") if other is not None else "",
        "retired": other is not None and other.status == PolicyStatus.RETIRED,
        "draft": draft,
        "factors": [_shown(factor) for factor in scheme.factors.values()],
        "counts": [
            (words, _step(scheme.counts[name].worse), _step(scheme.counts[name].raises))
            for name, words in COUNTS.items()
        ],
        "scheme": scheme,
        "loss": [(level, step) for level, step in enumerate(scheme.loss, start=1)],
        "currencies": ", ".join(sorted(scheme.currencies)),
        "levels": PAIN_WORDS.items(),
        "form": form,
        "pain": pain,
        "words": words,
        "may_set_up": _may_set_up(ask),
        "versions": [
            (row, moment_words(row.active_from, now=ask.now, zone=ask.zone))
            for row in PainScheme.objects.select_related("activated_by")[:20]
            if row.active_from is not None
        ],
    }
    return desk_render(request, ask, "desk/pain.html", context, status=400 if form.errors else 200)


def _levels() -> list[tuple[int, str]]:
    levels = [(level, gettext("level %(level)s") % {"level": level}) for level in range(1, 6)]
    return [(0, gettext("no level")), *levels]


def _step(count: int) -> str:
    return gettext("never") if count == NEVER else gettext("from %(count)s on") % {"count": count}


def _shown(factor: Any) -> dict[str, Any]:
    effects = {"worse": gettext("makes it worse"), "raises": "+1"}
    return {
        "label": gettext(factor.label),
        "question": gettext(factor.question),
        "on_form": factor.on_form,
        "anchors": [
            (
                retold(a.words),
                gettext("level %(level)s") % {"level": a.level} if a.level else "",
                effects.get(a.effect, ""),
                least,
            )
            for a, least in zip(
                factor.anchors,
                factor.least or [None] * len(factor.anchors),
                strict=True,
            )
        ],
    }


@desk_page
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, ask: Ask) -> HttpResponse:
    """Write the next version, as a draft. For managers."""
    access.check_may_set_up(ask.who)
    draft = _draft()
    found = pain_in_force()
    before = draft.data if draft is not None else scheme_data(found.scheme, found.title)
    data = before
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        data = data_in(request.POST, before)
        try:
            services.save_pain_scheme(data, by=me_of(ask), now=ask.now)
        except SchemeInvalid as error:
            problems = error.problems
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(
                request, gettext("Kept as a draft. Try facts on it, then put it in force.")
            )
            return redirect("/desk/pain/?version=draft")
    context = {
        "place": "",
        "data": data,
        "rows": [_row(place, factor, problems) for place, factor in enumerate(_with_spare(data))],
        "counts": [
            (name, words, data["counts"].get(name, {}), _at(problems, f"counts.{name}"))
            for name, words in COUNTS.items()
        ],
        "steps": ", ".join(map(str, data["loss"]["steps"])),
        "problems": [(_where(p.path, data), p.message) for p in problems],
        "levels": _levels(),
        "effects": EFFECTS,
        "wrong": {problem.path for problem in problems},
    }
    return desk_render(
        request, ask, "desk/pain_edit.html", context, status=422 if problems else 200
    )


def _with_spare(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The factors, and an empty one to fill in."""
    empty: dict[str, Any] = {"key": "", "label": "", "question": "", "answers": []}
    return [*data["factors"], empty]


def _at(problems: Iterable[Problem], path: str) -> str:
    return " ".join(p.message for p in problems if p.path == path or p.path.startswith(f"{path}."))


def _row(place: int, factor: dict[str, Any], problems: Sequence[Problem]) -> dict[str, Any]:
    """A factor with its lines, and spare ones."""
    blank = {"key": "", "words": "", "level": 0, "effect": ""}
    spare = SPARE if factor["answers"] else 3
    lines = [*factor["answers"], *[blank] * spare]
    at = f"factors.{place}"
    return {
        "n": place,
        "factor": factor,
        "wrong": _at([p for p in problems if not p.path.startswith(f"{at}.answers.")], at),
        "lines": [
            {"n": n, "answer": line, "wrong": _at(problems, f"{at}.answers.{n}")}
            for n, line in enumerate(lines)
        ],
    }


def _where(path: str, data: dict[str, Any]) -> str:
    """A place of the data as a person calls it."""
    parts = path.split(".")
    try:
        if parts[0] == "factors":
            factor = data["factors"][int(parts[1])]
            if len(parts) > 3 and parts[2] == "answers":
                answer = factor["answers"][int(parts[3])]
                return f"{factor['label']}, “{answer['words']}”"
            return str(factor["label"])
        if parts[0] == "counts":
            return str(COUNTS[parts[1]])
    except (IndexError, KeyError, ValueError):
        return path
    return {"loss": gettext("Money lost"), "title": gettext("Title")}.get(
        parts[0], parts[0].replace("_", " ")
    )


@desk_page
@require_POST
def activate(request: HttpRequest, ask: Ask) -> HttpResponse:
    """Put the draft in force, or throw it away."""
    access.check_may_set_up(ask.who)
    draft = _draft()
    if draft is None:
        raise NotFound(field="draft")
    if request.POST.get("do") == "drop":
        services.drop_pain_draft(draft)
        messages.success(request, gettext("The draft is gone. Nothing else changed."))
    else:
        services.activate_pain_scheme(draft, by=me_of(ask), now=ask.now)
        messages.success(
            request,
            gettext("In force. Tickets are assessed by it from the next thing that happens."),
        )
    return redirect("/desk/pain/")
