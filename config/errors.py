"""What answers where no view did: a problem under /api/, elsewhere a page.

A wrong Host, a request that can't be read and a failure of middleware come here, past the API's
own handler of exceptions.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from desk.views import errors as pages
from tickets.api.problems import problem_page


def _for_programs(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _either(
    page: Callable[..., HttpResponse], status: int, code: str, detail: str
) -> Callable[..., HttpResponse]:
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if _for_programs(request):
            return problem_page(status, code, detail)
        return page(request, *args, **kwargs)

    answer.__doc__ = page.__doc__
    return answer


bad_request = _either(
    pages.bad_request, 400, "malformed", "The request can't be read: its Host, address or form."
)
forbidden = _either(pages.forbidden, 403, "not_allowed", "This is not allowed here.")
not_found = _either(
    pages.not_found,
    404,
    "not_found",
    "There is nothing here under that name, or you may not see it.",
)
server_error = _either(
    pages.server_error, 500, "failed", "Something went wrong on our side. Try again in a moment."
)
