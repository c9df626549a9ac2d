"""Invoices with their lines, the payments made, and what was refunded."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlmodel import Field, Index, SQLModel, UniqueConstraint, text

from portal_app.kit.columns import (
    currency,
    json_column,
    minor_units,
    reference,
    str_enum,
    utc,
)
from portal_app.kit.ids import new_id
from portal_app.kit.money import Money


class InvoiceStatus(StrEnum):
    """Stripe's invoice statuses (docs.stripe.com/api/invoices/object#invoice_object-status)."""

    DRAFT = "draft"
    OPEN = "open"
    PAID = "paid"
    UNCOLLECTIBLE = "uncollectible"
    VOID = "void"


# Decided, or an inquiry that came to nothing; every other status awaits somebody.
DISPUTE_OVER: Final = frozenset({"won", "lost", "warning_closed", "prevented"})


class PaymentStatus(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


def _among(condition: str, name: str, *columns: str) -> Index:
    """An index over the few rows that a list is about."""
    where = text(condition)
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


class Invoice(SQLModel, table=True):
    """A Stripe invoice; stays with the customer who was billed, whoever holds the membership.

    *issued_at* is when it was finalized, and until then when it was made; *billed_year* is its UTC
    year. *company_id* is whose product its first known line is. *balance_applied_minor* is what the
    customer's balance added to what is due, negative where credit was used; *credited_minor* is
    what credit notes took away. *snapshot* is what `snapshot.py` reads: seller, buyer and taxes as
    they were.
    """

    __tablename__ = "invoices"
    __table_args__ = (
        Index("ix_invoices_customer_newest", "customer_id", "issued_at", "id"),
        Index("ix_invoices_subscription_newest", "stripe_subscription_id", "issued_at", "id"),
        Index("ix_invoices_company_newest", "company_id", "created_at", "id"),
        Index("ix_invoices_customer_number", "customer_id", "number"),
        _among(
            "status NOT IN ('paid', 'draft')",
            "ix_invoices_customer_unpaid",
            "customer_id",
            "status",
            "issued_at",
            "id",
        ),
    )

    id: str = Field(default_factory=lambda: new_id("inv"), primary_key=True)
    customer_id: str = Field(sa_column=reference("customers.id", index=False))
    company_id: str | None = Field(
        default=None, sa_column=reference("companies.id", nullable=True, index=False)
    )
    stripe_invoice_id: str = Field(unique=True)
    stripe_subscription_id: str | None = None
    number: str = ""
    status: InvoiceStatus = Field(sa_column=str_enum(InvoiceStatus))
    billing_reason: str = ""
    description: str = ""
    currency: str = Field(sa_column=currency())
    subtotal_minor: int = Field(sa_column=minor_units())
    discount_minor: int = Field(default=0, sa_column=minor_units())
    tax_minor: int = Field(default=0, sa_column=minor_units())
    total_minor: int = Field(sa_column=minor_units())
    balance_applied_minor: int = Field(default=0, sa_column=minor_units())
    credited_minor: int = Field(default=0, sa_column=minor_units())
    amount_due_minor: int = Field(sa_column=minor_units())
    amount_paid_minor: int = Field(sa_column=minor_units())
    amount_remaining_minor: int = Field(sa_column=minor_units())
    period_start: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    period_end: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    due_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    finalized_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    paid_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    attempt_count: int = 0
    next_attempt_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    hosted_url: str = ""
    snapshot: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    issued_at: datetime = Field(sa_column=utc())
    billed_year: int = 0
    created_at: datetime = Field(sa_column=utc())
    observed_at: datetime = Field(sa_column=utc())

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)

    @property
    def remaining(self) -> Money:
        return Money(self.amount_remaining_minor, self.currency)


class InvoiceLine(SQLModel, table=True):
    """One line of an invoice, in the invoice's currency and order.

    Amounts less discounts plus taxes are the invoice's total; a tax that an amount includes is not
    in *tax_minor*.
    """

    __tablename__ = "invoice_lines"
    __table_args__ = (UniqueConstraint("invoice_id", "position"),)

    id: str = Field(default_factory=lambda: new_id("il"), primary_key=True)
    invoice_id: str = Field(sa_column=reference("invoices.id"))
    position: int
    stripe_line_id: str
    stripe_price_id: str | None = None
    description: str = ""
    quantity: int = 1
    amount_minor: int = Field(sa_column=minor_units())
    discount_minor: int = Field(default=0, sa_column=minor_units())
    tax_minor: int = Field(default=0, sa_column=minor_units())
    proration: bool = False
    period_start: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    period_end: datetime | None = Field(default=None, sa_column=utc(nullable=True))


class Payment(SQLModel, table=True):
    """An attempt to move money: a payment intent with its last charge. `pay_…`.

    *company_id* is whose product it paid, where its invoice or a purchase tells. *billed_year* is
    that of its invoice, and of its making where it has none.
    """

    __tablename__ = "payments"
    __table_args__ = (
        Index("ix_payments_customer_newest", "customer_id", "created_at", "id"),
        Index("ix_payments_company_newest", "company_id", "created_at", "id"),
        _among(
            "invoice_id IS NULL", "ix_payments_customer_alone", "customer_id", "created_at", "id"
        ),
        _among(
            "refunded_minor > 0", "ix_payments_customer_refunded", "customer_id", "created_at", "id"
        ),
        _among(
            "invoice_id IS NULL AND status NOT IN ('succeeded', 'canceled')",
            "ix_payments_customer_unsettled",
            "customer_id",
            "created_at",
            "id",
        ),
    )

    id: str = Field(default_factory=lambda: new_id("pay"), primary_key=True)
    customer_id: str = Field(sa_column=reference("customers.id", index=False))
    company_id: str | None = Field(
        default=None, sa_column=reference("companies.id", nullable=True, index=False)
    )
    invoice_id: str | None = Field(default=None, sa_column=reference("invoices.id", nullable=True))
    stripe_payment_intent_id: str = Field(unique=True)
    stripe_charge_id: str | None = Field(default=None, index=True)
    status: PaymentStatus = Field(sa_column=str_enum(PaymentStatus))
    description: str = ""
    currency: str = Field(sa_column=currency())
    amount_minor: int = Field(sa_column=minor_units())
    refunded_minor: int = Field(default=0, sa_column=minor_units())
    # The method as it was when it paid: later changes of the card don't rewrite history.
    method_kind: str = ""
    method_brand: str = ""
    method_last4: str = ""
    failure_code: str = ""
    billed_year: int = 0
    paid_at: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    created_at: datetime = Field(sa_column=utc())
    observed_at: datetime = Field(sa_column=utc())

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def stands_alone(self) -> bool:
        """Whether it is an entry of the billing history by itself: tried, and for no invoice."""
        tried = self.stripe_charge_id is not None and self.status is not PaymentStatus.CANCELED
        return tried and self.invoice_id is None

    @property
    def is_under_way(self) -> bool:
        """Whether money is moving, as with a debit that takes days; nobody has to do anything."""
        charged = self.status is PaymentStatus.PENDING and self.stripe_charge_id is not None
        return charged and not self.failure_code

    @property
    def asks_bank(self) -> bool:
        """Whether it waits for the customer to confirm it with their bank."""
        return self.status is PaymentStatus.PENDING and bool(self.failure_code)


class Dispute(SQLModel, table=True):
    """A payment that somebody's bank questions or took back. `dsp_…`; a payment may have several.

    *status* and *reason* are Stripe's words (docs.stripe.com/api/disputes/object).
    """

    __tablename__ = "disputes"

    id: str = Field(default_factory=lambda: new_id("dsp"), primary_key=True)
    payment_id: str = Field(sa_column=reference("payments.id"))
    stripe_dispute_id: str = Field(unique=True)
    status: str
    reason: str = ""
    currency: str = Field(sa_column=currency())
    amount_minor: int = Field(sa_column=minor_units())
    # Whether the account is without the money now.
    funds_withdrawn: bool = False
    respond_by: datetime | None = Field(default=None, sa_column=utc(nullable=True))
    created_at: datetime = Field(sa_column=utc())
    observed_at: datetime = Field(sa_column=utc())

    @property
    def is_over(self) -> bool:
        return self.status in DISPUTE_OVER


class Refund(SQLModel, table=True):
    """Money given back for a payment. `rf_…`."""

    __tablename__ = "refunds"

    id: str = Field(default_factory=lambda: new_id("rf"), primary_key=True)
    payment_id: str = Field(sa_column=reference("payments.id"))
    stripe_refund_id: str = Field(unique=True)
    status: str
    reason: str = ""
    currency: str = Field(sa_column=currency())
    amount_minor: int = Field(sa_column=minor_units())
    created_at: datetime = Field(sa_column=utc())
    observed_at: datetime = Field(sa_column=utc())


class BillingTotal(SQLModel, table=True):
    """What the entries of a customer's billing history of one year come to, in one currency.

    Entries are invoices, drafts aside, and payments without one; the year is their *billed_year*.
    Kept by the projection (`projection/totals.py`), so that no page adds up thousands of rows.
    """

    __tablename__ = "billing_totals"
    __table_args__ = (UniqueConstraint("customer_id", "currency", "year"),)

    id: str = Field(default_factory=lambda: new_id("btot"), primary_key=True)
    customer_id: str = Field(sa_column=reference("customers.id", index=False))
    currency: str = Field(sa_column=currency())
    year: int
    entries: int = 0
    paid_minor: int = Field(default=0, sa_column=minor_units())
    refunded_minor: int = Field(default=0, sa_column=minor_units())
    open_minor: int = Field(default=0, sa_column=minor_units())
