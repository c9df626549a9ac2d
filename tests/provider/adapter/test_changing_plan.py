"""Changing a plan: page, rows and Stripe agree, and what was shown is what is charged."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal_app.identity.actor import ActorKind
from portal_app.intents.errors import StillUnderWay, Unconfirmed, Waiting
from portal_app.intents.handling import IntentHandler
from portal_app.intents.models import Intent
from portal_app.intents.writes import by_kind
from portal_app.jobs.loop import drain
from portal_app.jobs.queue import Queue
from portal_app.kit.db import Database
from portal_app.kit.money import Money
from portal_app.memberships.errors import MembershipNotFound
from portal_app.memberships.models import MembershipEvent
from portal_app.memberships.plan_errors import (
    NothingToWithdraw,
    PlanNotChangeable,
    PlanNotOffered,
    QuoteChanged,
    QuoteExpired,
)
from portal_app.memberships.plans import ChangeTiming
from portal_app.memberships.service import (
    CHANGE_LATER,
    CHANGE_NOW,
    change_plan,
    keep_plan,
    quote_change,
)
from tests.conftest import Clocks
from tests.provider.adapter.account import DAY, one, rows
from tests.provider.adapter.plan_shop import PlanShop, plan_shop
from tests.provider.sandbox_server import SandboxServer


@pytest.fixture
def shop(plans: PlanShop) -> PlanShop:
    return plans


async def test_more_begins_at_once_for_what_was_shown(shop: PlanShop) -> None:
    await shop.advance(10 * DAY)
    quote = await shop.quote("pro")
    assert (quote.timing, quote.begins_at) == (ChangeTiming.NOW, shop.clocks.business.at)
    await shop.advance(3600)  # what was shown holds, although an hour is less to pay for
    await change_plan(shop.desk, shop.ada, quote)
    paid = shop.invoices()[0]
    assert (paid.status, paid.amount_paid) == ("paid", quote.due.minor)
    assert quote.due.minor > 0
    assert shop.price == shop.prices["pro"]
    mine = await shop.mine()
    assert mine.row.plan.stripe_price_id == shop.prices["pro"]
    (asked,) = await shop.asked()
    assert (asked.happened_at, asked.dropped_at) == (shop.clocks.business.at, None)
    event: MembershipEvent = await one(shop.db, MembershipEvent, kind="plan_changed")
    assert (event.actor_kind, event.actor_id) == (ActorKind.CUSTOMER, shop.ada.person_id)
    assert (await shop.mine(shop.ben)).row.plan.stripe_price_id == shop.prices["basic"]


async def test_less_begins_with_the_next_period(shop: PlanShop) -> None:
    end = (await shop.mine()).row.membership.current_period_end
    quote = await shop.change("small")
    assert (quote.due, quote.begins_at) == (Money(0, "USD"), end)
    assert shop.price == shop.prices["basic"]
    (asked,) = await shop.asked()
    assert (asked.effective_at, asked.happened_at) == (end, None)
    scheduled = (await shop.mine()).row.membership.scheduled_change
    assert scheduled["plan_id"] == await shop.plan("small")
    with pytest.raises(PlanNotChangeable):
        await shop.quote("pro")
    await shop.advance(32 * DAY)
    assert shop.price == shop.prices["small"]
    assert shop.invoices()[0].amount_paid == 1900 == quote.preview.amount_due.minor
    (asked,) = await shop.asked()
    assert asked.happened_at == shop.clocks.business.at
    # What is left of the schedule does not stand in the way of the next change.
    quote = await shop.change("pro")
    assert shop.price == shop.prices["pro"]
    assert shop.invoices()[0].amount_paid == quote.due.minor


async def test_what_is_arranged_can_be_taken_back(shop: PlanShop) -> None:
    await shop.change("small")
    member_id = (await shop.mine()).row.member.id
    with pytest.raises(MembershipNotFound):
        await keep_plan(shop.desk, shop.ben, member_id)
    await keep_plan(shop.desk, shop.ada, member_id)
    assert (await shop.mine()).row.membership.scheduled_change == {}
    assert (await shop.asked())[0].dropped_at == shop.clocks.business.at
    with pytest.raises(NothingToWithdraw):
        await keep_plan(shop.desk, shop.ada, member_id)
    await shop.advance(32 * DAY)
    assert (shop.price, shop.invoices()[0].amount_paid) == (shop.prices["basic"], 2900)
    kinds = [event.kind for event in await rows(shop.db, MembershipEvent)]
    assert kinds.count("plan_change_scheduled") == kinds.count("plan_change_withdrawn") == 1


async def test_a_year_begins_a_new_period_at_once(shop: PlanShop) -> None:
    await shop.advance(10 * DAY)
    quote = await shop.change("yearly")
    assert shop.invoices()[0].amount_paid == quote.due.minor < 29000
    end = (await shop.mine()).row.membership.current_period_end
    assert end == quote.renews_at


async def test_until_it_is_paid_the_plan_stays(shop: PlanShop) -> None:
    bad = shop.attach("pm_card_chargeCustomerFail")
    shop.client.v1.subscriptions.update(shop.subs[0], {"default_payment_method": bad})
    await shop.hear()
    quote = await shop.change("pro")
    mine = await shop.mine()
    assert mine.row.plan.stripe_price_id == shop.prices["basic"] == shop.price
    assert (mine.unpaid, mine.owes, mine.has_access) == (None, False, True)
    assert mine.switching is not None
    assert mine.switching.remaining == quote.due
    (asked,) = await shop.asked()
    assert asked.stripe_invoice_id == mine.switching.stripe_invoice_id
    with pytest.raises(PlanNotChangeable):
        await shop.quote("yearly")
    # Somebody pays it with a better card, and the webhook tells.
    good = shop.attach("pm_card_mastercard")
    shop.client.v1.invoices.pay(str(asked.stripe_invoice_id), {"payment_method": good})
    await shop.hear()
    assert (await shop.mine()).row.plan.stripe_price_id == shop.prices["pro"]
    assert (await shop.asked())[0].happened_at == shop.clocks.business.at


async def test_a_change_that_was_not_paid_can_be_left(shop: PlanShop) -> None:
    bad = shop.attach("pm_card_chargeCustomerFail")
    shop.client.v1.subscriptions.update(shop.subs[0], {"default_payment_method": bad})
    await shop.hear()
    await shop.change("pro")
    await keep_plan(shop.desk, shop.ada, (await shop.mine()).row.member.id)
    assert shop.invoices()[0].status == "void"
    assert (await shop.mine()).switching is None
    assert (await shop.asked())[0].dropped_at is not None
    await shop.quote("yearly")


async def test_a_change_that_nobody_paid_lapses(shop: PlanShop) -> None:
    bad = shop.attach("pm_card_chargeCustomerFail")
    shop.client.v1.subscriptions.update(shop.subs[0], {"default_payment_method": bad})
    await shop.hear()
    await shop.change("pro")
    await shop.advance(DAY)
    assert (await shop.mine()).row.membership.scheduled_change == {}
    (asked,) = await shop.asked()
    assert (asked.happened_at, asked.dropped_at) == (None, shop.clocks.business.at)


async def test_what_was_shown_is_good_for_a_quarter_of_an_hour(shop: PlanShop) -> None:
    quote = await shop.quote("pro")
    shop.clocks.wall.advance(timedelta(minutes=15))
    with pytest.raises(QuoteExpired):
        await change_plan(shop.desk, shop.ada, quote)
    assert shop.price == shop.prices["basic"]
    assert await shop.asked() == []


async def test_another_amount_charges_nothing(shop: PlanShop) -> None:
    quote = await shop.quote("pro")
    coupon = shop.client.v1.coupons.create({"percent_off": 50, "duration": "forever"}).id
    shop.client.v1.subscriptions.update(shop.subs[0], {"discounts": [{"coupon": coupon}]})
    before = len(shop.invoices())
    with pytest.raises(QuoteChanged):
        await change_plan(shop.desk, shop.ada, quote)
    assert (shop.price, len(shop.invoices())) == (shop.prices["basic"], before)
    # What was refused does not stand in the way of what is shown next.
    await shop.hear()
    quote = await shop.change("pro")
    assert shop.invoices()[0].amount_paid == quote.due.minor


async def test_of_two_tabs_one_changes_and_the_other_is_told(shop: PlanShop) -> None:
    first, second = await shop.quote("pro"), await shop.quote("small")
    go_away(shop)
    with pytest.raises(Waiting):
        await change_plan(shop.desk, shop.ada, second)
    with pytest.raises((StillUnderWay, PlanNotChangeable)):
        await change_plan(shop.desk, shop.ada, first)
    with pytest.raises(StillUnderWay):
        await keep_plan(shop.desk, shop.ada, first.member_id)
    await finish(shop)
    assert len(await shop.asked()) == 1
    assert (await shop.mine()).row.membership.scheduled_change["plan_id"] == second.plan_id


async def test_a_charge_of_which_nobody_knows_is_looked_at_and_not_repeated(
    shop: PlanShop,
) -> None:
    quote = await shop.quote("pro")
    fault = {"kind": "reset", "times": 9, "method": "POST", "path": "/v1/subscriptions"}
    shop.sandbox.raw("POST", "/_sandbox/faults", json={"answers": [{**fault, "after": True}]})
    with pytest.raises(Unconfirmed):
        await change_plan(shop.desk, shop.ada, quote)
    await finish(shop)
    assert shop.price == shop.prices["pro"]
    assert [one.amount_paid for one in shop.invoices()] == [quote.due.minor, 2900]
    assert (await shop.asked())[0].happened_at is not None


async def test_one_that_never_arrived_is_given_up(shop: PlanShop) -> None:
    quote = await shop.quote("pro")
    go_away(shop)
    with pytest.raises(Unconfirmed):
        await change_plan(shop.desk, shop.ada, quote)
    await finish(shop)
    assert shop.price == shop.prices["basic"]
    assert (await shop.asked())[0].dropped_at is not None
    await shop.change("pro")


async def test_only_what_is_offered_to_whom_it_is_offered(shop: PlanShop) -> None:
    member_id, pro = (await shop.mine()).row.member.id, await shop.plan("pro")
    with pytest.raises(MembershipNotFound):
        await shop.quote("pro", actor=shop.ben)
    quote = await shop.quote("pro")
    with pytest.raises(MembershipNotFound):
        await change_plan(shop.desk, shop.ben, quote)
    with pytest.raises(PlanNotOffered):
        await shop.quote("basic")
    nonsense: list[tuple[Any, Any]] = [("plan_x", 1), (None, 1), (pro, 2), (pro, 0), (pro, "1")]
    for plan_id, quantity in [*nonsense, (pro, True), (pro, None), (member_id, 1)]:
        with pytest.raises(PlanNotOffered):
            await quote_change(shop.desk, shop.ada, member_id, plan_id, quantity)
    shop.client.v1.prices.update(shop.prices["pro"], {"active": False})
    await shop.hear()
    with pytest.raises(PlanNotOffered):
        await change_plan(shop.desk, shop.ada, quote)


async def test_units_where_the_company_lets_them_be_chosen(shop: PlanShop) -> None:
    await shop.policy(quantity={"most": 5}, targets="none")
    await shop.change("basic", 3)
    assert (await shop.mine()).row.membership.quantity == 3
    with pytest.raises(PlanNotOffered):
        await shop.quote("basic", 6)
    with pytest.raises(PlanNotOffered):
        await shop.quote("pro", 3)
    quote = await shop.change("basic", 2)
    assert quote.timing is ChangeTiming.AT_RENEWAL


async def finish(shop: PlanShop) -> None:
    """The jobs loop, a while later."""
    shop.sandbox.raw("POST", "/_sandbox/faults", json={})
    shop.clocks.wall.advance(timedelta(minutes=2))
    writes = by_kind(CHANGE_NOW, CHANGE_LATER)
    queue: Queue[Any] = Queue(Intent, "done_at", IntentHandler(shop.desk, writes))
    assert await drain(queue) == 1


def go_away(shop: PlanShop) -> None:
    faults = [{"kind": "500", "times": 99, "path": "/v1"}]
    shop.sandbox.raw("POST", "/_sandbox/faults", json={"answers": faults})


async def test_a_trial_goes_on_and_its_end_bills_the_new_plan(
    companies: Database, client: Any, sandbox: SandboxServer, clocks: Clocks
) -> None:
    trial = {"trial_period_days": 10}
    async with plan_shop(companies, client, sandbox, clocks, **trial) as shop:
        quote = await shop.change("small")
        assert (quote.timing, quote.due.minor) == (ChangeTiming.IN_TRIAL, 0)
        assert (shop.price, shop.sub.status) == (shop.prices["small"], "trialing")
        assert (await shop.asked())[0].happened_at is not None
        await shop.advance(11 * DAY)
        assert shop.invoices()[0].amount_paid == 1900 == quote.preview.amount_due.minor
        assert shop.invoices()[0].lines.data[0].period.start == int(quote.period_end.timestamp())


async def test_who_pays_by_debit_changes_with_the_next_period(
    companies: Database, client: Any, sandbox: SandboxServer, clocks: Clocks
) -> None:
    async with plan_shop(companies, client, sandbox, clocks) as shop:
        debit: Any = {"type": "sepa_debit", "sepa_debit": {"iban": "DE89370400440532013000"}}
        billing = {"billing_details": {"email": "ada@example.com", "name": "Ada"}}
        method = client.v1.payment_methods.create({**debit, **billing}).id
        client.v1.payment_methods.attach(method, {"customer": shop.cus})
        client.v1.subscriptions.update(shop.subs[0], {"default_payment_method": method})
        await shop.hear()
        quote = await shop.change("pro")
        assert (quote.timing, shop.price) == (ChangeTiming.AT_RENEWAL, shop.prices["basic"])
