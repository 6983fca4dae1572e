"""The style guide: every component in every state."""

from django.http import HttpRequest, HttpResponse

from desk.samples import everything
from desk.samples_parts import deciding
from desk.samples_work import working
from desk.views.shell import Ask, desk_page, desk_render


@desk_page
def styleguide(request: HttpRequest, ask: Ask) -> HttpResponse:
    """Show the parts; for those who work here."""
    return desk_render(request, ask, "desk/styleguide.html", everything() | working() | deciding())
