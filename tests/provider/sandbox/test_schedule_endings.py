"""How subscription schedules end: released, completed, or with what they belong to."""

from typing import Any

import pytest
import stripe

from tests.provider.conftest import START
from tests.provider.sandbox.shop import DAY, MONTH, Shop, day, first_phase, selling
from tests.provider.sandbox_server import SandboxServer


def test_releasing_forgets_the_end_unless_it_is_kept(shop: Shop, schedules: Any) -> None:
    for keep in (False, True):
        subscription = shop.subscribe(shop.customer())
        schedule = schedules.create({"from_subscription": subscription.id})
        schedules.update(schedule.id, {"end_behavior": "cancel"})
        ends = shop.client.v1.subscriptions.retrieve(subscription.id).cancel_at
        assert ends == schedule.phases[0].end_date
        schedules.release(schedule.id, {"preserve_cancel_date": keep})
        found = shop.client.v1.subscriptions.retrieve(subscription.id)
        assert (found.schedule, found.cancel_at) == (None, ends if keep else None)
        with pytest.raises(stripe.InvalidRequestError, match="`released` status"):
            schedules.release(schedule.id)


def test_a_schedule_ends_with_its_subscription(
    shop: Shop, sandbox: SandboxServer, schedules: Any
) -> None:
    by_schedule, by_hand, unpaid = (shop.subscribe(shop.customer()) for _ in range(3))
    made = [schedules.create({"from_subscription": s.id}) for s in (by_schedule, by_hand, unpaid)]
    canceled = schedules.cancel(made[0].id)
    assert (canceled.status, canceled.canceled_at) == ("canceled", START)
    assert shop.client.v1.subscriptions.retrieve(by_schedule.id).status == "canceled"
    shop.client.v1.subscriptions.cancel(by_hand.id)
    assert schedules.retrieve(made[1].id).status == "canceled"
    assert shop.event_types().count("subscription_schedule.canceled") == 2
    phase = {**first_phase(made[2]), "end_date": START + 90 * DAY}
    schedules.update(made[2].id, {"phases": [phase]})
    broken = shop.attach(str(unpaid.customer), "pm_card_chargeCustomerFail")
    shop.set_default(str(unpaid.customer), broken)
    sandbox.advance(40 * DAY)
    assert schedules.retrieve(made[2].id).status == "canceled"
    assert shop.event_types().count("subscription_schedule.aborted") == 1


def test_a_planned_schedule_ends_with_its_customer(shop: Shop, schedules: Any) -> None:
    customer = shop.customer()
    phases: Any = [{**selling(shop.price()), **MONTH}]
    given: Any = {"customer": customer, "start_date": START + DAY, "phases": phases}
    schedule = schedules.create(given)
    shop.client.v1.customers.delete(customer)
    assert schedules.retrieve(schedule.id).status == "canceled"
    assert day(schedule.phases[0].start_date) == "2024-02-01"


def test_what_can_be_had_no_more_is_left_out(
    shop: Shop, sandbox: SandboxServer, schedules: Any
) -> None:
    """The clock goes on, whatever was sold off, used up or removed in the meantime."""
    price, gone, customer = shop.price(2000), shop.price(900), shop.customer()
    card = shop.attach(customer, "pm_card_mastercard")
    coupon = shop.client.v1.coupons.create({"percent_off": 50}).id
    kept: Any = {**selling(price), **MONTH, "discounts": [{"coupon": coupon}]}
    kept["default_payment_method"] = card
    start = START + DAY
    running = schedules.create({"customer": customer, "start_date": start, "phases": [kept]})
    lost: Any = [{**selling(gone), **MONTH}]
    aborted = schedules.create({"customer": customer, "start_date": start, "phases": lost})
    shop.client.v1.coupons.delete(coupon)
    shop.client.v1.payment_methods.detach(card)
    shop.client.v1.prices.update(gone, {"active": False})
    sandbox.advance(2 * DAY)
    assert schedules.retrieve(aborted.id).status == "canceled"
    assert "subscription_schedule.aborted" in shop.event_types()
    subscription = schedules.retrieve(running.id).subscription
    assert [(i.total, i.status) for i in shop.invoices(subscription)] == [(2000, "paid")]
