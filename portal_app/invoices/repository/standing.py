"""The conditions behind `rules.standing`, for lists that are cut down to one standing."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from portal_app.invoices.models import Invoice, InvoiceStatus, Payment, PaymentStatus
from portal_app.invoices.rules.standing import Standing

# To the letter the conditions of the partial indexes: SQLite compares texts, not meanings.
AMONG_UNPAID: Final[ColumnElement[bool]] = literal_column(
    "invoices.status NOT IN ('paid', 'draft')"
)
AMONG_UNSETTLED: Final[ColumnElement[bool]] = literal_column(
    "payments.invoice_id IS NULL AND payments.status NOT IN ('succeeded', 'canceled')"
)
AMONG_REFUNDED: Final[ColumnElement[bool]] = literal_column("payments.refunded_minor > 0")

# Nobody is asked to pay a payment: without an invoice it is neither open, overdue nor void.
OF_PAYMENTS: Final = frozenset(Standing) - {Standing.OPEN, Standing.PAST_DUE, Standing.VOID}


def as_invoice(standing: Standing, now: datetime) -> ColumnElement[bool]:
    """Invoices that stand so."""
    if standing in {Standing.PAID, Standing.PARTLY_REFUNDED, Standing.REFUNDED}:
        return and_(col(Invoice.status) == InvoiceStatus.PAID, _given_back(standing))
    if standing is Standing.VOID:
        return and_(AMONG_UNPAID, col(Invoice.status) == InvoiceStatus.VOID)
    if standing is Standing.FAILED:
        return and_(AMONG_UNPAID, col(Invoice.status) == InvoiceStatus.UNCOLLECTIBLE)
    is_open = col(Invoice.status) == InvoiceStatus.OPEN
    return and_(AMONG_UNPAID, is_open, _while_open(standing, now))


def _given_back(standing: Standing) -> ColumnElement[bool]:
    paid_for = aliased(Payment)
    refunds = select(paid_for).where(
        col(paid_for.invoice_id) == col(Invoice.id), col(paid_for.refunded_minor) > 0
    )
    if standing is Standing.PAID:
        return ~refunds.exists()
    refunded = refunds.with_only_columns(func.sum(col(paid_for.refunded_minor))).scalar_subquery()
    everything = refunded >= col(Invoice.amount_paid_minor)
    return everything if standing is Standing.REFUNDED else ~everything


def _while_open(standing: Standing, now: datetime) -> ColumnElement[bool]:
    tried = aliased(Payment)
    moving = select(tried).where(
        col(tried.invoice_id) == col(Invoice.id),
        col(tried.status) == PaymentStatus.PENDING,
        col(tried.stripe_charge_id).is_not(None),
        col(tried.failure_code) == "",
    )
    if standing is Standing.PROCESSING:
        return moving.exists()
    due_at = col(Invoice.due_at)
    late = or_(col(Invoice.attempt_count) > 0, and_(due_at.is_not(None), due_at < now))
    return and_(~moving.exists(), late if standing is Standing.PAST_DUE else ~late)


def stands_alone() -> ColumnElement[bool]:
    """As `Payment.stands_alone`."""
    return and_(
        col(Payment.invoice_id).is_(None),
        col(Payment.stripe_charge_id).is_not(None),
        col(Payment.status) != PaymentStatus.CANCELED,
    )


def as_payment(standing: Standing) -> ColumnElement[bool]:
    """Payments without an invoice that stand so; `OF_PAYMENTS` names how they can."""
    succeeded = col(Payment.status) == PaymentStatus.SUCCEEDED
    refunded, amount = col(Payment.refunded_minor), col(Payment.amount_minor)
    moving = and_(col(Payment.status) == PaymentStatus.PENDING, col(Payment.failure_code) == "")
    conditions = {
        Standing.PAID: and_(succeeded, refunded <= 0),
        Standing.PARTLY_REFUNDED: and_(succeeded, refunded > 0, refunded < amount),
        Standing.REFUNDED: and_(succeeded, refunded > 0, refunded >= amount),
        Standing.PROCESSING: and_(AMONG_UNSETTLED, moving),
        Standing.FAILED: and_(AMONG_UNSETTLED, ~moving),
    }
    return conditions[standing]


def last_refunded() -> ColumnElement[bool]:
    """Whether a payment is the one that stands for its invoice among those that gave back."""
    later = aliased(Payment)
    return ~(
        select(later)
        .where(
            col(later.invoice_id) == col(Payment.invoice_id),
            col(later.refunded_minor) > 0,
            or_(
                col(later.created_at) > col(Payment.created_at),
                and_(
                    col(later.created_at) == col(Payment.created_at),
                    col(later.id) > col(Payment.id),
                ),
            ),
        )
        .exists()
    )
