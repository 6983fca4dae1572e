"""`Idempotency-Key`: a POST that is sent again does nothing again, and is answered the same.

The key is claimed by an INSERT in the transaction that does the work. Whoever comes second with
the same key waits at the unique index until the first is through, then reads its answer. Where
the work fails, or the process dies, the claim vanishes with it and the next one may try.
"""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, connection, transaction
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from tickets.change import unit_of_work
from tickets.errors import DomainError, Invalid
from tickets.models import IdempotentRequest

if TYPE_CHECKING:
    from django.http import QueryDict

#: How long an answer is kept.
KEPT = dt.timedelta(days=7)
_HEADERS = ("ETag", "Location")
# Whoever waits for the same key waits ten seconds at most, as for every lock of this request.
_CLAIM = """
WITH patience AS (SELECT set_config('lock_timeout', '10s', true))
INSERT INTO tickets_idempotentrequest (sender, key, fingerprint, status, headers, body, created_at)
SELECT %s, %s, %s, 0, '{}', '', %s FROM patience
ON CONFLICT (sender, key) DO NOTHING RETURNING id
"""
_KEEP = "UPDATE tickets_idempotentrequest SET status = %s, headers = %s, body = %s WHERE id = %s"


class KeyReused(DomainError):
    """This Idempotency-Key was used for another request. Use a new key for a new request."""

    code = "idempotency_key_reused"
    status = 422


def key_of(request: Request) -> str:
    """The key of the request, "" where it has none. Raises `Invalid`."""
    raw = request.headers.get("Idempotency-Key", "").strip()
    if len(raw) > 1 and raw[0] == raw[-1] == '"':
        raw = raw[1:-1]  # a structured header's string, as the IETF draft writes it
    if raw and not re.fullmatch(r"[\x21-\x7e]{1,255}", raw):
        raise Invalid("A key has 1 to 255 visible ASCII characters.", field="Idempotency-Key")
    return raw


def fingerprint_of(request: Request) -> str:
    """What tells this request from another: method, address and content, files included."""
    mark = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    mark.update(request.headers.get("If-Match", "").encode())
    if (request.content_type or "").startswith("multipart/"):
        data = cast("QueryDict", request.data)
        for name in sorted(data):
            for value in data.getlist(name):
                mark.update(f"\n{name}=".encode())
                mark.update(_content(value))
    else:
        mark.update(request.body)
    return mark.hexdigest()


def _content(value: Any) -> bytes:
    if isinstance(value, UploadedFile):
        digest = hashlib.sha256(value.read()).hexdigest()
        value.seek(0)
        return f"{value.name}:{digest}".encode()
    return str(value).encode("utf-8", "surrogatepass")


def once(
    request: Request, run: Callable[[], Response], *, sender: str, now: dt.datetime
) -> Response:
    """Answer the request by `run`, or as it was answered before.

    Only what succeeded is kept: what was refused may be tried again. Raises `KeyReused`;
    whoever waits for the same key for more than ten seconds gets a `busy` problem.
    """
    key = key_of(request)
    if not key:
        return run()
    fingerprint = fingerprint_of(request)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, [sender, key, fingerprint, now])
        claimed = cursor.fetchone()
        if claimed is None:
            return _again(IdempotentRequest.objects.get(sender=sender, key=key), fingerprint)
        response = run()
        status, headers, body = _answer(response)
        cursor.execute(_KEEP, [status, json.dumps(headers), body, claimed[0]])
    return response


def once_in_unit(
    request: Request, run: Callable[[], Response], *, sender: str, now: dt.datetime
) -> Response:
    """The same for a request that only adds rows and reads none back: `run` works in a unit of
    work, and the answer goes in with the unit's own INSERT.

    Nobody asks beforehand whether the key is known, since hardly ever it is: whoever comes with
    it again is found out by the unique index, or refused by a rule for what the first has done,
    and is then answered as the first was. Where rows of two requests clash (both made the same
    customer), the second is tried once more and finds what the first made.
    """
    key = key_of(request)
    fingerprint = fingerprint_of(request) if key else ""
    for last in (False, True):
        try:
            with unit_of_work(now=now) as unit:
                response = run()
                if key:
                    row = IdempotentRequest.made(sender=sender, key=key, fingerprint=fingerprint)
                    row.status, row.headers, row.body = _answer(response)
                    row.created_at = now
                    unit.add(row)
        except Exception as error:
            stored = _stored(sender, key)
            if stored is not None:
                return _again(stored, fingerprint)
            if last or not isinstance(error, IntegrityError):
                raise
        else:
            return response
    raise AssertionError("One of two attempts returns or raises.")


def _stored(sender: str, key: str) -> IdempotentRequest | None:
    if not key:
        return None
    return IdempotentRequest.objects.filter(sender=sender, key=key).first()


def _answer(response: Response) -> tuple[int, dict[str, str], str]:
    headers = {name: response[name] for name in _HEADERS if name in response}
    return response.status_code, headers, json.dumps(response.data, cls=JSONEncoder)


def _again(stored: IdempotentRequest, fingerprint: str) -> Response:
    if stored.fingerprint != fingerprint:
        raise KeyReused(field="Idempotency-Key")
    headers = {**stored.headers, "Idempotent-Replay": "true"}
    return Response(json.loads(stored.body), status=stored.status, headers=headers)


def forget_old(*, now: dt.datetime) -> int:
    """Delete answers older than `KEPT`; returns how many."""
    return IdempotentRequest.objects.filter(created_at__lt=now - KEPT).delete()[0]
