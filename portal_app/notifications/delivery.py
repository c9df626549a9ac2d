"""Delivers one outbox row: write it, hand it over."""

from __future__ import annotations

from dataclasses import dataclass

from portal_app.jobs.queue import GiveUp
from portal_app.kit.failpoints import failpoint
from portal_app.notifications.mails import NothingToSend, write_mail
from portal_app.notifications.models import OutboxMessage
from portal_app.notifications.transports import Transport, Undeliverable


@dataclass(frozen=True, slots=True)
class Delivery:
    """The outbox's handler for the jobs loop."""

    transport: Transport

    async def __call__(self, message: OutboxMessage) -> None:
        """Raises GiveUp when sending is senseless or was refused for good, else to be retried."""
        failpoint("outbox.claimed")
        try:
            mail = await write_mail(message)
        except NothingToSend as reason:
            raise GiveUp("no longer of use to the recipient") from reason
        failpoint("outbox.written")
        try:
            await self.transport.send(message, mail)
        except (Undeliverable, ValueError) as reason:
            raise GiveUp(f"refused for good: {reason}") from reason
        # Here alone a mail may repeat: the server has it, and we have not said so yet.
        failpoint("outbox.sent")
