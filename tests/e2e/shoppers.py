"""People made for one test each, at the sandbox that the portal runs on."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import stripe

from tests.portal_server import Portal
from tests.provider.sandbox_server import SandboxServer


@dataclass
class Shopper:
    """Somebody with one Stripe customer, and what stands at Stripe and in our database."""

    portal: Portal
    sandbox: SandboxServer
    client: stripe.StripeClient
    email: str
    cus: str
    subscriptions: list[str]

    @property
    def attached(self) -> list[str]:
        """The last digits of what is attached at Stripe, newest first."""
        found = self.client.v1.customers.payment_methods.list(self.cus).data
        return [_last4(one) for one in found]

    @property
    def default(self) -> str:
        """The last digits of the customer's default at Stripe; empty without one."""
        settings = self.client.v1.customers.retrieve(self.cus).invoice_settings
        return self._digits(settings.default_payment_method if settings else None)

    @property
    def pinned(self) -> list[str]:
        """The last digits of each subscription's own method at Stripe; empty without one."""
        found = [self.client.v1.subscriptions.retrieve(one) for one in self.subscriptions]
        return [self._digits(one.default_payment_method) for one in found]

    def _digits(self, method: Any) -> str:
        return _last4(self.client.v1.payment_methods.retrieve(str(method))) if method else ""

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What *statement* finds about this customer (`:cus`)."""
        with closing(sqlite3.connect(self.portal.data_dir / "portal.db")) as connection:
            return list(connection.execute(statement, {"cus": self.cus}))

    @property
    def on_file(self) -> list[str]:
        """The last digits of what our own rows have as attached."""
        return [
            row[0]
            for row in self.rows(
                "SELECT last4 FROM payment_methods JOIN customers ON customers.id = customer_id"
                " WHERE stripe_customer_id = :cus AND detached_at IS NULL ORDER BY last4"
            )
        ]

    @property
    def open_intents(self) -> int:
        """Changes that are not made yet."""
        return len(
            self.rows(
                "SELECT 1 FROM intents JOIN customers ON customers.id = about"
                " WHERE stripe_customer_id = :cus AND done_at IS NULL"
            )
        )

    def manage_urls(self) -> list[str]:
        """The pages of the memberships, in the order in which they were bought."""
        found = self.rows(
            "SELECT members.id FROM members"
            " JOIN memberships ON memberships.id = members.membership_id"
            " JOIN products ON products.id = memberships.product_id"
            " JOIN customers ON customers.id = memberships.customer_id"
            " WHERE stripe_customer_id = :cus ORDER BY products.title"
        )
        return [f"/billing/manage/{row[0]}/" for row in found]

    def confirmed(self) -> int:
        """How many setups of all the world have been confirmed so far."""
        made = [one for one in self.sandbox.ledger() if one["path"].endswith("/confirm")]
        return len(made)


def _last4(method: stripe.PaymentMethod) -> str:
    return str(method[method.type].last4)


@contextmanager
def new_shopper(
    portal: Portal,
    name: str,
    *,
    card: str | None = "pm_card_mastercard",
    memberships: int = 1,
    trial_days: int = 20,
) -> Iterator[Shopper]:
    """*card* is the default; the memberships are monthly. Given when the portal knows of them."""
    sandbox = SandboxServer(f"{portal.origin}/sandbox/stripe")
    client = sandbox.client()
    email = f"{name}@shoppers.example"
    customer = client.v1.customers.create({"email": email, "name": name.title()})
    if card:
        method = client.v1.payment_methods.attach(card, {"customer": customer.id}).id
        client.v1.customers.update(
            customer.id, {"invoice_settings": {"default_payment_method": method}}
        )
    bought = [
        _bought(client, customer.id, f"Club {place + 1}", trial_days)
        for place in range(memberships)
    ]
    shopper = Shopper(portal, sandbox, client, email, customer.id, bought)
    try:
        _wait_until_known(shopper, memberships, [] if card is None else shopper.attached)
        yield shopper
    finally:
        sandbox.close()


def _bought(client: stripe.StripeClient, customer: str, title: str, trial_days: int) -> str:
    product = client.v1.products.create({"name": title})
    price = client.v1.prices.create(
        {
            "product": product.id,
            "currency": "usd",
            "unit_amount": 1900,
            "recurring": {"interval": "month"},
        }
    )
    given: Any = {"customer": customer, "items": [{"price": price.id}]}
    if trial_days:
        given["trial_period_days"] = trial_days
    return client.v1.subscriptions.create(given).id


def _wait_until_known(shopper: Shopper, memberships: int, methods: list[str]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if len(shopper.manage_urls()) == memberships and shopper.on_file == methods:
            return
        time.sleep(0.05)
    raise AssertionError(f"the webhooks about {shopper.email} did not arrive within 20 s")
