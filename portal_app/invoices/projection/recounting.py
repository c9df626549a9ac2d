"""The totals of the billing history added up from its rows: the repair of what should be right."""

from __future__ import annotations

from sqlalchemy import Select, and_, case, func, literal, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.invoices.models import (
    BillingTotal,
    Invoice,
    InvoiceStatus,
    Payment,
    PaymentStatus,
)
from portal_app.invoices.projection.totals import SUMS
from portal_app.kit.observed import changes


async def add_up_anew(session: AsyncSession) -> int:
    """Mend every total that is not the sum of its entries; how many were wrong.

    On PostgreSQL others who change totals wait meanwhile; SQLite has one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("LOCK TABLE billing_totals IN EXCLUSIVE MODE"))
    stored = await session.scalars(select(BillingTotal))
    wrong = {(row.customer_id, row.currency, row.year): row for row in stored}
    mended = 0
    for row in (await session.execute(_sums())).mappings():
        key = (row["customer_id"], row["currency"], row["year"])
        sums = {name: int(row[name]) for name in SUMS}
        known = wrong.pop(key, None)
        if known is None:
            if any(sums.values()):
                session.add(BillingTotal(**row))
                mended += 1
        elif changes(known, sums):
            mended += 1
    for superfluous in wrong.values():
        mended += bool(changes(superfluous, dict.fromkeys(SUMS, 0)))
    return mended


def _sums() -> Select[*tuple[object, ...]]:
    """The shares of `totals.py`, as a query."""
    still_open = col(Invoice.status) == InvoiceStatus.OPEN
    invoices = select(
        col(Invoice.customer_id),
        col(Invoice.currency),
        col(Invoice.billed_year).label("year"),
        literal(1).label("entries"),
        col(Invoice.amount_paid_minor).label("paid_minor"),
        literal(0).label("refunded_minor"),
        case((still_open, col(Invoice.amount_remaining_minor)), else_=0).label("open_minor"),
    ).where(col(Invoice.status) != InvoiceStatus.DRAFT)
    alone = and_(
        col(Payment.invoice_id).is_(None),
        col(Payment.stripe_charge_id).is_not(None),
        col(Payment.status) != PaymentStatus.CANCELED,
    )
    paid_alone = and_(alone, col(Payment.status) == PaymentStatus.SUCCEEDED)
    payments = select(
        col(Payment.customer_id),
        col(Payment.currency),
        col(Payment.billed_year),
        case((alone, 1), else_=0),
        case((paid_alone, col(Payment.amount_minor)), else_=0),
        col(Payment.refunded_minor),
        literal(0),
    )
    shares = union_all(invoices, payments).subquery()
    key = (shares.c.customer_id, shares.c.currency, shares.c.year)
    return select(*key, *(func.sum(shares.c[name]).label(name) for name in SUMS)).group_by(*key)
