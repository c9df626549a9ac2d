"""Payments and invoices as JSON, in whop-sdk 2.6.0's words (see `shapes`)."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypedDict

from portal_app.api.method_shapes import PaymentInstrument
from portal_app.api.shapes import Money, UserSummary


class ReceiptLineItem(TypedDict):
    """*subtotal* is before discounts and taxes."""

    id: str | None
    label: str | None
    plan_id: str | None
    plan_title: str | None
    product_id: str | None
    product_title: str | None
    quantity: float
    sku: None
    subtotal: Money | None


class Payment(TypedDict):
    """One attempt to move money. No fee is known here: `amount_after_fees` is what was kept."""

    id: str
    account_id: str | None
    status: str
    substatus: str
    billing_reason: str | None
    currency: str
    subtotal: Money | None
    tax_amount: Money | None
    tax_behavior: str | None
    total: Money
    presentment_total: None
    usd_total: Money | None
    amount_after_fees: Money
    refunded_amount: Money
    refunded_at: str | None
    tax_refunded_amount: Money
    refundable: bool
    retryable: bool
    voidable: bool
    auto_refunded: bool
    line_items: list[ReceiptLineItem]
    membership_id: str | None
    member_id: str | None
    product_id: str | None
    plan_id: str | None
    user: UserSummary | None
    customer_email: str | None
    customer_phone: None
    payment_instrument: PaymentInstrument | None
    payment_method_id: None
    payment_method_type: str | None
    failure_message: str | None
    decline_code: str | None
    payments_failed: int
    last_payment_attempt_at: str | None
    next_payment_attempt_at: str | None
    paid_at: str | None
    created_at: str
    updated_at: str
    billing_address: None
    checkout_configuration_id: None
    client_secret: None
    dispute_alerted_at: None
    financing_installments_count: None
    holds: list[Any]
    ip_address: None
    metadata: dict[str, Any]
    needs_tracking: None
    payment_rule_matches: list[Any]
    promo_code_id: None
    quote_id: None
    recovery_url: None
    risk_score: None
    risk_signals: None
    settlement_time_at: None
    shipment_id: None
    shipping_address: None
    three_ds_verified: bool
    verification_checks: None


class PaymentPdf(TypedDict):
    """Whoever holds *url* can download the receipt until *expires_at*."""

    url: str
    expires_at: str


class InvoicePlan(TypedDict):
    id: str
    currency: str
    description: None
    formatted_price: str


class InvoiceLineItem(TypedDict):
    """Major units as numbers, as the SDK has them."""

    label: str
    position: int
    quantity: float
    total: float
    unit_price: float


class InvoiceUser(TypedDict):
    id: str
    name: str | None
    username: str
    email: str | None


class InvoiceListItem(TypedDict):
    """*fetch_invoice_token* is empty: documents are opened by links that end."""

    id: str
    number: str
    status: str
    created_at: str
    due_date: str | None
    email_address: str | None
    fetch_invoice_token: str
    payment_processing: bool
    current_plan: InvoicePlan
    line_items: list[InvoiceLineItem]
    user: InvoiceUser | None


class InvoiceReference(TypedDict):
    id: str


class InvoiceProduct(TypedDict):
    id: str
    title: str


class InvoiceMailingAddress(TypedDict):
    name: str | None
    line1: str | None
    line2: str | None
    city: str | None
    state: str | None
    postal_code: str | None
    country: str | None
    phone: None


class Invoice(InvoiceListItem):
    company: InvoiceReference
    product: InvoiceProduct
    collection_method: str
    charge_buyer_fee: bool
    customer_name: str | None
    mailing_address: InvoiceMailingAddress | None
    member: InvoiceReference | None
    payment: InvoiceReference | None
    pay_online_url: str | None
    automatically_finalizes_at: None
    subscription_billing_anchor_at: None
    updated_at: str
