"""Stripe's invoices, payments, refunds and disputes become rows of the billing history."""

from portal_app.invoices.projection.invoices import drop_invoice, project_invoices
from portal_app.invoices.projection.payments import (
    look_up_payments,
    project_dispute,
    project_payment,
    project_refund,
)

__all__ = [
    "drop_invoice",
    "look_up_payments",
    "project_dispute",
    "project_invoices",
    "project_payment",
    "project_refund",
]
