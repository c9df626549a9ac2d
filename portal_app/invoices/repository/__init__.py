"""Invoices and payments of people; `owned_by` and their own customers are the only ways in."""

from portal_app.invoices.repository.owned import (
    find_invoice,
    invoice_of_payment,
    last_attempts,
    latest_invoices,
    owned_by,
    payments_of_intent,
)

__all__ = [
    "find_invoice",
    "invoice_of_payment",
    "last_attempts",
    "latest_invoices",
    "owned_by",
    "payments_of_intent",
]
