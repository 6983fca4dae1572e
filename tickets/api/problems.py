"""One shape for everything that goes wrong: RFC 9457 problem details.

    {"type": "urn:amends:problem:stale", "title": "Stale", "status": 412, "code": "stale",
     "detail": "Somebody changed this ticket ...",
     "errors": [{"field": "version", "code": "stale", "message": "Somebody changed ..."}]}

`code` is stable and is what programs read; `detail` is for people; `errors` names each field at
fault by its path in what was sent ("facts.delay_minutes", "points.0").
"""

from collections.abc import Iterator, Mapping
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import set_rollback

from tickets.errors import DomainError, Invalid

CONTENT_TYPE = "application/problem+json"
log = structlog.get_logger(__name__)

#: Codes of the framework that are ours under another name.
_RENAMED = {"permission_denied": "not_allowed", "parse_error": "malformed", "error": "refused"}
_WORDS = {
    "authentication_failed": gettext_lazy("This token is not valid or has expired."),
    "not_authenticated": gettext_lazy(
        "Send an access token (Authorization: Bearer ...) or sign in."
    ),
    "not_found": gettext_lazy("There is nothing here under that name, or you may not see it."),
    "malformed": gettext_lazy("The body can't be read: {}"),
}
#: What PostgreSQL says when two requests stand in each other's way: deadlock, lock time-out,
#: serialization failure. Trying again helps.
_BUSY = {"40P01", "55P03", "40001"}


class ScopeMissing(DomainError):
    """The access token lacks the scope {scope}."""

    code = "scope_missing"
    status = 403


class BadCursor(Invalid):
    """This cursor is not one of this list. Start again without it."""

    code = "bad_cursor"


class Busy(DomainError):
    """Another request is changing the same thing right now. Try again."""

    code = "busy"
    status = 409


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """A response in the one shape of errors."""
    body = _body(status, code, detail, errors=errors or [], **more)
    return Response(body, status=status, content_type=CONTENT_TYPE, headers=dict(headers or {}))


def problem_page(status: int, code: str, detail: str) -> HttpResponse:
    """The same where no view of the API was reached, or its answer could not be written."""
    return JsonResponse(
        _body(status, code, detail, errors=[]), status=status, content_type=CONTENT_TYPE
    )


def _body(status: int, code: str, detail: str, **more: Any) -> dict[str, Any]:
    body = {
        "type": f"urn:amends:problem:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }
    told: dict[str, Any] = _whole(body)
    return told


def _whole(value: Any) -> Any:
    """What an error quotes of its input may hold half characters, which can't be sent."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(one) for key, one in value.items()}
    return value


def problem_handler(error: Exception, context: Mapping[str, Any]) -> Response:
    """Every exception of a view as a problem; what nobody foresaw is logged and says nothing."""
    set_rollback()
    if (request := context.get("request")) is not None:
        # Whatever the view would have written, such as the schema's YAML: a problem is JSON.
        request.accepted_renderer = JSONRenderer()
        request.accepted_media_type = JSONRenderer.media_type
    if isinstance(error, DomainError):
        return _of_domain(error)
    if isinstance(error, exceptions.ValidationError):
        return _of_validation(error)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, exceptions.APIException):
        return _of_framework(error)
    return _of_the_rest(error, context)


def _of_domain(error: DomainError) -> Response:
    known = {k: v for k, v in error.params.items() if isinstance(v, str | int | bool)}
    errors = [
        {"field": field, "code": code, "message": message} for field, code, message in error.details
    ]
    if error.field and not errors:
        errors = [{"field": error.field, "code": error.code, "message": error.message}]
    headers = {}
    if isinstance(error, ScopeMissing):
        headers["WWW-Authenticate"] = f'Bearer error="insufficient_scope", scope="{known["scope"]}"'
    more = {"params": known} if known else {}
    return problem(error.status, error.code, error.message, errors=errors, headers=headers, **more)


def _of_validation(error: exceptions.ValidationError) -> Response:
    errors = list(_flat(error.detail))
    first = errors[0] if errors else {"field": "", "message": _("The input is not valid.")}
    detail = f"{first['field']}: {first['message']}" if first["field"] else first["message"]
    return problem(400, "invalid", detail, errors=errors)


def _flat(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """The framework's nested errors as rows, each with the path of its field."""
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            own = "" if key == "non_field_errors" else str(key)
            yield from _flat(value, ".".join(filter(None, (path, own))))
    elif isinstance(detail, list):
        for index, value in enumerate(detail):
            inner = path
            if isinstance(value, Mapping | list):
                inner = ".".join(filter(None, (path, str(index))))
            yield from _flat(value, inner)
    else:
        code = getattr(detail, "code", "invalid")
        yield {"field": path, "code": _RENAMED.get(code, code), "message": str(detail)}


def _of_framework(error: exceptions.APIException) -> Response:
    raw = error.get_codes()
    code = raw if isinstance(raw, str) else error.default_code
    code = _RENAMED.get(code, code)
    words = str(_WORDS.get(code, "{}")).format(error.detail)
    headers: dict[str, str] = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    wait = getattr(error, "wait", None)
    if wait is not None:
        headers["Retry-After"] = str(max(int(wait), 1))
    return problem(error.status_code, code, words, headers=headers)


def _of_the_rest(error: Exception, context: Mapping[str, Any]) -> Response:
    if isinstance(error, RequestDataTooBig):
        return problem(413, "too_large", _("The request is larger than this site accepts."))
    if isinstance(error, SuspiciousOperation):
        return problem(400, "malformed", _("The request can't be read."))
    if isinstance(error, IntegrityError):
        log.warning("constraint_refused", error=str(error))
        return problem(409, "conflict", _("This clashes with what is already there."))
    if isinstance(error, OperationalError) and _sqlstate(error) in _BUSY:
        busy = Busy()
        return problem(busy.status, busy.code, busy.message)
    if isinstance(error, InterfaceError) or _is_gone(error):
        log.error("database_gone", error=str(error))
        words = _("This site can't reach its database right now. Nothing was changed; try again.")
        return problem(503, "unavailable", words, headers={"Retry-After": "5"})
    view = type(context.get("view")).__name__
    log.error("api_failed", view=view, exc_info=error)
    request = getattr(context.get("request"), "_request", None)
    got_request_exception.send(sender=type(context.get("view")), request=request)
    return problem(500, "failed", _("Something went wrong on our side. Nothing was changed."))


def _is_gone(error: Exception) -> bool:
    """Whether the server was not reached (no state), or ends or starts (class 57P)."""
    state = _sqlstate(error)
    return isinstance(error, OperationalError) and (not state or state.startswith(("57P", "08")))


def _sqlstate(error: Exception) -> str:
    return str(getattr(error.__cause__, "sqlstate", "") or "")
