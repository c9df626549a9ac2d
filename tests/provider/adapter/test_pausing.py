"""Pausing, taking it back and resuming: page, rows and Stripe agree; never a charge in between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import stripe

from portal_app.identity.actor import ActorKind
from portal_app.intents.errors import StillUnderWay, Waiting
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent, IntentOutcome
from portal_app.intents.writes import by_kind
from portal_app.jobs.loop import drain
from portal_app.jobs.queue import Queue
from portal_app.kit.clock import business_now
from portal_app.kit.db import Database
from portal_app.memberships.errors import (
    AmountChanged,
    MembershipNotFound,
    NothingToPause,
    NothingToResume,
    PauseChanged,
)
from portal_app.memberships.models import MembershipEvent, Pause
from portal_app.memberships.service import (
    PAUSE,
    RESUME,
    UNPAUSE,
    pause_membership,
    resume_membership,
    unpause_membership,
)
from portal_app.provider.errors import CardDeclined
from tests.conftest import Clocks
from tests.provider.adapter.account import DAY, one, rows
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.adapter.pausing_shop import (
    arrive,
    at_stripe,
    first,
    invoices,
    page,
    pause,
    subscription_of,
)
from tests.provider.sandbox_server import SandboxServer


@pytest.fixture
async def shop(
    companies: Database, client: stripe.StripeClient, sandbox: SandboxServer, clocks: Clocks
) -> AsyncIterator[Shop]:
    async with opened_shop(companies, client, sandbox, clocks) as shop:
        yield shop


@pytest.fixture
async def sub(shop: Shop) -> str:
    return await subscription_of(shop)


async def test_it_pauses_with_the_period_and_resumes_by_itself(
    shop: Shop, sub: str, clocks: Clocks
) -> None:
    before = await page(shop)
    resumes_at = before.plan.choices[1].resumes_at
    await pause(shop)
    held = await first(shop)
    end = held.row.membership.current_period_end
    asked = await one(shop.db, Pause)
    assert (asked.starts_at, asked.resumes_at, asked.asked_at) == (end, resumes_at, business_now())
    assert asked.confirmed_at is not None
    assert held.has_access
    assert held.row.membership.resumes_at == resumes_at
    (event,) = [e for e in await rows(shop.db, MembershipEvent) if e.kind == "pause_scheduled"]
    assert (event.actor_kind, event.actor_id) == (ActorKind.CUSTOMER, shop.ada.person_id)
    await arrive(shop, clocks, 32)
    held = await first(shop)
    assert (at_stripe(shop, sub).status, held.has_access) == ("paused", False)
    assert "pause_began" in {e.kind for e in await rows(shop.db, MembershipEvent)}
    await arrive(shop, clocks, 50)
    assert (at_stripe(shop, sub).status, invoices(shop, sub)) == ("paused", [2900])
    await arrive(shop, clocks, 15)
    assert (at_stripe(shop, sub).status, invoices(shop, sub)) == ("active", [2900, 2900])
    assert (await first(shop)).has_access
    assert "resumed" in {e.kind for e in await rows(shop.db, MembershipEvent)}


async def test_it_can_be_taken_back_until_it_begins(shop: Shop, sub: str, clocks: Clocks) -> None:
    member_id = await pause(shop)
    await unpause_membership(shop.desk, shop.ada, member_id)
    assert (await one(shop.db, Pause)).undone_at == business_now()
    assert (await first(shop)).row.membership.pauses_at is None
    assert at_stripe(shop, sub).schedule is None
    with pytest.raises(NothingToResume):
        await unpause_membership(shop.desk, shop.ada, member_id)
    await arrive(shop, clocks, 32)
    assert (at_stripe(shop, sub).status, invoices(shop, sub)) == ("active", [2900, 2900])
    # One that was taken back is not one of those that a year allows.
    for _ in range(2):
        await pause(shop)
        await unpause_membership(shop.desk, shop.ada, member_id)
    assert (await page(shop)).plan.is_possible


async def test_resuming_early_costs_what_was_shown(shop: Shop, sub: str, clocks: Clocks) -> None:
    member_id = await pause(shop)
    await arrive(shop, clocks, 40)
    shown = (await page(shop)).preview
    assert shown is not None
    assert shown.amount_due_minor == 2900
    with pytest.raises(AmountChanged):
        await resume_membership(shop.desk, shop.ada, member_id, amount_minor=2800)
    assert invoices(shop, sub) == [2900]
    await resume_membership(shop.desk, shop.ada, member_id, amount_minor=shown.amount_due_minor)
    assert (at_stripe(shop, sub).status, invoices(shop, sub)) == (
        "active",
        [2900, shown.amount_due_minor],
    )
    held = await first(shop)
    assert (held.has_access, held.row.membership.stripe_status) == (True, "active")
    # The day on which it would have resumed is a day like any other.
    assert at_stripe(shop, sub).schedule is None
    with pytest.raises(NothingToResume):
        await resume_membership(shop.desk, shop.ada, member_id, amount_minor=2900)


async def test_a_declined_card_leaves_it_paused_and_nothing_owed(
    shop: Shop, sub: str, clocks: Clocks
) -> None:
    member_id = await pause(shop)
    await arrive(shop, clocks, 40)
    bad = shop.attach("pm_card_chargeCustomerFail")
    shop.client.v1.subscriptions.update(sub, {"default_payment_method": bad})
    with pytest.raises(CardDeclined):
        await resume_membership(shop.desk, shop.ada, member_id, amount_minor=2900)
    assert (at_stripe(shop, sub).status, invoices(shop, sub, "open")) == ("paused", [])
    assert (await one(shop.db, Intent, kind=RESUME.kind)).outcome is IntentOutcome.REFUSED


async def test_what_stripe_cant_pause_pauses_its_collection(
    shop: Shop, sub: str, clocks: Clocks
) -> None:
    given: Any = {"collection_method": "send_invoice", "days_until_due": 7}
    shop.client.v1.subscriptions.update(sub, given)
    await shop.learn()
    plan = (await page(shop)).plan
    assert plan.kind == "collection"
    await pause(shop)
    assert at_stripe(shop, sub).pause_collection.behavior == "void"
    held = await first(shop)
    assert (held.has_access, held.row.membership.stripe_status) == (True, "active")
    await arrive(shop, clocks, 31)
    await arrive(shop, clocks, 27)
    assert (invoices(shop, sub, "open"), invoices(shop, sub, "paid")) == ([], [2900])
    assert (await first(shop)).has_access
    await arrive(shop, clocks, 35)
    # Billed again with the renewal that was named, and not before.
    assert invoices(shop, sub, "open") == [2900]
    assert at_stripe(shop, sub).pause_collection is None


async def test_nobody_else_can_do_any_of_it(shop: Shop, clocks: Clocks) -> None:
    with pytest.raises(MembershipNotFound):
        await pause(shop, actor=shop.ben)
    member_id = await pause(shop)
    with pytest.raises(MembershipNotFound):
        await page(shop, actor=shop.ben)
    with pytest.raises(MembershipNotFound):
        await unpause_membership(shop.desk, shop.ben, member_id)
    await arrive(shop, clocks, 40)
    with pytest.raises(MembershipNotFound):
        await resume_membership(shop.desk, shop.ben, member_id, amount_minor=2900)
    for nonsense in ("", "mber_x", None, 7, [member_id]):
        with pytest.raises(MembershipNotFound):
            await pause_membership(shop.desk, shop.ada, nonsense, months=1, shown="")


@pytest.mark.parametrize(
    ("months", "shown"), [(9, None), ("2", None), (None, None), (2, "collection"), (2, "")]
)
async def test_it_does_what_was_shown_or_nothing(
    shop: Shop, sub: str, months: Any, shown: Any
) -> None:
    found = await page(shop)
    told = found.plan.told if shown is None else shown
    with pytest.raises(PauseChanged):
        await pause_membership(
            shop.desk, shop.ada, found.held.row.member.id, months=months, shown=told
        )
    assert (at_stripe(shop, sub).schedule, await rows(shop.db, Pause)) == (None, [])


async def test_of_two_tabs_one_pauses_and_the_other_is_told(shop: Shop) -> None:
    go_away(shop)
    with pytest.raises(Waiting):
        await pause(shop)
    with pytest.raises(StillUnderWay):
        await pause(shop)
    assert (await page(shop)).waiting
    await finish(shop)
    with pytest.raises(NothingToPause):
        await pause(shop)
    (asked,) = await rows(shop.db, Pause)
    assert asked.confirmed_at is not None


async def test_a_renewal_while_stripe_was_away_comes_off(
    shop: Shop, sub: str, clocks: Clocks
) -> None:
    """Asked for before it was charged: the whole period is credited to the charge on resuming."""
    go_away(shop)
    with pytest.raises(Waiting):
        await pause(shop)
    shop.sandbox.advance(32 * DAY)
    clocks.business.advance(timedelta(days=32))
    await finish(shop)
    assert (at_stripe(shop, sub).status, invoices(shop, sub)) == ("paused", [2900, 2900])
    await arrive(shop, clocks, 70)
    assert at_stripe(shop, sub).status == "active"
    newest = shop.client.v1.invoices.list({"subscription": sub}).data[0]
    assert newest.amount_paid == 0


async def finish(shop: Shop) -> None:
    """The jobs loop, a while later."""
    shop.sandbox.raw("POST", "/_sandbox/faults", json={})
    queue: Queue[Any] = Queue(
        Intent, "done_at", IntentHandler(shop.desk, by_kind(PAUSE, UNPAUSE, RESUME))
    )
    assert await drain(queue) == 1
    (intent,) = await rows(shop.db, Intent)
    assert (intent.outcome, intent.last_error) == (IntentOutcome.DONE, "")


def go_away(shop: Shop) -> None:
    faults = [{"kind": "500", "times": 99, "path": "/v1"}]
    shop.sandbox.raw("POST", "/_sandbox/faults", json={"answers": faults})
