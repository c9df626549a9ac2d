"""What reads of payments and invoices share: whose they are, for which membership, their lines."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, String, and_, bindparam, func, select, tuple_
from sqlmodel import col

from portal_app.api.hot_read import HotRead
from portal_app.catalog.models import Interval, Plan, Product
from portal_app.customers.models import Customer
from portal_app.invoices.models import Invoice, InvoiceLine, Payment
from portal_app.kit.columns import UtcDateTime
from portal_app.memberships.models import Member, Membership, MembershipSubscription

COMPANY: Final = bindparam("company_id", type_=String())


def position(side: str) -> ColumnElement[Any]:
    """One end of a window (`paging.Window.bounds`)."""
    at = bindparam(f"{side}_at", type_=UtcDateTime())
    return tuple_(at, bindparam(f"{side}_id", type_=String()))


def binds(name: str, count: int) -> list[ColumnElement[Any]]:
    return [bindparam(f"{name}{number}", type_=String()) for number in range(count)]


def membership_of(*, payment: bool) -> Any:  # noqa: ANN401 -- a scalar subquery
    """The membership that the statement's invoice (or *payment*) is for, by what it was made of."""
    by_subscription = (
        select(func.min(col(MembershipSubscription.membership_id)))
        .where(
            col(MembershipSubscription.stripe_subscription_id)
            == col(Invoice.stripe_subscription_id)
        )
        .correlate(Invoice)
        .scalar_subquery()
    )
    by_invoice = _bought(col(Membership.stripe_invoice_id), col(Invoice.stripe_invoice_id), Invoice)
    if not payment:
        return func.coalesce(by_subscription, by_invoice)
    own = col(Payment.stripe_payment_intent_id)
    by_payment = _bought(col(Membership.stripe_payment_intent_id), own, Payment)
    return func.coalesce(by_subscription, by_invoice, by_payment)


def _bought(theirs: Any, own: Any, of: Any) -> Any:  # noqa: ANN401 -- columns and a table
    found = select(func.min(col(Membership.id))).where(theirs == own)
    return found.correlate(of).scalar_subquery()


def holding_of(customer_id: Any) -> Any:  # noqa: ANN401 -- a scalar subquery
    """The newest holding of the statement's membership that *customer_id* paid for."""
    return (
        select(col(Member.id))
        .where(col(Member.membership_id) == col(Membership.id))
        .where(col(Member.customer_id) == customer_id)
        .order_by(col(Member.from_at).desc(), col(Member.id).desc())
        .limit(1)
        .correlate(Membership, Invoice, Payment)
        .scalar_subquery()
    )


def customers_of_person() -> ColumnElement[Any]:
    """Ids of the customers of `user_id`."""
    owner = bindparam("user_id", type_=String())
    return select(col(Customer.id)).where(col(Customer.person_id) == owner).scalar_subquery()


def customers_of_membership() -> ColumnElement[Any]:
    """Whoever was ever charged for `membership_id`; few, so that they lead."""
    named = col(Member.membership_id) == bindparam("membership_id", type_=String())
    return select(col(Member.customer_id)).where(named).scalar_subquery()


class LineRow(NamedTuple):
    """A line with its plan and product; the product is null where it is another company's."""

    id: str
    invoice_id: str
    position: int
    description: str
    quantity: int
    amount_minor: int
    plan_id: str | None
    plan_title: str | None
    plan_minor: int | None
    interval: Interval | None
    interval_count: int | None
    product_id: str | None
    product_title: str | None


_LINES: Final = (
    select(
        *(col(getattr(InvoiceLine, name)) for name in LineRow._fields[:6]),
        col(Plan.id).label("plan_id"),
        col(Plan.title).label("plan_title"),
        col(Plan.amount_minor).label("plan_minor"),
        col(Plan.interval),
        col(Plan.interval_count),
        col(Product.id).label("product_id"),
        col(Product.title).label("product_title"),
    )
    .select_from(InvoiceLine)
    .outerjoin(Plan, col(Plan.stripe_price_id) == col(InvoiceLine.stripe_price_id))
    .outerjoin(
        Product, and_(col(Product.id) == col(Plan.product_id), col(Product.company_id) == COMPANY)
    )
    .order_by(col(InvoiceLine.invoice_id), col(InvoiceLine.position))
)


@lru_cache(maxsize=128)
def _lines_of(count: int) -> HotRead[LineRow]:
    return HotRead(_LINES.where(col(InvoiceLine.invoice_id).in_(binds("invoice", count))), LineRow)


async def lines_of(company_id: str, invoice_ids: Sequence[str]) -> dict[str, list[LineRow]]:
    """The lines of a page's invoices, in one query."""
    found: dict[str, list[LineRow]] = {invoice_id: [] for invoice_id in invoice_ids}
    if found:
        named = {f"invoice{number}": one for number, one in enumerate(found)}
        for line in await _lines_of(len(found)).all(company_id=company_id, **named):
            found[line.invoice_id].append(line)
    return found
