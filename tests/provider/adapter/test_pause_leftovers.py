"""A pause that something else meets: an overdue membership, a cancellation before it begins."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import stripe

from portal_app.identity.actor import CompanyKey
from portal_app.kit.clock import business_now
from portal_app.kit.db import Database
from portal_app.memberships.errors import NothingToPause
from portal_app.memberships.models import Pause
from portal_app.memberships.rules import MembershipStatus
from portal_app.memberships.service import cancel_membership, keep_membership, remove_method
from portal_app.memberships.service.pausing import pause_as_company
from portal_app.memberships.service.resuming import resume_as_company
from tests.conftest import Clocks
from tests.provider.adapter.account import one, rows
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.adapter.overdue_shop import Overdue
from tests.provider.adapter.pausing_shop import page, pause
from tests.provider.sandbox_server import SandboxServer


@pytest.fixture
async def shop(
    companies: Database, client: stripe.StripeClient, sandbox: SandboxServer, clocks: Clocks
) -> AsyncIterator[Shop]:
    async with opened_shop(companies, client, sandbox, clocks) as shop:
        yield shop


async def test_a_program_stops_and_goes_on_collecting_what_is_overdue(overdue: Overdue) -> None:
    key = CompanyKey("biz_northwind", "apik_1")
    membership_id = (await overdue.overdue()).row.membership.id
    await pause_as_company(overdue.desk, key, membership_id, until=None)
    held = await overdue.overdue()
    assert (held.status, held.facts.pause_behavior) == (MembershipStatus.PAST_DUE, "void")
    with pytest.raises(NothingToPause):
        await pause_as_company(overdue.desk, key, membership_id, until=None)
    assert len(await rows(overdue.db, Pause)) == 1
    await resume_as_company(overdue.desk, key, membership_id)
    sub = overdue.client.v1.subscriptions.retrieve(overdue.subs[0])
    assert (sub.pause_collection, (await overdue.overdue()).facts.pause_behavior) == (None, "")


async def test_a_pause_that_a_cancellation_took_away_was_not_taken(shop: Shop) -> None:
    """It must not count against how many a year allows: the membership may be kept after all."""
    member_id = await pause(shop)
    assert (await one(shop.db, Pause)).undone_at is None
    await cancel_membership(
        shop.desk, shop.ada, member_id, shown="at_period_end", reason=None, comment=None
    )
    assert (await one(shop.db, Pause)).undone_at == business_now()


async def test_nor_one_that_went_with_the_card(shop: Shop) -> None:
    """Removing the only card ends what it pays for, and takes the pause away with it."""
    await pause(shop)
    visa = set((await shop.charged()).values()).pop()
    await remove_method(shop.desk, shop.ada, await shop.method(visa), cancel=True)
    assert (await one(shop.db, Pause)).undone_at == business_now()
    await keep_membership(shop.desk, shop.ada, (await one(shop.db, Pause)).member_id)
    assert (await page(shop)).plan.is_possible, "none of those that a year allows"
