"""Payment methods, invoices and payments for tests; `tests.factories` offers them too."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.customers.models import Customer
from portal_app.invoices.models import Invoice, InvoiceStatus, Payment, PaymentStatus
from portal_app.invoices.projection.totals import Tally
from portal_app.payment_methods.models import PaymentMethod
from tests.rows import NOW, PERIOD_END, PERIOD_START, STARTED, make_row, number


async def make_payment_method(
    session: AsyncSession, customer: Customer, **over: Any
) -> PaymentMethod:
    """A Visa ending 4242; not yet anybody's default (that stands on the customer)."""
    return await make_row(
        session,
        PaymentMethod,
        over,
        customer_id=customer.id,
        stripe_payment_method_id=f"pm_stripe{number()}",
        kind="card",
        brand="visa",
        last4="4242",
        exp_month=12,
        exp_year=2030,
        created_at=STARTED,
        observed_at=NOW,
    )


async def make_invoice(
    session: AsyncSession, customer: Customer, total_minor: int = 2900, **over: Any
) -> Invoice:
    """A paid invoice of *total_minor*; open or other ones by `status=`."""
    status = over.get("status", InvoiceStatus.PAID)
    paid = status is InvoiceStatus.PAID
    which = number()
    issued_at = over.get("finalized_at") or over.get("created_at") or NOW
    return await make_row(
        session,
        Invoice,
        over,
        customer_id=customer.id,
        stripe_invoice_id=f"in_stripe{which}",
        number=f"NWA-{which:04d}",
        status=status,
        billing_reason="subscription_cycle",
        currency=customer.currency or "USD",
        subtotal_minor=total_minor,
        total_minor=total_minor,
        amount_due_minor=total_minor,
        amount_paid_minor=total_minor if paid else 0,
        amount_remaining_minor=0 if paid else total_minor,
        period_start=PERIOD_START,
        period_end=PERIOD_END,
        finalized_at=NOW,
        paid_at=NOW if paid else None,
        issued_at=issued_at,
        billed_year=issued_at.year,
        created_at=NOW - timedelta(minutes=1),
        observed_at=NOW,
    )


async def make_payment(
    session: AsyncSession, customer: Customer, invoice: Invoice | None = None, **over: Any
) -> Payment:
    """A payment that succeeded with a Visa ending 4242, of *invoice* where one is given."""
    status = over.get("status", PaymentStatus.SUCCEEDED)
    year = invoice.billed_year if invoice else over.get("created_at", NOW).year
    return await make_row(
        session,
        Payment,
        over,
        customer_id=customer.id,
        invoice_id=invoice.id if invoice else None,
        stripe_payment_intent_id=f"pi_stripe{number()}",
        status=status,
        currency=customer.currency or "USD",
        amount_minor=invoice.total_minor if invoice else 2900,
        method_kind="card",
        method_brand="visa",
        method_last4="4242",
        billed_year=year,
        paid_at=NOW if status is PaymentStatus.SUCCEEDED else None,
        created_at=NOW,
        observed_at=NOW,
    )


async def keep_totals(session: AsyncSession, *rows: Invoice | Payment) -> None:
    """Add *rows* to the totals of the billing history, as the projection would have."""
    tally = Tally()
    for row in rows:
        tally.give(row)
    await tally.write(session)
