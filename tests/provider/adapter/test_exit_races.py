"""Two at once on one membership: one wins, the other is told, and Stripe and we agree then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
import stripe

from portal_app.identity.actor import CompanyKey
from portal_app.intents.errors import Queued, Waiting
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent
from portal_app.intents.service import Desk
from portal_app.jobs.loop import drain as drain_queue
from portal_app.jobs.queue import Queue
from portal_app.jobs.queues import WRITES
from portal_app.kit.clock import business_now
from portal_app.kit.db import Database
from portal_app.kit.errors import PortalError
from portal_app.kit.money import Money
from portal_app.memberships.errors import TooLateToKeep
from portal_app.memberships.models import Cancellation, Membership, MembershipSubscription
from portal_app.memberships.rules import MembershipStatus, StripeFacts, status_of
from portal_app.memberships.service import (
    cancel_as_company,
    cancel_membership,
    exit_page,
    extend_as_company,
    keep_as_company,
    keep_membership,
    rejoin,
)
from portal_app.memberships.views import cancel_view
from portal_app.provider.facts import SubscriptionFacts
from portal_app.provider.stripe_writer import StripeWriter
from portal_app.ui.reader import Reader
from tests.conftest import Clocks
from tests.provider.adapter.account import DAY, one, rows
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.adapter.inbox_world import drain, events, receive
from tests.provider.sandbox_server import KEY as SECRET
from tests.provider.sandbox_server import SandboxServer

KEY = CompanyKey("biz_northwind", "apik_1")
AWAY = {"kind": "reset", "times": 99, "method": "POST", "path": "/v1/subscriptions/"}
# What the slower one is told: somebody else is at it, or has done it.
TOLD = {"change_under_way", "nothing_to_cancel", "exit_changed", "already_back", "nothing_to_undo"}
TOLD |= {"not_extendable", "cant_rejoin", "resource_missing", "too_late_to_keep"}
# Of a cancellation while something else is at it: it comes right after that.
TOLD |= {"change_waiting"}


class Race:
    """Ada's first membership, and everything that may happen to it at once."""

    def __init__(self, shop: Shop, clocks: Clocks) -> None:
        self.shop, self.clocks = shop, clocks

    async def start(self) -> None:
        link = await one(
            self.shop.db, MembershipSubscription, stripe_subscription_id=self.shop.subs[0]
        )
        self.membership_id = link.membership_id
        (held,) = [
            found
            for found in await self.shop.held(self.shop.ada)
            if found.row.membership.id == link.membership_id
        ]
        self.member_id, self.plan_id = held.row.member.id, held.row.plan.id

    def cancel(self) -> Awaitable[None]:
        given: Any = {"shown": "at_period_end", "reason": None, "comment": None}
        return cancel_membership(self.shop.desk, self.shop.ada, self.member_id, **given)

    def cancel_by_api(self) -> Awaitable[None]:
        return cancel_as_company(self.shop.desk, KEY, self.membership_id, at_once=True)

    def keep(self) -> Awaitable[None]:
        return keep_membership(self.shop.desk, self.shop.ada, self.member_id)

    def keep_by_api(self) -> Awaitable[None]:
        return keep_as_company(self.shop.desk, KEY, self.membership_id)

    def extend_by_api(self) -> Awaitable[None]:
        return extend_as_company(self.shop.desk, KEY, self.membership_id, 7)

    async def come_back(self) -> None:
        due = Money(2900, "USD")
        method = (await self.shop.held(self.shop.ada))[0].row.payment_method
        assert method
        await rejoin(
            self.shop.desk,
            self.shop.ada,
            self.member_id,
            plan_id=self.plan_id,
            method_id=method.id,
            due=due,
        )

    async def webhooks(self) -> None:
        await receive(self.shop.db, events(self.shop.sandbox))
        await drain(self.shop.writer)

    async def both(self, *together: Awaitable[None]) -> list[str]:
        """What each was told: the code of its refusal, empty for done."""
        self.clocks.wall.advance(timedelta(seconds=1))
        found = await asyncio.gather(*together, return_exceptions=True)
        for error in found:
            if error is not None and not isinstance(error, PortalError):
                raise error
        told = [error.code if isinstance(error, PortalError) else "" for error in found]
        assert set(told) - {""} <= TOLD, told
        return told

    async def agree(self) -> MembershipStatus:
        """Once the webhooks are in, our rows say what Stripe says."""
        queue: Queue[Any] = Queue(Intent, "done_at", IntentHandler(self.shop.desk, WRITES))
        for _ in range(3):
            self.clocks.wall.advance(timedelta(minutes=1))
            await drain_queue(queue)
        await self.webhooks()
        (held,) = [
            row
            for row in await rows(self.shop.db, MembershipSubscription)
            if row.membership_id == self.membership_id and row.until_at is None
        ]
        sub = self.shop.client.v1.subscriptions.retrieve(held.stripe_subscription_id)
        row = await one(self.shop.db, Membership, id=self.membership_id)
        assert (row.stripe_status, row.cancel_at_period_end) == (
            sub.status,
            sub.cancel_at_period_end,
        )
        return status_of(StripeFacts.of(row))


@pytest.fixture
async def race(
    companies: Database, client: stripe.StripeClient, sandbox: SandboxServer, clocks: Clocks
) -> AsyncIterator[Race]:
    async with opened_shop(companies, client, sandbox, clocks) as shop:
        race = Race(shop, clocks)
        await race.start()
        yield race


async def test_two_tabs_cancel(race: Race) -> None:
    told = await race.both(race.cancel(), race.cancel(), race.cancel())
    assert told.count("") == 1
    assert len(await rows(race.shop.db, Cancellation)) == 1
    assert await race.agree() is MembershipStatus.ACTIVE


async def test_a_program_ends_it_while_its_holder_cancels(race: Race) -> None:
    told = await race.both(race.cancel_by_api(), race.cancel())
    assert "" in told
    noted = await rows(race.shop.db, Cancellation)
    # Who met the other's is told so, or that theirs is written down and made after it.
    assert len(noted) == told.count("") + told.count("change_waiting")
    await race.agree()


async def test_one_takes_it_back_while_the_other_ends_it(race: Race) -> None:
    await race.cancel()
    told = await race.both(race.keep(), race.cancel_by_api(), race.keep_by_api())
    assert "" in told
    await race.agree()


async def test_it_is_made_longer_while_its_holder_cancels(race: Race) -> None:
    told = await race.both(race.extend_by_api(), race.cancel())
    assert "" in told
    await race.agree()


async def test_it_ends_in_the_dashboard_while_its_holder_cancels(race: Race) -> None:
    """The webhook is worked on in the same moment."""
    race.shop.client.v1.subscriptions.cancel(race.shop.subs[0])
    await race.both(race.cancel(), race.webhooks())
    assert await race.agree() is MembershipStatus.CANCELED


async def test_two_tabs_come_back_and_the_webhook_of_the_end_is_late(race: Race) -> None:
    await race.cancel_by_api()
    told = await race.both(race.come_back(), race.come_back(), race.webhooks())
    assert told[2] == ""
    assert told[:2].count("") == 1
    listed = race.shop.client.v1.subscriptions.list({"customer": race.shop.cus, "limit": 100})
    assert len(listed.data) == 2
    assert await race.agree() is MembershipStatus.ACTIVE


class Meanwhile(StripeWriter):
    """Its holder presses something just before one of the calls that carry out a cancellation."""

    before: str
    press: Callable[[], Awaitable[None]]
    told: str = ""

    async def _press(self, call: str) -> None:
        if call != self.before or self.told:
            return
        try:
            await self.press()
        except PortalError as answer:
            self.told = answer.code
        else:
            self.told = "done"

    async def subscription(self, subscription_id: str) -> SubscriptionFacts:
        await self._press("subscription")
        return await super().subscription(subscription_id)

    async def cancel_subscription(self, subscription_id: str, **how: Any) -> SubscriptionFacts:
        await self._press("cancel_subscription")
        return await super().cancel_subscription(subscription_id, **how)

    async def cancel_at_period_end(self, subscription_id: str, **how: Any) -> SubscriptionFacts:
        await self._press("cancel_at_period_end")
        return await super().cancel_at_period_end(subscription_id, **how)


async def renewed_before_it_was_sent(race: Race) -> None:
    """The provider was away from before the cancellation until after the renewal."""
    sandbox = race.shop.sandbox
    sandbox.raw("POST", "/_sandbox/faults", json={"answers": [AWAY]})
    with pytest.raises(Waiting):
        await race.cancel()
    sandbox.advance(32 * DAY)
    sandbox.raw("POST", "/_sandbox/faults", json={})


async def sent_while(race: Race, before: str, press: Callable[[], Awaitable[None]]) -> str:
    """What somebody who pressed something meanwhile was told."""
    shop = race.shop
    writer = Meanwhile(SECRET, shop.sandbox.origin)
    writer.before, writer.press = before, press
    desk = Desk(lambda: shop.db, writer, answer_within=9)
    race.clocks.wall.advance(timedelta(hours=1))
    assert await drain_queue(Queue(Intent, "done_at", IntentHandler(desk, WRITES))) >= 1
    await writer.close()
    return writer.told


@pytest.mark.parametrize(
    ("before", "told", "status", "refunds"),
    [
        ("subscription", "change_waiting", MembershipStatus.ACTIVE, []),
        ("cancel_subscription", "too_late_to_keep", MembershipStatus.CANCELED, [2900]),
    ],
)
async def test_it_is_kept_while_a_late_cancellation_is_being_sent(
    race: Race, before: str, told: str, status: MembershipStatus, refunds: list[int]
) -> None:
    """It was renewed meanwhile, so that sending it ends it: kept before that, or too late."""
    shop = race.shop
    await renewed_before_it_was_sent(race)
    assert await sent_while(race, before, race.keep) == told
    assert await race.agree() is status
    assert [row.amount for row in shop.client.v1.refunds.list({}).data] == refunds
    noted = await one(shop.db, Cancellation)
    assert (noted.undone_at is not None) is (status is MembershipStatus.ACTIVE)
    if refunds:
        with pytest.raises(TooLateToKeep):
            await race.keep()
    async with shop.db.reading() as session:
        page = await exit_page(session, shop.ada, race.member_id, business_now())
    assert cancel_view(Reader("en"), page).rejoin is bool(refunds)


@pytest.mark.parametrize("before", ["subscription", "cancel_at_period_end"])
async def test_keeping_it_is_taken_back_while_the_late_cancellation_is_being_sent(
    race: Race, before: str
) -> None:
    """Before or after it was decided that "Keep" has won: it is cancelled as before."""
    await renewed_before_it_was_sent(race)
    with pytest.raises(Queued):
        await race.keep()
    assert await sent_while(race, before, race.cancel) == "done"
    assert await race.agree() is MembershipStatus.CANCELED
    assert [row.amount for row in race.shop.client.v1.refunds.list({}).data] == [2900]
    noted = await one(race.shop.db, Cancellation)
    assert (noted.undone_at, noted.confirmed_at is None) == (None, False)
