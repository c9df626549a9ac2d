"""A change of plan, quantity, interval or anchor, and the proration of each. 30 days at $30."""

from typing import Any

import pytest
import stripe

from tests.provider.conftest import START
from tests.provider.sandbox.shop import DAY, Shop, day
from tests.provider.sandbox_server import SandboxServer


@pytest.fixture
def subscription(shop: Shop, sandbox: SandboxServer) -> Any:
    """$30 for 30 days, ten of which are over."""
    made = shop.subscribe(shop.customer(), _price(shop, 3000))
    sandbox.advance(10 * DAY)
    return made


def _price(shop: Shop, amount: int) -> str:
    return shop.price(amount, interval="day", interval_count=30)


def _swap(subscription: Any, price: str, **given: Any) -> dict[str, Any]:
    item = subscription["items"].data[0].id
    return {"items": [{"id": item, "price": price}], **given}


def _change(shop: Shop, subscription: Any, **given: Any) -> Any:
    return shop.client.v1.subscriptions.update(subscription.id, given)  # type: ignore[arg-type]


def _preview(shop: Shop, subscription: Any, **details: Any) -> Any:
    params = {"subscription": subscription.id, "subscription_details": details}
    return shop.client.v1.invoices.create_preview(params)  # type: ignore[arg-type]


def _same(preview: Any, invoice: Any) -> bool:
    def figures(found: Any) -> tuple[Any, ...]:
        lines = [(line.amount, line.description, line.period.start) for line in found.lines.data]
        totals = (found.subtotal, found.total, found.starting_balance, found.ending_balance)
        return lines, totals, found.amount_due, found.billing_reason

    return figures(preview) == figures(invoice)


def test_prorations_wait_for_the_renewal(
    shop: Shop, sandbox: SandboxServer, subscription: Any
) -> None:
    change = _swap(subscription, _price(shop, 6000))
    preview = _preview(shop, subscription, **change)
    changed = _change(shop, subscription, **change)
    assert changed["items"].data[0].price.unit_amount == 6000
    assert changed["items"].data[0].current_period_end == START + 30 * DAY
    pending = shop.client.v1.invoice_items.list({"pending": True}).data
    assert [(i.amount, i.proration, i.description) for i in pending] == [
        (4000, True, "Remaining time on Room after 10 Feb 2024"),
        (-2000, True, "Unused time on Room after 10 Feb 2024"),
    ]
    assert len(shop.invoices(subscription.id)) == 1
    sandbox.advance(20 * DAY)
    renewed = shop.invoices(subscription.id)[-1]
    assert (renewed.total, renewed.amount_paid, renewed.status) == (8000, 8000, "paid")
    assert _same(preview, renewed)


def test_always_invoice_charges_the_difference_now(shop: Shop, subscription: Any) -> None:
    change = _swap(subscription, _price(shop, 6000), proration_behavior="always_invoice")
    preview = _preview(shop, subscription, **change)
    assert (preview.status, preview.id[:9], preview.amount_due) == ("draft", "upcoming_", 2000)
    changed = _change(shop, subscription, **change)
    charged = shop.invoices(subscription.id)[-1]
    assert (charged.amount_paid, charged.billing_reason) == (2000, "subscription_update")
    assert changed.latest_invoice == charged.id
    assert _same(preview, charged)
    details = charged.lines.data[0].parent.invoice_item_details
    assert (details.proration, details.subscription) == (True, subscription.id)


def test_a_downgrade_becomes_credit_that_the_renewal_uses(
    shop: Shop, sandbox: SandboxServer, subscription: Any
) -> None:
    change = _swap(subscription, _price(shop, 900), proration_behavior="always_invoice")
    _change(shop, subscription, **change)
    credited = shop.invoices(subscription.id)[-1]
    # 20 of 30 days: 600 for the new plan less 2000 for the old one.
    assert (credited.total, credited.amount_due, credited.status) == (-1400, 0, "paid")
    assert shop.client.v1.customers.retrieve(subscription.customer).balance == -1400
    preview = _preview(shop, subscription)
    assert (preview.total, preview.amount_due, preview.ending_balance) == (900, 0, -500)
    sandbox.advance(20 * DAY)
    assert _same(preview, shop.invoices(subscription.id)[-1])
    assert shop.client.v1.customers.retrieve(subscription.customer).balance == -500


def test_none_changes_the_price_of_the_renewal_only(
    shop: Shop, sandbox: SandboxServer, subscription: Any
) -> None:
    _change(
        shop, subscription, **_swap(subscription, _price(shop, 6000), proration_behavior="none")
    )
    assert not shop.client.v1.invoice_items.list({"pending": True}).data
    sandbox.advance(20 * DAY)
    assert [i.amount_paid for i in shop.invoices(subscription.id)] == [3000, 6000]


def test_a_proration_date_fixes_what_was_previewed(
    shop: Shop, sandbox: SandboxServer, subscription: Any
) -> None:
    change = _swap(
        subscription,
        _price(shop, 6000),
        proration_behavior="always_invoice",
        proration_date=sandbox.now(),
    )
    preview = _preview(shop, subscription, **change)
    sandbox.advance(3 * DAY)
    _change(shop, subscription, **change)
    assert shop.invoices(subscription.id)[-1].amount_due == preview.amount_due == 2000
    with pytest.raises(stripe.InvalidRequestError) as outside:
        _change(shop, subscription, **{**change, "proration_date": START - 1})
    assert outside.value.param == "proration_date"


def test_quantity_is_prorated_like_a_plan(shop: Shop, subscription: Any) -> None:
    item = subscription["items"].data[0].id
    given: dict[str, Any] = {"items": [{"id": item, "quantity": 4}]}
    preview = _preview(shop, subscription, **given, proration_behavior="always_invoice")
    changed = _change(shop, subscription, **given, proration_behavior="always_invoice")
    assert changed["items"].data[0].quantity == 4
    charged = shop.invoices(subscription.id)[-1]
    assert charged.amount_paid == 6000
    assert charged.lines.data[1].description == "Remaining time on 4 × Room after 10 Feb 2024"
    assert _same(preview, charged)


@pytest.mark.parametrize("behavior", ["create_prorations", "always_invoice", "none"])
def test_another_interval_restarts_the_period_and_charges_at_once(
    shop: Shop, sandbox: SandboxServer, subscription: Any, behavior: str
) -> None:
    change = _swap(subscription, shop.price(30000, interval="year"), proration_behavior=behavior)
    preview = _preview(shop, subscription, **change)
    changed = _change(shop, subscription, **change)
    assert changed.billing_cycle_anchor == sandbox.now()
    assert shop.period(subscription.id) == ("2024-02-10", "2025-02-10")
    charged = shop.invoices(subscription.id)[-1]
    assert charged.amount_paid == (30000 if behavior == "none" else 28000)
    assert _same(preview, charged)
    sandbox.advance(366 * DAY)
    assert shop.invoices(subscription.id)[-1].total == 30000


def test_the_anchor_can_be_moved_to_now(shop: Shop, subscription: Any) -> None:
    preview = _preview(shop, subscription, billing_cycle_anchor={"type": "now"})
    changed = _change(shop, subscription, billing_cycle_anchor={"type": "now"})
    assert day(changed["items"].data[0].current_period_end) == "2024-03-11"
    charged = shop.invoices(subscription.id)[-1]
    assert (charged.amount_paid, _same(preview, charged)) == (1000, True)


def test_credits_never_exceed_what_was_billed(
    shop: Shop, sandbox: SandboxServer, subscription: Any
) -> None:
    for amount in (6000, 500, 9900, 3000):
        now = shop.client.v1.subscriptions.retrieve(subscription.id)
        change = _swap(now, _price(shop, amount), proration_behavior="always_invoice")
        _change(shop, subscription, **change)
        sandbox.advance(DAY)
    # Ten days and the last seventeen of the first plan, a day of each other, to the cent.
    paid = sum(i.total for i in shop.invoices(subscription.id))
    assert paid == round(2700 + (6000 + 500 + 9900) / 30)


def test_a_trial_changes_its_plan_for_nothing(shop: Shop, sandbox: SandboxServer) -> None:
    trial = shop.subscribe(shop.customer(), trial_period_days=14)
    change = _swap(trial, shop.price(9900), proration_behavior="always_invoice")
    assert _preview(shop, trial, **change).amount_due == 9900
    _change(shop, trial, **change)
    assert [i.total for i in shop.invoices(trial.id)] == [0]
    sandbox.advance(14 * DAY)
    assert [i.amount_paid for i in shop.invoices(trial.id)] == [0, 9900]


def test_items_come_and_go_with_their_share(shop: Shop, subscription: Any) -> None:
    added = _change(
        shop,
        subscription,
        items=[{"price": _price(shop, 300), "metadata": {"addon": "1"}}],
        proration_behavior="always_invoice",
    )
    assert len(added["items"].data) == 2
    assert shop.invoices(subscription.id)[-1].amount_paid == 200
    extra = added["items"].data[1].id
    gone = _change(
        shop,
        subscription,
        items=[{"id": extra, "deleted": True}],
        proration_behavior="always_invoice",
    )
    assert len(gone["items"].data) == 1
    assert shop.invoices(subscription.id)[-1].total == -200


def test_a_declined_change_is_late_or_undone(shop: Shop, subscription: Any) -> None:
    customer = subscription.customer
    shop.set_default(customer, shop.attach(customer, "pm_card_chargeCustomerFail"))
    change = _swap(subscription, _price(shop, 6000), proration_behavior="always_invoice")
    with pytest.raises(stripe.CardError):
        _change(shop, subscription, **change, payment_behavior="error_if_incomplete")
    same = shop.client.v1.subscriptions.retrieve(subscription.id)
    assert (same.status, same["items"].data[0].price.unit_amount) == ("active", 3000)
    assert len(shop.invoices(subscription.id)) == 1
    assert _change(shop, subscription, **change).status == "past_due"
    assert shop.invoices(subscription.id)[-1].status == "open"


def test_previews_of_beginnings_and_ends(
    shop: Shop, sandbox: SandboxServer, subscription: Any
) -> None:
    create = shop.client.v1.invoices.create_preview
    customer = shop.customer()
    price = _price(shop, 4500)
    new = create({"customer": customer, "subscription_details": {"items": [{"price": price}]}})
    assert (new.amount_due, new.billing_reason) == (4500, "subscription_create")
    assert not shop.client.v1.subscriptions.list({"customer": customer}).data
    assert _preview(shop, subscription, cancel_now=True).total == -2000
    with pytest.raises(stripe.InvalidRequestError) as nothing:
        _preview(shop, subscription, cancel_at_period_end=True)
    assert (nothing.value.http_status, nothing.value.code) == (404, "invoice_upcoming_none")
    assert len(shop.invoices(subscription.id)) == 1
    assert sandbox.now() == START + 10 * DAY


def test_what_does_not_fit_is_refused(shop: Shop, subscription: Any) -> None:
    item = subscription["items"].data[0].id

    def refused(**given: Any) -> tuple[str | None, str | None]:
        with pytest.raises(stripe.InvalidRequestError) as error:
            _change(shop, subscription, **given)
        return error.value.param, error.value.code

    price = _price(shop, 100)
    assert refused(items=[{"id": "si_none", "price": price}]) == (
        "items[0][id]",
        "resource_missing",
    )
    assert refused(items=[{"id": item, "price": "price_no"}])[1] == "resource_missing"
    assert refused(items=[{"quantity": 2}]) == ("items[0][price]", "parameter_missing")
    assert refused(items=[{"id": item, "qantity": 2}]) == (
        "items[0][qantity]",
        "parameter_unknown",
    )
    assert refused(items=[{"id": item, "quantity": -1}])[1] == "parameter_invalid_integer"
    assert refused(items=[{"id": item, "deleted": True}])[0] == "items"
    assert refused(items=[{"id": item, "price": shop.price(100, "eur")}])[0] == "items"
    assert refused(proration_behaviour="none") == ("proration_behaviour", "parameter_unknown")
    assert refused(proration_behavior="sometimes")[0] == "proration_behavior"
