"""Where mail goes: to the sandbox's mailbox or to an SMTP server."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Protocol, Self
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from portal_app.kit.clock import wall_now
from portal_app.kit.db import database
from portal_app.notifications.mails import Mail
from portal_app.notifications.models import OutboxMessage, SandboxMail
from portal_app.settings import Mode, Settings

TIMEOUT_SECONDS = 15
_PERMANENT = range(500, 600)


class Undeliverable(Exception):
    """The server refused the mail for good (a 5xx answer): trying again would not help."""


class Transport(Protocol):
    """Hands one mail over; returns when the other side has taken it."""

    async def send(self, message: OutboxMessage, mail: Mail) -> None: ...


class SandboxMailbox:
    """Keeps mail in a table that `/sandbox/mail/` shows. A repeat of the same mail is one mail."""

    async def send(self, message: OutboxMessage, mail: Mail) -> None:
        async with database().unit_of_work() as session:
            await session.merge(
                SandboxMail(
                    id=message.id,
                    recipient=message.recipient,
                    subject=mail.subject,
                    text=mail.text,
                    html=mail.html,
                    created_at=wall_now(),
                )
            )


@dataclass(frozen=True, slots=True)
class SmtpTransport:
    """One SMTP server: `smtp://user:password@host:587` (STARTTLS) or `smtps://…:465` (TLS).

    Plain `smtp://` uses STARTTLS when the server offers it and insists on it when a password is
    given, unless the address says `?starttls=off`.
    """

    host: str
    port: int
    username: str | None
    password: str | None
    tls: bool
    start_tls: bool | None
    sender: str
    message_host: str

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Read PORTAL_SMTP_URL and PORTAL_MAIL_FROM; ValueError says what is wrong with them."""
        parts = urlsplit(settings.portal_smtp_url.get_secret_value())
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("PORTAL_SMTP_URL must look like smtp://user:password@host:587")
        if not parseaddr(settings.portal_mail_from)[1]:
            raise ValueError("PORTAL_SMTP_URL also needs PORTAL_MAIL_FROM, the sender's address")
        tls = parts.scheme == "smtps"
        off = parse_qs(parts.query).get("starttls") == ["off"]
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if tls else 587),
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            tls=tls,
            start_tls=False if tls or off else (True if parts.password else None),
            sender=settings.portal_mail_from,
            message_host=urlsplit(settings.origin).hostname or "localhost",
        )

    async def send(self, message: OutboxMessage, mail: Mail) -> None:
        """Raises Undeliverable for a final refusal, aiosmtplib.SMTPException or OSError else."""
        try:
            await aiosmtplib.send(
                compose(message, mail, sender=self.sender, host=self.message_host),
                hostname=self.host,
                port=self.port,
                username=self.username,
                password=self.password,
                use_tls=self.tls,
                start_tls=self.start_tls,
                tls_context=ssl.create_default_context(),
                timeout=TIMEOUT_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            if all(answer.code in _PERMANENT for answer in refused.recipients):
                raise Undeliverable(str(refused)) from refused
            raise
        except aiosmtplib.SMTPDataError as refused:
            if refused.code in _PERMANENT:
                raise Undeliverable(str(refused)) from refused
            raise


def compose(message: OutboxMessage, mail: Mail, *, sender: str, host: str) -> EmailMessage:
    """The mail as it travels; the Message-ID is the outbox row's, so that a repeat is recognised.

    Raises ValueError for a line break in an address or subject (ASVS 1.3.11).
    """
    composed = EmailMessage(policy=SMTP)
    name, address = parseaddr(sender)
    composed["From"] = Address(display_name=name, addr_spec=address)
    composed["To"] = Address(addr_spec=message.recipient)
    composed["Subject"] = mail.subject
    composed["Date"] = format_datetime(message.created_at)
    composed["Message-ID"] = f"<{message.id}@{host}>"
    composed["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office replies, please
    composed.set_content(mail.text)
    composed.add_alternative(mail.html, subtype="html")
    for attached in mail.attachments:
        composed.add_attachment(
            attached.content, maintype="application", subtype="pdf", filename=attached.filename
        )
    return composed


def choose_transport(settings: Settings) -> Transport:
    """SMTP when an address is given; else the mailbox, which exists in sandbox mode only."""
    if settings.portal_smtp_url.get_secret_value():
        return SmtpTransport.from_settings(settings)
    if settings.mode is not Mode.SANDBOX:
        raise ValueError("Sending mail needs PORTAL_SMTP_URL, or the sandbox (no Stripe key).")
    return SandboxMailbox()
