"""A declaration with what its documents and mails say of it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.catalog.models import Company, Plan, Product
from portal_app.catalog.policies import published_policies
from portal_app.catalog.support_policy import SupportPolicy
from portal_app.declarations.models import Declaration
from portal_app.identity.actor import Actor
from portal_app.memberships.models import Member, Membership


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDeclaration:
    """*membership* and *product_id* are what it was found to be about; empty where that is nothing.

    *support* is the policy for that, *company_support* the one that tells nothing of it.
    """

    declaration: Declaration
    company: Company
    membership: str
    product_id: str
    support: SupportPolicy
    company_support: SupportPolicy


async def read_declaration(
    session: AsyncSession, declaration_id: str, actor: Actor | None
) -> ReadDeclaration | None:
    """The declaration, if it is about a membership that *actor* held then.

    Without an actor it is anybody's: the caller has checked another proof.
    """
    statement = (
        select(Declaration, Company, col(Product.id), col(Product.title), col(Plan.title))
        .join(Company, col(Company.id) == col(Declaration.company_id))
        .outerjoin(Member, col(Member.id) == col(Declaration.member_id))
        .outerjoin(Membership, col(Membership.id) == col(Declaration.membership_id))
        .outerjoin(Product, col(Product.id) == col(Membership.product_id))
        .outerjoin(Plan, col(Plan.id) == col(Membership.plan_id))
        .where(col(Declaration.id) == declaration_id)
    )
    if actor is not None:
        statement = statement.where(col(Member.person_id) == actor.person_id)
    row = (await session.execute(statement)).first()
    if row is None:
        return None
    declaration, company, product_id, product, plan = row
    name = f"{product} ({plan})" if plan else product or ""
    policies = (await published_policies(session, [company.id]))[company.id]
    return ReadDeclaration(
        declaration=declaration,
        company=company,
        membership=name,
        product_id=product_id or "",
        support=policies.of(product_id or "").support,
        company_support=policies.company.support,
    )
