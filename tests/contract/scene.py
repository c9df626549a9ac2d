"""What a verb starts from, made with Stripe's own means only, and cleared away afterwards.

Nothing here is the sandbox's own: time moves by a test clock, cards are the documented tokens.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import stripe

from tests.contract.account import Account, Recorder

START = 1706702400  # 2024-01-31 12:00 UTC: a month end before a leap day
DAY = 86400
PATIENCE = 120  # seconds for Stripe to advance a test clock


class Scene:
    """One product, one test clock, customers on it; `close` takes all of it away again."""

    def __init__(self, account: Account, recorder: Recorder) -> None:
        self.account, self._recorder = account, recorder
        self.v1 = account.client.v1
        self.mark = f"int_{uuid.uuid4().hex}"
        self._undo: list[Callable[[], object]] = []
        self._clock = ""
        self._product = ""

    def close(self) -> None:
        made = [sent.answer["id"] for sent in self._recorder.sent if _made_customer(sent.answer)]
        for customer in set(made):
            self._undo.append(lambda gone=customer: self.v1.customers.delete(gone))  # type: ignore[misc]
        for undo in reversed(self._undo):
            try:
                undo()
            except stripe.InvalidRequestError:
                continue  # what the verb under test has taken away itself

    # -- time --------------------------------------------------------------------------------
    def clock(self) -> str:
        if not self._clock:
            clocks = self.v1.test_helpers.test_clocks
            self._clock = clocks.create({"frozen_time": START, "name": "portal"}).id
            self._undo.append(lambda: clocks.delete(self._clock))
        return self._clock

    def advance_to(self, moment: int) -> None:
        clocks = self.v1.test_helpers.test_clocks
        clocks.advance(self.clock(), {"frozen_time": moment})
        deadline = time.monotonic() + PATIENCE
        while clocks.retrieve(self.clock()).status != "ready":
            assert time.monotonic() < deadline, "the test clock did not arrive"
            time.sleep(1)

    # -- customers and methods -----------------------------------------------------------------
    def customer(self, card: str = "pm_card_visa", *, clocked: bool = True) -> str:
        """With *card* as default. Lists of customers leave those on a test clock out."""
        given: dict[str, Any] = {"email": f"{self.mark}@example.com", "name": "Ada"}
        if clocked:
            given["test_clock"] = self.clock()
        customer = self.v1.customers.create({**given, "metadata": {"portal_intent": self.mark}}).id  # type: ignore[typeddict-item]
        self._undo.append(lambda: self.v1.customers.delete(customer))
        if card:
            method = self.attach(customer, card)
            default: Any = {"invoice_settings": {"default_payment_method": method}}
            self.v1.customers.update(customer, default)
        return customer

    def attach(self, customer: str, card: str = "pm_card_mastercard") -> str:
        return self.v1.payment_methods.attach(card, {"customer": customer}).id

    # -- catalogue -----------------------------------------------------------------------------
    def product(self) -> str:
        if not self._product:
            self._product = self.v1.products.create({"name": "Room"}).id
            archived: Any = {"active": False}
            self._undo.append(lambda: self.v1.products.update(self._product, archived))
        return self._product

    def price(self, amount: int = 2900) -> str:
        """Per month; a free amount of 0 is one too."""
        given: Any = {"product": self.product(), "currency": "usd", "unit_amount": amount}
        return self.v1.prices.create({**given, "recurring": {"interval": "month"}}).id

    def one_time_price(self) -> str:
        given: Any = {"product": self.product(), "currency": "usd", "unit_amount": 9900}
        return self.v1.prices.create(given).id

    def coupon(self) -> str:
        coupon = self.v1.coupons.create({"percent_off": 25, "duration": "forever"}).id
        self._undo.append(lambda: self.v1.coupons.delete(coupon))
        return coupon

    def promotion(self) -> Any:
        source: Any = {"type": "coupon", "coupon": self.coupon()}
        return self.v1.promotion_codes.create({"promotion": source})

    def tax_rate(self) -> str:
        given: Any = {"display_name": "VAT", "percentage": 19, "inclusive": False}
        rate = self.v1.tax_rates.create(given).id
        archived: Any = {"active": False}
        self._undo.append(lambda: self.v1.tax_rates.update(rate, archived))
        return rate

    # -- subscriptions and invoices --------------------------------------------------------------
    def subscribe(self, customer: str = "", **over: Any) -> Any:
        items = [{"price": self.price()}]
        given: Any = {"customer": customer or self.customer(), "items": items, **over}
        return self.v1.subscriptions.create(given)

    def paused(self) -> str:
        """Without a credit for the rest of the period."""
        sub = self.subscribe().id
        uncredited: Any = {"bill_for": {"unused_time_from": {"type": "none"}}}
        self.v1.subscriptions.pause(sub, uncredited)
        return sub

    def invoice(self, customer: str = "", *, finalized: bool = True) -> str:
        """9 dollars that nobody has paid yet."""
        owner = customer or self.customer()
        item: Any = {"customer": owner, "amount": 900, "currency": "usd"}
        self.v1.invoice_items.create(item)
        draft: Any = {
            "customer": owner,
            "auto_advance": False,
            "pending_invoice_items_behavior": "include",
        }
        invoice = str(self.v1.invoices.create(draft).id)
        if finalized:
            self.v1.invoices.finalize_invoice(invoice, {"auto_advance": False})
        return invoice

    def payment(self, customer: str = "") -> str:
        """The payment intent of a subscription's first invoice."""
        sub = self.subscribe(customer, expand=["latest_invoice.payments"])
        return str(sub.latest_invoice.payments.data[0].payment.payment_intent)

    def refund(self, customer: str = "") -> Any:
        given: Any = {"payment_intent": self.payment(customer)}
        return self.v1.refunds.create({**given, "metadata": {"portal_intent": self.mark}})

    def dispute(self) -> str:
        """What a card that disputes its payments has left behind."""
        self.payment(self.customer("pm_card_createDispute", clocked=False))
        return str(self.v1.disputes.list({"limit": 1}).data[0].id)

    def setup_page(self) -> str:
        given: Any = {
            "mode": "setup",
            "customer": self.customer(card=""),
            "currency": "usd",
            "success_url": "https://example.com/",
        }
        return self.v1.checkout.sessions.create(given).id

    def shop_page(self) -> str:
        given: Any = {
            "mode": "payment",
            "line_items": [{"price": self.one_time_price(), "quantity": 1}],
            "success_url": "https://example.com/",
        }
        return self.v1.checkout.sessions.create(given).id


def _made_customer(answer: Any) -> bool:
    return answer.get("object") == "customer" and "test_clock" in answer
