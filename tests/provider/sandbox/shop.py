"""Short ways to say what a sandbox test starts from."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import stripe

DAY = 86400
MONTH = {"duration": {"interval": "month"}}


def day(moment: int) -> str:
    """`2024-02-29` of Unix seconds."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d")


def selling(price: str, quantity: int = 1) -> dict[str, Any]:
    """The items of a schedule's phase."""
    return {"items": [{"price": price, "quantity": quantity}]}


def first_phase(schedule: Any) -> dict[str, Any]:
    """The first phase, as an update has to repeat it while it is the current one."""
    phase = schedule.phases[0]
    sold = [{"price": item.price, "quantity": item.quantity} for item in phase["items"]]
    return {"items": sold, "start_date": phase.start_date, "end_date": phase.end_date}


@dataclass
class Shop:
    """One product of an account."""

    client: stripe.StripeClient

    def __post_init__(self) -> None:
        self.product = self.client.v1.products.create({"name": "Room"}).id

    def price(self, amount: int = 2900, currency: str = "usd", **recurring: Any) -> str:
        """Monthly, unless told otherwise; `interval=None` is a one-time price."""
        every = {"interval": "month", **recurring}
        params: dict[str, Any] = {
            "product": self.product,
            "currency": currency,
            "unit_amount": amount,
        }
        if every["interval"]:
            params["recurring"] = every
        return self.client.v1.prices.create(params).id  # type: ignore[arg-type]

    def customer(self, card: str | None = "pm_card_visa", email: str = "a@example.com") -> str:
        """A customer whose default is the test card."""
        customer = self.client.v1.customers.create({"email": email, "name": "A"})
        if card:
            self.set_default(customer.id, self.attach(customer.id, card))
        return customer.id

    def attach(self, customer: str, token: str) -> str:
        return self.client.v1.payment_methods.attach(token, {"customer": customer}).id

    def set_default(self, customer: str, method: str) -> None:
        self.client.v1.customers.update(
            customer, {"invoice_settings": {"default_payment_method": method}}
        )

    def subscribe(self, customer: str, price: str | None = None, **params: Any) -> Any:
        given = {"customer": customer, "items": [{"price": price or self.price()}], **params}
        return self.client.v1.subscriptions.create(given)  # type: ignore[arg-type]

    def invoices(self, subscription: str) -> list[Any]:
        """Oldest first."""
        found = self.client.v1.invoices.list({"subscription": subscription, "limit": 100})
        return found.data[::-1]

    def period(self, subscription: str) -> tuple[str, str]:
        item = self.client.v1.subscriptions.retrieve(subscription)["items"].data[0]
        return day(item.current_period_start), day(item.current_period_end)

    def event_types(self) -> list[str]:
        """Oldest first."""
        return [e.type for e in self.client.v1.events.list({"limit": 100}).data][::-1]
