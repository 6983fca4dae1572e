"""Optimistic locking over HTTP: `ETag` says which version was read, `If-Match` which was meant."""

import re

from rest_framework.request import Request

from tickets.errors import Invalid

_TAG = re.compile(r'(?:W/)?"(\d{1,9})"')


def etag(version: int) -> str:
    """The entity tag of a version, such as `"7"`."""
    return f'"{version}"'


def seen_version(request: Request) -> int | None:
    """The version that the sender last saw; None where he sent no `If-Match`, or `*`.

    Raises `Invalid` for a header that is no tag of ours. A proxy that compresses may have
    made the tag weak; it is taken all the same.
    """
    raw = request.headers.get("If-Match", "").strip()
    if raw in {"", "*"}:
        return None
    match = _TAG.fullmatch(raw)
    if match is None:
        raise Invalid('If-Match is a version in quotes, such as "7".', field="If-Match")
    return int(match[1])
