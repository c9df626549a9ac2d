"""What a creator sees of what their company sells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog.policies import published_policies
from portal_app.identity.actor import CompanyCreator
from portal_app.memberships.service import HeldMembership, seen_by_company
from portal_app.studio.home import repository
from portal_app.studio.home.repository import SoldRow

PER_PAGE: Final = 25
NEW_WITHIN: Final = timedelta(days=30)
REASONS_WITHIN: Final = timedelta(days=90)
LONGEST_QUESTION: Final = 200


@dataclass(frozen=True, slots=True)
class Sold:
    """A membership with what was decided about it, and whose it is."""

    row: SoldRow
    held: HeldMembership


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """*buckets* as they are now, *new* within 30 days, *reasons* of the last 90 days."""

    buckets: Mapping[str, int]
    new: int
    reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of memberships; *after* goes on behind it, empty at the end."""

    sold: Sequence[Sold]
    after: str


async def search(
    session: AsyncSession, creator: CompanyCreator, wanted: str, after: str, now: datetime
) -> Found:
    """A page, newest first; an *after* that is not the company's begins at the top."""
    company_id, wanted = creator.company_id, wanted.strip()[:LONGEST_QUESTION]
    rows = await repository.search(session, company_id, wanted, after, PER_PAGE + 1)
    page = rows[:PER_PAGE]
    return Found(
        sold=await decided(session, creator, page, now),
        after=page[-1].holding.membership.id if len(rows) > PER_PAGE else "",
    )


async def decided(
    session: AsyncSession, creator: CompanyCreator, rows: Sequence[SoldRow], now: datetime
) -> list[Sold]:
    company_id = creator.company_id
    policies = (await published_policies(session, [company_id]))[company_id]
    return [
        Sold(row, seen_by_company(row.holding, policies.of(row.holding.product.id), now))
        for row in rows
    ]


async def figures(session: AsyncSession, creator: CompanyCreator, now: datetime) -> Figures:
    company_id = creator.company_id
    return Figures(
        buckets=await repository.count_by_bucket(session, company_id),
        new=await repository.count_new(session, company_id, now - NEW_WITHIN),
        reasons=await repository.count_reasons(session, company_id, now - REASONS_WITHIN),
    )
