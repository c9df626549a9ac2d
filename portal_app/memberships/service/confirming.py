"""The cancellation of somebody's membership, with all that its confirmation says."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.catalog.models import Company, Plan, Product
from portal_app.catalog.policies import policy_of
from portal_app.catalog.support_policy import SupportPolicy
from portal_app.customers.models import Customer
from portal_app.identity.actor import Actor
from portal_app.identity.models import EmailAddress
from portal_app.memberships.models import Cancellation, Member, Membership


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmedCancellation:
    """*address* is the holder's, of whoever held it when it was cancelled.

    *support* is the policy for its product.
    """

    cancellation: Cancellation
    membership: Membership
    product: Product
    plan: Plan
    company: Company
    customer: Customer
    address: str
    support: SupportPolicy


async def read_cancellation(
    session: AsyncSession, cancellation_id: str, actor: Actor | None
) -> ConfirmedCancellation | None:
    """The cancellation, if *actor* held the membership then.

    Without an actor it is anybody's: the caller has checked another proof.
    """
    statement = (
        select(
            Cancellation, Membership, Product, Plan, Company, Customer, col(EmailAddress.address)
        )
        .join(Member, col(Member.id) == col(Cancellation.member_id))
        .join(Membership, col(Membership.id) == col(Cancellation.membership_id))
        .join(Product, col(Product.id) == col(Membership.product_id))
        .join(Plan, col(Plan.id) == col(Membership.plan_id))
        .join(Company, col(Company.id) == col(Membership.company_id))
        .join(Customer, col(Customer.id) == col(Member.customer_id))
        .outerjoin(
            EmailAddress,
            (col(EmailAddress.person_id) == col(Member.person_id))
            & col(EmailAddress.is_primary).is_(True),
        )
        .where(col(Cancellation.id) == cancellation_id)
    )
    if actor is not None:
        statement = statement.where(col(Member.person_id) == actor.person_id)
    row = (await session.execute(statement)).first()
    if row is None:
        return None
    cancellation, membership, product, plan, company, customer, address = row
    policy = await policy_of(session, company.id, product.id)
    return ConfirmedCancellation(
        cancellation=cancellation,
        membership=membership,
        product=product,
        plan=plan,
        company=company,
        customer=customer,
        address=address or customer.email,
        support=policy.support,
    )
