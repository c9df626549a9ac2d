"""What was billed, paid and given back."""

from __future__ import annotations

from typing import Final

from sqlalchemy import and_, func, or_, select
from sqlmodel import col

from portal_app.intents.models import Intent
from portal_app.invariants.rules.rule import REPORT, SYNC, Condition, Rule
from portal_app.invoices.models import Invoice, InvoiceLine, InvoiceStatus, Payment, Refund
from portal_app.memberships.models import Membership, MembershipSubscription

# These moved no money after all (docs.stripe.com/api/refunds/object#refund_object-status).
NO_REFUND: Final = ("failed", "canceled")


def _does_not_add_up() -> Condition:
    """Lines less discounts, and between none and all of the tax: part of it may be included.

    Nothing can be said of an invoice without lines, whose sum is NULL.
    """
    lines = select(func.sum(col(InvoiceLine.amount_minor))).where(
        col(InvoiceLine.invoice_id) == col(Invoice.id)
    )
    tax = col(Invoice.tax_minor)
    added = col(Invoice.total_minor) - (lines.scalar_subquery() - col(Invoice.discount_minor))
    return or_(
        and_(tax >= 0, or_(added < 0, added > tax)),
        and_(tax < 0, or_(added > 0, added < tax)),
    )


def _paid_and_owed() -> Condition:
    paid = col(Invoice.status) == InvoiceStatus.PAID
    return and_(paid, col(Invoice.amount_remaining_minor) != 0)


def _charged_after_the_end() -> Condition:
    """A period that begins after the end was paid after the end; older debts may be paid."""
    link = MembershipSubscription
    ended = (
        select(col(Membership.id))
        .join(link, col(link.membership_id) == col(Membership.id))
        .where(
            col(link.stripe_subscription_id) == col(Invoice.stripe_subscription_id),
            col(Membership.ended_at) <= col(Invoice.period_start),
            col(Membership.ended_at) < col(Invoice.paid_at),
        )
    )
    paid = and_(col(Invoice.status) == InvoiceStatus.PAID, col(Invoice.amount_paid_minor) > 0)
    return and_(paid, ended.exists())


def _refunded_too_much() -> Condition:
    refunds = select(func.coalesce(func.sum(col(Refund.amount_minor)), 0)).where(
        col(Refund.payment_id) == col(Payment.id), col(Refund.status).not_in(NO_REFUND)
    )
    too_much = refunds.scalar_subquery() > col(Payment.amount_minor)
    return or_(col(Payment.refunded_minor) > col(Payment.amount_minor), too_much)


def _of_another_bill() -> Condition:
    other = select(col(Invoice.id)).where(
        col(Invoice.id) == col(Payment.invoice_id),
        or_(
            col(Invoice.customer_id) != col(Payment.customer_id),
            col(Invoice.currency) != col(Payment.currency),
        ),
    )
    return other.exists()


def _half_closed() -> Condition:
    return col(Intent.done_at).is_(None) != col(Intent.outcome).is_(None)


BILLED: Final = (
    Rule(
        "invoices.add_up",
        "An invoice's lines, discount and tax make its total.",
        SYNC,
        Invoice,
        _does_not_add_up,
    ),
    Rule(
        "invoices.paid_in_full",
        "Nothing remains to be paid of a paid invoice.",
        SYNC,
        Invoice,
        _paid_and_owed,
    ),
    Rule(
        "invoices.not_after_end",
        "Nobody paid for a period that began after the membership had ended.",
        "look at the invoice in Stripe's dashboard and refund it if it was charged wrongly",
        Invoice,
        _charged_after_the_end,
    ),
    Rule(
        "payments.refunds",
        "No more was given back than was paid.",
        SYNC,
        Payment,
        _refunded_too_much,
    ),
    Rule(
        "payments.own_invoice",
        "A payment is of its own customer's invoice, in its currency.",
        SYNC,
        Payment,
        _of_another_bill,
    ),
    Rule(
        "intents.outcome",
        "A change that is done says how it ended.",
        REPORT,
        Intent,
        _half_closed,
    ),
)
