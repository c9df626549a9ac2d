"""A change of plan that was asked for, when something else has come in its way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from portal_app.customers.models import Customer
from portal_app.identity.actor import ActorKind, Author, CompanyKey
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent
from portal_app.intents.service import Record
from portal_app.invoices.models import Invoice, InvoiceStatus
from portal_app.jobs.loop import drain
from portal_app.jobs.queue import Queue
from portal_app.jobs.queues import WRITES
from portal_app.memberships.late_models import LateDebit
from portal_app.memberships.plan_errors import QuoteChanged
from portal_app.memberships.plans import ChangeTiming
from portal_app.memberships.service import (
    WITHDRAW,
    cancel_as_company,
    cancel_membership,
    change_plan,
    pay_open_invoice,
    withdraw_declared,
)
from portal_app.memberships.service.reassigning import REASSIGN, reassign
from tests.provider.adapter.account import DAY, one, rows
from tests.provider.adapter.plan_shop import PlanShop


def recorded(intent: Intent) -> Record:
    async def record(_: AsyncSession) -> Intent:
        return intent

    return record


@pytest.fixture
async def waiting(plans: PlanShop) -> PlanShop:
    """Her card was declined when she changed: the new plan waits for its payment."""
    bad = plans.attach("pm_card_chargeCustomerFail")
    plans.client.v1.subscriptions.update(plans.subs[0], {"default_payment_method": bad})
    await plans.hear()
    await plans.change("pro")
    return plans


async def test_a_change_that_waits_for_payment_goes_with_a_cancellation(waiting: PlanShop) -> None:
    """Paid later, on its page or in the bank's tab, it would move the end that was told."""
    member_id = (await waiting.mine()).row.member.id
    await cancel_membership(
        waiting.desk, waiting.ada, member_id, shown="at_period_end", reason=None, comment=None
    )
    assert (waiting.invoices()[0].status, waiting.sub.pending_update) == ("void", None)
    assert waiting.sub.cancel_at_period_end
    (asked,) = await waiting.asked()
    assert (asked.happened_at, asked.dropped_at) == (None, waiting.clocks.business.at)
    invoice: Invoice = await one(waiting.db, Invoice, stripe_invoice_id=asked.stripe_invoice_id)
    assert invoice.status is InvoiceStatus.VOID
    assert (await waiting.mine()).switching is None


async def test_nor_is_it_left_to_be_paid_after_an_end_at_once(waiting: PlanShop) -> None:
    key, membership = CompanyKey("biz_northwind", "apik_1"), (await waiting.mine()).row.membership
    await cancel_as_company(waiting.desk, key, membership.id, at_once=True)
    assert (waiting.sub.status, waiting.invoices()[0].status) == ("canceled", "void")
    assert (await waiting.asked())[0].dropped_at is not None


async def test_nor_after_a_withdrawal(waiting: PlanShop) -> None:
    membership = (await waiting.mine()).row.membership

    async def record(session: AsyncSession) -> Intent:
        return await withdraw_declared(
            session, Author(ActorKind.OPERATOR), membership.id, reference="W-1", kept=0
        )

    await waiting.desk.carry_out(WITHDRAW, record)
    assert (waiting.sub.status, waiting.invoices()[0].status) == ("canceled", "void")
    # Asked for by us, before the end: nothing says that every account takes it back by itself.
    asked = [one["path"].rpartition("/")[2] for one in waiting.sandbox.ledger()]
    assert "void" in asked


@pytest.mark.parametrize("by", ["page", "method"])
async def test_a_debit_for_it_that_is_on_its_way_stops_no_cancellation(
    waiting: PlanShop, by: str
) -> None:
    """Its bank can't be called back: what was paid for a change that was given up goes back."""
    held = await waiting.mine()
    slow = waiting.attach("pm_sepaDebit_successDelayed_de")
    await waiting.hear()
    assert held.switching is not None
    due, method = held.switching.remaining.minor, await waiting.method(slow)
    given = waiting.desk, waiting.ada, held.row.member.id
    await pay_open_invoice(*given, method, amount_minor=due)
    await waiting.hear()
    if by == "page":
        await cancel_membership(*given, shown="at_period_end", reason=None, comment=None)
    else:
        customer = await one(waiting.db, Customer, stripe_customer_id=waiting.cus)
        intent = reassign(waiting.ada, customer, cancel=[waiting.subs[0]])
        await waiting.desk.carry_out(REASSIGN, recorded(intent))
    assert waiting.sub.cancel_at_period_end
    (late,) = await rows(waiting.db, LateDebit)
    assert (late.membership_id, late.settled_at) == (held.row.membership.id, None)
    await waiting.advance(DAY)
    await drain(Queue(Intent, "done_at", IntentHandler(waiting.desk, WRITES)))
    assert [one.amount for one in waiting.client.v1.refunds.list({}).data] == [due]
    assert all(row.done_at and not row.refusal for row in await rows(waiting.db, Intent))


async def test_a_date_that_has_passed_is_not_another_date(plans: PlanShop) -> None:
    """Confirmed a moment after the renewal it would begin a whole period later than was said."""
    quote = await plans.quote("small")
    assert quote.timing is ChangeTiming.AT_RENEWAL
    left = quote.begins_at - plans.clocks.business.at
    plans.sandbox.advance(int(left / timedelta(seconds=1)) + DAY)
    plans.clocks.business.advance(left)
    with pytest.raises(QuoteChanged):
        await change_plan(plans.desk, plans.ada, quote)
    assert (plans.sub.schedule, await plans.asked()) == (None, [])
