"""The survey by its link. Reading it never answers it, so that a mail scanner can't."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from desk.forms.survey import SurveyForm
from desk.views.public import in_language, public_context
from feedback.models import Survey
from feedback.rules import SurveyStatus
from feedback.services import record_answer, survey_by_token
from tickets.actors import Actor
from tickets.errors import DomainError, NotFound


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, token: str) -> HttpResponse:
    """Show the questions, or take the answer."""
    try:
        found = survey_by_token(token)
    except NotFound:
        return render(request, "desk/customer/gone.html", public_context(request), status=404)
    with in_language(request, found.ticket):
        return _answered(request, found)


def _answered(request: HttpRequest, found: Survey) -> HttpResponse:
    """The page, or what becomes of the answer."""
    if request.method != "POST":
        return _show(request, found, SurveyForm())
    form = SurveyForm(request.POST)
    if form.is_valid():
        try:
            record_answer(
                found,
                scores=form.scores,
                words=form.cleaned_data["words"],
                actor=Actor.of_customer(found.ticket.customer),
                now=timezone.now(),
            )
        except DomainError as error:
            form.refuse(error)
            return _show(request, found, form, status=max(error.status, 400))
        return redirect(f"/s/{found.token}/")
    return _show(request, found, form, status=422)


def _show(
    request: HttpRequest, found: Survey, form: SurveyForm, *, status: int = 200
) -> HttpResponse:
    """The questions, or thanks, or that it is too late."""
    context = {
        **public_context(request),
        "survey": found,
        "ticket": found.ticket,
        "first": found.ticket.customer.name.split(" ")[0],
        "form": form,
        "answered": found.status == SurveyStatus.ANSWERED,
        "open": found.status == SurveyStatus.SENT,
    }
    return render(request, "desk/customer/survey.html", context, status=status)
