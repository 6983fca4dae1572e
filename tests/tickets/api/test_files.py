"""Files over HTTP: in, out, and refused."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import request_finished
from django.db import close_old_connections
from django.test import override_settings
from PIL import Image
from rest_framework.test import APIClient

from tests.builders import Desk, make_ticket
from tickets.models import Attachment, Ticket


def _png() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (2, 2), "red").save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture(autouse=True)
def _media(tmp_path: Path) -> Any:
    with override_settings(MEDIA_ROOT=str(tmp_path)):
        yield


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    """An outage."""
    return make_ticket(desk)


def _send(client: APIClient, ticket: Ticket, *files: SimpleUploadedFile, **more: Any) -> Any:
    return client.post(
        f"/api/v1/tickets/{ticket.number}/attachments/",
        {"files": list(files), **more.pop("data", {})},
        format="multipart",
        **more,
    )


def _close(response: Any) -> None:
    """As the server does, but keep the connection to the database that the test is in."""
    request_finished.disconnect(close_old_connections)
    response.close()
    request_finished.connect(close_old_connections)


def test_a_picture_goes_in_and_comes_out_as_something_to_save(
    api: APIClient, ticket: Ticket
) -> None:
    sent = _send(api, ticket, SimpleUploadedFile("../../rack <b>.png", _png(), "text/html"))
    assert sent.status_code == 200, sent.content
    (row,) = api.get(f"/api/v1/tickets/{ticket.number}/attachments/").json()["results"]
    assert (row["name"], row["content_type"]) == ("rack _b_.png", "image/png")
    response = api.get(row["url"])
    assert b"".join(response) == _png()
    _close(response)
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.html", b"<script>alert(1)</script>", "accepted"),
        ("a.png", b"<svg onload=alert(1)>", "accepted"),
        ("a.exe", b"MZ\x90\x00", "accepted"),
        ("a.pdf", b"not a pdf", "accepted"),
        ("a.txt", b"<html>", "accepted"),
        ("a.txt", b"a" * (10 * 1024 * 1024 + 1), "larger than 10 MB"),
    ],
)
def test_a_file_that_is_not_welcome_is_refused_by_name(
    api: APIClient, ticket: Ticket, name: str, content: bytes, why: str
) -> None:
    good = SimpleUploadedFile("good.png", _png())
    response = _send(api, ticket, good, SimpleUploadedFile(name, content))
    assert response.status_code == 400
    body = response.json()
    assert body["code"] == "file_refused"
    assert name in body["detail"]
    assert why in body["detail"]
    assert body["errors"][0]["field"] == "files.1"
    assert not Attachment.objects.exists()


def test_nothing_or_an_empty_file_is_no_file(api: APIClient, ticket: Ticket) -> None:
    assert _send(api, ticket).json()["errors"][0]["field"] == "files"
    empty = _send(api, ticket, SimpleUploadedFile("a.txt", b""))
    assert empty.json()["errors"][0]["field"] == "files.0"
    words = api.post(f"/api/v1/tickets/{ticket.number}/attachments/", {"files": []})
    assert words.status_code == 415


def test_the_same_files_with_the_same_key_are_kept_once(api: APIClient, ticket: Ticket) -> None:
    for _ in range(2):
        sent = _send(
            api, ticket, SimpleUploadedFile("a.png", _png()), HTTP_IDEMPOTENCY_KEY="files-1"
        )
        assert sent.status_code == 200
    assert Attachment.objects.count() == 1
    other = _send(api, ticket, SimpleUploadedFile("a.txt", b"else"), HTTP_IDEMPOTENCY_KEY="files-1")
    assert other.json()["code"] == "idempotency_key_reused"


def test_a_file_of_a_ticket_that_one_may_not_see_is_not_there(
    api: APIClient, ticket: Ticket, desk: Desk, as_user: Callable[..., APIClient]
) -> None:
    _send(api, ticket, SimpleUploadedFile("a.png", _png()))
    url = f"/api/v1/attachments/{Attachment.objects.get().pk}/"
    seen = as_user(desk.alice).get(url)
    assert seen.status_code == 200
    _close(seen)
    assert as_user(desk.charlie).get(url).status_code == 404
    assert as_user(desk.alice).get("/api/v1/attachments/999999/").status_code == 404
