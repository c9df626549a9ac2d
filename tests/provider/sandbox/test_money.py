"""One-off invoices, refunds, Checkout, customers and their catalogue."""

import httpx
import pytest
import stripe

from tests.provider.conftest import START
from tests.provider.sandbox.shop import DAY, Shop
from tests.provider.sandbox_server import SandboxServer


def _one_off(shop: Shop, customer: str, amount: int = 4200) -> stripe.Invoice:
    api = shop.client.v1
    draft = api.invoices.create({"customer": customer, "currency": "usd"})
    api.invoice_items.create(
        {"customer": customer, "invoice": draft.id, "amount": amount, "currency": "usd"}
    )
    return api.invoices.finalize_invoice(draft.id)


def test_a_one_off_invoice_is_numbered_and_paid(shop: Shop) -> None:
    customer = shop.customer()
    first, second = _one_off(shop, customer), _one_off(shop, customer)
    prefix = shop.client.v1.customers.retrieve(customer).invoice_prefix
    assert [first.number, second.number] == [f"{prefix}-0001", f"{prefix}-0002"]
    assert (first.status, first.amount_due, first.parent) == ("open", 4200, None)
    paid = shop.client.v1.invoices.pay(first.id, {"expand": ["payments"]})
    assert (paid.status, paid.amount_paid) == ("paid", 4200)
    with pytest.raises(stripe.InvalidRequestError, match="already paid"):
        shop.client.v1.invoices.pay(first.id)
    void = shop.client.v1.invoices.void_invoice(second.id)
    assert void.status == "void"
    payments = shop.client.v1.invoice_payments.list({"invoice": second.id}).data
    assert [p.status for p in payments] == ["canceled"]


def test_an_invoice_payment_leads_from_the_intent_to_the_invoice(shop: Shop) -> None:
    invoice = _one_off(shop, shop.customer())
    shop.client.v1.invoices.pay(invoice.id)
    [payment] = shop.client.v1.invoice_payments.list({"invoice": invoice.id}).data
    intent = payment.payment.payment_intent
    [back] = shop.client.v1.invoice_payments.list(
        {"payment": {"type": "payment_intent", "payment_intent": str(intent)}}
    ).data
    assert back.invoice == invoice.id
    assert back.amount_paid == 4200


def test_pending_items_join_a_draft_on_request(shop: Shop) -> None:
    customer = shop.customer()
    price = shop.price(700, interval=None)
    shop.client.v1.invoice_items.create(
        {"customer": customer, "pricing": {"price": price}, "quantity": 3}
    )
    draft = shop.client.v1.invoices.create(
        {"customer": customer, "pending_invoice_items_behavior": "include"}
    )
    assert draft.total == 2100
    pricing = draft.lines.data[0].pricing
    assert pricing is not None
    assert pricing.price_details is not None
    assert (pricing.price_details.price, pricing.price_details.product) == (price, shop.product)


def test_credit_balance_is_used_first(shop: Shop) -> None:
    customer = shop.customer()
    shop.client.v1.customers.update(customer, {"balance": -5000})
    covered = _one_off(shop, customer)
    assert (covered.status, covered.amount_due, covered.ending_balance) == ("paid", 0, -800)
    partly = _one_off(shop, customer)
    assert (partly.amount_due, partly.starting_balance, partly.ending_balance) == (3400, -800, 0)


def test_links_lead_into_the_sandbox(shop: Shop, sandbox: SandboxServer) -> None:
    invoice = _one_off(shop, shop.customer())
    shop.client.v1.invoices.pay(invoice.id)
    assert str(invoice.hosted_invoice_url).startswith(sandbox.origin + "/")
    page = httpx.get(str(invoice.hosted_invoice_url))
    assert (page.status_code, "$42.00" in page.text) == (200, True)
    charge = shop.client.v1.charges.list().data[0]
    assert "$42.00" in httpx.get(str(charge.receipt_url)).text
    assert httpx.get(str(invoice.invoice_pdf)).content.startswith(b"%PDF-")


def test_refunds_in_parts_up_to_the_whole(shop: Shop) -> None:
    api = shop.client.v1
    api.invoices.pay(_one_off(shop, shop.customer()).id)
    [charge] = api.charges.list().data
    part = api.refunds.create({"charge": charge.id, "amount": 1200, "reason": "duplicate"})
    assert (part.amount, part.status, part.reason) == (1200, "succeeded", "duplicate")
    with pytest.raises(stripe.InvalidRequestError, match=r"\$99.00.*\$30.00"):
        api.refunds.create({"charge": charge.id, "amount": 9900})
    rest = api.refunds.create({"payment_intent": str(charge.payment_intent)})
    assert rest.amount == 3000
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.refunds.create({"charge": charge.id})
    assert refused.value.code == "charge_already_refunded"
    final = api.charges.retrieve(charge.id, {"expand": ["refunds"]})
    assert (final.refunded, final.amount_refunded) == (True, 4200)
    assert final.refunds is not None
    assert [r.id for r in final.refunds.data] == [rest.id, part.id]
    assert len(api.refunds.list({"charge": charge.id}).data) == 2
    event = api.events.list({"type": "charge.refunded"}).data[0]
    assert event.data.previous_attributes["amount_refunded"] == 1200


def test_a_failed_charge_cannot_be_refunded(shop: Shop) -> None:
    customer = shop.customer("pm_card_chargeCustomerFail")
    shop.subscribe(customer)
    [charge] = shop.client.v1.charges.list({"customer": customer}).data
    with pytest.raises(stripe.InvalidRequestError, match="not successful"):
        shop.client.v1.refunds.create({"charge": charge.id})


def _session(shop: Shop, **params: object) -> stripe.checkout.Session:
    given = {
        "mode": "payment",
        "line_items": [{"price": shop.price(9900, interval=None), "quantity": 2}],
        "success_url": "https://shop.example/thanks",
        **params,
    }
    return shop.client.v1.checkout.sessions.create(given)


def test_checkout_makes_customer_payment_and_invoice(shop: Shop, sandbox: SandboxServer) -> None:
    session = _session(
        shop,
        customer_creation="always",
        customer_email="new@example.com",
        invoice_creation={"enabled": True, "invoice_data": {"metadata": {"k": "v"}}},
        payment_intent_data={"metadata": {"p": "q"}},
    )
    assert (session.status, session.amount_total) == ("open", 19800)
    assert sandbox.complete(session.id).status_code == 200
    done = shop.client.v1.checkout.sessions.retrieve(
        session.id,
        {"expand": ["line_items", "payment_intent.latest_charge", "invoice.payments", "customer"]},
    )
    assert (done.status, done.payment_status) == ("complete", "paid")
    intent, invoice = done.payment_intent, done.invoice
    assert isinstance(intent, stripe.PaymentIntent)
    assert isinstance(invoice, stripe.Invoice)
    assert (intent.status, intent.metadata["p"]) == ("succeeded", "q")
    assert (invoice.status, invoice.total, invoice.metadata["k"]) == ("paid", 19800, "v")
    assert invoice.payments.data[0].payment.payment_intent == intent.id
    assert done.customer.email == "new@example.com"
    assert done.line_items.data[0].price.product == shop.product
    lines = shop.client.v1.checkout.sessions.line_items.list(session.id).data
    assert [line.quantity for line in lines] == [2]
    assert shop.event_types()[-1] == "checkout.session.completed"


def test_checkout_as_a_guest_makes_no_customer(shop: Shop, sandbox: SandboxServer) -> None:
    session = _session(shop, customer_email="guest@example.com")
    done = sandbox.complete(session.id).json()
    assert (done["customer"], done["invoice"]) == (None, None)
    assert done["customer_details"]["email"] == "guest@example.com"
    assert sandbox.complete(session.id).status_code == 400


def test_a_declined_checkout_stays_open_until_it_expires(
    shop: Shop, sandbox: SandboxServer
) -> None:
    session = _session(shop)
    declined = sandbox.complete(session.id, "pm_card_chargeDeclined")
    assert declined.status_code == 402
    assert declined.json()["error"]["decline_code"] == "generic_decline"
    sandbox.advance(DAY)
    expired = shop.client.v1.checkout.sessions.retrieve(session.id)
    assert (expired.status, expired.url) == ("expired", None)


def test_other_modes_of_checkout_are_501(shop: Shop) -> None:
    with pytest.raises(stripe.APIError, match="mode=subscription"):
        _session(shop, mode="subscription")


def test_deleting_a_customer_ends_what_runs(shop: Shop) -> None:
    customer = shop.customer()
    subscription = shop.subscribe(customer)
    assert shop.client.v1.customers.delete(customer).deleted
    assert shop.client.v1.customers.retrieve(customer).deleted
    assert shop.client.v1.subscriptions.retrieve(subscription.id).status == "canceled"
    assert not shop.client.v1.customers.list().data
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        shop.subscribe(customer)


def test_prices_can_be_retired(shop: Shop) -> None:
    price = shop.price()
    shop.client.v1.prices.update(price, {"active": False, "nickname": "Old"})
    with pytest.raises(stripe.InvalidRequestError, match="inactive"):
        shop.subscribe(shop.customer(), price)
    with pytest.raises(stripe.InvalidRequestError, match="type=one_time"):
        shop.subscribe(shop.customer(), shop.price(interval=None))
    [event] = shop.client.v1.events.list({"type": "price.updated"}).data
    assert event.created == START
    assert event.data.previous_attributes["active"] is True


def test_the_account(client: stripe.StripeClient) -> None:
    account = client.v1.accounts.retrieve_current()
    assert (account.country, account.charges_enabled) == ("US", True)
