"""Products and prices of Stripe become rows of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from portal_app.catalog.models import Company, Plan, Product
from portal_app.kit.errors import Conflict
from portal_app.kit.lookup import found, locked, look_up
from portal_app.kit.observed import Outcome, take_turn, upsert
from portal_app.provider.facts import PriceFacts, ProductFacts


class NoDefaultCompany(Conflict):
    """Products without a company of their own have nowhere to go until there is a default one."""

    code = "no_default_company"


async def project_product(
    session: AsyncSession, facts: ProductFacts, *, observed_at: datetime
) -> Outcome:
    """Raises NoDefaultCompany where the product names no company of ours and none is default."""
    values = {
        "company_id": await _company_id(session, facts.company_id),
        "title": facts.name,
        "description": facts.description,
        "active": facts.active,
        "details": {"metadata": dict(facts.metadata)},
        "created_at": facts.created_at,
    }
    _, outcome = await upsert(
        session, Product, {"stripe_product_id": facts.id}, values, observed_at
    )
    return outcome


async def _company_id(session: AsyncSession, named: str | None) -> str:
    if named is not None:
        company = await session.get(Company, named)
        if company is not None:
            return company.id
    default = select(Company.id).where(col(Company.is_default).is_(True)).order_by(Company.id)
    company_id = await session.scalar(default.limit(1))
    if company_id is None:
        raise NoDefaultCompany("There is no default company yet. Create one first.")
    return company_id


async def project_price(
    session: AsyncSession, facts: PriceFacts, *, observed_at: datetime
) -> Outcome:
    """A price whose product is unknown here is unrelated.

    Prices that Stripe computes (tiers, an amount the buyer chose) have no amount of their own and
    are stored with 0: what was really charged stands on the invoices.
    """
    product_id = await session.scalar(
        select(Product.id).where(Product.stripe_product_id == facts.product_id)
    )
    if product_id is None:
        return Outcome.UNRELATED
    values = {
        "product_id": product_id,
        "title": facts.title,
        "amount_minor": facts.amount.minor if facts.amount else 0,
        "currency": facts.currency,
        "interval": facts.interval,
        "interval_count": facts.interval_count,
        "active": facts.active,
        "created_at": facts.created_at,
    }
    _, outcome = await upsert(session, Plan, {"stripe_price_id": facts.id}, values, observed_at)
    return outcome


async def archive_product(
    session: AsyncSession, stripe_id: str, *, observed_at: datetime
) -> Outcome:
    """A product that was deleted at Stripe is sold no more; what it explains stays readable."""
    return await _archive(session, Product, observed_at, stripe_product_id=stripe_id)


async def archive_price(session: AsyncSession, stripe_id: str, *, observed_at: datetime) -> Outcome:
    """The same for a price."""
    return await _archive(session, Plan, observed_at, stripe_price_id=stripe_id)


async def _archive(
    session: AsyncSession, model: type[Product | Plan], observed_at: datetime, **key: str
) -> Outcome:
    row = await locked(session, model, **key)
    if row is None:
        return Outcome.UNRELATED
    if not take_turn(row, observed_at):
        return Outcome.STALE
    if not row.active:
        return Outcome.UNCHANGED
    row.active = False
    return Outcome.WRITTEN


async def plan_of_price(
    session: AsyncSession, facts: PriceFacts, *, observed_at: datetime
) -> tuple[Plan, Product] | None:
    """The plan of a price that came embedded in something else; None when the product isn't ours.

    A price made after the catalogue was read is added on the way.
    """
    known = await _plan_and_product(session, facts.id)
    if known is None:
        await project_price(session, facts, observed_at=observed_at)
        await session.flush()
        known = await _plan_and_product(session, facts.id)
    return known


async def _plan_and_product(
    session: AsyncSession, stripe_price_id: str
) -> tuple[Plan, Product] | None:
    """Read without a lock: many memberships share a plan and don't change it."""
    plan = await found(session, Plan, stripe_price_id=stripe_price_id)
    product = await found(session, Product, id=plan.product_id) if plan else None
    return (plan, product) if plan and product else None


async def look_up_plans(session: AsyncSession, stripe_price_ids: Iterable[str]) -> None:
    """Read the plans of a page, with their products, for `plan_of_price`."""
    plans = await look_up(session, Plan, "stripe_price_id", stripe_price_ids)
    await look_up(session, Product, "id", [plan.product_id for plan in plans])
