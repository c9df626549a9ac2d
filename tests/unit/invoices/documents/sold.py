"""Rows of a sale that no database holds, and a document's text as a PDF reader finds it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pypdf

from portal_app.catalog.models import Company
from portal_app.customers.models import Customer
from portal_app.invoices.documents.rows import InvoiceRows, ReceiptRows
from portal_app.invoices.models import (
    Invoice,
    InvoiceLine,
    InvoiceStatus,
    Payment,
    PaymentStatus,
    Refund,
)
from portal_app.ui.reader import Reader
from tests.rows import NOW, PERIOD_END, PERIOD_START, STARTED

EN, DE = Reader("en"), Reader("de")


def company(**over: Any) -> Company:
    given = {"id": "biz_acme", "title": "Acme", "route": "acme", "created_at": STARTED}
    return Company(**{**given, **over})


def customer(**over: Any) -> Customer:
    given = {
        "id": "cust_1",
        "stripe_customer_id": "cus_1",
        "email": "ada@example.com",
        "name": "Ada",
        "created_at": STARTED,
        "observed_at": NOW,
    }
    return Customer(**{**given, **over})


def invoice(**over: Any) -> Invoice:
    """Of $29.00 and 19 % on top, paid."""
    given = {
        "id": "inv_1",
        "customer_id": "cust_1",
        "stripe_invoice_id": "in_1",
        "number": "ACME-0001",
        "status": InvoiceStatus.PAID,
        "currency": "USD",
        "subtotal_minor": 2900,
        "tax_minor": 551,
        "total_minor": 3451,
        "amount_due_minor": 3451,
        "amount_paid_minor": 3451,
        "amount_remaining_minor": 0,
        "paid_at": NOW,
        "issued_at": NOW,
        "created_at": NOW,
        "observed_at": NOW,
        "snapshot": {
            "seller": {"name": "Acme GmbH", "country": "DE", "tax_ids": [["eu_vat", "DE111"]]},
            "buyer": {
                "name": "Ada Lovelace",
                "email": "ada@example.com",
                "country": "DE",
                "address": {"line1": "Hauptstr. 1", "postal_code": "10115", "city": "Berlin"},
                "tax_ids": [["eu_vat", "DE222"]],
            },
            "taxes": [tax(551)],
            "footer": "",
        },
    }
    return Invoice(**{**given, **over})


def tax(amount: int, **over: Any) -> dict[str, Any]:
    given = {"label": "VAT", "percentage": "19", "reason": "", "inclusive": False}
    return {**given, "amount_minor": amount, **over}


def line(**over: Any) -> InvoiceLine:
    given = {
        "invoice_id": "inv_1",
        "position": 0,
        "stripe_line_id": "il_1",
        "description": "1 × Trading Room",
        "amount_minor": 2900,
        "period_start": PERIOD_START,
        "period_end": PERIOD_END,
    }
    return InvoiceLine(**{**given, **over})


def payment(**over: Any) -> Payment:
    given = {
        "id": "pay_1",
        "customer_id": "cust_1",
        "stripe_payment_intent_id": "pi_1",
        "status": PaymentStatus.SUCCEEDED,
        "currency": "USD",
        "amount_minor": 3451,
        "method_kind": "card",
        "method_brand": "visa",
        "method_last4": "4242",
        "paid_at": NOW,
        "created_at": NOW,
        "observed_at": NOW,
    }
    return Payment(**{**given, **over})


def refund(amount: int, **over: Any) -> Refund:
    given = {
        "id": "rf_1",
        "payment_id": "pay_1",
        "stripe_refund_id": "re_1",
        "status": "succeeded",
        "currency": "USD",
        "amount_minor": amount,
        "created_at": NOW,
        "observed_at": NOW,
    }
    return Refund(**{**given, **over})


def billed(**over: Any) -> InvoiceRows:
    given: dict[str, Any] = {
        "invoice": invoice(),
        "customer": customer(),
        "company": company(),
        "lines": [line()],
        "payments": [payment()],
        "refunds": [],
    }
    return InvoiceRows(**{**given, **over})


def paid(**over: Any) -> ReceiptRows:
    given: dict[str, Any] = {
        "payment": payment(),
        "customer": customer(),
        "company": company(),
        "invoice": invoice(),
        "lines": [line()],
        "refunds": [],
    }
    return ReceiptRows(**{**given, **over})


def opened(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(BytesIO(content))


def text_of(content: bytes) -> str:
    """The text of all pages, with single spaces: where lines break is the layout's business."""
    text = " ".join(page.extract_text() for page in opened(content).pages)
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())
