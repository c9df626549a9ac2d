"""Drafts and versions of a company's policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.catalog import versions
from portal_app.catalog.models import DraftKind, Plan, PortalConfiguration, Product
from portal_app.catalog.versions import Version
from portal_app.identity.actor import CompanyCreator
from portal_app.studio.portal import repository
from portal_app.studio.portal.policy_file import OnSale


@dataclass(frozen=True, slots=True)
class PolicyWorkshop:
    """What a creator works on: the draft where there is one, else what holds.

    *seen* is what a change expects (`expect_policies`); *products* and *plans* are the company's.
    """

    body: Mapping[str, Any]
    is_draft: bool
    versions: list[Version]
    seen: str
    products: Sequence[Product]
    plans: Sequence[tuple[Plan, Product]]


async def policy_workshop(session: AsyncSession, creator: CompanyCreator) -> PolicyWorkshop:
    company_id = creator.company_id
    draft = await versions.draft_of(session, DraftKind.PORTAL, company_id)
    newest = await versions.newest_version(session, PortalConfiguration, company_id)
    holds: Mapping[str, Any] = newest.body if newest else {}
    return PolicyWorkshop(
        body=draft.body if draft else holds,
        is_draft=draft is not None,
        versions=await versions.versions_of(session, PortalConfiguration, company_id),
        seen=await versions.seen(session, PortalConfiguration, DraftKind.PORTAL, company_id),
        products=await repository.products_of(session, company_id),
        plans=await repository.plans_of(session, company_id),
    )


async def on_sale(session: AsyncSession, creator: CompanyCreator) -> OnSale:
    """What a settings file of the company's can name."""
    plans = await repository.every_plan_of(session, creator.company_id)
    products = await repository.products_of(session, creator.company_id)
    return OnSale(
        products={one.id for one in products},
        plans={one.id for one in plans},
        prices={one.stripe_price_id for one in plans},
    )


async def expect_policies(session: AsyncSession, creator: CompanyCreator, was: str) -> None:
    """Raises ChangedMeanwhile when a colleague has saved or published since."""
    await versions.expect(session, PortalConfiguration, DraftKind.PORTAL, creator.company_id, was)


async def keep_policies(
    session: AsyncSession, creator: CompanyCreator, body: Mapping[str, Any]
) -> None:
    """As a draft."""
    await versions.save_draft(session, DraftKind.PORTAL, creator.company_id, body, creator.author)


async def publish_policies(
    session: AsyncSession, creator: CompanyCreator, body: Mapping[str, Any]
) -> None:
    """From now on; what customers asked for before stays as they were told."""
    await versions.drop_draft(session, DraftKind.PORTAL, creator.company_id)
    await versions.publish(session, PortalConfiguration, creator.company_id, body, creator.author)


async def restore_policies(session: AsyncSession, creator: CompanyCreator, number: int) -> None:
    """Raises NoSuchVersion."""
    await versions.restore(session, PortalConfiguration, creator.company_id, number, creator.author)


async def drop_policies(session: AsyncSession, creator: CompanyCreator) -> None:
    await versions.drop_draft(session, DraftKind.PORTAL, creator.company_id)
