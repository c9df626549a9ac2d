"""Somebody made for one test, who owes $29 at the sandbox that the portal runs on."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import stripe

from tests.portal_server import Portal
from tests.provider.sandbox_server import SandboxServer

# A renewal can't be waited for: the clock is everybody's. One more seat is charged at once.
_NOW = {"proration_behavior": "always_invoice", "payment_behavior": "allow_incomplete"}


@dataclass
class Debtor:
    """*cards* are attached beside the failing one; *page* is where the membership is paid."""

    client: stripe.StripeClient
    email: str
    cus: str
    sub: str
    page: str = ""

    @property
    def charges(self) -> list[stripe.Charge]:
        """What went through since it was owed, newest first."""
        found = self.client.v1.charges.list({"customer": self.cus, "limit": 50}).data
        return [charge for charge in found if charge.status == "succeeded"][:-1]

    @property
    def status(self) -> str:
        return self.client.v1.subscriptions.retrieve(self.sub).status

    @property
    def renews_with(self) -> str:
        """The last digits of what the next renewal is charged to."""
        method = self.client.v1.subscriptions.retrieve(self.sub).default_payment_method
        card = self.client.v1.payment_methods.retrieve(str(method)).card
        return str(card.last4) if card else ""


def _owing(client: stripe.StripeClient, email: str, cards: tuple[str, ...]) -> Debtor:
    customer = client.v1.customers.create(
        {
            "email": email,
            "payment_method": "pm_card_visa",
            "invoice_settings": {"default_payment_method": "pm_card_visa"},
        }
    )
    price = next(
        price.id
        for price in client.v1.prices.list({"limit": 100}).data
        if (price.unit_amount, price.currency) == (2900, "usd")
    )
    sub = client.v1.subscriptions.create({"customer": customer.id, "items": [{"price": price}]})
    failing = client.v1.payment_methods.attach(
        "pm_card_chargeCustomerFail", {"customer": customer.id}
    )
    for card in cards:
        client.v1.payment_methods.attach(card, {"customer": customer.id})
    client.v1.subscriptions.update(sub.id, {"default_payment_method": failing.id})
    seats = {"id": sub["items"].data[0].id, "quantity": 2}
    client.v1.subscriptions.update(sub.id, {"items": [seats], **_NOW})  # type: ignore[typeddict-item]
    return Debtor(client, email, customer.id, sub.id)


def _page(portal: Portal, sub: str) -> str:
    """Where it is paid, once the portal has heard of it."""
    statement = (
        "SELECT members.id FROM members JOIN memberships ON memberships.id = members.membership_id"
        " JOIN membership_subscriptions AS link ON link.membership_id = memberships.id"
        " JOIN invoices ON invoices.stripe_subscription_id = link.stripe_subscription_id"
        " JOIN payments ON payments.invoice_id = invoices.id"
        " WHERE link.stripe_subscription_id = ? AND memberships.stripe_status = 'past_due'"
        " AND invoices.status = 'open' AND payments.failure_code != ''"
    )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with closing(sqlite3.connect(portal.data_dir / "portal.db")) as connection:
            if found := connection.execute(statement, (sub,)).fetchone():
                return f"/billing/manage/{found[0]}/pay/"
        time.sleep(0.1)
    raise AssertionError("the portal did not hear of the debtor within 30 s")


@contextmanager
def debtor(portal: Portal, email: str, *cards: str) -> Iterator[Debtor]:
    """Trading Room with one seat more than was paid for; *cards* are test tokens."""
    sandbox = SandboxServer(f"{portal.origin}/sandbox/stripe")
    try:
        owing = _owing(sandbox.client(), email, cards)
        owing.page = _page(portal, owing.sub)
        yield owing
    finally:
        sandbox.close()
