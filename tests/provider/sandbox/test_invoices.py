"""Invoices from draft to the end: the draft hour, retries by setting, and what the API does."""

from typing import Any

import pytest
import stripe

from tests.provider.conftest import START
from tests.provider.sandbox.shop import DAY, Shop
from tests.provider.sandbox_server import SandboxServer

HOUR = 3600
RENEWAL = START + 29 * DAY


def _settings(sandbox: SandboxServer, **given: Any) -> None:
    answer = sandbox.raw("POST", "/_sandbox/settings", json=given)
    assert answer.status_code == 200, answer.text


def _status(shop: Shop, subscription: Any) -> str:
    return shop.client.v1.subscriptions.retrieve(subscription.id).status


def _one_off(shop: Shop, customer: str, **given: Any) -> stripe.Invoice:
    draft = shop.client.v1.invoices.create({"customer": customer, "currency": "usd", **given})  # type: ignore[typeddict-item]
    shop.client.v1.invoice_items.create(
        {"customer": customer, "invoice": draft.id, "amount": 4200, "currency": "usd"}
    )
    return draft


@pytest.fixture
def failing(shop: Shop, sandbox: SandboxServer) -> Any:
    """A subscription whose card fails from the first renewal on."""
    customer = shop.customer()
    made = shop.subscribe(customer)
    shop.set_default(customer, shop.attach(customer, "pm_card_chargeCustomerFail"))
    return made


def test_a_renewal_is_a_draft_for_an_hour_when_the_account_says_so(
    shop: Shop, sandbox: SandboxServer
) -> None:
    _settings(sandbox, draft_seconds=HOUR)
    subscription = shop.subscribe(shop.customer())
    assert shop.invoices(subscription.id)[0].status == "paid"
    sandbox.advance_to(RENEWAL)
    draft = shop.invoices(subscription.id)[-1]
    assert (draft.status, draft.automatically_finalizes_at) == ("draft", RENEWAL + HOUR)
    # What is added in that hour is charged with it.
    shop.client.v1.invoice_items.create(
        {"customer": str(draft.customer), "invoice": draft.id, "amount": 500, "currency": "usd"}
    )
    sandbox.advance(HOUR)
    paid = shop.client.v1.invoices.retrieve(draft.id)
    assert (paid.status, paid.amount_paid, paid.automatically_finalizes_at) == ("paid", 3400, None)
    assert paid.status_transitions.finalized_at == RENEWAL + HOUR
    assert shop.period(subscription.id) == ("2024-02-29", "2024-03-31")


def test_a_draft_of_an_ended_subscription_stays_a_draft(shop: Shop, sandbox: SandboxServer) -> None:
    _settings(sandbox, draft_seconds=HOUR)
    subscription = shop.subscribe(shop.customer())
    sandbox.advance_to(RENEWAL)
    shop.client.v1.subscriptions.cancel(subscription.id)
    sandbox.advance(DAY)
    left = shop.invoices(subscription.id)[-1]
    assert (left.status, left.auto_advance) == ("draft", False)


def test_a_draft_paid_by_hand_settles_its_subscription(shop: Shop, sandbox: SandboxServer) -> None:
    _settings(sandbox, draft_seconds=HOUR)
    subscription = shop.subscribe(shop.customer())
    sandbox.advance_to(RENEWAL)
    draft = shop.invoices(subscription.id)[-1]
    assert shop.client.v1.invoices.pay(draft.id).status == "paid"
    sandbox.advance(HOUR)
    assert shop.client.v1.invoices.retrieve(draft.id).attempt_count == 1


def test_retry_days_and_what_follows_are_settings(
    shop: Shop, sandbox: SandboxServer, failing: Any
) -> None:
    _settings(sandbox, retry_days=[2, 4], after_retries="unpaid")
    sandbox.advance_to(RENEWAL + 4 * DAY)
    late = shop.invoices(failing.id)[-1]
    assert (late.status, late.attempt_count, late.next_payment_attempt) == ("open", 3, None)
    assert _status(shop, failing) == "unpaid"
    # An unpaid subscription goes on making invoices, and charges none of them.
    sandbox.advance(31 * DAY)
    kept = shop.invoices(failing.id)[-1]
    assert (kept.status, kept.auto_advance) == ("draft", False)
    visa = shop.attach(failing.customer, "pm_card_visa")
    shop.client.v1.invoices.pay(late.id, {"payment_method": visa})
    assert _status(shop, failing) == "active"


def test_a_late_subscription_can_stay_late(
    shop: Shop, sandbox: SandboxServer, failing: Any
) -> None:
    _settings(sandbox, after_retries="past_due")
    sandbox.advance_to(RENEWAL + 60 * DAY)
    assert _status(shop, failing) == "past_due"
    assert [i.status for i in shop.invoices(failing.id)] == ["paid", "open", "open"]


@pytest.mark.parametrize("close", ["void_invoice", "mark_uncollectible"])
def test_closing_what_is_owed_makes_a_late_subscription_active(
    shop: Shop, sandbox: SandboxServer, failing: Any, close: str
) -> None:
    sandbox.advance_to(RENEWAL)
    late = shop.invoices(failing.id)[-1]
    assert _status(shop, failing) == "past_due"
    closed = getattr(shop.client.v1.invoices, close)(late.id)
    assert closed.status == {"void_invoice": "void"}.get(close, "uncollectible")
    assert closed.next_payment_attempt is None
    assert _status(shop, failing) == "active"
    sandbox.advance(8 * DAY)
    assert shop.client.v1.invoices.retrieve(late.id).attempt_count == 1


def test_an_uncollectible_invoice_can_still_be_paid(
    shop: Shop, sandbox: SandboxServer, failing: Any
) -> None:
    sandbox.advance_to(RENEWAL)
    late = shop.invoices(failing.id)[-1]
    api = shop.client.v1.invoices
    api.mark_uncollectible(late.id)
    with pytest.raises(stripe.InvalidRequestError, match="isn't open"):
        api.mark_uncollectible(late.id)
    visa = shop.attach(failing.customer, "pm_card_visa")
    assert api.pay(late.id, {"payment_method": visa}).status == "paid"
    with pytest.raises(stripe.InvalidRequestError, match="isn't open or uncollectible"):
        api.void_invoice(late.id)


def test_what_a_bank_was_asked_for_is_not_voided(shop: Shop, sandbox: SandboxServer) -> None:
    """Nor by the end of its subscription: the money may still arrive."""
    customer = shop.customer()
    subscription = shop.subscribe(customer)
    shop.set_default(customer, shop.attach(customer, "pm_sepaDebit_successDelayed_de"))
    sandbox.advance_to(RENEWAL + 60)
    asked = shop.invoices(subscription.id)[-1]
    with pytest.raises(stripe.InvalidRequestError, match="processing"):
        shop.client.v1.invoices.void_invoice(asked.id)
    shop.client.v1.subscriptions.cancel(subscription.id)
    assert shop.client.v1.invoices.retrieve(asked.id).status == "open"
    sandbox.advance(180)
    assert shop.client.v1.invoices.retrieve(asked.id).status == "paid"
    assert _status(shop, subscription) == "canceled"


def test_voiding_the_first_invoice_ends_what_never_began(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer("pm_card_chargeCustomerFail"))
    assert subscription.status == "incomplete"
    shop.client.v1.invoices.void_invoice(subscription.latest_invoice)
    assert _status(shop, subscription) == "incomplete_expired"


def test_a_voided_invoice_gives_the_balance_back(shop: Shop) -> None:
    customer = shop.customer()
    shop.client.v1.customers.update(customer, {"balance": -1000})
    invoice = shop.client.v1.invoices.finalize_invoice(_one_off(shop, customer).id)
    assert (invoice.amount_due, invoice.ending_balance) == (3200, 0)
    shop.client.v1.invoices.void_invoice(invoice.id)
    assert shop.client.v1.customers.retrieve(customer).balance == -1000
    moved = shop.client.v1.customers.balance_transactions.list(customer).data
    assert [(m.amount, m.type, m.ending_balance) for m in moved] == [
        (-1000, "unapplied_from_invoice", -1000),
        (1000, "applied_to_invoice", 0),
        (-1000, "adjustment", -1000),
    ]


def test_the_balance_is_adjusted_in_the_customers_currency(shop: Shop) -> None:
    customer = shop.customer()
    shop.subscribe(customer)
    create = shop.client.v1.customers.balance_transactions.create
    made = create(customer, {"amount": -700, "currency": "usd", "description": "Sorry"})
    assert (made.ending_balance, made.description) == (-700, "Sorry")
    found = shop.client.v1.customers.balance_transactions.retrieve(customer, made.id)
    assert found.amount == -700
    with pytest.raises(stripe.InvalidRequestError) as wrong:
        create(customer, {"amount": -700, "currency": "eur"})
    assert wrong.value.param == "currency"
    with pytest.raises(stripe.InvalidRequestError) as missing:
        create(customer, {"currency": "usd"})  # type: ignore[typeddict-item]
    assert (missing.value.code, missing.value.param) == ("parameter_missing", "amount")


def test_one_off_invoices_advance_by_themselves_when_told(
    shop: Shop, sandbox: SandboxServer
) -> None:
    draft = _one_off(shop, shop.customer(), auto_advance=True)
    assert draft.automatically_finalizes_at == START + HOUR
    by_hand = shop.client.v1.invoices.finalize_invoice(
        _one_off(shop, shop.customer()).id, {"auto_advance": True}
    )
    assert (by_hand.status, by_hand.next_payment_attempt) == ("open", START + HOUR)
    sandbox.advance(HOUR)
    for invoice in (draft, by_hand):
        assert shop.client.v1.invoices.retrieve(invoice.id).status == "paid"


def test_a_failed_one_off_invoice_is_retried_and_then_left(
    shop: Shop, sandbox: SandboxServer
) -> None:
    draft = _one_off(shop, shop.customer("pm_card_chargeCustomerFail"), auto_advance=True)
    sandbox.advance(30 * DAY)
    left = shop.client.v1.invoices.retrieve(draft.id)
    assert (left.status, left.attempt_count, left.next_payment_attempt) == ("open", 5, None)


def test_sending_and_deleting(shop: Shop) -> None:
    customer = shop.customer()
    api = shop.client.v1.invoices
    bill = _one_off(shop, customer, collection_method="send_invoice", days_until_due=30)
    sent = api.send_invoice(bill.id)
    assert (sent.status, sent.due_date) == ("open", START + 30 * DAY)
    assert shop.event_types()[-1] == "invoice.sent"
    with pytest.raises(stripe.InvalidRequestError, match="collection method"):
        api.send_invoice(_one_off(shop, customer).id)
    with pytest.raises(stripe.InvalidRequestError, match="only delete draft"):
        api.delete(sent.id)
    assert api.delete(_one_off(shop, customer).id).deleted
    assert len(shop.client.v1.invoice_items.list({"pending": True}).data) == 1


def test_settings_are_checked(sandbox: SandboxServer, shop: Shop) -> None:
    assert sandbox.raw("GET", "/_sandbox/settings").json() == {
        "draft_seconds": 0,
        "retry_days": [1, 3, 5, 7],
        "after_retries": "cancel",
    }
    for wrong in ({"draft_seconds": -1}, {"after_retries": "forgive"}, {"retries": [1]}):
        assert sandbox.raw("POST", "/_sandbox/settings", json=wrong).status_code == 400
    foreign = sandbox.raw("POST", "/_sandbox/settings", headers={"Authorization": "Bearer x"})
    assert foreign.status_code == 401
