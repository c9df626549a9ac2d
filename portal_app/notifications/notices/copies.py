"""A receipt for somebody whom a person named: the documents, and how to get no more of them.

They have no account here, so nothing leads into the person's.
"""

from __future__ import annotations

import asyncio

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.invoices.documents.invoice import invoice_document
from portal_app.invoices.documents.model import Document
from portal_app.invoices.documents.paper import named
from portal_app.invoices.documents.pdf import render_pdf
from portal_app.invoices.documents.receipt import receipt_document
from portal_app.invoices.documents.rows import read_invoice, read_receipt
from portal_app.invoices.recipients.rules import link_token_of
from portal_app.invoices.recipients.service import still_agreed
from portal_app.memberships.service import bought_with
from portal_app.notifications.models import OutboxMessage
from portal_app.notifications.notices.letter import Letter, Writing
from portal_app.notifications.rendering import Attachment, Mail, NothingToSend, render


async def write_copy(
    session: AsyncSession, message: OutboxMessage, writing: Writing, letter: Letter
) -> Mail:
    """Raises NothingToSend when they were removed, or have stopped it, in the meantime."""
    invitation = await still_agreed(session, message.payload["invited_as"])
    if invitation is None:
        raise NothingToSend
    documents = await _documents(session, writing, letter.payment_id)
    if not documents:
        raise NothingToSend
    token = link_token_of(invitation.recipient.id)
    return render(
        "receipt_copy",
        message.locale,
        subject=letter.subject,
        head=writing.letterhead,
        letter=letter,
        inviter=invitation.inviter,
        stop_url=f"{writing.origin}/recipients/{token}/stop/",
        attachments=tuple([await _attached(one) for one in documents]),
    )


async def _documents(session: AsyncSession, writing: Writing, payment_id: str) -> list[Document]:
    """The receipt, and the invoice that was paid."""
    paid = await read_receipt(session, payment_id, None)
    if paid is None:
        return []
    intent = paid.payment.stripe_payment_intent_id
    bought = "" if paid.invoice else await bought_with(session, intent)
    found = [receipt_document(writing.reader, paid, bought)]
    billed = await read_invoice(session, paid.invoice.id, None) if paid.invoice else None
    if billed is not None:
        found.append(invoice_document(writing.reader, billed))
    return found


async def _attached(document: Document) -> Attachment:
    content = await asyncio.to_thread(render_pdf, document, named(None))
    return Attachment(document.filename, content)
