"""Stripe's invoices, payments, refunds and disputes become rows of the billing history."""

from portal_app.invoices.projection.invoices import drop_invoice, project_invoices
from portal_app.invoices.projection.payments import (
    project_dispute,
    project_payment,
    project_payments,
    project_refund,
)
from portal_app.invoices.projection.recounting import add_up_anew

__all__ = [
    "add_up_anew",
    "drop_invoice",
    "project_dispute",
    "project_invoices",
    "project_payment",
    "project_payments",
    "project_refund",
]
