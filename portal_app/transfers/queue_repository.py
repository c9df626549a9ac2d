"""Offers that wait for their sellers' word. Every question but the operator's names the company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from portal_app.catalog.models import Company, Plan, Product
from portal_app.customers.models import Customer
from portal_app.identity.models import EmailAddress
from portal_app.memberships.models import Member, Membership
from portal_app.transfers.models import Transfer, TransferState


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """An offer that waits for its seller's word, and whose it is: an address, empty if unknown."""

    transfer: Transfer
    product: str
    plan: str
    company: str
    sender: str


async def waiting_for_approval(
    session: AsyncSession,
    now: datetime,
    *,
    company_id: str | None = None,
    after: str = "",
    limit: int | None = None,
) -> Sequence[WaitingRow]:
    """The oldest first, behind the one with the id *after*; of all companies when none is named."""
    primary = (col(EmailAddress.person_id) == col(Transfer.person_id)) & col(
        EmailAddress.is_primary
    ).is_(True)
    sender = func.coalesce(col(EmailAddress.address), col(Customer.email))
    asked, key = col(Transfer.asked_at), col(Transfer.id)
    statement = (
        select(Transfer, col(Product.title), col(Plan.title), col(Company.title), sender)
        .join(Membership, col(Membership.id) == col(Transfer.membership_id))
        .join(Product, col(Product.id) == col(Membership.product_id))
        .join(Plan, col(Plan.id) == col(Membership.plan_id))
        .join(Company, col(Company.id) == col(Transfer.company_id))
        .join(Member, col(Member.id) == col(Transfer.member_id))
        .join(Customer, col(Customer.id) == col(Member.customer_id))
        .outerjoin(EmailAddress, primary)
        .where(*_waits(company_id, now))
        .order_by(asked, key)
        .limit(limit)
    )
    before = await session.get(Transfer, after) if after else None
    if before is not None and company_id in {None, before.company_id}:
        later = (asked == before.asked_at) & (key > before.id)
        statement = statement.where(or_(asked > before.asked_at, later))
    return [WaitingRow(*row) for row in await session.execute(statement)]


async def ids_waiting(
    session: AsyncSession, company_id: str, now: datetime, limit: int
) -> Sequence[str]:
    """Those of one company that wait for its word, as many as *limit*."""
    statement = select(col(Transfer.id)).where(*_waits(company_id, now)).limit(limit)
    return (await session.scalars(statement)).all()


def _waits(company_id: str | None, now: datetime) -> list[ColumnElement[bool]]:
    found = [
        col(Transfer.state) == TransferState.REQUESTED,
        col(Transfer.needs_approval).is_(True),
        col(Transfer.expires_at) > now,
    ]
    return [*found, col(Transfer.company_id) == company_id] if company_id else found
