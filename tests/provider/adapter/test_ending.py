"""A cancellation that was interrupted, or overtaken, does at Stripe what the customer was told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import stripe

from portal_app.intents.errors import Waiting
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent, IntentOutcome
from portal_app.intents.service import Desk
from portal_app.intents.writes import by_kind
from portal_app.invoices.models import InvoiceStatus
from portal_app.jobs.loop import drain
from portal_app.jobs.queue import Queue
from portal_app.kit.db import Database
from portal_app.memberships.models import Cancellation, MembershipSubscription
from portal_app.memberships.rules import MembershipStatus
from portal_app.memberships.service import CANCEL, cancel_membership
from portal_app.provider.facts import InvoiceFacts
from portal_app.provider.stripe_writer import StripeWriter
from tests.conftest import Clocks
from tests.provider.adapter.account import DAY, one, rows
from tests.provider.adapter.charging_shop import Shop, opened_shop
from tests.provider.adapter.overdue_shop import Overdue
from tests.provider.sandbox_server import KEY, SandboxServer


@pytest.fixture
async def shop(
    companies: Database, client: stripe.StripeClient, sandbox: SandboxServer, clocks: Clocks
) -> AsyncIterator[Shop]:
    async with opened_shop(companies, client, sandbox, clocks) as shop:
        yield shop


async def cancel(shop: Shop) -> None:
    link = await one(shop.db, MembershipSubscription, stripe_subscription_id=shop.subs[0])
    (member_id,) = [
        held.row.member.id
        for held in await shop.held(shop.ada)
        if held.row.membership.id == link.membership_id
    ]
    await cancel_membership(
        shop.desk, shop.ada, member_id, shown="at_period_end", reason=None, comment=None
    )


async def cancel_overdue(shop: Overdue, desk: Desk | None = None) -> None:
    await cancel_membership(
        desk or shop.desk, shop.ada, shop.member_id, shown="unpaid", reason=None, comment=None
    )


def break_off(shop: Shop, method: str, path: str, times: int = 9) -> None:
    """No answer comes to these calls, and nothing happens; the key of the attempt stays."""
    fault = {"kind": "reset", "times": times, "method": method, "path": path}
    shop.sandbox.raw("POST", "/_sandbox/faults", json={"answers": [fault]})


async def finish(shop: Shop) -> None:
    shop.sandbox.raw("POST", "/_sandbox/faults", json={})
    queue: Queue[Any] = Queue(Intent, "done_at", IntentHandler(shop.desk, by_kind(CANCEL)))
    assert await drain(queue) == 1
    (intent,) = await rows(shop.db, Intent)
    assert (intent.outcome, intent.last_error) == (IntentOutcome.DONE, "")
    assert (await one(shop.db, Cancellation)).confirmed_at is not None


async def test_what_came_after_the_released_schedule_is_done_later(shop: Shop) -> None:
    """Each call has a key of its own: none is spent on another when the first is not repeated."""
    shop.client.v1.subscription_schedules.create({"from_subscription": shop.subs[0]})
    await shop.learn()
    break_off(shop, "POST", "/v1/subscriptions/")
    with pytest.raises(Waiting):
        await cancel(shop)
    await finish(shop)
    assert shop.client.v1.subscriptions.retrieve(shop.subs[0]).cancel_at_period_end


async def test_an_unpaid_invoice_is_taken_back_although_the_end_came_before(
    overdue: Overdue,
) -> None:
    break_off(overdue, "POST", "/v1/invoices/")
    with pytest.raises(Waiting):
        await cancel_overdue(overdue)
    assert overdue.client.v1.subscriptions.retrieve(overdue.subs[0]).status == "canceled"
    assert overdue.late.status == "open"
    await finish(overdue)
    assert overdue.late.status == "void"
    assert (await overdue.invoice()).status is InvoiceStatus.VOID


async def test_a_late_charge_is_given_back_although_the_end_came_before(shop: Shop) -> None:
    """Ended in one try, given back in the next, and once."""
    break_off(shop, "POST", "/v1/subscriptions/", 99)
    with pytest.raises(Waiting):
        await cancel(shop)
    shop.sandbox.advance(32 * DAY)
    break_off(shop, "POST", "/v1/refunds")
    queue: Queue[Any] = Queue(Intent, "done_at", IntentHandler(shop.desk, by_kind(CANCEL)))
    await drain(queue)
    assert shop.client.v1.subscriptions.retrieve(shop.subs[0]).status == "canceled"
    assert shop.client.v1.refunds.list({}).data == []
    await due_again(shop)
    await finish(shop)
    (refund,) = shop.client.v1.refunds.list({}).data
    assert refund.amount == 2900


async def due_again(shop: Shop) -> None:
    async with shop.db.unit_of_work() as session:
        (intent,) = [await session.merge(row) for row in await rows(shop.db, Intent)]
        intent.due_at, intent.leased_until = intent.created_at, None


async def test_what_was_paid_before_the_customer_asked_is_kept_until_its_end(
    overdue: Overdue,
) -> None:
    """A try that we had not heard of has paid it: nobody loses a period that is paid for."""
    pay_at_stripe(overdue)
    overdue.sandbox.advance(60)
    overdue.clocks.business.at = overdue.clocks.business.at.fromtimestamp(
        overdue.sandbox.now(), overdue.clocks.business.at.tzinfo
    )
    await cancel_overdue(overdue)
    sub = overdue.client.v1.subscriptions.retrieve(overdue.subs[0])
    assert (sub.status, sub.cancel_at_period_end) == ("active", True)
    assert overdue.client.v1.refunds.list({}).data == []


class PaidMeanwhile(StripeWriter):
    """Stripe's own try goes through just before the invoice is voided."""

    shop: Overdue

    async def void_invoice(self, invoice_id: str, *, key: str) -> InvoiceFacts:
        self.shop.sandbox.advance(60)
        pay_at_stripe(self.shop)
        return await super().void_invoice(invoice_id, key=key)


def pay_at_stripe(shop: Overdue) -> None:
    shop.client.v1.invoices.pay(str(shop.late.id), {"payment_method": shop.good})


async def test_what_is_paid_before_it_could_be_taken_back_is_given_back(overdue: Overdue) -> None:
    """The membership has ended by then, so nobody is told that nothing was changed."""
    writer = PaidMeanwhile(KEY, overdue.sandbox.origin)
    writer.shop = overdue
    await cancel_overdue(overdue, Desk(lambda: overdue.db, writer, answer_within=9))
    await writer.close()
    assert (await overdue.overdue()).status is MembershipStatus.CANCELED
    assert (await one(overdue.db, Cancellation)).confirmed_at is not None
    (refund,) = overdue.client.v1.refunds.list({}).data
    assert (refund.amount, overdue.late.status) == (2900, "paid")
