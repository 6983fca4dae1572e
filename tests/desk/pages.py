"""What tests of pages need: their text, and the hidden fields of a form."""

import html
import io
import re
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from tickets.models import User

SignIn = Callable[[User | None], Client]


def text_of(response: Any) -> str:
    """The page as a person reads it: no tags, single spaces."""
    body = response.content.decode()
    plain = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", body, flags=re.DOTALL)
    return " ".join(html.unescape(plain).split())


def hidden_of(client: Client, url: str) -> dict[str, str]:
    """The version and the last event that a reader of the ticket's page saw."""
    body = client.get(url).content.decode()
    found = {}
    for name in ("version", "events"):
        match = re.search(rf'name="{name}" value="(\d+)"', body)
        assert match, name
        found[name] = match[1]
    return found


def queries_of(client: Client, url: str) -> int:
    """How many queries a page takes, once what processes keep is there."""
    client.get(url)
    with CaptureQueriesContext(connection) as caught:
        response = client.get(url)
    assert response.status_code == 200
    return len(caught)


def a_picture() -> bytes:
    """A small PNG that opens."""
    stream = io.BytesIO()
    Image.new("RGB", (2, 2), "teal").save(stream, "PNG")
    return stream.getvalue()


def fetched(client: Client, url: str) -> Any:
    """A response whose file was read to the end and closed."""
    response: Any = client.get(url)
    if response.streaming:
        b"".join(response.streaming_content)
    return response
