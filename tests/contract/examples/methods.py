"""Customers, payment methods, setup intents, tax ids."""

from __future__ import annotations

from typing import Any

from tests.contract.registry import Case, example
from tests.contract.scene import Scene


@example("create_customer")
def create_customer(scene: Scene) -> Case:
    mail = f"new-{scene.mark}@example.com"
    return Case(
        lambda w, key: w.create_customer(
            email=mail, name="Ben", metadata={"portal_intent": scene.mark}, key=key
        ),
        lambda facts: facts.email == mail and facts.name == "Ben",
    )


@example("update_customer")
def update_customer(scene: Scene) -> Case:
    customer = scene.customer(card="")
    details = {
        "name": "Ada Lovelace",
        "phone": "+44 20 7946 0018",
        "preferred_locales": ["de"],
        "address": {"line1": "1 St James’s Square", "city": "London", "country": "GB"},
        "metadata": {"portal_person": "per_1"},
    }
    return Case(
        lambda w, key: w.update_customer(customer, details, key=key),
        lambda facts: facts.id == customer and facts.name == "Ada Lovelace",
    )


@example("set_default_payment_method")
def set_default(scene: Scene) -> Case:
    customer = scene.customer()
    method = scene.attach(customer)
    return Case(
        lambda w, key: w.set_default_payment_method(customer, method, key=key),
        lambda facts: facts.default_payment_method_id == method,
    )


@example("attach_payment_method")
def attach(scene: Scene) -> Case:
    customer = scene.customer(card="")
    return Case(
        lambda w, key: w.attach_payment_method("pm_card_visa", customer, key=key),
        lambda facts: (facts.customer_id, facts.last4) == (customer, "4242"),
        needs=frozenset({"customer"}),
    )


@example("detach_payment_method")
def detach(scene: Scene) -> Case:
    method = scene.attach(scene.customer())
    return Case(
        lambda w, key: w.detach_payment_method(method, key=key),
        lambda facts: (facts.id, facts.customer_id) == (method, None),
    )


@example("update_payment_method")
def update_method(scene: Scene) -> Case:
    method = scene.attach(scene.customer())
    details = {
        "billing_details": {"name": "Ada", "address": {"postal_code": "10115", "country": "DE"}},
        "card": {"exp_month": 11, "exp_year": 2039},
        "metadata": {"portal_intent": scene.mark},
    }
    return Case(
        lambda w, key: w.update_payment_method(method, details, key=key),
        lambda facts: (facts.exp_month, facts.exp_year) == (11, 2039),
    )


@example("create_setup_intent")
def create_setup(scene: Scene) -> Case:
    customer = scene.customer(card="")
    return Case(
        lambda w, key: w.create_setup_intent(
            customer, metadata={"portal_intent": scene.mark}, key=key
        ),
        lambda facts: (
            (facts.customer_id, facts.status) == (customer, "requires_payment_method")
            and facts.client_secret.startswith(facts.id)
        ),
    )


@example("confirm_setup", "of a method on file")
def confirm_setup(scene: Scene) -> Case:
    customer = scene.customer()
    method = scene.attach(customer)
    return Case(
        lambda w, key: w.confirm_setup(
            customer,
            method_id=method,
            token=None,
            return_url="https://example.com/",
            metadata={"portal_intent": scene.mark},
            key=key,
        ),
        lambda facts: (
            (facts.customer_id, facts.method_id, facts.status) == (customer, method, "succeeded")
        ),
    )


@example("confirm_setup", "of a token, with a bank that asks")
def confirm_token(scene: Scene) -> Case:
    customer = scene.customer(card="")
    given: Any = {"payment_method": "pm_card_threeDSecure2Required"}
    token = scene.v1.test_helpers.confirmation_tokens.create(given).id
    return Case(
        lambda w, key: w.confirm_setup(
            customer,
            method_id=None,
            token=token,
            return_url="https://example.com/",
            metadata={"portal_intent": scene.mark},
            key=key,
        ),
        lambda facts: (
            (facts.customer_id, facts.status) == (customer, "requires_action")
            and facts.action_url.startswith("http")
        ),
    )


@example("setup_intent")
def read_setup(scene: Scene) -> Case:
    customer = scene.customer(card="")
    intent = scene.v1.setup_intents.create(
        {"customer": customer, "payment_method": scene.attach(customer)}
    )
    return Case(
        lambda w, _key: w.setup_intent(intent.id),
        lambda facts: facts.status == "requires_confirmation" and facts.method_id is not None,
    )


@example("cancel_setup_intent")
def cancel_setup(scene: Scene) -> Case:
    intent = scene.v1.setup_intents.create({"customer": scene.customer(card="")}).id
    return Case(
        lambda w, key: w.cancel_setup_intent(intent, key=key),
        lambda facts: facts.status == "canceled",
    )


@example("create_setup_page")
def setup_page(scene: Scene) -> Case:
    customer = scene.customer(card="")
    return Case(
        lambda w, key: w.create_setup_page(
            customer,
            currency="USD",
            done_at="https://example.com/?session_id={CHECKOUT_SESSION_ID}",
            left_to="https://example.com/",
            metadata={"portal_setup": "setu_1"},
            key=key,
        ),
        lambda page: page.id.startswith("cs_test_") and page.url.startswith("http"),
        needs=frozenset({"success_url", "currency"}),
    )


@example("setup_of_page")
def setup_of_page(scene: Scene) -> Case:
    session = scene.setup_page()
    return Case(
        lambda w, _key: w.setup_of_page(session),
        lambda page: page.setup is None and page.customer_id.startswith("cus_"),
    )


@example("create_tax_id")
def create_tax_id(scene: Scene) -> Case:
    customer = scene.customer(card="")
    return Case(
        lambda w, key: w.create_tax_id(customer, "eu_vat", "DE123456789", key=key),
        lambda facts: (facts.kind, facts.value) == ("eu_vat", "DE123456789"),
    )


@example("tax_ids")
def tax_ids(scene: Scene) -> Case:
    customer = scene.customer(card="")
    for value in ("DE123456789", "DE987654321"):
        scene.v1.customers.tax_ids.create(customer, {"type": "eu_vat", "value": value})
    return Case(
        lambda w, _key: w.tax_ids(customer),
        lambda found: {one.value for one in found} == {"DE123456789", "DE987654321"},
    )


@example("delete_tax_id")
def delete_tax_id(scene: Scene) -> Case:
    customer = scene.customer(card="")
    given = {"type": "eu_vat", "value": "DE123456789"}
    tax_id = scene.v1.customers.tax_ids.create(customer, given).id  # type: ignore[arg-type]
    return Case(
        lambda w, key: w.delete_tax_id(customer, tax_id, key=key),
        lambda _none: not scene.v1.customers.tax_ids.list(customer).data,
    )
