"""What a company's program may reach: what is billed to customers of the company's memberships.

Each statement takes the company's id and answers nothing that is another's.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.customers.models import Customer
from portal_app.memberships.models import (
    Member,
    Membership,
    MembershipSource,
    MembershipSubscription,
)
from portal_app.memberships.repository import charged_to, is_over
from portal_app.payment_methods.models import PaymentMethod


async def of_company(
    session: AsyncSession, company_id: str, membership_id: str
) -> Membership | None:
    membership = await session.get(Membership, membership_id)
    return membership if membership is not None and membership.company_id == company_id else None


async def method_of_company(
    session: AsyncSession, company_id: str, method_id: str
) -> tuple[PaymentMethod, Customer] | None:
    """A method on file where one of the company's memberships is billed."""
    billed = exists().where(
        col(Membership.customer_id) == col(Customer.id), col(Membership.company_id) == company_id
    )
    statement = (
        select(PaymentMethod, Customer)
        .join(Customer, col(Customer.id) == col(PaymentMethod.customer_id))
        .where(
            col(PaymentMethod.id) == method_id,
            col(PaymentMethod.detached_at).is_(None),
            col(Customer.deleted_at).is_(None),
            billed,
        )
    )
    row = (await session.execute(statement)).first()
    return (row[0], row[1]) if row else None


async def pays_for_any(session: AsyncSession, method: PaymentMethod) -> bool:
    """Whether a subscription that runs is charged to *method*, whoever sells it or holds it."""
    statement = (
        select(col(Membership.id))
        .join(Customer, col(Customer.id) == col(Membership.customer_id))
        .join(PaymentMethod, charged_to(PaymentMethod))
        .where(
            col(Membership.customer_id) == method.customer_id,
            col(PaymentMethod.id) == method.id,
            col(Membership.source) == MembershipSource.SUBSCRIPTION,
            col(Membership.collection_method) == "charge_automatically",
            ~is_over(),
        )
        .limit(1)
    )
    return (await session.execute(statement)).first() is not None


async def pinned_to(
    session: AsyncSession, customer: Customer, stripe_method_ids: AbstractSet[str]
) -> Sequence[str]:
    """The customer's running subscriptions that name one of these methods themselves."""
    own = func.coalesce(
        func.nullif(col(Membership.stripe_default_payment_method_id), ""),
        func.nullif(col(Membership.stripe_default_source_id), ""),
    )
    statement = (
        select(col(MembershipSubscription.stripe_subscription_id))
        .join(Membership, col(Membership.id) == col(MembershipSubscription.membership_id))
        .where(
            col(Membership.customer_id) == customer.id,
            col(MembershipSubscription.until_at).is_(None),
            own.in_(stripe_method_ids),
            ~is_over(),
        )
    )
    return (await session.scalars(statement)).all()


async def customers_of_company(
    session: AsyncSession,
    company_id: str,
    *,
    customer_id: str | None,
    address_key: str | None,
    member_id: str | None,
    currency: str | None,
) -> list[tuple[Customer, str]]:
    """Customers that memberships of the company are billed to, each with its newest holding.

    What is None narrows nothing. At most a few: whoever has more than one has to be told apart.
    """
    newest = (
        select(col(Member.id))
        .join(Membership, col(Membership.id) == col(Member.membership_id))
        .where(
            col(Member.customer_id) == col(Customer.id),
            col(Membership.customer_id) == col(Customer.id),
            col(Membership.company_id) == company_id,
        )
        .order_by(col(Member.until_at).is_(None).desc(), col(Member.from_at).desc())
        .limit(1)
        .correlate(Customer)
        .scalar_subquery()
    )
    asked = {
        col(Customer.id): customer_id,
        col(Customer.email_key): address_key,
        col(Customer.currency): currency,
    }
    statement = select(Customer, newest).where(
        col(Customer.deleted_at).is_(None),
        newest.is_not(None),
        *(column == value for column, value in asked.items() if value is not None),
    )
    if member_id is not None:
        held = select(col(Member.customer_id)).where(col(Member.id) == member_id)
        statement = statement.where(col(Customer.id) == held.scalar_subquery())
    rows = await session.execute(statement.order_by(col(Customer.id)).limit(3))
    return [(customer, holding) for customer, holding in rows]
