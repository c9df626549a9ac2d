"""An invoice that nobody got, and its payment: made here, stored nowhere."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from portal_app.invoices.models import Invoice, InvoiceLine, InvoiceStatus, Payment, PaymentStatus

_SHARE: Final = 2900
_TAX: Final = 551


def sample_invoice(now: datetime, status: InvoiceStatus) -> Invoice:
    paid = status is InvoiceStatus.PAID
    total = _SHARE + _TAX
    return Invoice(
        id="inv_preview",
        customer_id="cust_preview",
        stripe_invoice_id="in_preview",
        number="SAMPLE-0001",
        status=status,
        currency="USD",
        subtotal_minor=_SHARE,
        tax_minor=_TAX,
        total_minor=total,
        amount_due_minor=total,
        amount_paid_minor=total if paid else 0,
        amount_remaining_minor=0 if paid else total,
        attempt_count=1,
        paid_at=now if paid else None,
        issued_at=now,
        created_at=now,
        observed_at=now,
        snapshot={"buyer": {"name": "Sam Sample", "email": "sam@example.com"}},
    )


def sample_line() -> InvoiceLine:
    return InvoiceLine(
        invoice_id="inv_preview",
        position=0,
        stripe_line_id="il_preview",
        description="Trading Room",
        amount_minor=_SHARE,
        tax_minor=_TAX,
    )


def sample_payment(now: datetime) -> Payment:
    return Payment(
        id="pay_preview",
        customer_id="cust_preview",
        stripe_payment_intent_id="pi_preview",
        status=PaymentStatus.SUCCEEDED,
        currency="USD",
        amount_minor=_SHARE + _TAX,
        method_kind="card",
        method_brand="visa",
        method_last4="4242",
        paid_at=now,
        created_at=now,
        observed_at=now,
    )
