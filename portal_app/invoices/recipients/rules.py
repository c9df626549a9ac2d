"""Pure decisions about recipients, and the one secret behind their links."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from portal_app.invoices.recipients.models import ReceiptRecipient
from portal_app.kit.tokens import derive_token
from portal_app.settings import get_settings

MOST: Final = 5
LINK_LIFETIME: Final = timedelta(days=7)


def link_token_of(recipient_id: str) -> str:
    """The token in a recipient's links, 256 bits; no table holds it."""
    return derive_token(get_settings().secret_key, "receipt-recipient", recipient_id)


def invitation_ends(recipient: ReceiptRecipient) -> datetime:
    return recipient.asked_at + LINK_LIFETIME


def can_confirm(recipient: ReceiptRecipient, now: datetime) -> bool:
    """Whether the link still makes this address a recipient; the limit itself is too late."""
    waits = recipient.verified_at is None and recipient.stopped_at is None
    return waits and now < invitation_ends(recipient)


def gets_receipts(recipient: ReceiptRecipient) -> bool:
    return recipient.verified_at is not None and recipient.stopped_at is None
