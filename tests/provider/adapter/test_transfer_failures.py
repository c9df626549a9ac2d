"""What a transfer leaves behind when the provider says no on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import stripe

from portal_app.identity.actor import ActorKind
from portal_app.intents.errors import Queued, Waiting
from portal_app.intents.models import Intent
from portal_app.intents.queueing import WITHDRAWN
from portal_app.kit.clock import business_now
from portal_app.kit.db import Database
from portal_app.kit.limits import counter_at
from portal_app.memberships.models import Cancellation, Member, Membership, MembershipEvent
from portal_app.memberships.service import CANCEL, cancel_membership
from portal_app.notifications.models import OutboxMessage
from portal_app.provider.errors import ProviderMisconfigured, RefusedByProvider
from portal_app.provider.stripe_writer import StripeWriter
from portal_app.transfers.models import Transfer, TransferState
from portal_app.transfers.service import sender_page
from portal_app.transfers.views import transfer_view
from portal_app.ui.reader import Reader
from tests.conftest import Clocks
from tests.provider.adapter.account import one, rows
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


async def cancel(over: Handover) -> None:
    """By the sender, while something of the transfer still waits."""
    given: Any = {"shown": "at_period_end", "reason": None, "comment": None}
    with pytest.raises(Queued):
        await cancel_membership(over.shop.desk, over.shop.ada, over.member_id, **given)


async def test_what_its_sender_cancelled_on_the_way_is_not_cancelled_for_its_recipient(
    over: Handover, clocks: Clocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forbidden(*_given: Any, **_named: Any) -> None:
        raise ProviderMisconfigured("This portal isn't connected to its payment provider.")

    transfer = await over.offered()
    with monkeypatch.context() as restricted:
        restricted.setattr(StripeWriter, "create_subscription", forbidden)
        with pytest.raises(Waiting):
            await over.accept(over.shop.ben, transfer)
        await cancel(over)
    clocks.wall.advance(timedelta(minutes=10))
    while await over.finish():
        continue
    assert (await over.row(transfer)).state is TransferState.COMPLETED
    assert (await one(over.db, Intent, kind=CANCEL.kind)).refusal == WITHDRAWN
    assert (await one(over.db, Cancellation)).undone_at is not None
    assert not (await over.subject()).cancel_at_period_end


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


@pytest.fixture
def stubborn(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A provider that refuses the new subscription, and at first to keep the old one too."""
    real, left = StripeWriter.keep_subscription, [2]

    async def declined(*_given: Any, **_named: Any) -> None:
        raise RefusedByProvider("card_declined")

    async def kept(*given: Any, **named: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise RefusedByProvider
        return await real(*given, **named)

    monkeypatch.setattr(StripeWriter, "create_subscription", declined)
    monkeypatch.setattr(StripeWriter, "keep_subscription", kept)
    return left


async def failed_and_ending(over: Handover) -> tuple[Transfer, Membership]:
    transfer = await over.offered()
    await over.accept(over.shop.ben, transfer)
    member = await one(over.db, Member, id=over.member_id)
    return await over.row(transfer), await one(over.db, Membership, id=member.membership_id)


async def told(over: Handover) -> list[str]:
    mails = [m for m in await rows(over.db, OutboxMessage) if m.kind == "transfer"]
    return sorted(f"{m.payload['side']} {m.payload['step']}" for m in mails)


async def test_an_end_that_is_not_taken_back_at_once_is_said_and_tried_again(
    over: Handover, clocks: Clocks, stubborn: list[int]
) -> None:
    transfer, kept = await failed_and_ending(over)
    assert (transfer.state, transfer.reason) == (TransferState.FAILED, "card_declined")
    assert kept.cancel_at_period_end
    async with over.db.reading() as session:
        page = await sender_page(session, over.shop.ada, over.member_id, business_now())
    view = transfer_view(Reader("en"), page)
    assert "set to end on" in view.last
    assert "as it was" not in view.last
    (event,) = [e for e in await rows(over.db, MembershipEvent) if e.kind == "cancel_scheduled"]
    assert event.actor_kind is ActorKind.SYSTEM
    await over.finish()  # refused once more, under another key next time
    assert stubborn == [0]
    assert (await over.subject()).cancel_at_period_end
    clocks.wall.advance(timedelta(minutes=10))
    await over.finish()
    await over.hear()
    assert not (await over.subject()).cancel_at_period_end
    at_stripe = over.shop.client.v1.subscriptions.retrieve(over.shop.subs[0])
    assert (at_stripe.status, at_stripe.cancel_at_period_end) == ("active", False)
    assert "sender kept" in await told(over)
    assert (await over.row(transfer)).state is TransferState.FAILED
    assert (await over.offered()).state is TransferState.OFFERED  # it can be offered anew


async def test_an_end_that_its_holder_arranged_since_is_not_taken_back(
    over: Handover, clocks: Clocks, stubborn: list[int]
) -> None:
    await failed_and_ending(over)
    subs, mine = over.shop.client.v1.subscriptions, over.shop.subs[0]
    subs.update(mine, {"cancel_at_period_end": False})
    over.shop.sandbox.advance(60)
    subs.update(mine, {"cancel_at_period_end": True})
    stubborn[0] = 0
    await over.finish()
    assert subs.retrieve(mine).cancel_at_period_end
    assert "sender kept" not in await told(over)


async def test_what_its_holder_kept_meanwhile_is_kept_once(
    over: Handover, stubborn: list[int]
) -> None:
    await failed_and_ending(over)
    subs, mine = over.shop.client.v1.subscriptions, over.shop.subs[0]
    subs.update(mine, {"cancel_at_period_end": False})
    await over.finish()
    assert not subs.retrieve(mine).cancel_at_period_end
    assert not (await over.subject()).cancel_at_period_end
    assert "sender kept" not in await told(over)


async def test_what_its_holder_cancels_before_it_is_kept_is_cancelled(
    over: Handover, clocks: Clocks, stubborn: list[int]
) -> None:
    """The transfer has failed, and they want out all the same."""
    await failed_and_ending(over)
    await cancel(over)
    stubborn[0] = 0
    for _ in range(3):  # on a busy machine one of them may have to wait for its next try
        clocks.wall.advance(timedelta(minutes=10))
        while await over.finish():
            continue
    assert over.shop.client.v1.subscriptions.retrieve(over.shop.subs[0]).cancel_at_period_end
    assert (await over.subject()).cancel_at_period_end
    assert (await one(over.db, Cancellation)).confirmed_at is not None
    assert "sender kept" not in await told(over)
