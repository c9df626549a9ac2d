"""How an entry of the billing history stands, in the words of its status column."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from portal_app.invoices.models import Invoice, InvoiceStatus, Payment, PaymentStatus


class Standing(StrEnum):
    """The values are those of the address: `/billing/history/?status=past_due`."""

    PAID = "paid"
    OPEN = "open"
    PAST_DUE = "past_due"
    PROCESSING = "processing"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    FAILED = "failed"
    VOID = "void"


REFUNDS = frozenset({Standing.REFUNDED, Standing.PARTLY_REFUNDED})


def standing_of_invoice(invoice: Invoice, payments: Iterable[Payment], now: datetime) -> Standing:
    """*payments* are all that were made for it. What was given up as uncollectible has failed.

    `repository/history.py` asks the database the same; a test compares the two.
    """
    match invoice.status:
        case InvoiceStatus.PAID:
            refunded = sum(payment.refunded_minor for payment in payments)
            return _after_refunds(refunded, invoice.amount_paid_minor)
        case InvoiceStatus.VOID:
            return Standing.VOID
        case InvoiceStatus.UNCOLLECTIBLE:
            return Standing.FAILED
        case _:
            return _while_open(invoice, payments, now)


def _while_open(invoice: Invoice, payments: Iterable[Payment], now: datetime) -> Standing:
    if any(payment.is_under_way for payment in payments):
        return Standing.PROCESSING
    late = invoice.due_at is not None and invoice.due_at < now
    return Standing.PAST_DUE if late or invoice.attempt_count else Standing.OPEN


def standing_of_payment(payment: Payment) -> Standing:
    """Of one that stands alone."""
    if payment.status is PaymentStatus.SUCCEEDED:
        return _after_refunds(payment.refunded_minor, payment.amount_minor)
    return Standing.PROCESSING if payment.is_under_way else Standing.FAILED


def _after_refunds(refunded: int, paid: int) -> Standing:
    if refunded <= 0:
        return Standing.PAID
    return Standing.REFUNDED if refunded >= paid else Standing.PARTLY_REFUNDED
