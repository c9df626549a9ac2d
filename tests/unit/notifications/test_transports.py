"""SMTP against a real local server, and what a mail looks like on the wire."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from portal_app.notifications.mails import Mail
from portal_app.notifications.models import OutboxMessage
from portal_app.notifications.transports import (
    SandboxMailbox,
    SmtpTransport,
    Undeliverable,
    choose_transport,
    compose,
)
from portal_app.settings import Settings
from tests.conftest import NOW

MAIL = Mail("Ihr Code: 123456 – gültig", "Grüße: 123456\n", "<p>Grüße: <b>123456</b></p>")


class Server:
    """A mail server's handler that keeps what it got and refuses whom it is told to."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.refusal = ""

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd calls it so
        self, _server: Any, _session: Any, envelope: Any, to: str, _o: Any
    ) -> str:
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 -- see above
        self, _server: Any, _session: Any, envelope: Envelope
    ) -> str:
        self.envelopes.append(envelope)
        return "250 OK"


@pytest.fixture
def server() -> Iterator[tuple[Server, int]]:
    handler = Server()
    controller = Controller(
        handler,
        hostname="127.0.0.1",
        port=_free_port(),
        auth_require_tls=False,
        authenticator=_authenticate,
    )
    controller.start()
    yield handler, controller.port
    controller.stop()


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _authenticate(_server: Any, _session: Any, _envelope: Any, _way: str, data: Any) -> AuthResult:
    known = data == LoginPassword(b"portal", b"p@ss/word")
    return AuthResult(success=known, handled=False)


def message(recipient: str = "ada@example.com") -> OutboxMessage:
    return OutboxMessage(
        id="mail_1", kind="sign_in_code", recipient=recipient, created_at=NOW, due_at=NOW
    )


def settings_of(url: str, sender: str = "Billing <billing@example.com>") -> Settings:
    return Settings(portal_smtp_url=url, portal_mail_from=sender, portal_origin="https://b.example")


async def test_a_mail_arrives_in_both_forms_with_a_stable_id(server: tuple[Server, int]) -> None:
    handler, port = server
    transport = choose_transport(settings_of(f"smtp://127.0.0.1:{port}"))
    await transport.send(message(), MAIL)
    await transport.send(message(), MAIL)
    assert [envelope.rcpt_tos for envelope in handler.envelopes] == [["ada@example.com"]] * 2
    first, second = (_parsed(envelope) for envelope in handler.envelopes)
    assert first["Message-ID"] == second["Message-ID"] == "<mail_1@b.example>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Subject"] == MAIL.subject
    assert first["From"] == "Billing <billing@example.com>"
    assert first["Date"].datetime == NOW
    text, html = first.get_body(("plain",)), first.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == MAIL.text
    assert html.get_content().strip() == MAIL.html


def _parsed(envelope: Envelope) -> EmailMessage:
    content = envelope.content
    assert isinstance(content, bytes)
    parsed = message_from_bytes(content, policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


async def test_a_password_is_read_from_the_address(server: tuple[Server, int]) -> None:
    handler, port = server
    good = f"smtp://portal:p%40ss%2Fword@127.0.0.1:{port}?starttls=off"
    await SmtpTransport.from_settings(settings_of(good)).send(message(), MAIL)
    assert len(handler.envelopes) == 1
    bad = f"smtp://portal:wrong@127.0.0.1:{port}?starttls=off"
    with pytest.raises(Exception, match="535"):
        await SmtpTransport.from_settings(settings_of(bad)).send(message(), MAIL)


async def test_a_password_never_travels_in_the_clear_by_itself(server: tuple[Server, int]) -> None:
    handler, port = server
    transport = SmtpTransport.from_settings(settings_of(f"smtp://portal:x@127.0.0.1:{port}"))
    with pytest.raises(Exception, match="STARTTLS"):
        await transport.send(message(), MAIL)
    assert handler.envelopes == []


@pytest.mark.parametrize(
    ("answer", "final"), [("550 no such mailbox", True), ("451 try later", False)]
)
async def test_only_a_final_refusal_is_final(
    server: tuple[Server, int], answer: str, final: bool
) -> None:
    handler, port = server
    handler.refusal = answer
    transport = SmtpTransport.from_settings(settings_of(f"smtp://127.0.0.1:{port}"))
    with pytest.raises(Exception, match=answer[:3]) as raised:
        await transport.send(message(), MAIL)
    assert isinstance(raised.value, Undeliverable) is final


@pytest.mark.parametrize(
    ("recipient", "subject"),
    [
        ("ada@example.com\r\nBcc: eve@example.com", "Hello"),
        ("ada@example.com\nBcc: eve@example.com", "Hello"),
        ("ada@example.com", "Hello\r\nBcc: eve@example.com"),
        ("ada@example.com", "Hello\nBcc: eve@example.com"),
    ],
)
def test_no_header_can_be_slipped_in(recipient: str, subject: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        compose(message(recipient), Mail(subject, "", ""), sender="b@example.com", host="h")


@pytest.mark.parametrize(
    ("url", "tls", "port", "start_tls"),
    [
        ("smtp://mail.example.com", False, 587, None),
        ("smtp://u:p@mail.example.com", False, 587, True),
        ("smtp://u:p@mail.example.com:25?starttls=off", False, 25, False),
        ("smtps://u:p@mail.example.com", True, 465, False),
    ],
)
def test_the_address_says_how(url: str, tls: bool, port: int, start_tls: bool | None) -> None:
    found = SmtpTransport.from_settings(settings_of(url))
    assert (found.tls, found.port, found.start_tls) == (tls, port, start_tls)


@pytest.mark.parametrize(
    ("url", "sender"),
    [("http://mail.example.com", "a@b.co"), ("smtp://", "a@b.co"), ("smtp://mail.example.com", "")],
)
def test_a_wrong_address_says_what_is_wrong(url: str, sender: str) -> None:
    with pytest.raises(ValueError, match="PORTAL_"):
        choose_transport(settings_of(url, sender))


def test_the_mailbox_is_for_the_sandbox_only() -> None:
    assert isinstance(choose_transport(Settings(portal_smtp_url="")), SandboxMailbox)
    with pytest.raises(ValueError, match="PORTAL_SMTP_URL"):
        choose_transport(Settings(portal_smtp_url="", stripe_secret_key="sk_test_1"))
