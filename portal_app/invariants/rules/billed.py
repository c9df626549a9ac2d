"""What was billed, paid and given back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import ColumnElement, String, and_, cast, func, literal, or_, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from portal_app.intents.models import Intent
from portal_app.invariants.rules.rule import REPORT, SYNC, Condition, Rule
from portal_app.invoices.models import (
    BillingTotal,
    Invoice,
    InvoiceLine,
    InvoiceStatus,
    Payment,
    PaymentStatus,
    Refund,
)
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
    """A period that begins after the end was paid after the end; older debts may be paid.

    What a bank had on its way by then is given back.
    """
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
    given_back = select(col(Payment.id)).where(
        col(Payment.invoice_id) == col(Invoice.id),
        col(Payment.status) == PaymentStatus.SUCCEEDED,
        col(Payment.refunded_minor) >= col(Payment.amount_minor),
    )
    return and_(paid, ended.exists(), ~given_back.exists())


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


def _lines_add_up() -> Condition:
    """To the minor unit. Invoices from before the lines' taxes were kept have taxes, and no line's.

    What a line's rounding leaves over is not Stripe's: it takes discounts and taxes line by line.
    """
    lines = select(
        func.sum(
            col(InvoiceLine.amount_minor)
            - col(InvoiceLine.discount_minor)
            + col(InvoiceLine.tax_minor)
        )
    ).where(col(InvoiceLine.invoice_id) == col(Invoice.id))
    return and_(
        func.length(cast(col(Invoice.snapshot), String)) > len("{}"),
        col(Invoice.total_minor) != lines.scalar_subquery(),
    )


def _miscounted() -> Condition:
    """The same sums as `invoices.projection.totals`, from the rows themselves."""
    total = BillingTotal
    invoices = (
        col(Invoice.customer_id) == col(total.customer_id),
        col(Invoice.currency) == col(total.currency),
        col(Invoice.billed_year) == col(total.year),
        col(Invoice.status) != InvoiceStatus.DRAFT,
    )
    payments = (
        col(Payment.customer_id) == col(total.customer_id),
        col(Payment.currency) == col(total.currency),
        col(Payment.billed_year) == col(total.year),
    )
    alone = (
        *payments,
        col(Payment.invoice_id).is_(None),
        col(Payment.stripe_charge_id).is_not(None),
        col(Payment.status) != PaymentStatus.CANCELED,
    )
    paid_alone = (*alone, col(Payment.status) == PaymentStatus.SUCCEEDED)
    unpaid = (*invoices, col(Invoice.status) == InvoiceStatus.OPEN)
    return or_(
        col(total.entries)
        != _sum(literal(1), Invoice, invoices) + _sum(literal(1), Payment, alone),
        col(total.paid_minor)
        != _sum(col(Invoice.amount_paid_minor), Invoice, invoices)
        + _sum(col(Payment.amount_minor), Payment, paid_alone),
        col(total.refunded_minor) != _sum(col(Payment.refunded_minor), Payment, payments),
        col(total.open_minor) != _sum(col(Invoice.amount_remaining_minor), Invoice, unpaid),
    )


def _sum(
    what: ColumnElement[int] | Mapped[int],
    model: type[Invoice | Payment],
    where: Iterable[Condition],
) -> ColumnElement[int]:
    summed = select(func.coalesce(func.sum(what), 0)).select_from(model).where(*where)
    return summed.correlate(BillingTotal).scalar_subquery()


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
        "invoices.lines_add_up",
        "The lines of an invoice, each less its discount and with its tax, make its total.",
        SYNC,
        Invoice,
        _lines_add_up,
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
        "Nobody paid for a period that began after its end without getting it back.",
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
        "billing_totals.add_up",
        "The totals of a billing history are the sums of its entries.",
        "run `portal reconcile --full`, which adds them up anew; if it stays, report it",
        BillingTotal,
        _miscounted,
    ),
    Rule(
        "intents.outcome",
        "A change that is done says how it ended.",
        REPORT,
        Intent,
        _half_closed,
    ),
)
