"""`/metrics`: what operators watch, in Prometheus' text form, for whoever has the token."""

import secrets
from collections.abc import Iterable

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from escalation.services.metrics import Metric, collect

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The metrics, or 404 where no token is set, 401 for another one, 503 without a database."""
    expected: str = settings.METRICS_TOKEN
    if not expected:
        raise Http404
    sent = request.headers.get("Authorization", "")
    if not secrets.compare_digest(sent.encode(), f"Bearer {expected}".encode()):
        return HttpResponse(
            "The metrics need their token.\n",
            status=401,
            content_type="text/plain; charset=utf-8",
            headers={"WWW-Authenticate": "Bearer"},
        )
    try:
        found = collect(now=timezone.now())
    except DatabaseError:
        return HttpResponse("# no database\n", status=503, content_type=CONTENT_TYPE)
    return HttpResponse(exposition(found), content_type=CONTENT_TYPE)


def exposition(found: Iterable[Metric]) -> str:
    """Prometheus' text form; samples of one name stand together, under its help."""
    lines: list[str] = []
    known = ""
    for metric in found:
        if metric.name != known:
            known = metric.name
            lines += [f"# HELP {known} {metric.help}", f"# TYPE {known} gauge"]
        labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in metric.labels.items())
        lines.append(f"{known}{'{' + labels + '}' if labels else ''} {_number(metric.value)}")
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
