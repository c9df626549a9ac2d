"""Mails and an invoice of a membership that nobody holds, by the very code that makes real ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.branding.brand import Brand
from portal_app.catalog.configuration import Configuration
from portal_app.catalog.models import Company
from portal_app.customers.models import Customer
from portal_app.invoices.documents.invoice import invoice_document
from portal_app.invoices.documents.model import Document
from portal_app.invoices.documents.rows import InvoiceRows
from portal_app.invoices.documents.wording import accent_in
from portal_app.invoices.models import InvoiceStatus
from portal_app.memberships.rules import renewal_date
from portal_app.memberships.service import HeldMembership, next_charge_of
from portal_app.notifications.notices.kinds import NOTICES
from portal_app.notifications.notices.letter import Writing
from portal_app.notifications.notices.letters import as_mail, letter_of
from portal_app.notifications.rendering import Mail, letterhead_in
from portal_app.settings import get_settings
from portal_app.studio.preview.sample_invoice import sample_invoice, sample_line, sample_payment
from portal_app.studio.preview.samples import sample
from portal_app.ui.reader import Reader

# Kind of notice → the state of the membership that it is about.
MAILS: Final = {
    "renewal": "active",
    "trial_ending": "trial",
    "payment_failed": "past_due",
    "cancelled": "ending",
}
PDF: Final = "invoice.pdf"


@dataclass(frozen=True, slots=True)
class Dressed:
    """Whose papers they are, in which look, and under which policies."""

    company: Company
    brand: Brand
    policies: Configuration
    now: datetime


async def sample_mail(session: AsyncSession, dressed: Dressed, reader: Reader, kind: str) -> Mail:
    """*kind* is one of MAILS. What it looks up is of a membership that is in no table."""
    notice, company = NOTICES[kind], dressed.company
    # Whether it is sent at all, the view says.
    held = sample(company, dressed.policies, MAILS[kind], dressed.now).details.held
    row = held.row
    writing = Writing(
        session=session,
        reader=reader,
        payload=_payload(held),
        origin=get_settings().origin,
        membership=row.membership,
        product=row.product,
        plan=row.plan,
        company=company,
        held=held,
        next_charge=next_charge_of(held, None),
    )
    letter = await letter_of(notice, writing)
    title, support = writing.letterhead.title, dressed.policies.support
    return as_mail(notice, writing, letter, letterhead_in(dressed.brand, title, support))


def _payload(held: HeldMembership) -> Mapping[str, Any]:
    """What the kinds compare with how things stand when they write."""
    due = renewal_date(held.facts)
    day = due.isoformat() if due else ""
    return {"due_at": day, "ends_at": day, "invoice_id": "inv_preview", "attempt": 1}


def sample_document(dressed: Dressed, reader: Reader) -> Document:
    """An invoice that was paid."""
    now = dressed.now
    rows = InvoiceRows(
        invoice=sample_invoice(now, InvoiceStatus.PAID),
        customer=Customer(
            id="cust_preview", stripe_customer_id="cus_preview", created_at=now, observed_at=now
        ),
        company=dressed.company,
        lines=(sample_line(),),
        payments=(sample_payment(now),),
        refunds=(),
    )
    made = invoice_document(reader, rows)
    return replace(made, issuer=dressed.brand.wordmark, accent=accent_in(dressed.brand))
