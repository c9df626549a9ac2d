"""Who reads a mail: in the language that it was written down with, in their account's zone."""

from __future__ import annotations

from portal_app.identity.models import email_key
from portal_app.identity.repository import zone_of_address
from portal_app.kit.db import database
from portal_app.notifications.models import OutboxMessage
from portal_app.ui.reader import Reader
from portal_app.ui.zones import UTC_ZONE


async def reader_of(message: OutboxMessage) -> Reader:
    """UTC for an address without an account, and for an account without a zone."""
    async with database().reading() as session:
        zone = await zone_of_address(session, email_key(message.recipient))
    return Reader(message.locale, zone or UTC_ZONE)
