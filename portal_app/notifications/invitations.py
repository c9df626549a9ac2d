"""The mail that asks an address whether it wants somebody's receipts; it says nothing of money."""

from __future__ import annotations

from portal_app.invoices.recipients.rules import LINK_LIFETIME, can_confirm, link_token_of
from portal_app.invoices.recipients.service import invitation_of
from portal_app.kit.clock import wall_now
from portal_app.kit.db import database
from portal_app.notifications.models import OutboxMessage
from portal_app.notifications.rendering import Mail, NothingToSend, render
from portal_app.settings import get_settings
from portal_app.ui.catalogue import translate


async def recipient_invitation(message: OutboxMessage) -> Mail:
    """Raises NothingToSend when it was answered or taken back in the meantime."""
    async with database().reading() as session:
        invitation = await invitation_of(session, message.payload["recipient_id"])
    if invitation is None or not can_confirm(invitation.recipient, wall_now()):
        raise NothingToSend
    subject = translate(message.locale, "Receipts of {inviter}", inviter=invitation.inviter)
    return render(
        "recipient_invitation",
        message.locale,
        subject=subject,
        inviter=invitation.inviter,
        address=invitation.recipient.address,
        link=f"{get_settings().origin}/recipients/{link_token_of(invitation.recipient.id)}/",
        days=LINK_LIFETIME.days,
    )
