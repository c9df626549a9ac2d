"""Invoices as rows: those for what a company sells, and no others."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, exists, or_, select, tuple_
from sqlmodel import col

from portal_app.api.billed_read import COMPANY, binds, holding_of, membership_of, position
from portal_app.api.hot_read import HotRead
from portal_app.catalog.models import Plan
from portal_app.customers.models import Customer
from portal_app.identity.models import Person
from portal_app.invoices.models import Invoice, InvoiceLine, InvoiceStatus, Payment, PaymentStatus
from portal_app.kit.columns import UtcDateTime
from portal_app.memberships.models import Membership


class InvoiceRow(NamedTuple):
    """An invoice, whom it was for, and its newest payments; what is not known is null."""

    id: str
    company_id: str
    number: str
    status: str
    currency: str
    hosted_url: str
    due_at: datetime | None
    created_at: datetime
    observed_at: datetime
    snapshot: dict[str, Any]
    member_id: str | None
    payment_id: str | None
    processing_id: str | None
    customer_name: str
    customer_email: str
    person_id: str | None
    person_name: str | None


class InvoiceShape(NamedTuple):
    """All that changes a list's SQL. *statuses* are of `STATUSES`, *method* of `METHODS`."""

    descending: bool = True
    statuses: tuple[str, ...] = ()
    method: str = ""
    products: int = 0


def _newest_payment(*conditions: ColumnElement[bool]) -> Any:  # noqa: ANN401 -- a scalar subquery
    return (
        select(col(Payment.id))
        .where(col(Payment.invoice_id) == col(Invoice.id), *conditions)
        .order_by(col(Payment.created_at).desc(), col(Payment.id).desc())
        .limit(1)
        .correlate(Invoice)
        .scalar_subquery()
    )


_COLUMNS: Final[tuple[Any, ...]] = (
    *(col(getattr(Invoice, name)) for name in InvoiceRow._fields[:10]),
    holding_of(col(Invoice.customer_id)).label("member_id"),
    _newest_payment(col(Payment.status) == PaymentStatus.SUCCEEDED).label("payment_id"),
    _newest_payment(
        col(Payment.status) == PaymentStatus.PENDING,
        col(Payment.stripe_charge_id).is_not(None),
        col(Payment.failure_code) == "",
    ).label("processing_id"),
    col(Customer.name).label("customer_name"),
    col(Customer.email).label("customer_email"),
    col(Person.id).label("person_id"),
    col(Person.name).label("person_name"),
)
_OPEN: Final = col(Invoice.status) == InvoiceStatus.OPEN
_LATE: Final = col(Invoice.due_at) < bindparam("now", type_=UtcDateTime())
# Whop's words; one that is open is past due once its day is over.
STATUSES: Final[dict[str, ColumnElement[bool]]] = {
    "draft": col(Invoice.status) == InvoiceStatus.DRAFT,
    "open": and_(_OPEN, or_(col(Invoice.due_at).is_(None), ~_LATE)),
    "past_due": and_(_OPEN, _LATE),
    "paid": col(Invoice.status) == InvoiceStatus.PAID,
    "uncollectible": col(Invoice.status) == InvoiceStatus.UNCOLLECTIBLE,
    "void": col(Invoice.status) == InvoiceStatus.VOID,
}
# Stripe gives a day to pay by to what is sent, and none to what is charged.
METHODS: Final[dict[str, ColumnElement[bool]]] = {
    "send_invoice": col(Invoice.due_at).is_not(None),
    "charge_automatically": col(Invoice.due_at).is_(None),
}


def _invoices() -> Select[Any]:
    own = and_(
        col(Membership.id) == membership_of(payment=False), col(Membership.company_id) == COMPANY
    )
    return (
        select(*_COLUMNS)
        .select_from(Invoice)
        .join(Customer, col(Customer.id) == col(Invoice.customer_id))
        .outerjoin(Person, col(Person.id) == col(Customer.person_id))
        .outerjoin(Membership, own)
        .where(col(Invoice.company_id) == COMPANY)
    )


BY_ID: Final = HotRead(
    _invoices().where(col(Invoice.id) == bindparam("id", type_=String())), InvoiceRow
)


@lru_cache(maxsize=256)
def list_invoices(shape: InvoiceShape) -> HotRead[InvoiceRow]:
    """A window of invoices; parameters: `Window.bounds`, `company_id`, `now`, `product0`."""
    order = [col(Invoice.created_at), col(Invoice.id)]
    statement = _invoices().where(
        tuple_(*order) > position("oldest"), tuple_(*order) < position("newest"), *_filters(shape)
    )
    ordered = (column.desc() if shape.descending else column.asc() for column in order)
    return HotRead(statement.order_by(*ordered).limit(bindparam("rows")), InvoiceRow)


def _filters(shape: InvoiceShape) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if shape.statuses:
        asked.append(or_(*(STATUSES[status] for status in shape.statuses)))
    if shape.method:
        asked.append(METHODS[shape.method])
    if shape.products:
        price = col(Plan.stripe_price_id) == col(InvoiceLine.stripe_price_id)
        asked.append(
            exists(select(col(InvoiceLine.id)).join(Plan, price))
            .where(
                col(InvoiceLine.invoice_id) == col(Invoice.id),
                col(Plan.product_id).in_(binds("product", shape.products)),
            )
            .correlate(Invoice)
        )
    return asked
