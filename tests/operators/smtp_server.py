"""A mail server on loopback for operators' tests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from tests.provider.sandbox_server import free_port

USER, PASSWORD = "portal", "right"


class MailServer:
    """Takes every mail after *delay* seconds; `url` is what PORTAL_SMTP_URL takes."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.delay = 0.0
        self.begun = 0
        self.mails: list[EmailMessage] = []

    def url(self, password: str = "") -> str:
        login = f"{USER}:{password}@" if password else ""
        return f"smtp://{login}127.0.0.1:{self.port}?starttls=off"

    async def handle_DATA(  # noqa: N802 -- aiosmtpd calls it so
        self, _server: Any, _session: Any, envelope: Envelope
    ) -> str:
        self.begun += 1
        await asyncio.sleep(self.delay)
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(message_from_bytes(content, policy=default))
        return "250 OK"


def _authenticate(
    _server: Any, _session: Any, _envelope: Any, _mechanism: str, login: Any
) -> AuthResult:
    right = isinstance(login, LoginPassword) and login.password == PASSWORD.encode()
    return AuthResult(success=right, handled=right)


@contextmanager
def running_mail_server() -> Iterator[MailServer]:
    server = MailServer(free_port())
    controller = Controller(
        server,
        hostname="127.0.0.1",
        port=server.port,
        auth_require_tls=False,
        authenticator=_authenticate,
    )
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
