"""Reading one company's memberships and the people who hold them. Every query names the company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.catalog.models import Company, Plan, Product
from portal_app.customers.models import Customer
from portal_app.identity.models import EmailAddress, Person
from portal_app.intents.models import Intent, IntentOutcome
from portal_app.kit.ids import has_prefix
from portal_app.memberships.models import Cancellation, Member, Membership
from portal_app.memberships.repository import HoldingRow


@dataclass(frozen=True, slots=True)
class SoldRow:
    """A membership, and who holds it: *person* is None while nobody has claimed it."""

    holding: HoldingRow
    customer: Customer
    person: Person | None
    address: str | None

    @property
    def name(self) -> str:
        return (self.person.name if self.person else "") or self.customer.name

    @property
    def email(self) -> str:
        return self.address or self.customer.email


def sold_by(company_id: str) -> Select[*tuple[Any, ...]]:
    """The company's memberships with their open holdings; the only way in for creators."""
    primary = and_(
        col(EmailAddress.person_id) == col(Member.person_id), col(EmailAddress.is_primary).is_(True)
    )
    return (
        select(
            Member, Membership, Product, Plan, Company, Customer, Person, col(EmailAddress.address)
        )
        .join(Membership, col(Membership.id) == col(Member.membership_id))
        .join(Product, col(Product.id) == col(Membership.product_id))
        .join(Plan, col(Plan.id) == col(Membership.plan_id))
        .join(Company, col(Company.id) == col(Membership.company_id))
        .join(Customer, col(Customer.id) == col(Member.customer_id))
        .outerjoin(Person, col(Person.id) == col(Member.person_id))
        .outerjoin(EmailAddress, primary)
        .where(col(Membership.company_id) == company_id, col(Member.until_at).is_(None))
    )


def _rows(result: Any) -> list[SoldRow]:  # noqa: ANN401
    return [
        SoldRow(HoldingRow(member, membership, product, plan, company, None, None), *who)
        for member, membership, product, plan, company, *who in result.all()
    ]


async def search(
    session: AsyncSession, company_id: str, wanted: str, after: str, limit: int
) -> list[SoldRow]:
    """Newest first, those that match *wanted* (all when empty), behind the membership *after*."""
    created, key = col(Membership.created_at), col(Membership.id)
    statement = sold_by(company_id).order_by(created.desc(), key.desc()).limit(limit)
    if wanted:
        statement = statement.where(_matching(wanted))
    behind = await sold(session, company_id, after) if after else None
    if behind is not None:
        last = behind.holding.membership
        older = and_(created == last.created_at, key < last.id)
        statement = statement.where(or_(created < last.created_at, older))
    return _rows(await session.execute(statement))


def _matching(wanted: str) -> ColumnElement[bool]:
    """An id exactly, else the beginning of an address or a part of a name."""
    if any(has_prefix(wanted, prefix) for prefix in ("mem", "mber", "user", "cus", "prod")):
        ids = (Membership.id, Member.id, Member.person_id, Customer.stripe_customer_id, Product.id)
        return or_(*(col(one) == wanted for one in ids))
    small = wanted.casefold()
    starts = (Customer.email_key, EmailAddress.address_key)
    names = (Customer.name, Person.name)
    return or_(
        *(col(one).startswith(small, autoescape=True) for one in starts),
        *(func.lower(col(one)).contains(small, autoescape=True) for one in names),
        *(col(one).contains(wanted, autoescape=True) for one in names),
    )


async def sold(session: AsyncSession, company_id: str, membership_id: str) -> SoldRow | None:
    """One of the company's by its id; None for anybody else's as for none."""
    statement = sold_by(company_id).where(col(Membership.id) == membership_id)
    found = _rows(await session.execute(statement))
    return found[0] if found else None


async def sold_among(
    session: AsyncSession, company_id: str, membership_ids: Sequence[str]
) -> list[SoldRow]:
    """Those of these that are the company's, the oldest first, then by name."""
    if not membership_ids:
        return []
    statement = sold_by(company_id).where(col(Membership.id).in_(membership_ids))
    by_age = (col(Membership.started_at), col(Product.title), col(Membership.id))
    return _rows(await session.execute(statement.order_by(*by_age)))


async def count_by_bucket(session: AsyncSession, company_id: str) -> dict[str, int]:
    """How many memberships are in each bucket (`memberships.buckets`)."""
    bucket = Membership.__table__.c.bucket  # type: ignore[attr-defined]
    statement = (
        select(bucket, func.count())
        .where(col(Membership.company_id) == company_id)
        .group_by(bucket)
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


async def count_new(session: AsyncSession, company_id: str, since: datetime) -> int:
    statement = select(func.count()).where(
        col(Membership.company_id) == company_id, col(Membership.created_at) >= since
    )
    return (await session.execute(statement)).scalar_one()


async def count_reasons(session: AsyncSession, company_id: str, since: datetime) -> dict[str, int]:
    """Cancellations that stand, by the reason that was given; "" for none."""
    reason = col(Cancellation.reason)
    statement = (
        select(reason, func.count())
        .join(Membership, col(Membership.id) == col(Cancellation.membership_id))
        .outerjoin(Intent, col(Intent.id) == col(Cancellation.intent_id))
        .where(
            col(Membership.company_id) == company_id,
            col(Cancellation.asked_at) >= since,
            col(Cancellation.undone_at).is_(None),
            or_(col(Intent.outcome).is_(None), col(Intent.outcome) != IntentOutcome.REFUSED),
        )
        .group_by(reason)
    )
    return {row[0]: row[1] for row in await session.execute(statement)}
