"""The words of scripts in a language. They are no secret, and kept by browsers for a year."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from desk.scripts import address_of, mark_of, script_of


@require_safe
def show(request: HttpRequest, language: str, mark: str) -> HttpResponse:
    """The file; an old address leads to the new one."""
    script = script_of(language)
    if not script:
        raise Http404
    if mark != mark_of(language):
        return redirect(address_of(language))
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
