"""Subscriptions that rest: the pause endpoint and paused collection."""

from typing import Any

import pytest
import stripe

from tests.provider.conftest import START
from tests.provider.sandbox.shop import DAY, Shop, day
from tests.provider.sandbox_server import SandboxServer


def test_paused_collection_voids_until_it_resumes(shop: Shop, sandbox: SandboxServer) -> None:
    subscription = shop.subscribe(shop.customer())
    until = START + 70 * DAY
    shop.client.v1.subscriptions.update(
        subscription.id, {"pause_collection": {"behavior": "void", "resumes_at": until}}
    )
    sandbox.advance(100 * DAY)
    assert [i.status for i in shop.invoices(subscription.id)] == ["paid", "void", "void", "paid"]
    found = shop.client.v1.subscriptions.retrieve(subscription.id)
    assert (found.status, found.pause_collection) == ("active", None)


def test_a_paused_subscription_rests_and_resumes_with_its_credit(
    shop: Shop, sandbox: SandboxServer
) -> None:
    subscription = shop.subscribe(
        shop.customer(), shop.price(3000, interval="day", interval_count=30)
    )
    sandbox.advance(20 * DAY)
    paused = shop.client.v1.subscriptions.pause(subscription.id)
    assert paused.status == "paused"
    assert paused.status_details.paused.transitioned_at == START + 20 * DAY
    assert shop.event_types()[-1] == "customer.subscription.paused"
    sandbox.advance(100 * DAY)
    assert len(shop.invoices(subscription.id)) == 1
    resumed = shop.client.v1.subscriptions.resume(subscription.id)
    assert (resumed.status, resumed.status_details) == ("active", None)
    assert resumed.billing_cycle_anchor == START + 120 * DAY
    # A third of the first period was unused: 3000 for the new one less 1000.
    assert shop.invoices(subscription.id)[-1].amount_paid == 2000
    assert shop.event_types()[-1] == "customer.subscription.resumed"


def test_resuming_within_the_paid_period_and_unchanged_anchor(
    shop: Shop, sandbox: SandboxServer
) -> None:
    subscription = shop.subscribe(shop.customer())
    sandbox.advance(5 * DAY)
    shop.client.v1.subscriptions.pause(
        subscription.id, {"bill_for": {"unused_time_from": {"type": "none"}}}
    )
    resumed = shop.client.v1.subscriptions.resume(
        subscription.id,
        {"billing_cycle_anchor": {"type": "unchanged"}, "proration_behavior": "none"},
    )
    assert resumed.billing_cycle_anchor == START
    assert day(resumed["items"].data[0].current_period_end) == "2024-02-29"


@pytest.mark.parametrize(
    ("behavior", "status"), [("keep_as_draft", "draft"), ("mark_uncollectible", "uncollectible")]
)
def test_paused_collection_keeps_what_it_makes(
    shop: Shop, sandbox: SandboxServer, behavior: Any, status: str
) -> None:
    subscription = shop.subscribe(shop.customer())
    update = shop.client.v1.subscriptions.update
    update(subscription.id, {"pause_collection": {"behavior": behavior}})
    sandbox.advance(40 * DAY)
    kept = shop.invoices(subscription.id)[-1]
    assert (kept.status, kept.auto_advance, kept.amount_paid) == (status, False, 0)
    resumed = update(subscription.id, {"pause_collection": ""})
    assert (resumed.status, resumed.pause_collection) == ("active", None)
    sandbox.advance(30 * DAY)
    assert shop.invoices(subscription.id)[-1].status == "paid"
    assert shop.client.v1.invoices.retrieve(kept.id).status == status


def test_a_pause_can_credit_at_once(shop: Shop, sandbox: SandboxServer) -> None:
    price = shop.price(3000, interval="day", interval_count=30)
    subscription = shop.subscribe(shop.customer(), price)
    sandbox.advance(10 * DAY)
    paused = shop.client.v1.subscriptions.pause(subscription.id, {"invoicing_behavior": "invoice"})
    assert (paused.status, shop.invoices(subscription.id)[-1].total) == ("paused", -2000)
    with pytest.raises(stripe.InvalidRequestError, match="paused"):
        shop.client.v1.subscriptions.pause(subscription.id)
    preview = shop.client.v1.invoices.create_preview(
        {"subscription": subscription.id, "subscription_details": {"resume_at": "now"}}
    )
    shop.client.v1.subscriptions.resume(subscription.id)
    charged = shop.invoices(subscription.id)[-1]
    assert (preview.amount_due, charged.amount_paid) == (1000, 1000)


def test_resuming_on_success_needs_the_money(shop: Shop, sandbox: SandboxServer) -> None:
    customer = shop.customer()
    subscription = shop.subscribe(customer)
    sandbox.advance(DAY)
    resume = shop.client.v1.subscriptions.resume
    with pytest.raises(stripe.InvalidRequestError, match="Only paused"):
        resume(subscription.id)
    shop.client.v1.subscriptions.pause(
        subscription.id, {"bill_for": {"unused_time_from": {"type": "none"}}}
    )
    shop.set_default(customer, shop.attach(customer, "pm_card_chargeCustomerFail"))
    waiting = resume(subscription.id, {"payment_behavior": "resume_on_payment_success"})
    assert waiting.status == "paused"
    unpaid = shop.invoices(subscription.id)[-1]
    assert (unpaid.status, unpaid.next_payment_attempt is not None) == ("open", True)
    left = shop.client.v1.invoices.update(unpaid.id, {"auto_advance": False})
    assert left.next_payment_attempt is None
    sandbox.advance(10 * DAY)
    assert shop.client.v1.subscriptions.retrieve(subscription.id).status == "paused"
    shop.set_default(customer, shop.attach(customer, "pm_card_visa"))
    shop.client.v1.invoices.pay(unpaid.id)
    assert shop.client.v1.subscriptions.retrieve(subscription.id).status == "active"


def test_without_it_resuming_owes_the_money(shop: Shop, sandbox: SandboxServer) -> None:
    customer = shop.customer()
    subscription = shop.subscribe(customer)
    sandbox.advance(DAY)
    shop.client.v1.subscriptions.pause(
        subscription.id, {"bill_for": {"unused_time_from": {"type": "none"}}}
    )
    shop.set_default(customer, shop.attach(customer, "pm_card_chargeCustomerFail"))
    assert shop.client.v1.subscriptions.resume(subscription.id).status == "past_due"
