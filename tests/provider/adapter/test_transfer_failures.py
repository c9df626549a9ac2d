"""What a transfer leaves behind when the provider says no on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import stripe

from portal_app.intents.errors import Waiting
from portal_app.kit.db import Database
from portal_app.kit.limits import counter_at
from portal_app.memberships.models import Member, Membership
from portal_app.provider.errors import ProviderMisconfigured, RefusedByProvider
from portal_app.provider.stripe_writer import StripeWriter
from portal_app.transfers.models import TransferState
from tests.conftest import Clocks
from tests.provider.adapter.account import one
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.adapter.handing_over import Handover, handover_of
from tests.provider.sandbox_server import SandboxServer


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


@pytest.mark.parametrize("verb", ["create_subscription", "cancel_subscription"])
async def test_a_key_that_may_not_do_it_waits_for_the_operator(
    over: Handover, clocks: Clocks, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    """By then the old one is told to end: saying that nothing happened would be wrong."""

    async def forbidden(*_given: Any, **_named: Any) -> None:
        raise ProviderMisconfigured("This portal isn't connected to its payment provider.")

    shop, transfer = over.shop, await over.offered()
    with monkeypatch.context() as restricted:
        restricted.setattr(StripeWriter, verb, forbidden)
        if verb == "create_subscription":
            with pytest.raises(Waiting):
                await over.accept(shop.ben, transfer)
            assert (await over.row(transfer)).state is TransferState.ACCEPTED
        else:
            await over.accept(shop.ben, transfer)
        await over.finish()
    clocks.wall.advance(timedelta(minutes=10))
    while await over.finish():
        continue
    assert (await over.row(transfer)).state is TransferState.COMPLETED
    assert shop.client.v1.subscriptions.retrieve(shop.subs[0]).status == "canceled"


@pytest.mark.parametrize("moment", ["create_subscription", "keep_subscription"])
async def test_what_ended_by_itself_on_the_way_is_not_called_active(
    over: Handover, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The last moment is after it was found to go on, and before its end is taken back."""
    shop, transfer = over.shop, await over.offered()
    real = StripeWriter.keep_subscription

    async def end() -> None:
        await asyncio.to_thread(shop.client.v1.subscriptions.cancel, shop.subs[0])
        await over.hear()

    async def refused(*_given: Any, **_named: Any) -> None:
        if moment == "create_subscription":
            await end()
        # The card was declined; the same when it is tried again without the paid time.
        monkeypatch.setattr(StripeWriter, "create_subscription", declined)
        raise RefusedByProvider("card_declined")

    async def declined(*_given: Any, **_named: Any) -> None:
        raise RefusedByProvider("card_declined")

    async def too_late(*given: Any, **named: Any) -> Any:
        await end()
        return await real(*given, **named)

    monkeypatch.setattr(StripeWriter, "create_subscription", refused)
    if moment == "keep_subscription":
        monkeypatch.setattr(StripeWriter, "keep_subscription", too_late)
    await over.accept(shop.ben, transfer)
    row = await over.row(transfer)
    assert (row.state, row.reason) == (TransferState.FAILED, "card_declined")
    member = await one(over.db, Member, id=over.member_id)
    kept = await one(over.db, Membership, id=member.membership_id)
    assert member.until_at is None
    assert (kept.stripe_status, kept.ended_at is not None) == ("canceled", True)
