"""Invoices, refunds, promotion codes, and what is found by its mark."""

from __future__ import annotations

from datetime import UTC, datetime

from portal_app.kit.money import Money
from tests.contract.examples.subscriptions import change_of
from tests.contract.registry import Case, example
from tests.contract.scene import Scene


@example("pay_invoice")
def pay(scene: Scene) -> Case:
    invoice = scene.invoice()
    return Case(
        lambda w, key: w.pay_invoice(invoice, method_id=None, key=key),
        lambda facts: (facts.status, facts.amount_paid) == ("paid", Money(900, "USD")),
    )


@example("pay_invoice", "with another card")
def pay_with(scene: Scene) -> Case:
    customer = scene.customer("pm_card_chargeCustomerFail")
    invoice, method = scene.invoice(customer), scene.attach(customer)
    return Case(
        lambda w, key: w.pay_invoice(invoice, method_id=method, key=key),
        lambda facts: facts.status == "paid" and len(facts.payment_ids) == 1,
    )


@example("confirmation_secret")
def secret(scene: Scene) -> Case:
    invoice = scene.invoice()
    return Case(
        lambda w, _key: w.confirmation_secret(invoice),
        lambda secret: secret.startswith("pi_") and "_secret_" in secret,
    )


@example("finalize_invoice")
def finalize(scene: Scene) -> Case:
    invoice = scene.invoice(finalized=False)
    return Case(
        lambda w, key: w.finalize_invoice(invoice, key=key),
        lambda facts: facts.status == "open" and facts.number,
    )


@example("void_invoice")
def void(scene: Scene) -> Case:
    invoice = scene.invoice()
    return Case(
        lambda w, key: w.void_invoice(invoice, key=key), lambda facts: facts.status == "void"
    )


@example("invoices_since")
def since(scene: Scene) -> Case:
    subscription = scene.subscribe().id
    return Case(
        lambda w, _key: w.invoices_since(subscription, datetime(2020, 1, 1, tzinfo=UTC)),
        lambda found: len(found) == 1 and found[0].startswith("in_"),
    )


@example("leave_to_customer")
def leave(scene: Scene) -> Case:
    invoice = scene.invoice()
    return Case(
        lambda w, key: w.leave_to_customer(invoice, key=key),
        lambda facts: facts.status == "open" and facts.next_attempt_at is None,
    )


@example("mark_uncollectible")
def uncollectible(scene: Scene) -> Case:
    invoice = scene.invoice()
    return Case(
        lambda w, key: w.mark_uncollectible(invoice, key=key),
        lambda facts: facts.status == "uncollectible",
    )


@example("preview_renewal")
def preview_renewal(scene: Scene) -> Case:
    sub = scene.subscribe().id
    return Case(
        lambda w, _key: w.preview_renewal(sub),
        lambda facts: (facts.total, facts.subscription_id) == (Money(2900, "USD"), sub),
    )


@example("preview_change")
def preview_change(scene: Scene) -> Case:
    sub = scene.subscribe()
    change = change_of(scene, sub)
    return Case(
        lambda w, _key: w.preview_change(sub.id, change),
        lambda facts: (
            facts.total == Money(3000, "USD") and any(one.proration for one in facts.lines)
        ),
    )


@example("preview_resume")
def preview_resume(scene: Scene) -> Case:
    sub = scene.paused()
    return Case(
        lambda w, _key: w.preview_resume(sub), lambda facts: facts.total == Money(2900, "USD")
    )


@example("delete_pending_items")
def delete_pending(scene: Scene) -> Case:
    customer = scene.customer()
    sub = scene.subscribe(customer)
    items = [{"id": sub["items"].data[0].id, "quantity": 2}]
    changed = {"items": items, "proration_behavior": "create_prorations"}
    scene.v1.subscriptions.update(sub.id, changed)  # type: ignore[arg-type]
    other = {"customer": customer, "amount": 100, "currency": "usd"}
    kept = scene.v1.invoice_items.create(other).id  # type: ignore[arg-type]

    def only_the_other_waits(deleted: int) -> bool:
        waiting = scene.v1.invoice_items.list({"customer": customer, "pending": True})
        return deleted > 0 and [item.id for item in waiting.data] == [kept]

    return Case(
        lambda w, key: w.delete_pending_items(customer, sub.id, key=key),
        only_the_other_waits,
        repeats=False,
    )


@example("create_refund")
def refund_all(scene: Scene) -> Case:
    payment = scene.payment()
    return Case(
        lambda w, key: w.create_refund(
            payment, amount=None, metadata={"portal_intent": scene.mark}, key=key
        ),
        lambda facts: (facts.payment_id, facts.amount) == (payment, Money(2900, "USD")),
        needs=frozenset({"payment_intent"}),
    )


@example("create_refund", "in part")
def refund_part(scene: Scene) -> Case:
    payment = scene.payment()
    return Case(
        lambda w, key: w.create_refund(payment, amount=Money(500, "USD"), metadata={}, key=key),
        lambda facts: facts.amount == Money(500, "USD"),
        needs=frozenset({"payment_intent"}),
    )


@example("coupon")
def coupon(scene: Scene) -> Case:
    made = scene.coupon()
    return Case(lambda w, _key: w.coupon(made), lambda facts: facts.id == made and facts.valid)


@example("find_promotion")
def find_promotion(scene: Scene) -> Case:
    promotion = scene.promotion()
    return Case(
        lambda w, _key: w.find_promotion(promotion.code),
        lambda facts: (facts.id, facts.active) == (promotion.id, True),
    )


@example("find_customer")
def find_customer(scene: Scene) -> Case:
    customer = scene.customer(card="", clocked=False)
    return Case(
        lambda w, _key: w.find_customer(f"{scene.mark}@example.com", scene.mark),
        lambda facts: facts.id == customer,
    )


@example("find_setup_intent")
def find_setup(scene: Scene) -> Case:
    customer = scene.customer(card="")
    given = {"customer": customer, "metadata": {"portal_intent": scene.mark}}
    made = scene.v1.setup_intents.create(given).id  # type: ignore[arg-type]
    scene.v1.setup_intents.create({"customer": customer})
    return Case(
        lambda w, _key: w.find_setup_intent(customer, scene.mark),
        lambda facts: facts.id == made,
    )


@example("find_refund")
def find_refund(scene: Scene) -> Case:
    made = scene.refund()
    return Case(
        lambda w, _key: w.find_refund(str(made.payment_intent), scene.mark),
        lambda facts: facts.id == made.id,
    )
