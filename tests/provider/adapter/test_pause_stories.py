"""Whatever somebody does, and however long they wait: never a charge while it is paused."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import datetime

import pytest
import stripe

from portal_app.kit.clock import business_now, from_unix
from portal_app.kit.db import Database
from portal_app.memberships.service import PausePage, resume_membership, unpause_membership
from portal_app.memberships.views.pauses import state_of
from tests.conftest import Clocks
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.adapter.pausing_shop import arrive, invoices, page, pause, subscription_of
from tests.provider.sandbox_server import SandboxServer

STEPS = 9


@pytest.fixture
async def shop(
    companies: Database, client: stripe.StripeClient, sandbox: SandboxServer, clocks: Clocks
) -> AsyncIterator[Shop]:
    async with opened_shop(companies, client, sandbox, clocks) as shop:
        yield shop


class Story:
    """*told* are the pauses that the customer was told of and did not take back: from, until."""

    def __init__(self, shop: Shop, sub: str, seed: int) -> None:
        self.shop, self.sub, self.chance = shop, sub, random.Random(seed)  # noqa: S311
        self.told: list[tuple[datetime, datetime]] = []

    async def act(self, found: PausePage) -> None:
        """Whatever the page offers, or nothing."""
        state, member_id = state_of(found), found.held.row.member.id
        if state == "open":
            choice = self.chance.choice(found.plan.choices)
            await pause(self.shop, choice.months)
            assert found.plan.starts_at is not None
            self.told.append((found.plan.starts_at, choice.resumes_at))
        elif state == "planned":
            await unpause_membership(self.shop.desk, self.shop.ada, member_id)
            self.told.pop()
        elif state == "paused":
            assert found.preview is not None
            shown, before = found.preview.amount_due_minor, invoices(self.shop, self.sub)
            await resume_membership(self.shop.desk, self.shop.ada, member_id, amount_minor=shown)
            assert invoices(self.shop, self.sub) == [shown, *before]
            self.told[-1] = (self.told[-1][0], business_now())

    def charged_at(self) -> list[datetime]:
        listed = self.shop.client.v1.invoices.list({"subscription": self.sub, "status": "paid"})
        return [from_unix(one.created) for one in listed.data]


@pytest.mark.parametrize("seed", range(3))
async def test_never_a_charge_while_paused(shop: Shop, clocks: Clocks, seed: int) -> None:
    """And resuming costs to the cent what was shown."""
    story = Story(shop, await subscription_of(shop), seed)
    for _ in range(STEPS):
        if story.chance.random() < 0.6:
            await story.act(await page(shop))
        await arrive(shop, clocks, story.chance.randint(1, 45))
    assert story.told
    for moment in story.charged_at():
        assert not any(starts <= moment < ends for starts, ends in story.told), story.told
