"""Subscriptions that rest: the pause endpoint and paused collection."""

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
