"""Payments as rows: those for what a company sells, and no others."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, or_, select, tuple_
from sqlmodel import col

from portal_app.api.billed_read import (
    COMPANY,
    customers_of_membership,
    customers_of_person,
    holding_of,
    membership_of,
    position,
)
from portal_app.api.hot_read import HotRead
from portal_app.catalog.models import Product
from portal_app.customers.models import Customer
from portal_app.identity.models import Person
from portal_app.invoices.documents.wording import NOT_REFUNDED
from portal_app.invoices.models import Invoice, Payment, PaymentStatus, Refund
from portal_app.memberships.models import Member, Membership


class PaymentRow(NamedTuple):
    """A payment, what it was for and who paid; what is not known is null."""

    id: str
    company_id: str
    status: str
    currency: str
    amount_minor: int
    refunded_minor: int
    method_kind: str
    method_brand: str
    method_last4: str
    failure_code: str
    stripe_charge_id: str | None
    paid_at: datetime | None
    created_at: datetime
    observed_at: datetime
    invoice_id: str | None
    invoice_status: str | None
    billing_reason: str | None
    subtotal_minor: int | None
    tax_minor: int | None
    total_minor: int | None
    attempt_count: int | None
    next_attempt_at: datetime | None
    snapshot: dict[str, Any] | None
    refunded_at: datetime | None
    membership_id: str | None
    plan_id: str | None
    product_id: str | None
    product_title: str | None
    member_id: str | None
    customer_email: str
    person_id: str | None
    person_name: str | None


class PaymentShape(NamedTuple):
    """All that changes a list's SQL. *status* is one of `STATUSES`."""

    descending: bool = True
    status: str = ""
    by_currency: bool = False
    of_user: bool = False
    of_member: bool = False
    of_membership: bool = False


_OF_PAYMENT: Final = PaymentRow._fields[:14]
_OF_INVOICE: Final = (
    *("billing_reason", "subtotal_minor", "tax_minor", "total_minor", "attempt_count"),
    *("next_attempt_at", "snapshot"),
)


def _last_refund() -> Any:  # noqa: ANN401 -- a scalar subquery
    # One comparison each: a list in SQL is written out anew at each call, which a HotRead is not.
    given_back = and_(*(col(Refund.status) != status for status in sorted(NOT_REFUNDED)))
    return (
        select(col(Refund.created_at))
        .where(col(Refund.payment_id) == col(Payment.id), given_back)
        .order_by(col(Refund.created_at).desc())
        .limit(1)
        .correlate(Payment)
        .scalar_subquery()
    )


_COLUMNS: Final[tuple[Any, ...]] = (
    *(col(getattr(Payment, name)) for name in _OF_PAYMENT),
    col(Invoice.id).label("invoice_id"),
    col(Invoice.status).label("invoice_status"),
    *(col(getattr(Invoice, name)) for name in _OF_INVOICE),
    _last_refund().label("refunded_at"),
    col(Membership.id).label("membership_id"),
    col(Membership.plan_id),
    col(Product.id).label("product_id"),
    col(Product.title).label("product_title"),
    holding_of(col(Payment.customer_id)).label("member_id"),
    col(Customer.email).label("customer_email"),
    col(Person.id).label("person_id"),
    col(Person.name).label("person_name"),
)
_CHARGED: Final = and_(col(Payment.stripe_charge_id).is_not(None), col(Payment.failure_code) == "")
_PENDING: Final = and_(col(Payment.status) == PaymentStatus.PENDING, _CHARGED)
# Whop's words for where a payment stands; the others of its words nothing here can be.
STATUSES: Final[dict[str, ColumnElement[bool]]] = {
    "paid": col(Payment.status) == PaymentStatus.SUCCEEDED,
    "pending": _PENDING,
    "open": or_(
        col(Payment.status) == PaymentStatus.FAILED,
        and_(col(Payment.status) == PaymentStatus.PENDING, ~_CHARGED),
    ),
    "void": col(Payment.status) == PaymentStatus.CANCELED,
}


def _payments() -> Select[Any]:
    """The membership must be the company's too: one bill may be for two companies' products."""
    own = and_(
        col(Membership.id) == membership_of(payment=True), col(Membership.company_id) == COMPANY
    )
    return (
        select(*_COLUMNS)
        .select_from(Payment)
        .join(Customer, col(Customer.id) == col(Payment.customer_id))
        .outerjoin(Person, col(Person.id) == col(Customer.person_id))
        .outerjoin(Invoice, col(Invoice.id) == col(Payment.invoice_id))
        .outerjoin(Membership, own)
        .outerjoin(Product, col(Product.id) == col(Membership.product_id))
        .where(col(Payment.company_id) == COMPANY)
    )


BY_ID: Final = HotRead(
    _payments().where(col(Payment.id) == bindparam("id", type_=String())), PaymentRow
)


@lru_cache(maxsize=128)
def list_payments(shape: PaymentShape) -> HotRead[PaymentRow]:
    """A window of payments; parameters: `Window.bounds`, `company_id` and those of *shape*."""
    order = [col(Payment.created_at), col(Payment.id)]
    statement = _payments().where(
        tuple_(*order) > position("oldest"), tuple_(*order) < position("newest"), *_filters(shape)
    )
    ordered = (column.desc() if shape.descending else column.asc() for column in order)
    return HotRead(statement.order_by(*ordered).limit(bindparam("rows")), PaymentRow)


def _filters(shape: PaymentShape) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    customer, member = col(Payment.customer_id), bindparam("member_id", type_=String())
    if shape.status:
        asked.append(STATUSES[shape.status])
    if shape.by_currency:
        asked.append(col(Payment.currency) == bindparam("currency", type_=String()))
    if shape.of_user:
        asked.append(customer.in_(customers_of_person()))
    if shape.of_membership:
        asked.append(customer.in_(customers_of_membership()))
        asked.append(col(Membership.id) == bindparam("membership_id", type_=String()))
    if shape.of_member:
        held = select(col(Member.customer_id)).where(col(Member.id) == member)
        what = select(col(Member.membership_id)).where(col(Member.id) == member)
        asked.append(customer == held.scalar_subquery())
        asked.append(col(Membership.id) == what.scalar_subquery())
    return asked
