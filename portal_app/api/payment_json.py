"""A payment as the API writes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from portal_app.api.auth import Caller
from portal_app.api.billed_read import LineRow
from portal_app.api.billing_shapes import Payment, ReceiptLineItem
from portal_app.api.method_json import instrument_json
from portal_app.api.method_shapes import PaymentInstrument
from portal_app.api.payment_read import PaymentRow
from portal_app.api.scopes import MEMBER_BASIC_READ, MEMBER_EMAIL_READ
from portal_app.api.shapes import Money, UserSummary
from portal_app.api.values import (
    placeholder_picture,
    price_json,
    timestamp,
    timestamp_or_null,
)
from portal_app.invoices.models import PaymentStatus

# Stripe's reasons that Whop has too (docs.stripe.com/api/invoices/object, billing_reason).
_REASONS: Final = frozenset(
    {"subscription_create", "subscription_cycle", "subscription_update", "subscription", "manual"}
)


class _Instrument(NamedTuple):
    """The method as it was when it paid; its expiry is not kept."""

    kind: str
    brand: str
    last4: str
    exp_month: None = None
    exp_year: None = None


def payment_json(row: PaymentRow, lines: Sequence[LineRow], caller: Caller) -> Payment:
    """Who paid needs the scope member:basic:read, at which address member:email:read."""
    paid, who = row.status == PaymentStatus.SUCCEEDED, MEMBER_BASIC_READ in caller.scopes
    status = status_of(row)
    return {
        "id": row.id,
        "account_id": row.company_id,
        "status": status,
        "substatus": _substatus(row, status),
        "billing_reason": _reason(row),
        "currency": row.currency.lower(),
        "subtotal": _money(row, row.subtotal_minor, row.amount_minor),
        "tax_amount": _money(row, row.tax_minor or None),
        "tax_behavior": _tax_behavior(row),
        "total": price_json(row.amount_minor, row.currency),
        "presentment_total": None,
        "usd_total": price_json(row.amount_minor, "USD") if row.currency == "USD" else None,
        "amount_after_fees": price_json(
            row.amount_minor - row.refunded_minor if paid else 0, row.currency
        ),
        "refunded_amount": price_json(row.refunded_minor, row.currency),
        "refunded_at": timestamp_or_null(row.refunded_at),
        "tax_refunded_amount": price_json(0, row.currency),
        "refundable": paid and row.refunded_minor < row.amount_minor,
        "retryable": status == "open" and row.invoice_status == "open",
        "voidable": False,
        "auto_refunded": False,
        "line_items": [_line(line, row) for line in lines] or _bought(row),
        "membership_id": row.membership_id if who else None,
        "member_id": row.member_id if who else None,
        "product_id": row.product_id,
        "plan_id": row.plan_id if row.product_id else None,
        "user": _user(row) if who else None,
        "customer_email": (row.customer_email or None)
        if MEMBER_EMAIL_READ in caller.scopes
        else None,
        "customer_phone": None,
        "payment_instrument": _instrument(row),
        "payment_method_id": None,
        "payment_method_type": row.method_kind or None,
        "failure_message": "The payment failed." if _has_failed(row) else None,
        "decline_code": row.failure_code or None,
        "payments_failed": _failed(row),
        "last_payment_attempt_at": timestamp_or_null(row.paid_at or row.created_at),
        "next_payment_attempt_at": None if paid else timestamp_or_null(row.next_attempt_at),
        "paid_at": timestamp_or_null(row.paid_at),
        "created_at": timestamp(row.created_at),
        "updated_at": timestamp(row.observed_at),
        "billing_address": None,
        "checkout_configuration_id": None,
        "client_secret": None,
        "dispute_alerted_at": None,
        "financing_installments_count": None,
        "holds": [],
        "ip_address": None,
        "metadata": {},
        "needs_tracking": None,
        "payment_rule_matches": [],
        "promo_code_id": None,
        "quote_id": None,
        "recovery_url": None,
        "risk_score": None,
        "risk_signals": None,
        "settlement_time_at": None,
        "shipment_id": None,
        "shipping_address": None,
        "three_ds_verified": False,
        "verification_checks": None,
    }


def status_of(row: PaymentRow) -> str:
    """Whop's word; the same decision as `payment_read.STATUSES`."""
    match row.status:
        case PaymentStatus.SUCCEEDED:
            return "paid"
        case PaymentStatus.CANCELED:
            return "void"
        case PaymentStatus.PENDING if row.stripe_charge_id and not row.failure_code:
            return "pending"
    return "open"


def _substatus(row: PaymentRow, status: str) -> str:
    if status == "paid":
        if not row.refunded_minor:
            return "succeeded"
        return "refunded" if row.refunded_minor >= row.amount_minor else "partially_refunded"
    if status == "open":
        return "failed" if _has_failed(row) else "incomplete"
    return "canceled" if status == "void" else "pending"


def _has_failed(row: PaymentRow) -> bool:
    return row.status == PaymentStatus.FAILED or bool(row.failure_code)


def _failed(row: PaymentRow) -> int:
    """Attempts that failed; the one that succeeded was the last."""
    if row.attempt_count is None:
        return int(_has_failed(row))
    succeeded = row.status == PaymentStatus.SUCCEEDED
    return max(row.attempt_count - succeeded, int(_has_failed(row)))


def _reason(row: PaymentRow) -> str | None:
    if row.invoice_id is None:
        return "one_time"
    return row.billing_reason if row.billing_reason in _REASONS else None


def _tax_behavior(row: PaymentRow) -> str | None:
    taxes = (row.snapshot or {}).get("taxes", ())
    if not row.tax_minor or not taxes:
        return None
    return "inclusive" if all(tax["inclusive"] for tax in taxes) else "exclusive"


def _money(row: PaymentRow, minor: int | None, otherwise: int | None = None) -> Money | None:
    shown = otherwise if minor is None else minor
    return None if shown is None else price_json(shown, row.currency)


def _line(line: LineRow, row: PaymentRow) -> ReceiptLineItem:
    own = line.product_id is not None
    return {
        "id": line.id,
        "label": line.description or line.product_title,
        "plan_id": line.plan_id if own else None,
        "plan_title": (line.plan_title or None) if own else None,
        "product_id": line.product_id,
        "product_title": line.product_title,
        "quantity": line.quantity,
        "sku": None,
        "subtotal": price_json(line.amount_minor, row.currency),
    }


def _bought(row: PaymentRow) -> list[ReceiptLineItem]:
    """What a payment without an invoice was for, where a purchase tells."""
    if row.invoice_id is not None or row.product_id is None:
        return []
    return [
        {
            "id": None,
            "label": row.product_title,
            "plan_id": row.plan_id,
            "plan_title": None,
            "product_id": row.product_id,
            "product_title": row.product_title,
            "quantity": 1,
            "sku": None,
            "subtotal": price_json(row.amount_minor, row.currency),
        }
    ]


def _instrument(row: PaymentRow) -> PaymentInstrument | None:
    if not row.method_kind:
        return None
    return instrument_json(_Instrument(row.method_kind, row.method_brand, row.method_last4))


def _user(row: PaymentRow) -> UserSummary | None:
    if row.person_id is None:
        return None
    return {
        "id": row.person_id,
        "name": row.person_name or None,
        "profile_picture": {"url": placeholder_picture()},
        "username": row.person_id,
    }
