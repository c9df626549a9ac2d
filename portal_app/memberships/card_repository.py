"""SQL about the cards that memberships are charged to; of everybody, so never for a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.customers.models import Customer
from portal_app.invoices.models import Invoice, InvoiceStatus
from portal_app.memberships.models import CardNotice, Membership
from portal_app.memberships.repository import charged_to, is_over
from portal_app.payment_methods.models import PaymentMethod


@dataclass(frozen=True, slots=True)
class CardUse:
    """A membership that is charged to a card, whose it is, and its invoice while that is open."""

    method: PaymentMethod
    membership: Membership
    customer: Customer
    unpaid: Invoice | None


async def uses_of_cards_expiring_before(session: AsyncSession, month: datetime) -> list[CardUse]:
    """Everybody's, of cards that are not valid in *month* any more; never for a page."""
    charged = charged_to(PaymentMethod)
    unpaid = and_(
        col(Invoice.stripe_invoice_id) == col(Membership.latest_stripe_invoice_id),
        col(Invoice.status) == InvoiceStatus.OPEN,
    )
    expired = tuple_(col(PaymentMethod.exp_year), col(PaymentMethod.exp_month))
    statement = (
        select(PaymentMethod, Membership, Customer, Invoice)
        .join(Customer, col(Customer.id) == col(PaymentMethod.customer_id))
        .join(Membership, and_(col(Membership.customer_id) == col(Customer.id), charged))
        .outerjoin(Invoice, unpaid)
        .where(
            expired < (month.year, month.month),
            ~is_over(),
            col(Membership.collection_method) == "charge_automatically",
            col(Customer.deleted_at).is_(None),
        )
    )
    return [CardUse(*row) for row in (await session.execute(statement)).all()]


async def open_card_notices(
    session: AsyncSession,
) -> Sequence[tuple[CardNotice, str | None]]:
    """Each with the person whose card it is about."""
    statement = (
        select(CardNotice, col(Customer.person_id))
        .join(PaymentMethod, col(PaymentMethod.id) == col(CardNotice.payment_method_id))
        .join(Customer, col(Customer.id) == col(PaymentMethod.customer_id))
        .where(col(CardNotice.resolved_at).is_(None))
    )
    return [(row[0], row[1]) for row in await session.execute(statement)]
