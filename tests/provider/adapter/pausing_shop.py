"""Ada's first membership, paused and resumed, with time that passes at Stripe and here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal_app.identity.actor import Actor
from portal_app.kit.clock import business_now
from portal_app.memberships.models import MembershipSubscription
from portal_app.memberships.service import (
    HeldMembership,
    PausePage,
    fill_previews,
    pause_membership,
    pause_page,
)
from tests.conftest import Clocks
from tests.provider.adapter.account import DAY, one
from tests.provider.adapter.charging_shop import Shop


async def first(shop: Shop) -> HeldMembership:
    return (await shop.held(shop.ada))[0]


async def page(shop: Shop, actor: Actor | None = None) -> PausePage:
    member_id = (await first(shop)).row.member.id
    async with shop.db.reading() as session:
        return await pause_page(session, actor or shop.ada, member_id, business_now())


async def pause(shop: Shop, months: int = 2, actor: Actor | None = None) -> str:
    found = await page(shop)
    member_id = found.held.row.member.id
    await pause_membership(
        shop.desk, actor or shop.ada, member_id, months=months, shown=found.plan.told
    )
    return member_id


async def arrive(shop: Shop, clocks: Clocks, days: int) -> None:
    """Time passes at Stripe and here, and everything is learnt."""
    shop.sandbox.advance(days * DAY)
    for clock in (clocks.business, clocks.wall):
        clock.advance(timedelta(days=days))
    await shop.learn()
    clocks.wall.advance(timedelta(seconds=1))
    await fill_previews(shop.db, shop.writer)


async def subscription_of(shop: Shop) -> str:
    """Of the membership that stands first: both of Ada's were made in one moment."""
    membership_id = (await first(shop)).row.membership.id
    link = await one(shop.db, MembershipSubscription, membership_id=membership_id)
    return link.stripe_subscription_id


def invoices(shop: Shop, sub: str, status: str = "paid") -> list[int]:
    given: Any = {"subscription": sub, "status": status}
    return [one.total for one in shop.client.v1.invoices.list(given).data]


def at_stripe(shop: Shop, sub: str) -> Any:
    return shop.client.v1.subscriptions.retrieve(sub)
