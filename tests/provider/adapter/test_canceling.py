"""Cancelling and taking it back: page, rows and Stripe agree, and nothing more is charged."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import stripe
from sqlalchemy import update

from portal_app.identity.actor import Actor, ActorKind
from portal_app.intents.errors import StillUnderWay, Waiting
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent, IntentOutcome
from portal_app.intents.writes import by_kind
from portal_app.invoices.models import InvoiceStatus
from portal_app.jobs.loop import drain
from portal_app.jobs.queue import Queue
from portal_app.kit.clock import business_now
from portal_app.kit.db import Database
from portal_app.memberships.errors import (
    ExitChanged,
    MembershipNotFound,
    NothingToCancel,
    NothingToUndo,
)
from portal_app.memberships.exit_repository import standing_cancellation
from portal_app.memberships.models import Cancellation, MembershipEvent, MembershipSubscription
from portal_app.memberships.rules import MembershipStatus, ends_at
from portal_app.memberships.service import (
    CANCEL,
    KEEP,
    HeldMembership,
    cancel_membership,
    keep_membership,
)
from tests.conftest import Clocks
from tests.provider.adapter.account import DAY, one, rows
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.adapter.overdue_shop import Overdue
from tests.provider.sandbox_server import SandboxServer


@pytest.fixture
async def shop(
    companies: Database, client: stripe.StripeClient, sandbox: SandboxServer, clocks: Clocks
) -> AsyncIterator[Shop]:
    async with opened_shop(companies, client, sandbox, clocks) as shop:
        yield shop


async def first(shop: Shop) -> HeldMembership:
    """Ada's membership behind the first subscription; both were made in one moment."""
    link = await one(shop.db, MembershipSubscription, stripe_subscription_id=shop.subs[0])
    (found,) = [
        held for held in await shop.held(shop.ada) if held.row.membership.id == link.membership_id
    ]
    return found


async def cancel(shop: Shop, shown: str = "at_period_end", actor: Actor | None = None) -> str:
    member_id = (await first(shop)).row.member.id
    await cancel_membership(
        shop.desk, actor or shop.ada, member_id, shown=shown, reason="unused", comment=" Too\nlate "
    )
    return member_id


def paid_invoices(shop: Shop, sub: str) -> int:
    listed = shop.client.v1.invoices.list({"subscription": sub, "status": "paid"})
    return len(listed.data)


async def test_it_ends_with_the_paid_period_and_is_never_charged_again(shop: Shop) -> None:
    end = (await first(shop)).row.membership.current_period_end
    await cancel(shop)
    held = await first(shop)
    assert ends_at(held.facts) == end
    at_stripe = shop.client.v1.subscriptions.retrieve(shop.subs[0])
    assert at_stripe.cancel_at_period_end
    assert at_stripe.cancellation_details
    assert at_stripe.cancellation_details.feedback == "unused"
    assert at_stripe.cancellation_details.comment == "Too late"
    noted = await one(shop.db, Cancellation)
    assert (noted.ends_at, noted.asked_at, noted.reason) == (end, business_now(), "unused")
    assert noted.confirmed_at is not None
    assert noted.undone_at is None
    (event,) = [e for e in await rows(shop.db, MembershipEvent) if e.kind == "cancel_scheduled"]
    assert (event.actor_kind, event.actor_id) == (ActorKind.CUSTOMER, shop.ada.person_id)
    before = paid_invoices(shop, shop.subs[0])
    shop.sandbox.advance(400 * DAY)
    assert shop.client.v1.subscriptions.retrieve(shop.subs[0]).status == "canceled"
    assert paid_invoices(shop, shop.subs[0]) == before
    assert paid_invoices(shop, shop.subs[1]) > before


async def test_it_can_be_taken_back_and_cancelled_again(shop: Shop) -> None:
    member_id = await cancel(shop)
    await keep_membership(shop.desk, shop.ada, member_id)
    assert ends_at((await first(shop)).facts) is None
    assert not shop.client.v1.subscriptions.retrieve(shop.subs[0]).cancel_at_period_end
    assert (await one(shop.db, Cancellation)).undone_at == business_now()
    with pytest.raises(NothingToUndo):
        await keep_membership(shop.desk, shop.ada, member_id)
    await cancel(shop)
    assert len({noted.reference for noted in await rows(shop.db, Cancellation)}) == 2
    with pytest.raises(NothingToCancel):
        await cancel(shop, "arranged")


async def test_nobody_else_can_do_either(shop: Shop) -> None:
    with pytest.raises(MembershipNotFound):
        await cancel(shop, actor=shop.ben)
    member_id = await cancel(shop)
    with pytest.raises(MembershipNotFound):
        await keep_membership(shop.desk, shop.ben, member_id)
    for nonsense in ("", "mber_x", None, 7, [member_id], {"id": member_id}):
        with pytest.raises(MembershipNotFound):
            await cancel_membership(
                shop.desk, shop.ada, nonsense, shown="now", reason=None, comment=None
            )


@pytest.mark.parametrize("shown", ["at_trial_end", "now", "unpaid", "arranged", "", None, 7, []])
async def test_it_does_what_was_shown_or_nothing(shop: Shop, shown: Any) -> None:
    with pytest.raises(ExitChanged):
        await cancel(shop, shown)
    assert not shop.client.v1.subscriptions.retrieve(shop.subs[0]).cancel_at_period_end
    assert await rows(shop.db, Cancellation) == []


async def test_a_scheduled_change_does_not_stand_in_the_way(shop: Shop) -> None:
    schedule = shop.client.v1.subscription_schedules.create({"from_subscription": shop.subs[0]})
    await shop.learn()
    await cancel(shop)
    sub = shop.client.v1.subscriptions.retrieve(shop.subs[0])
    assert sub.cancel_at_period_end
    released = shop.client.v1.subscription_schedules.retrieve(schedule.id)
    assert released.status == "released"


async def test_of_two_tabs_one_cancels_and_the_other_is_told(shop: Shop) -> None:
    go_away(shop)
    with pytest.raises(Waiting):
        await cancel(shop)
    with pytest.raises(StillUnderWay):
        await cancel(shop)
    await finish(shop)
    assert len(await rows(shop.db, Cancellation)) == 1


async def test_while_the_provider_is_away_it_counts_from_when_it_was_asked(shop: Shop) -> None:
    """Accepted, queued, and done later once."""
    go_away(shop)
    with pytest.raises(Waiting):
        await cancel(shop)
    noted = await one(shop.db, Cancellation)
    assert noted.confirmed_at is None
    await finish(shop)
    assert shop.client.v1.subscriptions.retrieve(shop.subs[0]).cancel_at_period_end
    assert (await one(shop.db, Cancellation)).confirmed_at is not None


async def test_a_renewal_in_between_is_given_back(shop: Shop) -> None:
    """Never a charge after the end that the customer was told, however long Stripe was away."""
    go_away(shop)
    with pytest.raises(Waiting):
        await cancel(shop)
    shop.sandbox.advance(32 * DAY)
    await finish(shop)
    assert shop.client.v1.subscriptions.retrieve(shop.subs[0]).status == "canceled"
    (refund,) = shop.client.v1.refunds.list({}).data
    assert refund.amount == 2900


async def test_every_renewal_in_between_is_given_back(shop: Shop) -> None:
    go_away(shop)
    with pytest.raises(Waiting):
        await cancel(shop)
    shop.sandbox.advance(64 * DAY)
    await finish(shop)
    assert shop.client.v1.subscriptions.retrieve(shop.subs[0]).status == "canceled"
    assert [refund.amount for refund in shop.client.v1.refunds.list({}).data] == [2900, 2900]


async def finish(shop: Shop) -> None:
    """The jobs loop, a while later."""
    shop.sandbox.raw("POST", "/_sandbox/faults", json={})
    writes = by_kind(CANCEL, KEEP)
    queue: Queue[Any] = Queue(Intent, "done_at", IntentHandler(shop.desk, writes))
    assert await drain(queue) == 1
    (intent,) = await rows(shop.db, Intent)
    assert (intent.outcome, intent.last_error) == (IntentOutcome.DONE, "")


def go_away(shop: Shop) -> None:
    faults = [{"kind": "500", "times": 99, "path": "/v1"}]
    shop.sandbox.raw("POST", "/_sandbox/faults", json={"answers": faults})


async def test_what_was_not_paid_ends_at_once_and_is_taken_back(overdue: Overdue) -> None:
    shop = overdue
    await cancel_membership(
        shop.desk, shop.ada, shop.member_id, shown="unpaid", reason="", comment=""
    )
    held = await shop.overdue()
    assert held.status is MembershipStatus.CANCELED
    assert (await shop.invoice()).status is InvoiceStatus.VOID
    assert shop.late.status == "void"
    before = len(shop.charges())
    shop.sandbox.advance(60 * DAY)
    assert len(shop.charges()) == before == 0
    assert (await one(shop.db, Cancellation)).ends_at == held.facts.ended_at


async def test_one_that_could_not_be_done_does_not_stand(shop: Shop) -> None:
    """Then nothing says that it is cancelled, and it can be tried again."""
    await cancel(shop)
    membership_id = (await first(shop)).row.membership.id
    async with shop.db.reading() as session:
        assert await standing_cancellation(session, membership_id) is not None
    async with shop.db.unit_of_work() as session:
        await session.execute(update(Intent).values(outcome=IntentOutcome.REFUSED))
    async with shop.db.reading() as session:
        assert await standing_cancellation(session, membership_id) is None
