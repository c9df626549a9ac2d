"""An invoice that nobody got, its payment and the card: made here, stored nowhere."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from portal_app.invoices.models import Invoice, InvoiceLine, InvoiceStatus, Payment, PaymentStatus
from portal_app.payment_methods.models import PaymentMethod

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


def sample_payment(now: datetime, *, declined: bool = False) -> Payment:
    return Payment(
        id="pay_preview",
        customer_id="cust_preview",
        stripe_payment_intent_id="pi_preview",
        status=PaymentStatus.FAILED if declined else PaymentStatus.SUCCEEDED,
        currency="USD",
        amount_minor=_SHARE + _TAX,
        method_kind="card",
        method_brand="visa",
        method_last4="4242",
        failure_code="card_declined" if declined else "",
        paid_at=None if declined else now,
        created_at=now,
        observed_at=now,
    )


def sample_card(now: datetime) -> PaymentMethod:
    return PaymentMethod(
        id="payt_preview",
        customer_id="cust_preview",
        stripe_payment_method_id="pm_preview",
        kind="card",
        brand="visa",
        last4="4242",
        exp_month=12,
        exp_year=now.year + 3,
        created_at=now,
        observed_at=now,
    )
