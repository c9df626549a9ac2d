"""Invoices with lines, the payments made for them, and refunds."""

from __future__ import annotations

from datetime import datetime

from portal_app.invoices.models import InvoiceStatus, PaymentStatus
from portal_app.kit.money import Money
from portal_app.provider.facts import InvoiceFacts, InvoiceLineFacts, PaymentFacts, RefundFacts
from portal_app.provider.stripe.customers import brand_and_last4
from portal_app.provider.stripe.fields import Fields
from portal_app.provider.stripe.invoice_parties import (
    added_tax,
    buyer,
    seller,
    taxes,
    total_of,
)

_PENDING = frozenset({"requires_action", "requires_confirmation", "requires_capture", "processing"})


def invoice_facts(obj: object) -> InvoiceFacts:
    invoice = Fields(obj, "invoice")
    currency = invoice.currency()
    times = invoice.part("status_transitions")
    lines = tuple(_line(line, currency) for line in invoice.parts("lines"))
    start, end = _service_period(lines)
    return InvoiceFacts(
        id=invoice.text("id"),
        customer_id=invoice.ref_or_none("customer") or "",
        subscription_id=_subscription_id(invoice),
        number=invoice.text_or_empty("number"),
        status=invoice.choice("status", InvoiceStatus),
        billing_reason=invoice.text_or_empty("billing_reason"),
        description=invoice.text_or_empty("description"),
        subtotal=invoice.money("subtotal", currency),
        discount=total_of(invoice, "total_discount_amounts", currency),
        tax=total_of(invoice, "total_taxes", currency),
        total=invoice.money("total", currency),
        balance_applied=_balance_applied(invoice, currency),
        credited=_credited(invoice, currency),
        amount_due=invoice.money("amount_due", currency),
        amount_paid=invoice.money("amount_paid", currency),
        amount_remaining=invoice.money("amount_remaining", currency),
        period_start=start or invoice.moment_or_none("period_start"),
        period_end=end or invoice.moment_or_none("period_end"),
        due_at=invoice.moment_or_none("due_date"),
        finalized_at=times.moment_or_none("finalized_at"),
        paid_at=times.moment_or_none("paid_at"),
        attempt_count=invoice.count("attempt_count"),
        next_attempt_at=invoice.moment_or_none("next_payment_attempt"),
        hosted_url=invoice.text_or_empty("hosted_invoice_url"),
        footer=invoice.text_or_empty("footer"),
        seller=seller(invoice),
        buyer=buyer(invoice),
        taxes=taxes(invoice, currency),
        lines=lines,
        payment_ids=_payment_ids(invoice),
        created_at=invoice.moment("created"),
    )


def _balance_applied(invoice: Fields, currency: str) -> Money:
    """What is due beyond the total: negative where the customer's credit was used.

    docs.stripe.com/billing/customer/balance; credit notes before the payment lower it too.
    """
    due, total = invoice.whole("amount_due"), invoice.whole("total")
    noted = invoice.whole_or_zero("pre_payment_credit_notes_amount")
    return invoice.as_money(due - total + noted, "amount_due", currency)


def _credited(invoice: Fields, currency: str) -> Money:
    names = ("pre_payment_credit_notes_amount", "post_payment_credit_notes_amount")
    return invoice.as_money(sum(map(invoice.whole_or_zero, names)), names[1], currency)


def _subscription_id(invoice: Fields) -> str | None:
    parent = invoice.part_or_none("parent")
    details = parent.part_or_none("subscription_details") if parent else None
    return details.ref("subscription") if details else None


def _payment_ids(invoice: Fields) -> tuple[str, ...]:
    """Payment intents only: charges without one and payments outside Stripe have no receipt."""
    payments = sorted(invoice.parts_or_none("payments"), key=lambda one: one.whole("created"))
    ids = [one.part("payment").ref_or_none("payment_intent") for one in payments]
    return tuple(one for one in ids if one)


def _line(line: Fields, currency: str) -> InvoiceLineFacts:
    pricing = line.part_or_none("pricing")
    price = pricing.part_or_none("price_details") if pricing else None
    period = line.part_or_none("period")
    quantity = line.count_or_none("quantity")
    return InvoiceLineFacts(
        id=line.text("id"),
        price_id=price.ref("price") if price else None,
        product_id=price.ref_or_none("product") if price else None,
        description=line.text_or_empty("description"),
        quantity=1 if quantity is None else quantity,
        amount=line.money("amount", currency),
        discount=total_of(line, "discount_amounts", currency),
        tax=added_tax(line, currency),
        proration=_is_proration(line),
        period_start=period.moment("start") if period else None,
        period_end=period.moment("end") if period else None,
    )


def _is_proration(line: Fields) -> bool:
    parent = line.part_or_none("parent")
    if parent is None:
        return False
    for name in ("subscription_item_details", "invoice_item_details"):
        details = parent.part_or_none(name)
        if details is not None and details.raw("proration") is not None:
            return details.flag("proration")
    return False


def _service_period(
    lines: tuple[InvoiceLineFacts, ...],
) -> tuple[datetime | None, datetime | None]:
    """From the first start to the last end of what is billed for a time, prorations aside."""
    starts = [line.period_start for line in lines if line.period_start and not line.proration]
    ends = [line.period_end for line in lines if line.period_end and not line.proration]
    return min(starts, default=None), max(ends, default=None)


def payment_facts(obj: object) -> PaymentFacts:
    """A payment intent; its `latest_charge` has to be expanded for refunds and the method."""
    intent = Fields(obj, "payment_intent")
    currency = intent.currency()
    charge = intent.expanded_or_none("latest_charge")
    status = _payment_status(intent)
    succeeded = status is PaymentStatus.SUCCEEDED
    kind, brand, last4 = _method_used(charge)
    return PaymentFacts(
        id=intent.text("id"),
        customer_id=intent.ref_or_none("customer"),
        charge_id=intent.ref_or_none("latest_charge"),
        status=status,
        description=intent.text_or_empty("description"),
        amount=intent.money("amount_received" if succeeded else "amount", currency),
        refunded=intent.as_money(
            charge.whole("amount_refunded") if charge else 0, "amount_refunded", currency
        ),
        method_kind=kind,
        method_brand=brand,
        method_last4=last4,
        failure_code="" if succeeded else _failure_code(intent),
        paid_at=charge.moment("created") if charge and succeeded else None,
        created_at=intent.moment("created"),
    )


def _payment_status(intent: Fields) -> PaymentStatus:
    """Stripe's intent goes back to `requires_payment_method` after a failed attempt."""
    status = intent.text("status")
    if status in {"succeeded", "canceled"}:
        return PaymentStatus(status)
    if status == "requires_payment_method":
        failed = intent.raw("last_payment_error") is not None
        return PaymentStatus.FAILED if failed else PaymentStatus.PENDING
    if status in _PENDING:
        return PaymentStatus.PENDING
    raise intent.malformed("status")


def _method_used(charge: Fields | None) -> tuple[str, str, str]:
    details = charge.part_or_none("payment_method_details") if charge else None
    if details is None:
        return "", "", ""
    kind = details.text("type")
    return kind, *brand_and_last4(details, kind)


def _failure_code(intent: Fields) -> str:
    """Why it is not paid; one that waits for the customer says so as a refused charge would."""
    if intent.text("status") == "requires_action":
        return "authentication_required"
    error = intent.part_or_none("last_payment_error")
    if error is None:
        return ""
    return error.text_or_empty("decline_code") or error.text_or_empty("code")


def refund_facts(obj: object) -> RefundFacts:
    refund = Fields(obj, "refund")
    return RefundFacts(
        id=refund.text("id"),
        payment_id=refund.ref_or_none("payment_intent"),
        charge_id=refund.ref_or_none("charge"),
        status=refund.text_or_empty("status"),
        reason=refund.text_or_empty("reason"),
        amount=refund.money("amount", refund.currency()),
        created_at=refund.moment("created"),
    )
