"""Two things at the same moment: exactly one outcome, and nothing contradicts itself afterwards.

A few seeds here; with PORTAL_SOAK, 200 of each.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest
import stripe

from portal_app.intents.errors import Waiting
from portal_app.kit.db import Database
from portal_app.kit.limits import counter_at
from portal_app.memberships.models import Member
from portal_app.transfers.models import Transfer, TransferState
from portal_app.transfers.service import withdraw
from tests.conftest import Clocks
from tests.provider.adapter.account import DAY, one, rows
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.adapter.handing_over import Handover, handover_of
from tests.provider.sandbox_server import SandboxServer

SEEDS = range(200 if os.environ.get("PORTAL_SOAK") else 2)
FIFTY = range(200 if os.environ.get("PORTAL_SOAK") else 1)


@pytest.fixture
async def shop(
    companies: Database,
    client: stripe.StripeClient,
    sandbox: SandboxServer,
    clocks: Clocks,
    settings: Any,
) -> AsyncIterator[Shop]:
    counter_at.cache_clear()
    async with opened_shop(companies, client, sandbox, clocks) as shop:
        yield shop


@pytest.fixture
async def over(shop: Shop) -> Handover:
    return await handover_of(shop)


async def settled(over: Handover) -> Transfer:
    """When everything that was begun has come to its end."""
    await over.hear()
    while await over.finish():
        continue
    await over.hear()
    (transfer,) = await rows(over.db, Transfer)
    return transfer  # type: ignore[no-any-return]


async def outcome(over: Handover) -> tuple[TransferState, str, list[str]]:
    """How it ended, whose it is, and the statuses of what was begun for the recipient."""
    transfer = await settled(over)
    member = await one(over.db, Member, id=over.member_id)
    held = [
        row
        for row in await rows(over.db, Member)
        if row.membership_id == member.membership_id and row.until_at is None
    ]
    (holding,) = held
    names = {over.shop.ada.person_id: "ada", over.shop.ben.person_id: "ben"}
    subs = over.shop.client.v1.subscriptions.list({"status": "all", "limit": 100}).data
    begun = [sub.status for sub in subs if "portal_intent" in sub.metadata]
    return transfer.state, names[str(holding.person_id)], begun


async def at_once(seed: int, *works: Awaitable[Any]) -> list[Any]:
    """All of *works*, in an order and with pauses that the seed decides."""
    chance = random.Random(seed)  # noqa: S311 -- no secret

    async def later(work: Awaitable[Any], pause: float) -> Any:
        await asyncio.sleep(pause)
        return await work

    ordered = [later(work, chance.random() * 0.05) for work in works]
    return await asyncio.gather(*ordered, return_exceptions=True)


@pytest.mark.parametrize("seed", FIFTY)
async def test_of_fifty_who_accept_one_does(over: Handover, seed: int) -> None:
    transfer = await over.offered()
    answers = await at_once(seed, *(over.accept(over.shop.ben, transfer) for _ in range(50)))
    assert sum(answer is None or isinstance(answer, Waiting) for answer in answers) == 1
    assert await outcome(over) == (TransferState.COMPLETED, "ben", ["active"])


@pytest.mark.parametrize("seed", SEEDS)
async def test_accepted_or_withdrawn(over: Handover, seed: int) -> None:
    transfer = await over.offered()
    await at_once(
        seed,
        over.accept(over.shop.ben, transfer),
        withdraw(over.db, over.shop.ada, over.member_id),
    )
    assert await outcome(over) in [
        (TransferState.COMPLETED, "ben", ["active"]),
        (TransferState.WITHDRAWN, "ada", []),
    ]


@pytest.mark.parametrize("seed", SEEDS)
async def test_accepted_or_ended_by_the_seller(over: Handover, seed: int) -> None:
    shop, transfer = over.shop, await over.offered()

    async def end() -> None:
        await asyncio.to_thread(shop.client.v1.subscriptions.cancel, shop.subs[0])
        await over.hear()

    await at_once(seed, over.accept(shop.ben, transfer), end())
    assert await outcome(over) in [
        (TransferState.COMPLETED, "ben", ["active"]),
        (TransferState.FAILED, "ada", []),
        (TransferState.OFFERED, "ada", []),
    ]


@pytest.mark.parametrize("seed", SEEDS)
async def test_accepted_or_renewed(over: Handover, seed: int) -> None:
    """The month is paid for once, by whoever has it then."""
    shop, transfer = over.shop, await over.offered()
    started = shop.sandbox.now()
    await at_once(
        seed,
        over.accept(shop.ben, transfer),
        asyncio.to_thread(shop.sandbox.advance, 30 * DAY),
    )
    state, holder, begun = await outcome(over)
    assert (state, holder) in [
        (TransferState.COMPLETED, "ben"),
        (TransferState.FAILED, "ada"),
        (TransferState.OFFERED, "ada"),
    ]
    assert len(begun) == (holder == "ben")
    subs = shop.client.v1.subscriptions.list({"status": "all", "limit": 100}).data
    concerned = {shop.subs[0], *(sub.id for sub in subs if "portal_intent" in sub.metadata)}
    paid = [
        invoice
        for sub in concerned
        for invoice in shop.client.v1.invoices.list({"subscription": sub, "status": "paid"}).data
        if invoice.amount_paid and invoice.created > started
    ]
    assert len(paid) == 1
