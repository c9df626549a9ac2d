"""Pauses on a schedule (docs.stripe.com/billing/subscriptions/pause/schedules)."""

from typing import Any

import pytest
import stripe

from tests.provider.conftest import START
from tests.provider.sandbox.shop import DAY, Shop
from tests.provider.sandbox_server import SandboxServer


def _at(moment: int) -> dict[str, Any]:
    return {"type": "timestamp", "timestamp": moment}


def _plan(shop: Shop, subscription: Any, entry: dict[str, Any]) -> Any:
    """A schedule made of the subscription with that pause."""
    given: Any = {"from_subscription": subscription.id, "pause_schedules": [entry]}
    return shop.client.v1.subscription_schedules.create(given)


def _thirty_days(shop: Shop) -> Any:
    return shop.subscribe(shop.customer(), shop.price(3000, interval="day", interval_count=30))


def _status(shop: Shop, subscription: Any) -> str:
    return shop.client.v1.subscriptions.retrieve(subscription.id).status


def _entry(shop: Shop, schedule: Any) -> Any:
    [entry] = shop.client.v1.subscription_schedules.retrieve(schedule.id).pause_schedules
    return entry


def test_a_pause_at_the_end_of_the_period_until_a_date(shop: Shop, sandbox: SandboxServer) -> None:
    subscription = _thirty_days(shop)
    end = subscription["items"].data[0].current_period_end
    entry = {"pause": {"pause_at": _at(end)}, "resume": {"resume_at": _at(end + 45 * DAY)}}
    schedule = _plan(shop, subscription, entry)
    planned = _entry(shop, schedule)
    assert (planned.pause.pause_at, planned.resume.resume_at) == (end, end + 45 * DAY)
    assert planned.pause.settings.bill_for.unused_time_from.type == "pause_at"
    assert planned.resume.settings.payment_behavior == "resume_on_payment_success"
    sandbox.advance_to(end - 1)
    assert _status(shop, subscription) == "active"
    sandbox.advance_to(end + 44 * DAY)
    # Nothing was renewed and nothing was left to credit.
    assert _status(shop, subscription) == "paused"
    assert [i.total for i in shop.invoices(subscription.id)] == [3000]
    assert "customer.subscription.paused" not in shop.event_types()[-1:]
    sandbox.advance_to(end + 45 * DAY)
    assert _status(shop, subscription) == "active"
    assert [i.total for i in shop.invoices(subscription.id)] == [3000, 3000]
    found = shop.client.v1.subscriptions.retrieve(subscription.id)
    assert found.billing_cycle_anchor == end + 45 * DAY
    assert "customer.subscription.resumed" in shop.event_types()
    # There was nothing more to do for the schedule.
    assert found.schedule is None
    done = shop.client.v1.subscription_schedules.retrieve(schedule.id)
    assert (done.status, _entry(shop, schedule).resume.status.type) == ("released", "succeeded")


def test_a_pause_now_for_a_duration_credits_what_is_left(
    shop: Shop, sandbox: SandboxServer
) -> None:
    subscription = _thirty_days(shop)
    sandbox.advance(20 * DAY)
    length = {"type": "duration", "duration": {"interval": "month", "interval_count": 2}}
    entry = {"pause": {"pause_at": {"type": "now"}}, "resume": {"resume_at": length}}
    schedule = _plan(shop, subscription, entry)
    assert _status(shop, subscription) == "paused"
    assert _entry(shop, schedule).pause.status.type == "succeeded"
    # 20 February and two months.
    assert _entry(shop, schedule).resume.resume_at == START + (20 + 60) * DAY
    sandbox.advance(60 * DAY)
    assert [i.total for i in shop.invoices(subscription.id)] == [3000, 2000]


def test_an_indefinite_pause_gets_its_end_later(shop: Shop, sandbox: SandboxServer) -> None:
    subscription = _thirty_days(shop)
    schedule = _plan(shop, subscription, {"key": "rest", "pause": {"pause_at": _at(START + DAY)}})
    update: Any = shop.client.v1.subscription_schedules.update
    sandbox.advance(2 * DAY)
    paused = _entry(shop, schedule)
    assert (paused.key, paused.resume, paused.pause.status.type) == ("rest", None, "succeeded")
    moved = {"key": "rest", "pause": {"pause_at": _at(START + 9 * DAY)}}
    with pytest.raises(stripe.InvalidRequestError, match="already happened"):
        update(schedule.id, {"pause_schedules": [moved]})
    later = {"key": "rest", "resume": {"resume_at": _at(START + 10 * DAY)}}
    update(schedule.id, {"pause_schedules": [later]})
    sandbox.advance(8 * DAY)
    assert _status(shop, subscription) == "active"


def test_a_planned_pause_can_be_taken_back(shop: Shop, sandbox: SandboxServer) -> None:
    subscription = _thirty_days(shop)
    schedule = _plan(shop, subscription, {"pause": {"pause_at": _at(START + DAY)}})
    update: Any = shop.client.v1.subscription_schedules.update
    assert update(schedule.id, {"pause_schedules": ""}).pause_schedules == []
    sandbox.advance(2 * DAY)
    assert _status(shop, subscription) == "active"


def test_a_paused_subscription_gets_a_resume_date(shop: Shop, sandbox: SandboxServer) -> None:
    subscription = _thirty_days(shop)
    shop.client.v1.subscriptions.pause(subscription.id)
    schedule = _plan(shop, subscription, {"resume": {"resume_at": _at(START + 3 * DAY)}})
    assert _entry(shop, schedule).pause.pause_at == START
    sandbox.advance(3 * DAY)
    assert _status(shop, subscription) == "active"


@pytest.mark.parametrize("paid", [True, False])
def test_a_resume_waits_for_its_payment(shop: Shop, sandbox: SandboxServer, paid: bool) -> None:
    subscription = _thirty_days(shop)
    customer = str(subscription.customer)
    nothing = {"bill_for": {"unused_time_from": {"type": "none"}}}
    entry = {
        "pause": {"pause_at": {"type": "now"}, "settings": nothing},
        "resume": {"resume_at": _at(START + 10 * DAY)},
    }
    schedule = _plan(shop, subscription, entry)
    shop.set_default(customer, shop.attach(customer, "pm_card_chargeCustomerFail"))
    sandbox.advance(10 * DAY)
    assert (_status(shop, subscription), _entry(shop, schedule).resume.status.type) == (
        "paused",
        "pending",
    )
    waiting = shop.invoices(subscription.id)[-1]
    assert waiting.status == "open"
    if paid:
        visa = shop.attach(customer, "pm_card_visa")
        shop.client.v1.invoices.pay(waiting.id, {"payment_method": visa})
        assert _status(shop, subscription) == "active"
        assert _entry(shop, schedule).resume.status.type == "succeeded"
        assert shop.period(subscription.id)[0] == "2024-02-10"
    else:
        sandbox.advance(31 * DAY)
        assert _status(shop, subscription) == "paused"
        assert shop.invoices(subscription.id)[-1].status == "void"
        assert _entry(shop, schedule).resume.status.error.code == "invoice_not_paid"


def test_a_resume_may_take_the_first_attempt(shop: Shop, sandbox: SandboxServer) -> None:
    subscription = _thirty_days(shop)
    customer = str(subscription.customer)
    resume = {
        "resume_at": _at(START + 10 * DAY),
        "settings": {
            "billing_cycle_anchor": "unchanged",
            "payment_behavior": "resume_on_payment_attempt",
        },
    }
    _plan(shop, subscription, {"pause": {"pause_at": {"type": "now"}}, "resume": resume})
    shop.set_default(customer, shop.attach(customer, "pm_card_chargeCustomerFail"))
    sandbox.advance(10 * DAY)
    found = shop.client.v1.subscriptions.retrieve(subscription.id)
    # The credit of the pause paid for the rest of the period it came from.
    assert (found.status, found.billing_cycle_anchor) == ("active", START)


def test_what_cannot_pause_says_so(shop: Shop, sandbox: SandboxServer) -> None:
    subscription = _thirty_days(shop)
    given: Any
    for given, message in (
        ({"key": "nothing"}, "pause"),
        ({"pause": {"pause_at": _at(START - DAY)}}, "future"),
        ({"pause": {"pause_at": _at(START + DAY)}, "resume": {"resume_at": _at(START)}}, "after"),
        ({"pause": {"pause_at": {"type": "timestamp"}}}, "timestamp"),
    ):
        with pytest.raises(stripe.InvalidRequestError, match=message):
            _plan(shop, subscription, given)
    sent = shop.subscribe(shop.customer(), collection_method="send_invoice", days_until_due=9)
    with pytest.raises(stripe.InvalidRequestError, match="charge_automatically"):
        _plan(shop, sent, {"pause": {"pause_at": _at(START + DAY)}})
    entry: Any = {"pause": {"pause_at": _at(START + DAY)}}
    schedule = _plan(shop, subscription, entry)
    twice: Any = {"pause_schedules": [entry, entry]}
    with pytest.raises(stripe.InvalidRequestError, match="Only one"):
        shop.client.v1.subscription_schedules.update(schedule.id, twice)
    with pytest.raises(stripe.InvalidRequestError, match="No upcoming invoices"):
        shop.client.v1.invoices.create_preview({"subscription": subscription.id})


def test_a_subscription_that_is_over_is_not_paused(shop: Shop, sandbox: SandboxServer) -> None:
    subscription = _thirty_days(shop)
    shop.client.v1.subscriptions.update(subscription.id, {"pause_collection": {"behavior": "void"}})
    schedule = _plan(shop, subscription, {"pause": {"pause_at": _at(START + DAY)}})
    shop.client.v1.subscriptions.cancel(subscription.id)
    sandbox.advance(2 * DAY)
    assert _entry(shop, schedule).pause.status.type == "scheduled"
    assert _status(shop, subscription) == "canceled"
