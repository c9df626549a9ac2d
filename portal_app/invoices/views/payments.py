"""What happened to the money of an entry: attempts, refunds, disputes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from portal_app.invoices.models import Dispute, Payment, PaymentStatus, Refund
from portal_app.invoices.views.naming import method_of
from portal_app.kit.money import Money
from portal_app.payment_methods.views import decline_sentence
from portal_app.ui.reader import Reader, Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRow:
    """One attempt; *failure* says in plain words why it did not work."""

    key: str = ""
    date: str = ""
    day: str = ""
    amount: str = ""
    method: str = ""
    status: str = ""
    tone: Tone = "muted"
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRow:
    key: str = ""
    date: str = ""
    day: str = ""
    amount: str = ""
    reason: str = ""
    status: str = ""
    tone: Tone = "muted"


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeRow:
    key: str = ""
    sentence: str = ""


def payment_rows(reader: Reader, payments: Iterable[Payment]) -> list[PaymentRow]:
    return [_payment(reader, payment) for payment in payments]


def _payment(reader: Reader, payment: Payment) -> PaymentRow:
    moment = payment.paid_at or payment.created_at
    status, tone = _payment_status(reader, payment)
    failed = tone == "danger" and payment.failure_code
    return PaymentRow(
        key=payment.id,
        date=reader.date(moment),
        day=reader.iso_date(moment),
        amount=reader.money(payment.amount),
        method=method_of(reader, payment),
        status=status,
        tone=tone,
        failure=decline_sentence(reader, payment.failure_code) if failed else "",
    )


def _payment_status(reader: Reader, payment: Payment) -> tuple[str, Tone]:
    if payment.status is PaymentStatus.SUCCEEDED:
        return reader.say("Paid"), "ok"
    if payment.status is PaymentStatus.CANCELED:
        return reader.say("Void"), "muted"
    if payment.is_under_way:
        return reader.say("Processing"), "info"
    if payment.stripe_charge_id is None and not payment.failure_code:
        return reader.say("Not finished"), "muted"
    return reader.say("Failed"), "danger"


def refund_rows(reader: Reader, refunds: Iterable[Refund]) -> list[RefundRow]:
    return [_refund(reader, refund) for refund in refunds]


def _refund(reader: Reader, refund: Refund) -> RefundRow:
    status, tone = _refund_status(reader, refund.status)
    return RefundRow(
        key=refund.id,
        date=reader.date(refund.created_at),
        day=reader.iso_date(refund.created_at),
        amount=reader.money(Money(refund.amount_minor, refund.currency)),
        reason=_reason(reader, refund.reason),
        status=status,
        tone=tone,
    )


def _refund_status(reader: Reader, status: str) -> tuple[str, Tone]:
    """Stripe's (docs.stripe.com/api/refunds/object#refund_object-status)."""
    if status == "succeeded":
        return reader.say("Refunded"), "ok"
    if status in {"failed", "canceled"}:
        return reader.say("Failed"), "danger"
    return reader.say("On its way"), "info"


def _reason(reader: Reader, reason: str) -> str:
    """Nothing where Stripe says nothing, or what is not for the customer to read (fraud)."""
    if reason == "duplicate":
        return reader.say("It was charged twice")
    return reader.say("As you asked") if reason == "requested_by_customer" else ""


def dispute_rows(reader: Reader, disputes: Iterable[Dispute]) -> list[DisputeRow]:
    return [DisputeRow(key=dispute.id, sentence=_dispute(reader, dispute)) for dispute in disputes]


def _dispute(reader: Reader, dispute: Dispute) -> str:
    amount = reader.money(Money(dispute.amount_minor, dispute.currency))
    date = reader.date(dispute.created_at)
    if not dispute.is_over:
        return reader.say(
            "{amount} was disputed with the bank on {date}. The bank has not decided yet.",
            amount=amount,
            date=date,
        )
    if dispute.status == "lost":
        return reader.say(
            "{amount} was disputed with the bank on {date}. The bank gave the money back.",
            amount=amount,
            date=date,
        )
    return reader.say(
        "{amount} was disputed with the bank on {date}. The payment stands.",
        amount=amount,
        date=date,
    )
