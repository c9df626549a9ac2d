"""Holdings (`mber_…`) as rows: who holds what since when, and what they paid for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import BigInteger, Select, String, bindparam, cast, func, or_, select
from sqlmodel import col

from portal_app.api.facts import COLUMNS as FACTS
from portal_app.api.facts import facts_of
from portal_app.api.hot_read import HotRead
from portal_app.api.listing import BUCKET, Shape, page_of_holdings
from portal_app.customers.models import Customer
from portal_app.identity.models import EmailAddress, Person
from portal_app.invoices.models import Invoice, Payment, PaymentStatus
from portal_app.memberships.models import (
    Member,
    Membership,
    MembershipSubscription,
)
from portal_app.memberships.rules import StripeFacts


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One holding; *facts* are those of its membership."""

    id: str
    membership_id: str
    company_id: str
    product_id: str
    joined_at: datetime
    until_at: datetime | None
    created_at: datetime
    bucket: str
    currency: str
    spent_minor: int
    person_id: str | None
    person_name: str | None
    person_email: str | None
    customer_name: str
    customer_email: str
    facts: StripeFacts

    @classmethod
    def make(cls, *values: Any) -> MemberRow:  # noqa: ANN401 -- columns in order
        own = len(values) - len(FACTS)
        named = dict(zip(cls.__dataclass_fields__, values[:own], strict=False))
        return cls(**named, facts=facts_of(values[own:]))


def _spent() -> Any:  # noqa: ANN401 -- a scalar subquery
    """Paid less refunded by the holding's customer, for this membership and nothing else."""
    subscriptions = (
        select(col(MembershipSubscription.stripe_subscription_id))
        .where(col(MembershipSubscription.membership_id) == col(Membership.id))
        .correlate(Membership)
    )
    for_it = or_(
        col(Invoice.stripe_subscription_id).in_(subscriptions),
        col(Invoice.stripe_invoice_id) == col(Membership.stripe_invoice_id),
        col(Payment.stripe_payment_intent_id) == col(Membership.stripe_payment_intent_id),
    )
    # PostgreSQL adds whole numbers up to a decimal one.
    total = cast(func.sum(col(Payment.amount_minor) - col(Payment.refunded_minor)), BigInteger)
    return (
        select(func.coalesce(total, 0))
        .select_from(Payment)
        .outerjoin(Invoice, col(Invoice.id) == col(Payment.invoice_id))
        .where(
            col(Payment.customer_id) == col(Member.customer_id),
            col(Payment.status) == PaymentStatus.SUCCEEDED,
            for_it,
        )
        .correlate(Member, Membership)
        .scalar_subquery()
    )


def _primary_address() -> Any:  # noqa: ANN401 -- a scalar subquery
    return (
        select(col(EmailAddress.address))
        .where(col(EmailAddress.person_id) == col(Person.id), col(EmailAddress.is_primary))
        .order_by(col(EmailAddress.id))
        .limit(1)
        .correlate(Person)
        .scalar_subquery()
    )


_COLUMNS: Final[tuple[Any, ...]] = (
    col(Member.id).label("id"),
    col(Membership.id).label("membership_id"),
    col(Membership.company_id).label("company_id"),
    col(Membership.product_id).label("product_id"),
    col(Member.from_at).label("joined_at"),
    col(Member.until_at).label("until_at"),
    col(Membership.created_at).label("created_at"),
    BUCKET.label("bucket"),
    col(Membership.currency).label("currency"),
    _spent().label("spent_minor"),
    col(Person.id).label("person_id"),
    col(Person.name).label("person_name"),
    _primary_address().label("person_email"),
    col(Customer.name).label("customer_name"),
    col(Customer.email).label("customer_email"),
    *FACTS,
)


def _with_holder(statement: Select[Any]) -> Select[Any]:
    """*statement*, which reads memberships and their holdings, joined to who holds them."""
    joined = statement.join(Customer, col(Customer.id) == col(Member.customer_id))
    return joined.outerjoin(Person, col(Person.id) == col(Member.person_id))


_BY_ID: Final = HotRead(
    _with_holder(
        select(*_COLUMNS)
        .select_from(Member)
        .join(Membership, col(Membership.id) == col(Member.membership_id))
    )
    .where(
        col(Member.id) == bindparam("id", type_=String()),
        col(Membership.company_id) == bindparam("company_id", type_=String()),
    )
    .limit(1),
    MemberRow.make,
)


async def find_member(member_id: str, *, company_id: str) -> MemberRow | None:
    return await _BY_ID.first(id=member_id, company_id=company_id)


@lru_cache(maxsize=512)
def list_statement(shape: Shape) -> HotRead[MemberRow]:
    """The holdings of one window; parameters as for `page_of_holdings`."""
    page = page_of_holdings(shape)
    rows = page.rows
    return HotRead(
        _with_holder(
            select(*_COLUMNS)
            .select_from(rows)
            .join(Membership, col(Membership.id) == rows.c.id)
            .join(Member, col(Member.id) == rows.c.tie)
        ).order_by(*page.order),
        MemberRow.make,
    )
