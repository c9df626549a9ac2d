"""An invoice as the API writes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from portal_app.api.auth import Caller
from portal_app.api.billed_read import LineRow
from portal_app.api.billing_shapes import (
    Invoice,
    InvoiceLineItem,
    InvoiceListItem,
    InvoiceMailingAddress,
    InvoicePlan,
    InvoiceProduct,
    InvoiceUser,
)
from portal_app.api.invoice_read import InvoiceRow
from portal_app.api.scopes import MEMBER_BASIC_READ, MEMBER_EMAIL_READ, PAYMENT_BASIC_READ
from portal_app.api.values import formatted_price, timestamp, timestamp_or_null
from portal_app.invoices.models import InvoiceStatus
from portal_app.kit.money import Money


def list_item_json(
    row: InvoiceRow, lines: Sequence[LineRow], caller: Caller, now: datetime
) -> InvoiceListItem:
    """*now* is business time, by which an invoice is late."""
    by_mail = MEMBER_EMAIL_READ in caller.scopes
    return {
        "id": row.id,
        "number": row.number,
        "status": status_of(row, now),
        "created_at": timestamp(row.created_at),
        "due_date": timestamp_or_null(row.due_at),
        "email_address": (row.customer_email or None) if by_mail else None,
        "fetch_invoice_token": "",
        "payment_processing": row.processing_id is not None,
        "current_plan": _plan(row, lines),
        "line_items": [_line(line, row.currency) for line in lines],
        "user": _user(row, caller),
    }


def invoice_json(
    row: InvoiceRow, lines: Sequence[LineRow], caller: Caller, now: datetime
) -> Invoice:
    """Each part that names somebody needs the scope that Whop asks for it."""
    who, paid = MEMBER_BASIC_READ in caller.scopes, PAYMENT_BASIC_READ in caller.scopes
    buyer = row.snapshot.get("buyer", {})
    return {
        **list_item_json(row, lines, caller, now),
        "company": {"id": row.company_id},
        "product": _product(lines),
        "collection_method": "send_invoice" if row.due_at else "charge_automatically",
        "charge_buyer_fee": False,
        "customer_name": (buyer.get("name") or row.customer_name or None) if who else None,
        "mailing_address": _address(buyer) if who else None,
        "member": {"id": row.member_id} if who and row.member_id else None,
        "payment": {"id": row.payment_id} if paid and row.payment_id else None,
        "pay_online_url": row.hosted_url if row.status == InvoiceStatus.OPEN else None,
        "automatically_finalizes_at": None,
        "subscription_billing_anchor_at": None,
        "updated_at": timestamp(row.observed_at),
    }


def status_of(row: InvoiceRow, now: datetime) -> str:
    """Whop's word; the same decision as `invoice_read.STATUSES`."""
    late = row.status == InvoiceStatus.OPEN and row.due_at is not None and row.due_at < now
    return "past_due" if late else str(row.status)


def _own(lines: Sequence[LineRow]) -> LineRow | None:
    """The line that the invoice counts as the company's for."""
    return next((line for line in lines if line.product_id is not None), None)


def _plan(row: InvoiceRow, lines: Sequence[LineRow]) -> InvoicePlan:
    line = _own(lines)
    if line is None or line.plan_id is None or line.plan_minor is None:
        return {
            "id": "",
            "currency": row.currency.lower(),
            "description": None,
            "formatted_price": "",
        }
    price = Money(line.plan_minor, row.currency)
    return {
        "id": line.plan_id,
        "currency": row.currency.lower(),
        "description": None,
        "formatted_price": formatted_price(price, line.interval, line.interval_count),
    }


def _product(lines: Sequence[LineRow]) -> InvoiceProduct:
    line = _own(lines)
    known = line is not None and line.product_id is not None
    if line is None or not known:
        return {"id": "", "title": ""}
    return {"id": str(line.product_id), "title": str(line.product_title)}


def _line(line: LineRow, currency: str) -> InvoiceLineItem:
    total = Money(line.amount_minor, currency).decimal
    return {
        "label": line.description,
        "position": line.position,
        "quantity": line.quantity,
        "total": float(total),
        "unit_price": float(total / line.quantity) if line.quantity else 0.0,
    }


def _user(row: InvoiceRow, caller: Caller) -> InvoiceUser | None:
    if row.person_id is None or MEMBER_BASIC_READ not in caller.scopes:
        return None
    by_mail = MEMBER_EMAIL_READ in caller.scopes
    return {
        "id": row.person_id,
        "name": row.person_name or None,
        "username": row.person_id,
        "email": (row.customer_email or None) if by_mail else None,
    }


def _address(buyer: dict[str, object]) -> InvoiceMailingAddress | None:
    """As it was at issue; null where there was none."""
    kept = buyer.get("address")
    if not isinstance(kept, dict) or not kept:
        return None

    def part(name: str) -> str | None:
        return str(kept[name]) if kept.get(name) else None

    return {
        "name": str(buyer["name"]) if buyer.get("name") else None,
        "line1": part("line1"),
        "line2": part("line2"),
        "city": part("city"),
        "state": part("state"),
        "postal_code": part("postal_code"),
        "country": part("country"),
        "phone": None,
    }
