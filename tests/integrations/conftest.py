"""Real servers of the other side: SMTP and HTTP, on this machine, in a thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.support.live import free_port


@dataclass
class Postbox:
    """What an SMTP server got, and what it says to the next mails."""

    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    #: Answer to RCPT and DATA instead of taking the mail, such as "550 No such user".
    refuse_recipient: str = ""
    refuse_data: str = ""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        if self.refuse_data:
            return self.refuse_data
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 OK"


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    """A real SMTP server that mail goes to."""
    box = Postbox()
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.DEFAULT_FROM_EMAIL = "Amends <complaints@desk.example>"
    settings.INBOUND_MAIL_ADDRESS = "complaints@desk.example"
    settings.SITE_URL = "https://desk.example"
    yield box
    controller.stop()


@dataclass
class Listening:
    """What an HTTP server got: headers and body of each request."""

    url: str = ""
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    status: int = 204


@pytest.fixture
def listening(settings: Any) -> Iterator[Listening]:
    """A real HTTP server that webhooks go to."""
    state = Listening()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            state.requests.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(state.status)
            self.send_header("location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.WEBHOOKS_TO_PRIVATE_ADDRESSES = True
    state.url = f"http://127.0.0.1:{server.server_port}/hook?from=amends"
    yield state
    server.shutdown()
    server.server_close()
    thread.join()
