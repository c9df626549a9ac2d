"""Objects one by one, and the first page of every listing.

Lists are of things without a test clock, which Stripe leaves out of lists of the whole account.
"""

from __future__ import annotations

from portal_app.kit.money import Money
from tests.contract.registry import Case, example, first
from tests.contract.scene import Scene


@example("product")
def product(scene: Scene) -> Case:
    made = scene.product()
    return Case(lambda w, _key: w.product(made), lambda facts: facts.name == "Room")


@example("products")
def products(scene: Scene) -> Case:
    made = scene.product()
    return Case(lambda w, _key: first(w.products()), lambda ids: made in ids)


@example("price")
def price(scene: Scene) -> Case:
    made = scene.price()
    return Case(lambda w, _key: w.price(made), lambda facts: facts.amount == Money(2900, "USD"))


@example("prices")
def prices(scene: Scene) -> Case:
    made = scene.price()
    return Case(lambda w, _key: first(w.prices()), lambda ids: made in ids)


@example("customer")
def customer(scene: Scene) -> Case:
    made = scene.customer()
    return Case(lambda w, _key: w.customer(made), lambda facts: facts.name == "Ada")


@example("customers")
def customers(scene: Scene) -> Case:
    made = scene.customer(clocked=False)
    return Case(lambda w, _key: first(w.customers()), lambda ids: made in ids)


@example("payment_method")
def method(scene: Scene) -> Case:
    made = scene.attach(scene.customer())
    return Case(lambda w, _key: w.payment_method(made), lambda facts: facts.brand == "mastercard")


@example("payment_methods")
def methods(scene: Scene) -> Case:
    owner = scene.customer()
    made = scene.attach(owner)
    return Case(
        lambda w, _key: first(w.payment_methods(owner)),
        lambda ids: made in ids and len(ids) == 2,
    )


@example("subscription")
def subscription(scene: Scene) -> Case:
    made = scene.subscribe().id
    return Case(
        lambda w, _key: w.subscription(made),
        lambda facts: facts.status == "active" and facts.plan.price.amount == Money(2900, "USD"),
    )


@example("subscriptions")
def subscriptions(scene: Scene) -> Case:
    made = scene.subscribe(scene.customer(clocked=False)).id
    return Case(lambda w, _key: first(w.subscriptions()), lambda ids: made in ids)


@example("checkout")
def checkout(scene: Scene) -> Case:
    made = scene.shop_page()
    return Case(
        lambda w, _key: w.checkout(made),
        lambda facts: (facts.one_time, facts.complete, len(facts.lines)) == (True, False, 1),
    )


@example("checkouts")
def checkouts(scene: Scene) -> Case:
    made = scene.shop_page()  # only a browser can complete it
    return Case(lambda w, _key: first(w.checkouts()), lambda ids: made not in ids)


@example("payment")
def payment(scene: Scene) -> Case:
    made = scene.payment()
    return Case(
        lambda w, _key: w.payment(made),
        lambda facts: (facts.amount, facts.method_last4) == (Money(2900, "USD"), "4242"),
    )


@example("payments")
def payments(scene: Scene) -> Case:
    made = scene.payment(scene.customer(clocked=False))
    return Case(lambda w, _key: first(w.payments()), lambda ids: made in ids)


@example("invoice")
def invoice(scene: Scene) -> Case:
    made = scene.invoice()
    return Case(
        lambda w, _key: w.invoice(made),
        lambda facts: (facts.status, facts.amount_due) == ("open", Money(900, "USD")),
    )


@example("invoices")
def invoices(scene: Scene) -> Case:
    made = scene.invoice(scene.customer(clocked=False))
    return Case(lambda w, _key: first(w.invoices()), lambda ids: made in ids)


@example("invoice_pdf_address")
def invoice_pdf_address(scene: Scene) -> Case:
    """A fresh link each time, of which no more is promised than that a browser can follow it."""
    made = scene.invoice()
    return Case(
        lambda w, _key: w.invoice_pdf_address(made),
        lambda address: address.startswith(("https://", "http://")),
        repeats=False,
    )


@example("refund")
def refund(scene: Scene) -> Case:
    made = scene.refund().id
    return Case(lambda w, _key: w.refund(made), lambda facts: facts.amount == Money(2900, "USD"))


@example("refunds")
def refunds(scene: Scene) -> Case:
    made = scene.refund(scene.customer(clocked=False)).id
    return Case(lambda w, _key: first(w.refunds()), lambda ids: made in ids)


@example("open_invoices")
def open_invoices(scene: Scene) -> Case:
    made = scene.invoice(scene.customer(clocked=False))
    return Case(lambda w, _key: first(w.open_invoices()), lambda ids: made in ids)


@example("events")
def events(scene: Scene) -> Case:
    scene.customer(clocked=False)
    return Case(lambda w, _key: first(w.events()), lambda ids: ids[0].startswith("evt_"))


@example("newest_event")
def newest_event(scene: Scene) -> Case:
    scene.customer(clocked=False)
    return Case(lambda w, _key: w.newest_event(), lambda event: event.id.startswith("evt_"))


@example("dispute")
def dispute(scene: Scene) -> Case:
    made = scene.dispute()
    return Case(lambda w, _key: w.dispute(made), lambda facts: facts.status == "needs_response")


@example("disputes")
def disputes(scene: Scene) -> Case:
    made = scene.dispute()
    return Case(lambda w, _key: first(w.disputes()), lambda ids: made in ids)
